/// Reads windows of blocks for the series functions of one connection, and counts how often.
final class SeriesReader {
    /// Windows of blocks that have been read; a query that costs more than blocks × windows reads its accounts in a
    /// disorderly way.
    private(set) var loads = 0
    private let handle: OpaquePointer
    private var statement: Statement?
    /// Blobs lie unaligned in their pages.
    private let values = UnsafeMutablePointer<Double>.allocate(capacity: Int(SeriesKey.blockSize))

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        values.deallocate()
    }

    /// Lets go of the prepared statement, so that the connection can be closed.
    func close() {
        statement = nil
    }

    /// Calls the body for each stored day of the window in order, with one value for each slot; NaN is "no data".
    func read(
        metric: Int64, block: Int64, days: ClosedRange<Int64>,
        _ body: (_ day: Int64, _ values: UnsafePointer<Double>) -> Void
    ) throws {
        loads += 1
        guard block >= 0, metric >= 0 else { return }
        let statement: Statement
        if let prepared = self.statement {
            statement = prepared
        } else {
            statement = try Statement(
                handle, "SELECT id, data FROM series WHERE id BETWEEN :first AND :last ORDER BY id")
            self.statement = statement
        }
        defer { statement.reset() }
        statement.bind(0, SeriesKey(metric: metric, block: block, day: days.lowerBound).id)
        statement.bind(1, SeriesKey(metric: metric, block: block, day: days.upperBound).id)
        while try statement.step() {
            SeriesBlock.copy(statement.blob(1), to: values)
            body(SeriesKey(id: statement.integer(0)).day, values)
        }
    }
}
