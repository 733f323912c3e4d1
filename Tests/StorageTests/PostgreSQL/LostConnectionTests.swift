import Foundation
import Reliability
import Testing

@testable import Storage

/// What a store does when the connection to its server is cut.
@Suite struct LostConnectionTests {
    private let server: TestPostgreSQL
    private let address: PostgreSQLAddress

    init() throws {
        server = try TestPostgreSQL.shared.get()
        address = try PostgreSQLAddress(server.address())
    }

    private func store(_ mode: Store.Mode = .readWrite) throws -> Store { try Store(address, filesAt: "", mode: mode) }

    /// Ends the session of a store, as an administrator may.
    private func cut(_ store: Store) throws {
        let pid = try store.session { try $0.integer("SELECT CAST(pg_backend_pid() AS bigint)") }
        #expect(try server.ask("SELECT pg_terminate_backend(\(pid), 5000)") == "t")
    }

    @Test(arguments: [CuttingProxy.Cut.beforeCommit, .afterCommit])
    func aWriteWhoseEndWasNotAnsweredIsKnownToHaveHappenedOrNot(cut: CuttingProxy.Cut) throws {
        let proxy = try CuttingProxy(to: server)
        let url = server.address(of: "cut \(UUID())", through: proxy.folder.path)
        let store = try Store(PostgreSQLAddress(url), filesAt: "", mode: .readWrite)
        func add(_ name: String) throws {
            try store.write { try $0.execute("INSERT INTO metric (name) VALUES (:name)", ["name": .text(name)]) }
        }
        try add("before")
        proxy.cut(cut)
        switch cut {
        case .beforeCommit:
            let error = #expect(throws: StorageError.self) { try add("lost") }
            #expect(error?.isLost == true)
        case .afterCommit: try add("kept")
        }
        try add("after")
        let names = try store.read { try $0.query("SELECT name FROM metric ORDER BY id") }.map { $0["name"].text }
        #expect(names == (cut == .beforeCommit ? ["before", "after"] : ["before", "kept", "after"]))
    }

    @Test func theNextTransactionMakesALostConnectionAnew() throws {
        let store = try store()
        let rows = try store.session { connection in
            let rows = StagedRows("import_event", [.integer("account_id")])
            try StagedRowsTable.create(rows, on: connection)
            rows.add(.integer(7))
            rows.endRow()
            return rows
        }
        let sql = "SELECT coalesce(sum(account_id), 0) FROM import_event"
        #expect(try store.read { try $0.integer(sql) } == 7)
        for _ in 0..<3 {
            try cut(store)
            #expect(try store.read { try $0.integer(sql) } == 7)
            try store.write { try $0.execute("INSERT INTO risk_seen (account_id, reason) VALUES (1, 'price')") }
        }
        withExtendedLifetime(rows) {}
    }

    @Test func aTransactionThatWasCutIsUndoneWholeAndNothingOfItIsWrittenLater() throws {
        let store = try store()
        let error = #expect(throws: StorageError.self) {
            try store.write { connection in
                try connection.execute("INSERT INTO metric (name) VALUES ('first')")
                try cut(store)
                _ = try? connection.execute("INSERT INTO metric (name) VALUES ('second')")
                try connection.execute("INSERT INTO metric (name) VALUES ('third')")
            }
        }
        #expect(error?.isLost == true)
        #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 0)
    }

    @Test func aFailureThatWasOverheardIsNoWrite() throws {
        let store = try store()
        let error = #expect(throws: StorageError.self) {
            try store.write { connection in
                try connection.execute("INSERT INTO metric (name) VALUES ('first')")
                _ = try? connection.execute("INSERT INTO metric (name) VALUES ('first')")
            }
        }
        #expect(error?.message.contains("nothing was written") == true)
        #expect(try store.read { try $0.integer("SELECT count(*) FROM metric") } == 0)
    }

    @Test func theRunnersLockIsTakenAgainBeforeAnythingElseOrNotAtAll() throws {
        let first = try store()
        var lock: RunnerLock? = try RunnerLock(of: first)
        try cut(first)
        try first.read { _ in }
        #expect(throws: StorageError.self) { try RunnerLock(of: self.store()) }
        try cut(first)
        let second = try store()
        let other = try RunnerLock(of: second)
        let error = #expect(throws: StorageError.self) { try first.read { _ in } }
        #expect(error?.message.contains("has taken over the playbooks") == true)
        withExtendedLifetime((lock, other)) {}
        lock = nil
    }

    @Test func whoSendsHasALockOfItsOwn() throws {
        let (planning, sending) = (try store(), try store())
        let locks = [try RunnerLock(of: planning), try RunnerLock(of: sending, for: .sending)]
        #expect(throws: StorageError.self) { try RunnerLock(of: self.store(), for: .sending) }
        withExtendedLifetime(locks) {}
    }

    @Test func aServerThatIsAwayIsTriedLessAndLessOften() throws {
        var attempts = Reconnection()
        struct Away: Error {}
        var pauses: [Duration] = []
        for _ in 0..<12 {
            attempts.failed(Away())
            pauses.append(ContinuousClock.now.duration(to: attempts.nextAttempt))
        }
        #expect(pauses[0] < .milliseconds(101) && pauses[3] > .milliseconds(700))
        #expect(pauses.allSatisfy { $0 <= .seconds(60) } && pauses[11] > .seconds(59))
    }

    @Test func whoOnlyReadsCanWriteNothingButItsOwnTables() throws {
        _ = try store()
        let store = try store(.readOnly)
        let error = #expect(throws: StorageError.self) {
            try store.session { try $0.execute("INSERT INTO metric (name) VALUES ('a')") }
        }
        #expect(error?.message.contains("is open for reading only") == true)
        #expect(throws: StorageError.self) { try store.write { _ in } }
        try store.read { connection in
            try connection.renew(RisksSeen.table)
            try connection.execute("INSERT INTO risk_seen (account_id, reason) VALUES (1, 'price')")
            #expect(try connection.integer("SELECT count(*) FROM risk_seen") == 1)
            try connection.renew(RisksSeen.table)
            #expect(try connection.integer("SELECT count(*) FROM risk_seen") == 0)
        }
        #expect(throws: StorageError.self) {
            try store.read { try $0.execute("INSERT INTO metric (name) VALUES ('a')") }
        }
    }
}
