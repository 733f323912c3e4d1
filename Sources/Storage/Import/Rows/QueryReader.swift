/// Reads the rows that a query on another database answers, or rows at hand.
final class QueryReader: RowReader {
    let header: [String]?
    let unknownKeys: [String] = []
    private(set) var bytesRead: Int64 = 0
    let totalBytes: Int64? = nil
    private let connection: Connection?
    private let rowAfter: (Int) throws -> [String?]?
    /// Tells of the columns of the row at hand whether it has them as numbers; nil where all are text.
    private let isNumber: ((Int) -> Bool)?
    let isPerRow: Bool
    private var row = 0
    private let bytes = ByteArena()

    /// - Parameter since: the value of `:since`.
    init(_ connection: Connection, _ sql: String, name: String, since: String? = nil) throws {
        let statement = try connection.prepare(sql)
        if let since {
            // A number compares with numbers, whatever the column is.
            let value = Int64(since).map { SQLValue.integer($0) } ?? Double(since).map { .real($0) } ?? .text(since)
            try statement.bind(["since": value])
        }
        guard !statement.columns.isEmpty else { throw ImportError("\(name): the query answers no columns") }
        let columns = statement.columns
        header = columns
        isPerRow = false
        // The statement lives as long as its connection.
        self.connection = connection
        isNumber = { column in
            switch statement.kind(column) {
            case .integer, .real: true
            case .null, .text, .blob: false
            }
        }
        rowAfter = { _ in
            guard try statement.step() else { return nil }
            return columns.indices.map { column in
                switch statement.value(column) {
                case .null: ""
                case .integer(let value): String(value)
                case .real(let value): "\(value)"
                case .text(let value): value
                case .blob(let value): String(decoding: value, as: UTF8.self)
                }
            }
        }
    }

    init(_ query: PostgresQuery) {
        header = query.columns
        isPerRow = false
        connection = nil
        rowAfter = { _ in try query.next() }
        isNumber = query.isNumber
    }

    init(columns: [String], rows: [[String?]]) {
        header = columns
        isPerRow = true
        connection = nil
        rowAfter = { $0 < rows.count ? rows[$0] : nil }
        isNumber = nil
    }

    func expect(_ names: [[String]], severally: Set<Int>) {}

    func next(_ record: inout Record) throws -> RowOutcome {
        guard let values = try rowAfter(row) else { return .end }
        row += 1
        record.row = row
        let total = values.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        bytes.removeAll(reserving: total)
        bytesRead += Int64(total)
        record.cells.removeAll(keepingCapacity: true)
        for value in values { record.cells.append(bytes.append((value ?? "").utf8)) }
        record.numbers = isNumber.map { isNumber in ContiguousArray(values.indices.map(isNumber)) }
        record.present = isPerRow ? ContiguousArray(values.map { $0 != nil }) : nil
        if record.cells.contains(where: { $0.contains(0) }) {
            return .bad(Rejection(.encoding, "the row holds a NUL byte"))
        }
        if let header, values.count != header.count {
            return .bad(Rejection(.malformed, "the row has \(values.count) fields, the header has \(header.count)"))
        }
        if let field = values.firstIndex(where: { ($0?.utf8.count ?? 0) > CSVReader.longestField }) {
            return .bad(Rejection(.malformed, "field \(field + 1) is longer than 64 KiB"))
        }
        return .row
    }
}
