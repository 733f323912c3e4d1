import Playbooks
import Storage
import Testing

/// Several rows of one account or contact.
@Suite struct RepeatedRowsTests {
    @Test func rowsOfOneKeyAreTakenTogetherWhereEachLeavesOutWhatTheOtherHas() throws {
        let world = try ImportWorld()
        func load(_ kind: ImportKind, _ text: String) throws {
            _ = try world.importer.run(kind, from: .file(world.file(text, "rows.ndjson")), now: world.now)
        }
        try load(
            .accounts,
            """
            {"key":"a","seats":4,"contact_email":"ada@x.example"}
            {"key":"b","seats":1}
            {"key":"a","name":"Acme","trial":true}
            {"key":"a","trial":null}

            """)
        #expect(
            try world.rows("SELECT key, name, a_seats, a_trial FROM account ORDER BY key") == [
                "a|Acme|4.0|", "b||1.0|",
            ])
        #expect(try world.rows("SELECT address FROM contact") == ["ada@x.example"])
        try load(
            .contacts,
            """
            {"account":"b","key":"k","email":"bo@x.example","unsubscribed":true}
            {"account":"b","key":"k","title":"CFO"}

            """)
        #expect(try world.rows("SELECT address, c_title FROM contact WHERE key = 'k'") == ["bo@x.example|CFO"])
        #expect(try world.rows("SELECT address FROM suppression") == ["bo@x.example"])
    }

    @Test(arguments: [
        (#"{"key":"a","contact_email":null}\n{"key":"a","seats":5}"#, ""),
        (#"{"key":"a","contact_email":"new@x.example"}\n{"key":"a","contact_email":""}"#, ""),
        (#"{"key":"a","contact_email":""}\n{"key":"a","contact_email":"new@x.example"}"#, "new@x.example"),
        (#"{"key":"a","contact_email":"new@x.example"}\n{"key":"a","seats":5}"#, "new@x.example"),
        (#"{"key":"a","seats":4}\n{"key":"a","seats":5}"#, "ada@x.example"),
    ]) func theLastRowThatSpeaksOfTheAddressCounts(rows: String, address: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,ada@x.example\n")
        let text = rows.replacing("\\n", with: "\n") + "\n"
        _ = try world.importer.run(.accounts, from: .file(world.file(text, "rows.ndjson")), now: world.now)
        #expect(try world.rows("SELECT address FROM contact") == [address])
    }

    /// The first file brought it as one that has left, nobody knows when.
    @Test func whoComesBackByAnEventComesBackOnce() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,status\na,churned\n")
        world.advance(days: 1)
        try world.load(.events, "account,event,at\na,reactivated,2026-03-11T10:00:00Z\n")
        #expect(try world.rows("SELECT status FROM account") == ["active"])
        world.advance(days: 1)
        #expect(try world.load(.accounts, "key,status\na,active\n").eventsMade == 0)
        #expect(try world.rows("SELECT count(*) FROM event") == ["1"])
    }
}
