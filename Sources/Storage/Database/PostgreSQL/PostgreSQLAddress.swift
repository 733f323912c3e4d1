import CPQ
import Foundation

/// Where a PostgreSQL database is: a URL as libpq reads it, whose query may also name the schema of the workspace.
package struct PostgreSQLAddress: Sendable, Equatable {
    /// The schema that holds the tables; several workspaces may share a database.
    package let schema: String
    /// Host and database, and nothing else of the URL: passwords may stand in several places.
    package let place: String
    let password: String?
    /// The URL without the schema.
    private let url: String

    package static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// - Throws: `StorageError` when the URL cannot be read; it never tells what stands in it.
    package init(_ url: String) throws {
        guard Self.isURL(url) else {
            throw StorageError("expected a URL such as postgresql://user@host/database for PostgreSQL")
        }
        // libpq would take a part of such a password for the host, and tell it.
        guard var components = URLComponents(string: url), url.count(where: { $0 == "@" }) < 2,
            !components.path.contains("@"), components.fragment == nil
        else {
            throw StorageError(
                "the URL of PostgreSQL cannot be read; write what is special in a name or password as percent-encoding: / as "
                    + "%2F, @ as %40, : as %3A, # as %23")
        }
        let items = components.queryItems ?? []
        let name = items.first { $0.name == "schema" }?.value ?? "keeptouch"
        let isPlain = name.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || $0 == UInt8(ascii: "_")
        }
        guard isPlain, let first = name.first, !first.isNumber, name.utf8.count < 64, !name.hasPrefix("pg_") else {
            throw StorageError(
                "the schema \"\(name)\" in the URL of PostgreSQL is no name: write lower-case letters, digits and _, "
                    + "beginning with a letter")
        }
        schema = name
        place = Self.place(of: components)
        password = components.password ?? items.first { $0.name == "password" }?.value
        let rest = items.filter { $0.name != "schema" }
        if rest.count < items.count { components.queryItems = rest.isEmpty ? nil : rest }
        self.url = rest.count < items.count ? components.string ?? url : url
    }

    private static func place(of components: URLComponents) -> String {
        let host = components.host.flatMap { $0.isEmpty ? nil : $0 }
        let socket = components.queryItems?.first { $0.name == "host" }?.value
        let port = components.port.map { ":\($0)" } ?? ""
        return "postgresql://\(host ?? socket ?? "")\(port)\(components.path)"
    }

    /// Whether it says that the server has to prove who it is.
    var isVerified: Bool { url.contains("sslmode=verify-full") }

    /// Whether a password stands in the URL, where it would be read by everybody who reads the file.
    package var hasPassword: Bool { password != nil }

    /// Opens a connection.
    ///
    /// - Parameter canWrite: whether a standby will not do.
    /// - Throws: `StorageError` that says what to do, without the password.
    func connect(canWrite: Bool) throws -> OpaquePointer {
        let defaults = [
            ("connect_timeout", "15"), ("application_name", "keeptouch"), ("client_encoding", "UTF8"),
            // A network that is cut without a word is noticed within half a minute.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"), ("target_session_attrs", canWrite ? "read-write" : "any"),
        ]
        // What the URL says comes later, and counts.
        let words = (defaults.map(\.0) + ["dbname"]).map { strdup($0) } + [nil]
        let values = (defaults.map(\.1) + [url]).map { strdup($0) } + [nil]
        defer { for text in words + values { free(text) } }
        guard
            let connection = PQconnectdbParams(
                words.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
        else { throw StorageError("\(place): there is no memory for a connection") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let said = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
            PQfinish(connection)
            throw PostgreSQLError(state: PostgreSQLError.lost, said: said).complaint(of: place, password: password)
        }
        return connection
    }
}
