import Playbooks
import Storage
import Testing

struct ImportEventsTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,ada@example.com\nb,\n")
        return world
    }

    private func added(_ world: ImportWorld) throws -> [String] {
        try world.events.filter { !$0.contains("|contact_added|") }
    }

    @Test func propertiesComeFromColumnsOrFromJSON() throws {
        let world = try world()
        let at = try ImportWorld.milliseconds("2026-03-01T10:00:00Z")
        let report = try world.load(
            .events,
            #"""
            account,event,at,score,comment,properties
            a,nps_response,2026-03-01T10:00:00Z,9,"so ""good""",
            b,nps_response,2026-03-01T10:00:00Z,,,"{""score"": 7.5, ""comment"": ""caf\u00e9"", ""paid"": ""12.50""}"
            b,nps_response,2026-03-01,,,
            """#)
        #expect(report.firstRejected == [])
        #expect(
            try added(world) == [
                "a|nps_response|\(at)|{\"score\":9,\"comment\":\"so \\\"good\\\"\"}|0",
                "b|nps_response|\(at - 36_000_000)||0",
                "b|nps_response|\(at)|{\"score\":7.5,\"comment\":\"café\",\"paid\":1250}|0",
            ])
    }

    @Test func theSameEventIsStoredOnce() throws {
        let world = try world()
        let text = """
            account,event,at,id,score
            a,nps_response,2026-03-01T10:00:00Z,e1,9
            a,nps_response,2026-03-01T10:00:00Z,e2,9
            a,nps_response,2026-03-01T10:00:00Z,,9
            a,nps_response,2026-03-01T10:00:00Z,,9
            a,nps_response,2026-03-01T10:00:00Z,,8
            a,nps_response,2026-03-01T10:00:01Z,,9
            """
        let report = try world.load(.events, text)
        #expect((report.inserted, report.unchanged) == (5, 1))
        #expect(try world.load(.events, text).inserted == 0)
    }

    @Test func eventsThatCannotBeAreRejected() throws {
        let world = try world()
        let report = try world.load(
            .events,
            #"""
            account,event,at,properties
            x,nps_response,2026-03-01,
            a,nps_respons,2026-03-01,
            a,nps_response,,
            a,nps_response,soon,
            a,nps_response,2026-03-12,
            a,nps_response,2026-03-01,"{""score"": ""high""}"
            a,nps_response,2026-03-01,"{""score"": [1]}"
            a,nps_response,2026-03-01,{score: 1}
            a,complaint,2026-03-01,"{""reason"": ""prise""}"
            """#)
        #expect(report.inserted == 2)
        let reasons = report.firstRejected.map(\.reason)
        #expect(reasons[0] == "account: there is no account with the key \"x\"")
        #expect(reasons[1] == "event: \"nps_respons\" is not an event of data.yaml; did you mean \"nps_response\"?")
        #expect(reasons[2] == "at: is empty")
        #expect(reasons[4] == "at: \"2026-03-12\" lies in the future")
        #expect(reasons[5] == "score: is a list or an object; a property is one value")
        #expect(reasons[6] == "properties: is not a JSON object such as {\"score\": 9}")
        #expect(report.groups.first(where: \.isOfCells)?.first.reason == "score: \"high\" is not a number")
        // A complaint with an unknown reason is a complaint all the same.
        #expect(try added(world).last?.contains("{\"reason\":\"prise\"}") == true)
        #expect(
            report.warnings.contains {
                $0.hasPrefix(
                    "complaint.reason: 1 value was taken that data.yaml does not list: \"prise\" (1; did you mean")
            }, "\(report.warnings)")
    }

    @Test func reasonsAreMapped() throws {
        let world = try world()
        try world.load(
            .events, "account,event,at,reason\na,complaint,2026-03-01,too_expensive\nb,complaint,2026-03-01,price\n")
        #expect(try added(world).allSatisfy { $0.contains("{\"reason\":\"price\"}") })
    }

    @Test func unknownPropertiesAreLeftOutWithAWarning() throws {
        let world = try world()
        let report = try world.load(
            .events,
            "account,event,at,properties\na,nps_response,2026-03-01,\"{\"\"colour\"\": 1, \"\"score\"\": 2}\"\n")
        #expect(report.warnings.contains { $0.contains("nps_response.colour") })
        #expect(try added(world).first?.contains("{\"score\":2}") == true)
    }

    @Test func contactsAreFoundByKeyOrAddress() throws {
        let world = try world()
        let report = try world.load(
            .events,
            """
            account,event,at,contact
            a,nps_response,2026-03-01,owner
            a,nps_response,2026-03-02,ADA@example.com
            a,nps_response,2026-03-03,who@example.com
            b,nps_response,2026-03-04,owner
            """)
        #expect(report.warnings.contains { $0.hasPrefix("2 events name a contact that is not known") })
        #expect(
            try world.rows(
                """
                SELECT event.contact_id FROM event JOIN event_kind ON event_kind.id = event.kind_id
                WHERE event_kind.name = 'nps_response' ORDER BY event.at
                """) == ["1", "1", "", ""])
    }

    @Test func aContactThatComesAfterItsEventIsFoundByKeyOrAddress() throws {
        let world = try world()
        try world.load(
            .events,
            """
            account,event,at,contact
            a,nps_response,2026-03-01,late
            a,nps_response,2026-03-02,Late@Example.com
            a,nps_response,2026-03-03,never
            b,nps_response,2026-03-04,late
            """)
        let found = """
            SELECT coalesce(contact.key, event.contact_key) FROM event
            JOIN event_kind ON event_kind.id = event.kind_id LEFT JOIN contact ON contact.id = event.contact_id
            WHERE event_kind.name = 'nps_response' AND (event.contact_id IS NULL) = (event.contact_key IS NOT NULL)
            ORDER BY event.at
            """
        #expect(try world.rows(found) == ["late", "late@example.com", "never", "late"])
        try world.load(.contacts, "account,key,email\na,c9,LATE@example.com\na,late,\n")
        #expect(try world.rows(found) == ["late", "c9", "never", "late"])
        #expect(
            try world.rows("SELECT account_id, contact_key FROM event WHERE contact_key IS NOT NULL ORDER BY at")
                == ["1|never", "2|late"])
    }

    @Test func theOwnerWhoComesWithTheAccountsIsTheContactOfEarlierEvents() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(.events, "account,event,at,contact\na,nps_response,2026-03-01,owner\n")
        #expect(try world.rows("SELECT contact_id, contact_key FROM event") == ["|owner"])
        try world.load(.accounts, "key,contact_email\na,ada@example.com\n")
        #expect(
            try world.rows("SELECT contact_id, contact_key FROM event ORDER BY id LIMIT 1") == ["1|"])
    }

    @Test func historyTriggersNothing() throws {
        let world = try world()
        try world.load(.events, "account,event,at\na,nps_response,2026-03-01\n", ImportOptions(isHistory: true))
        #expect(try added(world).first?.hasSuffix("|1") == true)
    }

    @Test func builtInEventsChangeTheColumnsTheyStandFor() throws {
        let world = try world()
        let asked = try ImportWorld.milliseconds("2026-02-01T00:00:00Z")
        let left = try ImportWorld.milliseconds("2026-03-01T00:00:00Z")
        try world.load(
            .events,
            """
            account,event,at,reason
            a,cancel_requested,2026-02-01,
            a,churned,2026-03-01,price
            b,cancel_requested,2026-02-01,
            b,cancel_withdrawn,2026-02-03,
            b,churned,2025-01-01,
            b,reactivated,2025-06-01,
            """)
        #expect(
            try world.rows(
                "SELECT key, status, churned_at, churn_reason, cancel_requested_at FROM account ORDER BY key") == [
                    "a|churned|\(left)|price|\(asked)", "b|active|||",
                ])
        #expect(try world.history == ["a|status|\(left)|active|churned"])
    }

    @Test func olderEventsDoNotUndoNewerColumns() throws {
        let world = try world()
        try world.load(.accounts, "key,churned_at,cancel_requested_at\na,2026-03-01,2026-02-20\n")
        let before = try world.rows("SELECT * FROM account ORDER BY id")
        try world.load(
            .events,
            """
            account,event,at
            a,churned,2025-01-01
            a,reactivated,2025-02-01
            a,cancel_requested,2024-12-01
            a,cancel_withdrawn,2024-12-05
            """)
        #expect(try world.rows("SELECT * FROM account ORDER BY id") == before)
    }

    @Test func columnsAndEventsTellOneTruthOnce() throws {
        let world = try world()
        try world.load(.accounts, "key,churned_at\na,2026-03-01\n")
        try world.load(.events, "account,event,at,id\na,churned,2026-03-01,crm-1\nb,churned,2026-03-02,crm-2\n")
        try world.load(.accounts, "key,churned_at\na,2026-03-01\nb,2026-03-02\n")
        #expect(
            try added(world).map { $0.split(separator: "|").prefix(2).joined(separator: " ") } == [
                "a churned", "b churned",
            ])
    }

    @Test func contactEventsChangeTheContact() throws {
        let world = try world()
        world.advance(days: 3)
        try world.load(
            .events,
            #"""
            account,event,at,contact,properties
            a,contact_role_changed,2026-03-11,owner,"{""from"": ""owner"", ""to"": ""billing""}"
            a,contact_left,2026-03-12,owner,
            a,contact_role_changed,2020-01-01,owner,"{""to"": ""old""}"
            """#)
        #expect(try world.rows("SELECT role, status FROM contact") == ["billing|left"])
    }

    @Test func anEventIsRecordedByHandWithTheSameChecks() throws {
        let world = try world()
        let importer = world.importer
        #expect(
            try importer.recordEvent(account: "a", event: "nps_response", properties: ["score": "9"], now: world.now))
        #expect(try added(world) == ["a|nps_response|\(world.now.milliseconds)|{\"score\":9}|0"])
        #expect(throws: ImportError("the event \"nps_response\" has no property \"scor\"; did you mean \"score\"?")) {
            try importer.recordEvent(account: "a", event: "nps_response", properties: ["scor": "9"], now: world.now)
        }
        #expect(throws: ImportError("account: there is no account with the key \"z\"")) {
            try importer.recordEvent(account: "z", event: "nps_response", now: world.now)
        }
    }
}
