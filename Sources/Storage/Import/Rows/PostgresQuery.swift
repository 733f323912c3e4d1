import CPQ
import Foundation
import Playbooks

/// A query on a PostgreSQL database, read row by row: none but the present row is in memory.
///
/// It runs in a transaction that can only read. Times come as ISO 8601, those with a zone in UTC; booleans as `true` and
/// `false`; NULL as an empty cell; everything else as PostgreSQL writes it.
final class PostgresQuery {
    let columns: [String]
    private let connection: OpaquePointer
    private let place: String
    private let password: String?
    private let patience: TimeSpan
    private let isStopped: () -> Bool
    /// The types of the columns.
    private let types: [Oid]
    /// The row that told what columns there are.
    private var first: OpaquePointer?

    private static let boolean: Oid = 16
    /// int8, int2, int4, float4, float8, numeric.
    private static let numbers: [Oid] = [20, 21, 23, 700, 701, 1_700]
    private static let momentWithZone: Oid = 1184
    private static let moment: Oid = 1114
    /// Milliseconds between two looks at whether somebody wants to stop.
    private static let glance: Int32 = 200

    /// - Parameters:
    ///   - since: the value of `$1`; nil where the query has none.
    ///   - isStopped: asked while the server is waited for.
    init(
        _ url: String, _ sql: String, since: String? = nil, patience: TimeSpan = .minutes(10),
        isStopped: @escaping () -> Bool = { false }
    ) throws {
        place = Self.place(of: url)
        self.patience = patience
        self.isStopped = isStopped
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw ImportError("expected a URL such as postgresql://user@host/database for PostgreSQL")
        }
        // libpq would take a part of such a password for the host, and tell it.
        guard let components = URLComponents(string: url), url.count(where: { $0 == "@" }) < 2,
            !components.path.contains("@"), components.fragment == nil
        else {
            throw ImportError(
                "the URL of PostgreSQL cannot be read; write what is special in a name or password as percent-encoding: / as "
                    + "%2F, @ as %40, : as %3A, # as %23")
        }
        password = components.password ?? components.queryItems?.first { $0.name == "password" }?.value
        let defaults = ["connect_timeout": "15", "application_name": "keeptouch", "client_encoding": "UTF8"]
        // What the URL says comes later, and counts.
        let words = Array(defaults.keys) + ["dbname"]
        let opened = words.map { strdup($0) } + [nil]
        let values = Array(defaults.values).map { strdup($0) } + [strdup(url), nil]
        defer { for text in opened + values { free(text) } }
        guard
            let connection = PQconnectdbParams(
                opened.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
        else { throw ImportError("\(place): there is no memory for a connection") }
        self.connection = connection
        do {
            guard PQstatus(connection) == CONNECTION_OK else { throw Self.error(connection, place, password) }
            try Self.begin(connection, place, password)
            try Self.send(sql, since, connection, place, password)
            first = try Self.result(connection, place, password, patience, isStopped)
            guard let first, PQnfields(first) > 0 else {
                PQclear(first)
                throw ImportError("\(place): the query answers no columns")
            }
            let count = PQnfields(first)
            columns = (0..<count).map { PQfname(first, $0).map { String(cString: $0) } ?? "" }
            types = (0..<count).map { PQftype(first, $0) }
        } catch {
            PQfinish(connection)
            throw error
        }
    }

    deinit {
        PQclear(first)
        PQfinish(connection)
    }

    /// Whether a column has numbers.
    func isNumber(_ column: Int) -> Bool { Self.numbers.contains(types[column]) }

    /// The next row; nil behind the last one.
    func next() throws -> [String?]? {
        let result: OpaquePointer?
        if let first {
            result = first
            self.first = nil
        } else {
            result = try Self.result(connection, place, password, patience, isStopped)
        }
        guard let result else { return nil }
        defer { PQclear(result) }
        guard PQntuples(result) > 0 else { return nil }
        return types.indices.map { column in
            let index = Int32(column)
            guard PQgetisnull(result, 0, index) == 0, let bytes = PQgetvalue(result, 0, index) else { return nil }
            let length = Int(PQgetlength(result, 0, index))
            let text = bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
            }
            return Self.read(text, types[column])
        }
    }

    private static func read(_ text: String, _ type: Oid) -> String {
        switch type {
        case boolean: text == "t" ? "true" : "false"
        case moment: text.replacing(" ", with: "T", maxReplacements: 1)
        // In UTC: `2026-03-01 10:00:00+00`.
        case momentWithZone where text.hasSuffix("+00"): text.replacing(" ", with: "T", maxReplacements: 1) + ":00"
        default: text
        }
    }

    // MARK: The conversation

    private static func begin(_ connection: OpaquePointer, _ place: String, _ password: String?) throws {
        // In one transaction, so that the settings are ours alone behind a pool of connections too.
        for sql in ["BEGIN READ ONLY", "SET LOCAL datestyle = ISO", "SET LOCAL timezone = 'UTC'"] {
            let result = PQexec(connection, sql)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(connection, place, password) }
        }
    }

    private static func send(
        _ sql: String, _ since: String?, _ connection: OpaquePointer, _ place: String, _ password: String?
    ) throws {
        let sent: Int32
        if let since {
            sent = since.withCString { value in
                let values: [UnsafePointer<CChar>?] = [value]
                return PQsendQueryParams(connection, sql, 1, nil, values, nil, nil, 0)
            }
        } else {
            sent = PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0)
        }
        guard sent == 1, PQsetSingleRowMode(connection) == 1 else { throw error(connection, place, password) }
    }

    /// The next result; nil when there is no more.
    private static func result(
        _ connection: OpaquePointer, _ place: String, _ password: String?, _ patience: TimeSpan,
        _ isStopped: () -> Bool
    ) throws -> OpaquePointer? {
        let deadline = ContinuousClock.now + .milliseconds(patience.milliseconds)
        while PQisBusy(connection) == 1 {
            var look = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            _ = poll(&look, 1, glance)
            guard !isStopped() else { throw ImportError("\(place): stopped while the query ran") }
            guard ContinuousClock.now < deadline else {
                throw ImportError("\(place): the server has not answered for \(patience)")
            }
            guard look.revents == 0 || PQconsumeInput(connection) == 1 else {
                throw error(connection, place, password)
            }
        }
        guard let result = PQgetResult(connection) else { return nil }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK: return result
        default:
            let text = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
            PQclear(result)
            throw ImportError("\(place): \(clean(text, password))")
        }
    }

    // MARK: What may be told

    private static func error(_ connection: OpaquePointer, _ place: String, _ password: String?) -> ImportError {
        ImportError("\(place): \(clean(PQerrorMessage(connection).map { String(cString: $0) } ?? "", password))")
    }

    /// On one line, without the password.
    private static func clean(_ text: String, _ password: String?) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        guard let password, !password.isEmpty else { return line }
        return line.replacing(password, with: "***")
    }

    /// Host and database of a URL, and nothing else of it: passwords may stand in several places.
    static func place(of url: String) -> String {
        guard let components = URLComponents(string: url), components.scheme != nil else { return "PostgreSQL" }
        let host = components.host.flatMap { $0.isEmpty ? nil : $0 }
        let socket = components.queryItems?.first { $0.name == "host" }?.value
        let port = components.port.map { ":\($0)" } ?? ""
        return "postgresql://\(host ?? socket ?? "")\(port)\(components.path)"
    }
}
