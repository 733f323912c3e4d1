import CSQLite
import Foundation
package import Storage

/// The engine that a test's database is on.
package enum TestEngine: String, Sendable {
    case sqlite
    case postgresql
    /// A server that looks up nothing by an index where it can read the table: rows come as they lie there.
    case postgresqlWithoutIndexes

    /// What `KEEPTOUCH_TEST_ENGINE` names, else SQLite; a test that compares both says which.
    @TaskLocal package static var current =
        ProcessInfo.processInfo.environment["KEEPTOUCH_TEST_ENGINE"].flatMap(TestEngine.init) ?? .sqlite

    /// From now on SQLite answers backwards what asks for no order, so that nothing relies on the order of its indexes.
    fileprivate static let reversesSQLite: Bool = {
        typealias Extension =
            @convention(c) (OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, OpaquePointer?) ->
            Int32
        let reverse: Extension = { handle, _, _ in
            sqlite3_exec(handle, "PRAGMA reverse_unordered_selects = ON", nil, nil, nil)
        }
        return sqlite3_auto_extension(unsafeBitCast(reverse, to: (@convention(c) () -> Void).self)) == SQLITE_OK
    }()
}

extension Store {
    /// The database that a test calls by the path of a file, on the engine under test.
    package static func underTest(_ path: String, _ mode: Mode = .readWrite) throws -> Store {
        switch TestEngine.current {
        case .sqlite:
            guard TestEngine.reversesSQLite else { throw StorageError("SQLite takes no extension") }
            return try Store(path: path, mode: mode)
        case .postgresql, .postgresqlWithoutIndexes:
            let server = try TestPostgreSQL.shared.get()
            let address = server.address(of: path, withoutIndexes: TestEngine.current == .postgresqlWithoutIndexes)
            return try Store(PostgreSQLAddress(address), filesAt: path, mode: mode)
        }
    }
}
