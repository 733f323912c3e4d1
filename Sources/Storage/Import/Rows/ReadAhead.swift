import Basics
import Foundation

/// Reads a long CSV file on a thread of its own, some blocks of rows ahead of whoever takes them.
///
/// The rows, their order, their lines and what is wrong with each are those of the reader itself.
final class ReadAhead: RowReader {
    /// Shorter files are read before a thread has begun.
    private static let fewestBytes: Int64 = 1 << 20

    let header: [String]?
    let isPerRow: Bool
    let totalBytes: Int64?
    let unknownKeys: [String] = []
    private(set) var bytesRead: Int64 = 0
    private let reader: CSVReader
    private let exchange: BlockExchange
    private let thread: JoinableThread
    private var block: RowBlock?
    private var next = 0
    /// How many of the rows that were taken had to be converted.
    private var convertedRows = 0

    /// Nil when there is no room for another thread.
    init?(_ reader: CSVReader, blockBytes: Int = RowBlock.usualBytes) {
        (header, isPerRow, totalBytes) = (reader.header, reader.isPerRow, reader.totalBytes)
        let exchange = BlockExchange(reader, blockBytes: blockBytes)
        guard let thread = JoinableThread("reading ahead", { exchange.read() }) else { return nil }
        (self.reader, self.exchange, self.thread) = (reader, exchange, thread)
    }

    deinit {
        exchange.stop()
        thread.join()
    }

    /// Reads a long file ahead, and everything else as it is.
    static func reading(_ reader: any RowReader) -> any RowReader {
        guard let csv = reader as? CSVReader, csv.totalBytes ?? 0 >= fewestBytes else { return reader }
        return ReadAhead(csv) ?? reader
    }

    /// Of the rows that were taken, and not of those that were read ahead of them.
    var notes: [String] { reader.notes(convertedRows: convertedRows) }

    func expect(_ names: [[String]], severally: Set<Int>) {}

    func next(_ record: inout Record) throws -> RowOutcome {
        while true {
            if let block, next < block.rows.count {
                let row = block.rows[next]
                record.row = row.line
                record.cells.removeAll(keepingCapacity: true)
                record.cells.append(contentsOf: block.cells[(next == 0 ? 0 : block.rows[next - 1].end)..<row.end])
                convertedRows = row.convertedRows
                next += 1
                return row.rejection.map { .bad($0) } ?? .row
            }
            if let end = block?.end {
                try end.get()
                return .end
            }
            block = exchange.take(returning: block)
            next = 0
            bytesRead = block?.bytesRead ?? bytesRead
        }
    }
}

/// Some rows of a file, one after the other, with copies of their bytes.
private final class RowBlock {
    struct Row {
        var line: Int
        /// Where its cells end among those of the block.
        var end: Int
        var rejection: Rejection?
        /// How many rows had to be converted up to it.
        var convertedRows: Int
    }

    static let usualBytes = 1 << 18
    private static let mostRows = 4_096

    private(set) var cells: ContiguousArray<Cell> = []
    private(set) var rows: ContiguousArray<Row> = []
    private(set) var bytesRead: Int64 = 0
    /// What ended the file; nil where another block follows.
    private(set) var end: Result<Void, any Error>?
    private let arena: ByteArena
    private let capacity: Int
    private var room = 0

    init(bytes: Int) {
        capacity = bytes
        arena = ByteArena(capacity: bytes)
    }

    /// Takes rows until it is full or the file ends.
    ///
    /// - Parameter held: a row that was read and did not fit into the block before.
    func fill(from reader: CSVReader, _ record: inout Record, held: inout RowOutcome?) {
        cells.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        arena.removeAll(reserving: capacity)
        room = capacity
        defer { bytesRead = reader.bytesRead }
        do {
            while rows.count < Self.mostRows {
                let outcome = try held ?? reader.next(&record)
                held = nil
                let rejection: Rejection?
                switch outcome {
                case .end:
                    end = .success(())
                    return
                case .row: rejection = nil
                case .bad(let reason): rejection = reason
                }
                guard hasRoom(for: record) else {
                    held = outcome
                    return
                }
                for cell in record.cells { cells.append(arena.append(cell)) }
                rows.append(
                    Row(
                        line: record.row, end: cells.count, rejection: rejection,
                        convertedRows: reader.convertedRows))
            }
        } catch {
            end = .failure(error)
        }
    }

    /// A row that is longer than a block has one to itself.
    private func hasRoom(for record: Record) -> Bool {
        let bytes = record.cells.reduce(0) { $0 + $1.count }
        if bytes > room {
            guard rows.isEmpty else { return false }
            arena.removeAll(reserving: bytes)
            room = bytes
        }
        room -= bytes
        return true
    }
}

/// Where blocks go back and forth between the thread that reads and the one that takes.
private final class BlockExchange: @unchecked Sendable {
    /// One is taken from, one waits, one is being filled.
    private static let blocks = 3

    /// Used on the reading thread only, once that runs.
    private let reader: CSVReader
    private let condition = NSCondition()
    private var empty: [RowBlock]
    private var full: [RowBlock] = []
    private var isOver = false

    init(_ reader: CSVReader, blockBytes: Int) {
        self.reader = reader
        empty = (0..<Self.blocks).map { _ in RowBlock(bytes: blockBytes) }
    }

    /// Reads until the file ends or nobody wants more.
    func read() {
        var record = Record()
        var held: RowOutcome?
        while let block = nextEmpty() {
            block.fill(from: reader, &record, held: &held)
            condition.withLock {
                full.append(block)
                condition.signal()
            }
            if block.end != nil { return }
        }
    }

    private func nextEmpty() -> RowBlock? {
        condition.withLock {
            while empty.isEmpty, !isOver { condition.wait() }
            return isOver ? nil : empty.removeLast()
        }
    }

    /// The next block; waits for it. There is one as long as none has said that the file ended.
    func take(returning taken: RowBlock?) -> RowBlock {
        condition.withLock {
            if let taken { empty.append(taken) }
            condition.signal()
            while full.isEmpty { condition.wait() }
            return full.removeFirst()
        }
    }

    func stop() {
        condition.withLock {
            isOver = true
            condition.signal()
        }
    }
}
