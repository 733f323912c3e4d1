/// The rows of a table that belong to the accounts of a block, with each account's index.
struct AccountRows {
    let ids: [Int64]
    /// Ascending; together they hold all ids.
    let ranges: [ClosedRange<Int64>]
    let connection: Connection

    init(_ connection: Connection, ids: [Int64], ranges: [ClosedRange<Int64>]) {
        self.connection = connection
        self.ids = ids
        self.ranges = ranges
    }

    /// Few seeks for many ids: reading a few rows too many costs less than another seek.
    static func ranges(of ids: [Int64]) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for id in ids {
            if let last = ranges.last, id - last.upperBound <= 8 {
                ranges[ranges.count - 1] = last.lowerBound...max(id, last.upperBound)
            } else {
                ranges.append(id...id)
            }
        }
        return ranges
    }

    /// Calls the body for each row in the order of accounts, with the index of its account.
    ///
    /// - Parameter sql: has the parameters `:first` and `:last` for a range of ids, answers the account's id first, and
    ///   orders by it.
    /// - Throws: `StorageError` for rows that come in another order: whoever missed one would decide as if it were not there.
    func forEach(
        _ sql: String, _ arguments: [String: SQLValue] = [:], _ body: (Statement, Int) throws -> Void
    ) throws {
        let statement = try connection.cached(sql)
        defer { statement.reset() }
        try statement.bind(arguments)
        guard let first = statement.parameter("first"), let last = statement.parameter("last") else { return }
        var (index, before) = (0, Int64.min)
        for range in ranges {
            statement.rewind()
            statement.bind(first, range.lowerBound)
            statement.bind(last, range.upperBound)
            while try statement.step() {
                let id = statement.integer(0)
                guard id >= before else { throw StorageError("the accounts of a block come in no order: \(sql)") }
                before = id
                while index < ids.count, ids[index] < id { index += 1 }
                if index < ids.count, ids[index] == id { try body(statement, index) }
            }
        }
    }
}

/// Where the elements of each account begin, while they are added account by account.
struct AccountStarts {
    private(set) var starts: [Int] = []

    /// Takes an element of an account; `count` elements were there before.
    mutating func add(_ account: Int, after count: Int) {
        while starts.count <= account { starts.append(count) }
    }

    mutating func finish(accounts: Int, count: Int) -> [Int] {
        while starts.count <= accounts { starts.append(count) }
        return starts
    }
}

extension [Int64] {
    /// Ascending ids of accounts, by blocks.
    package var byBlock: [[Int64]] {
        var parts: [[Int64]] = []
        for id in self {
            if let last = parts.last?.last, last / SeriesKey.blockSize == id / SeriesKey.blockSize {
                parts[parts.count - 1].append(id)
            } else {
                parts.append([id])
            }
        }
        return parts
    }
}
