import Foundation
import Playbooks

/// A wall clock that can be set while programs run on it; the machine's own clock goes on.
final class MovableClock: Sendable {
    static let library = PreloadedLibrary.build("clock")

    /// What a program is started with to go by this clock.
    let environment: [String: String]
    private let file: URL

    init(beside scratch: Scratch) throws {
        guard let library = Self.library else { throw HarnessError("no compiler") }
        file = scratch.folder.appendingPathComponent("moved-clock")
        environment = ["LD_PRELOAD": library, "KEEPTOUCH_CLOCK": file.path]
        try Data(count: 8).write(to: file)
    }

    /// Sets it so far ahead of the machine's clock, or behind it.
    func move(by span: TimeSpan) throws {
        // The file stays the one that programs have mapped.
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.write(contentsOf: withUnsafeBytes(of: span.milliseconds.littleEndian) { Data($0) })
    }
}
