import Foundation
import Testing

/// Sources of which whole days say what is new.
struct LastDayTests {
    @Test func whatComesLaterOnTheLastDayIsNotLost() throws {
        let scratch = try Scratch(small: "in_app")
        let crm = try Database(path: scratch.folder.appendingPathComponent("crm.db").path)
        try crm.execute(
            "CREATE TABLE customer (id TEXT, seats INTEGER, changed TEXT); INSERT INTO customer VALUES ('a1', 3, '2026-01-02')"
        )
        try SourcesTests.sources(
            """
            customers:
              import: accounts
              sqlite: crm.db
              query: SELECT id AS key, seats, changed FROM customer WHERE changed > :since
              since: { column: changed, first: "2025-01-01" }
            """, in: scratch)
        #expect(try scratch.keeptouch("import", "all").output.contains("1 accounts read"))
        try crm.execute("INSERT INTO customer VALUES ('a2', 3, '2026-01-02')")
        let later = try scratch.keeptouch("import", "all")
        #expect(later.output.contains("2 accounts read, 1 new, 1 unchanged"), "\(later.output)\(later.complaints)")
        #expect(try scratch.query("SELECT since FROM source") == [["2026-01-02"]])
    }
}
