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
}
