import Foundation
import NIOConcurrencyHelpers

/// The rounds that the long program has done, one line each in a file, so that a second call goes on where the first
/// stopped; a program that is killed loses the round that it was in.
final class EnduranceLedger: Sendable {
    /// What came of one round.
    struct Entry {
        var trouble: EnduranceRound.Trouble
        var seed: UInt64
        var kills = 0
        var touches = 0
        var lost = 0
        var doubled = 0
        var unknown = 0
        var seconds = 0.0

        fileprivate var line: String {
            "\(trouble.rawValue)\t\(seed)\t\(kills)\t\(touches)\t\(lost)\t\(doubled)\t\(unknown)\t"
                + String(format: "%.1f", seconds)
        }

        init(trouble: EnduranceRound.Trouble, seed: UInt64) {
            (self.trouble, self.seed) = (trouble, seed)
        }

        /// Nil for a line that was cut off.
        fileprivate init?(line: Substring) {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 8, let trouble = EnduranceRound.Trouble(rawValue: String(parts[0])),
                let seed = UInt64(parts[1]), let kills = Int(parts[2]), let touches = Int(parts[3]),
                let lost = Int(parts[4]), let doubled = Int(parts[5]), let unknown = Int(parts[6]),
                let seconds = Double(parts[7])
            else { return nil }
            self.init(trouble: trouble, seed: seed)
            (self.kills, self.touches, self.lost, self.doubled) = (kills, touches, lost, doubled)
            (self.unknown, self.seconds) = (unknown, seconds)
        }
    }

    private struct State {
        var entries: [Entry]
        var next: UInt64
    }

    let folder: URL
    private let descriptor: Int32
    private let state: NIOLockedValueBox<State>

    /// - Parameter seed: of the first round from now on; the one after the last when nil.
    init(folder: URL, seed: UInt64?) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("rounds.tsv").path
        let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        let entries = text.split(separator: "\n").compactMap { Entry(line: $0) }
        let next = seed ?? entries.map(\.seed).max().map { $0 + 1 } ?? UInt64.random(in: 1...1_000_000) * 1_000_000
        state = NIOLockedValueBox(State(entries: entries, next: next))
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw HarnessError("cannot write \(path): \(String(cString: strerror(errno)))") }
        if !text.isEmpty, !text.hasSuffix("\n") { write("\n") }
    }

    deinit {
        close(descriptor)
    }

    func nextSeed() -> UInt64 {
        state.withLockedValue { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    func append(_ entry: Entry) {
        state.withLockedValue { state in
            state.entries.append(entry)
            write(entry.line + "\n")
        }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            fatalError("rounds.tsv cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// All rounds so far, by what was done to the program.
    var table: String {
        let entries = state.withLockedValue { $0.entries }
        func row(_ name: String, _ entries: [Entry]) -> String {
            func sum(_ column: KeyPath<Entry, Int>) -> Int { entries.reduce(0) { $0 + $1[keyPath: column] } }
            return "| \(name) | \(entries.count) | \(sum(\.kills)) | \(sum(\.touches)) | \(sum(\.lost)) "
                + "| \(sum(\.doubled)) | \(sum(\.unknown)) |"
        }
        let rows = EnduranceRound.Trouble.allCases.compactMap { trouble in
            let own = entries.filter { $0.trouble == trouble }
            return own.isEmpty ? nil : row(trouble.rawValue, own)
        }
        let head = [
            "| fault | rounds | kills | touches | lost | doubled | unknown, named |", "|---|---|---|---|---|---|---|",
        ]
        return (head + rows + [row("all", entries)]).joined(separator: "\n")
    }
}
