import Foundation
import NIOConcurrencyHelpers

/// Gives mutated inputs to a piece of code for a while; none may crash it, keep it for a second, or break its invariant.
///
/// Input number n depends on the seed and n alone. Before each one is tried it is written to a file, so that the input of a
/// crash is at hand: `$TMPDIR/keeptouch-fuzz-<test>`.
package struct Fuzzer {
    package struct Findings {
        package var inputs = 0
        /// The most processor time that one input took, in seconds.
        package var slowest = 0.0
        /// The first failures, with their inputs.
        package var failures: [String] = []

        package var figures: String {
            "\(failures.isEmpty ? "no finding" : "\(failures.count) findings"), slowest \(Int(slowest * 1_000)) ms"
        }
    }

    /// The most processor time that one input may take, in seconds.
    private static let patience = 1.0

    private let name: String
    private let corpus: [[UInt8]]
    private let words: [[UInt8]]
    private let seed: UInt64
    private let seconds: Double
    private let count: Int?

    /// - Parameters:
    ///   - corpus: inputs that are right, which the mutations begin with.
    ///   - inputs: how many are tried; as many as fit into `seconds` when nil.
    ///   - words: what has a meaning in such inputs, thrown in as a whole.
    package init(
        _ corpus: [String], words: [String] = [], seed: UInt64 = 1, seconds: Double? = nil, inputs: Int? = nil,
        test: String = #function
    ) {
        name = String(test.prefix { $0 != "(" })
        self.corpus = corpus.map { Array($0.utf8) }
        self.words = (words + Self.marks).map { Array($0.utf8) } + Self.brokenBytes
        self.seed = ProcessInfo.processInfo.environment["KEEPTOUCH_SEED"].flatMap(UInt64.init) ?? seed
        self.seconds = seconds ?? Rounds.seconds(1, long: 30)
        count = inputs
    }

    private static let marks = [
        "\"", "'", "\\", "{", "}", "[", "]", "(", ")", "{{", "}}", "{{{", "&", "*", "!", "|", ">", "%", "@", "#", ":",
        ": ",
        "- ", ",", ";", "\t", "\r", "\n", "\r\n", "\0", "-", "+", "=", "<", "</", "0", "1e999", "-0", "NaN",
        "9223372036854775808", "0.1", "null", "true", "\u{feff}", "\u{301}", "\u{202e}", "👩‍👩‍👧", "é", "\\u0000", "\\ud800",
    ]
    private static let brokenBytes: [[UInt8]] = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90], [0x80]]

    /// - Parameter body: answers what is wrong with what came of the input; nil when nothing is.
    package func run(_ body: ([UInt8]) throws -> String?) -> Findings {
        var findings = Findings()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-fuzz-\(name)").path
        let descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        defer {
            close(descriptor)
            unlink(file)
        }
        let watch = Watch(file)
        defer { watch.end() }
        let end = ContinuousClock.now + .seconds(seconds)
        while count.map({ findings.inputs < $0 }) ?? (findings.inputs < corpus.count || ContinuousClock.now < end) {
            let input = input(findings.inputs)
            _ = input.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            ftruncate(descriptor, off_t(input.count))
            watch.begin(findings.inputs)
            let began = Self.processorTime
            var complaint: String?
            do { complaint = try body(input) } catch { complaint = "it threw \(error)" }
            let took = Self.processorTime - began
            findings.slowest = max(findings.slowest, took)
            if complaint == nil, took > Self.patience { complaint = "it took \(took) s" }
            if let complaint {
                findings.failures.append(
                    "input \(findings.inputs) of seed \(seed): \(complaint): "
                        + String(decoding: input.prefix(2_000), as: UTF8.self).debugDescription)
                if findings.failures.count == 5 { break }
            }
            findings.inputs += 1
        }
        return findings
    }

    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The corpus as it is first, then ever more of it changed.
    func input(_ number: Int) -> [UInt8] {
        if number < corpus.count { return corpus[number] }
        var dice = Dice(seed &* 1_000_003 &+ UInt64(number))
        var bytes = corpus[dice.below(corpus.count)]
        for _ in 0...dice.below(dice.below(4) == 0 ? 24 : 4) { mutate(&bytes, &dice) }
        return Array(bytes.prefix(300_000))
    }

    private func mutate(_ bytes: inout [UInt8], _ dice: inout Dice) {
        let place = dice.below(bytes.count + 1)
        let part = place..<min(bytes.count, place + 1 + dice.below(dice.below(3) == 0 ? 200 : 8))
        switch dice.below(10) {
        case 0: bytes.replaceSubrange(part, with: [UInt8(truncatingIfNeeded: dice.next())])
        case 1: bytes.removeSubrange(part)
        case 2: bytes = Array(bytes[..<place])
        case 3, 4, 5: bytes.insert(contentsOf: words[dice.below(words.count)], at: place)
        case 6: bytes.replaceSubrange(part, with: words[dice.below(words.count)])
        case 7:
            let copy = Array(bytes[part])
            // Mostly a few times, now and then deep.
            let times = dice.below(8) == 0 ? dice.below(5_000) : dice.below(6)
            bytes.insert(contentsOf: (0..<times).flatMap { _ in copy }, at: place)
        case 8:
            let other = corpus[dice.below(corpus.count)]
            let from = dice.below(other.count + 1)
            bytes.insert(contentsOf: other[from..<min(other.count, from + dice.below(120))], at: place)
        default:
            if !part.isEmpty { bytes[part.lowerBound] ^= 1 << UInt8(dice.below(8)) }
        }
    }
}

/// Ends the process when one input keeps it for ever, and says which.
private final class Watch: Sendable {
    private struct State {
        var input = 0
        var since = ContinuousClock.now
        var isOver = false
    }

    private let state = NIOLockedValueBox(State())

    init(_ file: String) {
        Thread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 1)
                let (input, age, isOver) = state.withLockedValue {
                    ($0.input, ContinuousClock.now - $0.since, $0.isOver)
                }
                if isOver { return }
                guard age > .seconds(120) else { continue }
                FileHandle.standardError.write(Data("input \(input) never ends; it is in \(file)\n".utf8))
                abort()
            }
        }.start()
    }

    func begin(_ input: Int) {
        state.withLockedValue { ($0.input, $0.since) = (input, .now) }
    }

    func end() { state.withLockedValue { $0.isOver = true } }
}
