import Playbooks

/// Ranges of ids that hold some ids and little else: what one SELECT a range reads.
struct IDRanges {
    let ranges: [ClosedRange<Int64>]
    private let wanted: Set<Int64>?

    /// - Parameter ids: ascending.
    init(_ ids: [Int64]) {
        guard let first = ids.first, let last = ids.last else {
            (ranges, wanted) = ([], nil)
            return
        }
        // Reading past some rows costs less than another look-up.
        if Int64(ids.count) * 8 >= last - first + 1 {
            ranges = [first...last]
            wanted = Int64(ids.count) == last - first + 1 ? nil : Set(ids)
        } else {
            ranges = ids.map { $0...$0 }
            wanted = nil
        }
    }

    func contains(_ id: Int64) -> Bool { wanted?.contains(id) ?? true }
}

extension Connection {
    /// Streams the rows of the accounts; the text binds `:first` and `:last`, and its first column is the account's id.
    func forEach(
        _ accounts: IDRanges, _ sql: String, _ arguments: [String: SQLValue] = [:], _ body: (Statement) throws -> Void
    ) throws {
        let statement = try cached(sql)
        defer { statement.reset() }
        for range in accounts.ranges {
            try statement.bind(
                arguments.merging(["first": .integer(range.lowerBound), "last": .integer(range.upperBound)]) { $1 })
            while try statement.step() {
                if accounts.contains(statement.integer(0)) { try body(statement) }
            }
            statement.reset()
        }
    }
}

extension Statement {
    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalInstant(_ column: Int) -> Instant? { optionalInteger(column).map { Instant(milliseconds: $0) } }
    func instant(_ column: Int) -> Instant { Instant(milliseconds: integer(column)) }
}
