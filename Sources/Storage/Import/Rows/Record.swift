import Foundation

/// The bytes of one field; valid until the next row is read.
typealias Cell = UnsafeBufferPointer<UInt8>

extension Cell {
    static var empty: Cell { Cell(start: nil, count: 0) }
    @inline(__always)
    func isEqual(to other: Cell) -> Bool {
        guard count == other.count, let base = baseAddress, let others = other.baseAddress else {
            return count == other.count
        }
        return memcmp(base, others, count) == 0
    }

    @inline(__always)
    func isEqual(to bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { isEqual(to: $0) }
    }

    /// Letters of ASCII in either case are the same.
    func isEqualIgnoringCase(to bytes: [UInt8]) -> Bool {
        guard count == bytes.count else { return false }
        for index in indices where self[index] != bytes[index] {
            let letter = self[index] | 0x20
            guard letter == bytes[index] | 0x20, letter &- 0x61 < 26 else { return false }
        }
        return true
    }

    /// In the order of bytes.
    func precedes(_ other: Cell) -> Bool {
        guard let base = baseAddress, let others = other.baseAddress else { return count < other.count }
        let order = memcmp(base, others, Swift.min(count, other.count))
        return order == 0 ? count < other.count : order < 0
    }

    var string: String { String(decoding: self, as: UTF8.self) }

    /// Without the blanks at both ends.
    @inline(__always)
    var trimmed: Cell {
        guard let base = baseAddress else { return self }
        var start = 0
        var end = count
        while start < end, base[start] <= 0x20 { start += 1 }
        while end > start, base[end - 1] <= 0x20 { end -= 1 }
        return Cell(start: base + start, count: end - start)
    }

    /// For messages: the text, shortened.
    var excerpt: String {
        count <= 60 ? "\"\(string)\"" : "\"\(Cell(rebasing: self[..<57]).string)...\""
    }
}

/// One row of a source while it is looked at.
struct Record {
    /// The line on which it begins.
    var row = 0
    var cells: ContiguousArray<Cell> = []
    /// The cells that the row has; only NDJSON rows and rows at hand leave some out.
    var present: ContiguousArray<Bool>?
    /// The cells that their source has as numbers, whose mark is a point whatever the texts of the column have; nil where
    /// all are text.
    var numbers: ContiguousArray<Bool>?
    /// What else an NDJSON row says, under keys that nobody looked for.
    var others: [JSONScanner.Member] = []

    @inline(__always)
    func isNumber(_ place: Int) -> Bool { numbers.map { place < $0.count && $0[place] } ?? false }
}

/// What a reader found.
enum RowOutcome {
    case row
    /// A row that cannot be understood; the record holds what it can.
    case bad(Rejection)
    case end
}

/// A source of rows.
protocol RowReader: AnyObject {
    /// The names of the columns, or nil when every row names its own.
    var header: [String]? { get }
    /// Whether rows leave columns out, which an update then leaves alone.
    var isPerRow: Bool { get }
    var bytesRead: Int64 { get }
    var totalBytes: Int64? { get }
    /// Names of keys that were met and not expected.
    var unknownKeys: [String] { get }
    /// What was read otherwise than it stands there, or passed over.
    var notes: [String] { get }
    /// What says that there are more rows elsewhere: the member of an API's answer; nil where these are all.
    var more: String? { get }

    /// For readers without a header: the names to look for, in the order of a record's cells.
    ///
    /// - Parameter severally: of which a row may have several, under different names; the first is a cell, the rest stand
    ///   in `others`.
    func expect(_ names: [[String]], severally: Set<Int>)
    func next(_ record: inout Record) throws -> RowOutcome
}

extension RowReader {
    var notes: [String] { [] }
    var more: String? { nil }
}
