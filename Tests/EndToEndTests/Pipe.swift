import Foundation

/// The two ends of a pipe, of which no other program inherits one by accident.
final class Pipe: @unchecked Sendable {
    let writing: Int32
    private let reading: UnsafeMutablePointer<FILE>

    init() throws {
        var ends: [Int32] = [0, 0]
        let isOpen = RunningProgram.starting.withLock {
            guard pipe(&ends) == 0 else { return false }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return true
        }
        guard isOpen, let file = fdopen(ends[0], "r") else { throw HarnessError("no pipe") }
        reading = file
        writing = ends[1]
    }

    deinit {
        fclose(reading)
    }

    func closeWriting() {
        close(writing)
    }

    /// The next line without its end; nil when there is no more.
    func line() -> String? {
        var text: UnsafeMutablePointer<CChar>?
        var capacity = 0
        let length = getline(&text, &capacity, reading)
        defer { free(text) }
        guard length > 0, let text else { return nil }
        let line = String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
        return line.hasSuffix("\n") ? String(line.dropLast()) : line
    }
}
