import Foundation
import Playbooks
import Storage
import Testing

struct ImportSourcesTests {
    @Test func ndjsonLeavesAloneWhatAnObjectLeavesOut() throws {
        let world = try ImportWorld()
        let report = try world.importer.run(
            .accounts,
            from: .file(
                try world.file(
                    """
                    {"key": "a", "name": "Caf\\u00e9 \\ud83d\\ude00 \\"x\\"", "seats": 5, "trial": true, "mrr": 12.5}
                    {"key": "b", "Subscription Plan": "pro", "other": {"deep": [1, 2]}}

                    {"seats": 1e2, "key": "c"}
                    """, "a.ndjson")), now: world.now)
        #expect(report.inserted == 3)
        #expect(report.warnings == ["not in data.yaml and left out: \"other\""])
        #expect(
            try world.rows("SELECT key, name, a_seats, a_trial, mrr, a_plan, status FROM account ORDER BY id") == [
                "a|Café 😀 \"x\"|5.0|1|1250||active", "b|||||pro|active", "c||100.0||||active",
            ])
        world.advance(days: 1)
        let update = try world.importer.run(
            .accounts, from: .file(try world.file("{\"key\":\"a\",\"seats\":null}\n{\"key\":\"b\",\"mrr\":1}\n")),
            now: world.now)
        #expect(update.updated == 2)
        #expect(
            try world.rows("SELECT key, a_seats, a_trial, mrr, a_plan FROM account WHERE key < 'c' ORDER BY id") == [
                "a||1|1250|", "b|||100|pro",
            ])
        #expect(try world.history == ["b|mrr|\(world.now.milliseconds)||100"])
    }

    @Test func badNDJSONLinesAreRejected() throws {
        let world = try ImportWorld()
        let report = try world.importer.run(
            .accounts,
            from: .file(
                try world.file(
                    "{\"key\": \"a\"}\n{\"key\": \"b\"\nnot json\n{\"key\": \"c\", \"name\": {\"x\": 1}}\n{\"key\":\"d\",\"key\":\"e\"}\n"
                        + "{\"key\": \"\\u0000\"}\n{\"key\": 7}")), now: world.now)
        #expect(report.firstRejected.map(\.row) == [2, 3, 5, 6])
        #expect(try world.rows("SELECT key FROM account ORDER BY key") == ["7", "a", "c"])
    }

    @Test func ndjsonEventsCarryTheirPropertiesAsAnObject() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(
            .events,
            #"{"account":"a","event":"nps_response","at":1772359200000,"properties":{"score":9,"comment":"ü"}}"#)
        #expect(try world.events == ["a|nps_response|1772359200000|{\"score\":9,\"comment\":\"ü\"}|0"])
    }

    @Test func aQueryOnAnotherDatabaseIsASource() throws {
        let world = try ImportWorld()
        let other = try Scratch()
        _ = try other.shell(
            """
            CREATE TABLE customers (id, title, amount REAL, since TEXT, seats);
            INSERT INTO customers VALUES (1, 'Ada', 12.3, '2026-01-01', 3), (2, NULL, NULL, '2026-01-02', 0.1 + 0.2);
            """)
        let sql = "SELECT id AS key, title AS name, amount AS mrr, since AS created_at, seats FROM customers"
        let source = ImportSource.query(database: other.database, sql: sql)
        #expect(try world.importer.run(.accounts, from: source, now: world.now).inserted == 2)
        #expect(
            try world.rows("SELECT key, name, mrr, a_seats FROM account ORDER BY id") == [
                "1|Ada|1230|3.0", "2|||0.30000000000000004",
            ])
        #expect(throws: (any Error).self) {
            try world.importer.run(
                .accounts, from: .query(database: other.database, sql: "DELETE FROM customers RETURNING id AS key"),
                now: world.now)
        }
        #expect(throws: (any Error).self) {
            try world.importer.run(.accounts, from: .query(database: other.database, sql: "SELEC 1"), now: world.now)
        }
        #expect(throws: (any Error).self) {
            try world.importer.run(
                .accounts, from: .query(database: world.scratch.path("no.db"), sql: sql), now: world.now)
        }
    }

    @Test func aPipeIsASource() throws {
        let world = try ImportWorld()
        let pipe = Pipe()
        let text = "key,name\n" + (0..<5_000).map { "k\($0),name \($0)" }.joined(separator: "\n")
        let writer = Thread {
            pipe.fileHandleForWriting.write(Data(text.utf8))
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        let report = try world.importer.run(
            .accounts, from: .descriptor(pipe.fileHandleForReading.fileDescriptor, name: "stdin"),
            options: ImportOptions(rejectedPath: world.scratch.path("stdin.rejected.csv")), now: world.now)
        #expect(report.inserted == 5_000)
    }

    @Test func rowsAtHandAreASource() throws {
        let world = try ImportWorld()
        let rows: [[String?]] = [["a", "5", nil], ["b", nil, "yes"]]
        let report = try world.importer.run(
            .accounts, from: .rows(columns: ["key", "seats", "trial"], rows: rows), now: world.now)
        #expect(report.inserted == 2)
        #expect(try world.rows("SELECT key, a_seats, a_trial FROM account ORDER BY id") == ["a|5.0|", "b||1"])
    }
}
