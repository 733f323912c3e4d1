import CPQ

/// A text that the server keeps prepared under a name, with what it said of parameters and columns.
final class PostgreSQLPlan {
    let sql: String
    let numbered: NumberedParameters
    /// The name under which the server has it; nil when it has it no more.
    var name: String?
    private(set) var parameters: [Oid] = []
    private(set) var columns: [String] = []
    private(set) var kinds: [BinaryValue.Kind] = []
    /// Where the parameters with names are.
    private(set) lazy var places: [String: Int] = Dictionary(
        numbered.names.enumerated().compactMap { place, name in name.map { ($0, place) } }
    ) { first, _ in first }

    init(_ sql: String) {
        self.sql = sql
        numbered = NumberedParameters(sql)
    }

    /// Takes what the server says of the prepared statement.
    ///
    /// - Throws: `StorageError` when it answers a type that the program does not read.
    func describe(_ result: OpaquePointer) throws {
        parameters = (0..<PQnparams(result)).map { PQparamtype(result, $0) }
        let count = PQnfields(result)
        columns = (0..<count).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        kinds = try (0..<count).map { column in
            guard let kind = BinaryValue.Kind(rawValue: PQftype(result, column)) else {
                throw StorageError(
                    "the column \(columns[Int(column)]) has a type that keeptouch does not read (\(PQftype(result, column)))",
                    sql: sql)
            }
            return kind
        }
    }
}
