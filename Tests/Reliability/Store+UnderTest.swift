import Foundation
package import Storage

/// The engine that a test's database is on.
package enum TestEngine: String, Sendable {
    case sqlite
    case postgresql

    /// What `KEEPTOUCH_TEST_ENGINE` names, else SQLite; a test that compares both says which.
    @TaskLocal package static var current =
        ProcessInfo.processInfo.environment["KEEPTOUCH_TEST_ENGINE"].flatMap(TestEngine.init) ?? .sqlite
}

extension Store {
    /// The database that a test calls by the path of a file, on the engine under test.
    package static func underTest(_ path: String, _ mode: Mode = .readWrite) throws -> Store {
        switch TestEngine.current {
        case .sqlite: try Store(path: path, mode: mode)
        case .postgresql:
            try Store(PostgreSQLAddress(TestPostgreSQL.shared.get().address(of: path)), filesAt: path, mode: mode)
        }
    }
}
