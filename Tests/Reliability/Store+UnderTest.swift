import Foundation
package import Storage

extension Store {
    /// The database that a test calls by the path of a file, on the engine that `KEEPTOUCH_TEST_ENGINE` names:
    /// `postgresql`, else SQLite.
    package static func underTest(_ path: String, _ mode: Mode = .readWrite) throws -> Store {
        guard isOnServer else { return try Store(path: path, mode: mode) }
        return try Store(
            PostgreSQLAddress(TestPostgreSQL.shared.get().address(of: path)), filesAt: path, mode: mode)
    }

    private static let isOnServer = ProcessInfo.processInfo.environment["KEEPTOUCH_TEST_ENGINE"] == "postgresql"
}
