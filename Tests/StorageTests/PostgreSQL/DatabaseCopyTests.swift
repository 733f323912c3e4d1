import Foundation
import Playbooks
import Reliability
import Testing

@testable import Storage

/// A database that is brought from a file to a server, or back.
@Suite struct DatabaseCopyTests {
    private let scratch: Scratch
    private let source: Store
    private let noon = Instant(milliseconds: 1_790_000_000_000)

    private struct Broken: Error {}

    init() throws {
        scratch = try Scratch()
        source = try Store(path: scratch.path("from.db"), mode: .readWrite)
        var map = DataMap()
        map.attributes = [
            Attribute("seats", .number), Attribute("plan", .text), Attribute("renewal_at", .date),
            Attribute("VIP", .boolean),
        ]
        map.contactAttributes = [Attribute("title", .text)]
        try AttributeColumns(map).apply(to: source)
        try source.write { connection in
            try Meta.claim(for: "books", connection)
            for number in 1...40 {
                try connection.execute(
                    """
                    INSERT INTO account (key, name, created_at, a_seats, a_plan, "a_VIP")
                    VALUES (:key, :name, 0, :seats, 'pro', 1)
                    """,
                    [
                        "key": .text("a\(number)"), "name": number % 3 == 0 ? .null : .text("Zoë \"\(number)\"\n"),
                        "seats": .real(Double(number) / 3),
                    ])
                try connection.execute(
                    "INSERT INTO contact (account_id, key, c_title) VALUES (:account, 'owner', '')",
                    ["account": .integer(Int64(number))])
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                    VALUES (:account, 1, 0, 0, 'd', '{"score": 3, "path": "C:\\\\u0000"}')
                    """, ["account": .integer(Int64(number))])
            }
            try connection.execute("DELETE FROM account WHERE id = 40")
            for (attribute, value, previous) in [
                ("mrr", .integer(12_00), .null), ("seats", .real(3), .real(0.1)), ("plan", .text("5"), .text("7.0")),
                ("renewal_at", .integer(20_000), .null), ("VIP", .integer(1), .integer(0)),
                ("status", .text("churned"), .null),
            ] as [(String, SQLValue, SQLValue)] {
                try connection.execute(
                    "INSERT INTO history (account_id, attribute, at, value, previous) VALUES (1, :name, 0, :value, :previous)",
                    ["name": .text(attribute), "value": value, "previous": previous])
            }
            try connection.execute("INSERT INTO metric (name) VALUES ('logins')")
            let block = [Double.nan, 0, -1.5, 1e300, .leastNonzeroMagnitude].flatMap {
                withUnsafeBytes(of: $0, Array.init)
            }
            try connection.execute("INSERT INTO series (id, data) VALUES (77, :data)", ["data": .blob(block)])
        }
    }

    private func server() throws -> Store {
        try Store(
            PostgreSQLAddress(TestPostgreSQL.shared.get().address()), filesAt: scratch.path("postgresql"),
            mode: .readWrite)
    }

    private func file(_ name: String = "to.db") throws -> Store {
        try Store(path: scratch.path(name), mode: .readWrite)
    }

    @discardableResult
    private func copy(
        _ source: Store, _ target: Store, slice: Int = 2_000, _ progress: (Int) throws -> Void = { _ in }
    ) throws -> [DatabaseCopy.Part] {
        try DatabaseCopy(from: source, to: target, slice: slice).run(
            by: Author(from: .command, at: noon), gap: 1_000_000, id: UUID().uuidString, progress: progress)
    }

    /// All rows of a file but what tells a copy from another.
    private func rows(_ store: Store) throws -> [String] {
        try store.read { connection in
            try CopiedTable.all().flatMap { table in
                let columns = try connection.columns(of: table.name).sorted().map { "\"\($0)\"" }.joined(
                    separator: ", ")
                return try connection.query("SELECT \(columns) FROM \(table.name)").map { "\(table.name) \($0.values)" }
            }.filter { !$0.contains("text(\"instance\")") }.sorted()
        }
    }

    private func message(_ body: () throws -> Void) -> String {
        (#expect(throws: StorageError.self) { try body() })?.message ?? ""
    }

    private func isPaused(_ store: Store) throws -> Bool { try store.read { try Pauses($0).all != nil } }

    @Test func itGoesToAServerAndBackRowByRow() throws {
        let before = try rows(source)
        let (server, back) = (try server(), try file())
        let there = try copy(source, server)
        #expect(there.contains { $0.table == "account" && $0.rows == 39 })
        #expect(there.filter { $0.rows > 0 }.count == 8)
        // As whoever writes on a server writes it.
        #expect(
            try server.read { try $0.query("SELECT value FROM history WHERE attribute = 'seats'") }.map { $0["value"] }
                == [.text("3")])
        let home = try copy(server, back)
        #expect(try rows(back) == before)
        #expect(there.filter { $0.table != "meta" } == home.filter { $0.table != "meta" })
        #expect(try back.read { try $0.lastNumber(of: "account") } == 40)
        let next = try back.write { connection in
            try connection.integer("INSERT INTO account (key, created_at) VALUES ('new', 0) RETURNING id")
        }
        #expect(next == 41)
        #expect(try !isPaused(back))
        #expect(try isPaused(source) && isPaused(server))
    }

    @Test func whatIsCountedIsRightAfterwards() throws {
        for target in [try server(), try file()] {
            let source = try Store(path: scratch.path("\(UUID()).db"), mode: .readWrite)
            try source.write {
                try $0.execute("INSERT INTO account (key, created_at, mrr) VALUES ('a', 0, 7), ('b', 0, 8)")
            }
            try copy(source, target)
            let reopened = try target.server.map { try Store($0, filesAt: target.path, mode: .readWrite) } ?? file()
            try reopened.write { connection in
                try connection.execute("DELETE FROM account WHERE key = 'a'")
                try connection.execute("INSERT INTO account (key, created_at, mrr) VALUES ('c', 0, 9)")
            }
            let counts = try reopened.read { connection in
                try connection.query(
                    "SELECT what, count FROM flow_count WHERE what IN ('account', 'mrr') ORDER BY what")
            }
            #expect(counts.map(\.values) == [[.text("account"), .integer(2)], [.text("mrr"), .integer(17)]])
        }
    }

    @Test(arguments: [true, false])
    func oneThatBreaksOffAnywhereGoesOn(toServer: Bool) throws {
        let before = try rows(source)
        let target = try toServer ? server() : file()
        // Each attempt is told of each table at least once, also of those that are there.
        let steps = try CopiedTable.all().count
        for step in stride(from: 1, through: steps, by: toServer ? 5 : 1) {
            var done = 0
            #expect(throws: Broken.self) {
                try copy(source, target, slice: 7) { _ in
                    done += 1
                    if done == step { throw Broken() }
                }
            }
            #expect(try !isPaused(source))
            #expect(message { try CopyMark.expectNone(in: target) }.contains("has not come to its end"))
        }
        try copy(source, target, slice: 7)
        try CopyMark.expectNone(in: target)
        let back = try toServer ? file("back.db") : target
        if toServer { try copy(target, back) }
        #expect(try rows(back) == before)
    }

    @Test func whatHasChangedSinceItBrokeOffIsCopiedAsItIs() throws {
        let target = try server()
        var done = 0
        #expect(throws: Broken.self) {
            try copy(source, target, slice: 7) { _ in
                done += 1
                if done > 50 { throw Broken() }
            }
        }
        try source.write { connection in
            try connection.execute("UPDATE account SET name = 'Other' WHERE id = 2")
            try connection.execute("DELETE FROM contact WHERE id = 3")
            try connection.executeScript(
                "ALTER TABLE account DROP COLUMN a_seats; ALTER TABLE account ADD COLUMN a_seats TEXT")
            try Meta.set("column.account.a_seats", to: "text", connection)
            try connection.execute("UPDATE account SET a_seats = 'many', seen_at = id")
            try connection.execute("UPDATE history SET value = 'three', previous = NULL WHERE attribute = 'seats'")
        }
        let before = try rows(source)
        try copy(source, target)
        let back = try file()
        try copy(target, back)
        #expect(try rows(back) == before)
    }

    @Test func theEndIsMadeUpForWhenItAloneIsMissing() throws {
        let target = try file()
        try copy(source, target)
        // As a kill leaves it between the pause of the source and the end of the mark.
        try target.write { try CopyMark(of: source.title, isCompared: true).write($0) }
        try FileManager.default.removeItem(atPath: scratch.path("to.db.instance"))
        #expect(try copy(source, target).isEmpty)
        try CopyMark.expectNone(in: target)
        #expect(FileManager.default.fileExists(atPath: scratch.path("to.db.instance")))
        #expect(try !isPaused(target))
    }

    @Test func itIsRefusedWhereItWouldMixOrForkTwoDatabases() throws {
        let target = try server()
        #expect(message { try copy(source, source) }.contains("are the same database"))
        let again = try Store(#require(target.server), filesAt: "", mode: .readWrite)
        #expect(message { try copy(target, again) }.contains("are the same database"))
        try target.write { _ = try $0.execute("INSERT INTO metric (name) VALUES ('logins')") }
        #expect(message { try copy(source, target) }.contains("is not empty: metric has 1 rows"))
        let other = try file()
        try other.write { try CopyMark(of: "elsewhere").write($0) }
        #expect(message { try copy(source, other) }.contains("a copy of elsewhere into"))
        #expect(message { try copy(other, server()) }.contains("has not come to its end"))
        let runner = try RunnerLock(of: source)
        #expect(message { try copy(source, server()) }.contains("is already running the playbooks"))
        withExtendedLifetime(runner) {}
    }

    @Test func whatHasLeftForAnotherPlaceIsNotCopiedOnceMore() throws {
        try copy(source, server())
        #expect(message { try copy(source, file()) }.contains("it was copied to postgresql://"))
    }

    @Test func theFilesOfAnotherDatabaseAreNotWrittenOver() throws {
        try Data(repeating: 1, count: 32).write(to: URL(fileURLWithPath: scratch.path("from.db.secret")))
        try Data(repeating: 2, count: 32).write(to: URL(fileURLWithPath: scratch.path("to.db.secret")))
        #expect(message { try copy(source, file()) }.contains("to.db.secret is another secret"))
        try FileManager.default.removeItem(atPath: scratch.path("to.db.secret"))
        try SendLog(database: scratch.path("to.db")).append([SendLog.Entry(touch: 1, print: "0123456789abcdef")])
        #expect(message { try copy(source, file()) }.contains("lists 1 requests, more than the 0"))
        try FileManager.default.removeItem(atPath: scratch.path("to.db.sent"))
        try copy(source, file())
        #expect(FileManager.default.contents(atPath: scratch.path("to.db.secret")) == Data(repeating: 1, count: 32))
    }

    @Test func aTextThatNoServerHoldsIsToldWithItsCure() throws {
        let target = try server()
        try source.write { connection in
            try connection.execute("UPDATE contact SET c_title = :text WHERE id = 4", ["text": .text("Dr.\0No")])
        }
        let complaint = message { try copy(source, target) }
        #expect(complaint.contains("copying contact") && complaint.contains("c_title has the character U+0000"))
        let cure = try #require(complaint.firstMatch(of: /UPDATE [^;]*/)).output
        try source.write { _ = try $0.execute(String(cure)) }
        #expect(try source.read { try $0.first("SELECT c_title FROM contact WHERE id = 4")?[0] } == .text("Dr."))
        try source.write { connection in
            try connection.execute(
                "UPDATE event SET properties = :text WHERE id = 4", ["text": .text(#"{"a": "\u0000b"}"#)])
        }
        let other = message { try copy(source, target) }
        #expect(other.contains(#"properties has \u0000"#))
        let removal = try #require(other.firstMatch(of: /UPDATE [^;]*/)).output
        try source.write { _ = try $0.execute(String(removal)) }
        try copy(source, target)
    }

    @Test func aFullDiskIsToldAndGoneOnFrom() throws {
        let target = try file()
        let pages = try target.session { try $0.integer("PRAGMA page_count") }
        try target.session { try $0.pragma("max_page_count = \(pages + 1)") }
        try source.write { connection in
            try connection.execute(
                "UPDATE account SET name = :name", ["name": .text(String(repeating: "n", count: 2_000))])
        }
        let complaint = message { try copy(source, target) }
        #expect(complaint.contains("the disk is full") && complaint.contains("the same command goes on from here"))
        #expect(try !isPaused(source))
        try target.session { try $0.pragma("max_page_count = 100000") }
        try copy(source, target)
        #expect(try isPaused(source) && !isPaused(target))
    }

    @Test func aServerThatGoesAwayLeavesTheSourceAsItWas() throws {
        let server = try TestPostgreSQL()
        func target() throws -> Store {
            try Store(
                PostgreSQLAddress("postgresql://keeptouch@/postgres?host=\(server.folder.path)"),
                filesAt: scratch.path("postgresql"), mode: .readWrite)
        }
        var done = 0
        let complaint = message {
            try copy(source, target(), slice: 7) { _ in
                done += 1
                if done == 30 { try server.stop() }
            }
        }
        #expect(complaint.contains("the same command goes on from here"), "\(complaint)")
        #expect(try !isPaused(source))
        try server.start()
        try copy(source, target())
        #expect(try isPaused(source) && !isPaused(target()))
        _ = try server.ask("CREATE ROLE guest LOGIN")
        let guest = message {
            _ = try Store(
                PostgreSQLAddress("postgresql://guest@/postgres?host=\(server.folder.path)&schema=theirs"), filesAt: "",
                mode: .readWrite)
        }
        #expect(guest.contains("the user lacks a right"))
    }
}
