import Foundation

/// A text file that is written in large pieces.
final class TextFile {
    private let handle: FileHandle
    private var bytes: [UInt8] = []

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw BenchError("cannot write \(path)") }
        self.handle = handle
        bytes.reserveCapacity(1 << 20)
    }

    func line(_ fields: String...) throws {
        bytes.append(contentsOf: fields.joined(separator: ",").utf8)
        bytes.append(UInt8(ascii: "\n"))
        try flush(over: 1 << 20)
    }

    /// A line of whole numbers, without the cost of strings.
    func line(_ first: Int, _ second: Int, _ third: Int) throws {
        put(first)
        bytes.append(UInt8(ascii: ","))
        put(second)
        bytes.append(UInt8(ascii: ","))
        put(third)
        bytes.append(UInt8(ascii: "\n"))
        try flush(over: 1 << 20)
    }

    func write(_ more: [UInt8]) throws {
        bytes.append(contentsOf: more)
        try flush(over: 1 << 20)
    }

    func close() throws {
        try flush(over: 0)
        try handle.close()
    }

    /// The digits of a number that is not negative.
    private func put(_ number: Int) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private func flush(over limit: Int) throws {
        guard bytes.count > limit else { return }
        try handle.write(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
