import Basics
import Crypto
import Foundation
import Playbooks
import Storage
import Testing

/// What makes an event the one that is there already.
@Suite struct EventIdentityTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        world.dataMap.events.append(EventKind("paid", properties: []))
        try world.load(.accounts, "key,contact_email\na,ada@example.com\nb,bob@example.com\n")
        return world
    }

    private func declare(_ properties: [EventKind.Property], in world: ImportWorld) throws {
        world.dataMap.events.removeAll { $0.name == "paid" }
        world.dataMap.events.append(EventKind("paid", properties: properties))
        try LeftOutProperties(dataMap: world.dataMap, configuration: world.configuration, store: world.store)
            .bringBack()
    }

    private func paid(_ world: ImportWorld) throws -> [String] {
        try world.rows(
            """
            SELECT a.key, e.properties, e.left_out FROM event e JOIN account a ON a.id = e.account_id
            JOIN event_kind k ON k.id = e.kind_id WHERE k.name = 'paid' ORDER BY e.id
            """)
    }

    private static let csv = "account,event,at,amount,note\na,paid,2026-03-01,12.50,x\nb,paid,2026-03-01,7,\n"
    private static let ndjson = """
        {"account": "a", "event": "paid", "at": "2026-03-01", "amount": 12.50, "note": "x"}
        {"account": "b", "event": "paid", "at": "2026-03-01", "properties": {"amount": 7, "of": {"deep": [1]}}}
        """

    @Test(arguments: [csv, ndjson]) func declaringAPropertyBringsItBackAndMakesNoEventNew(text: String) throws {
        let world = try world()
        #expect(try world.load(.events, text).inserted == 2)
        #expect(try paid(world).allSatisfy { $0.contains("||{") })
        try declare([.init("amount", .money)], in: world)
        #expect(try paid(world)[0] == #"a|{"amount":1250}|{"note":"x"}"#)
        #expect(try paid(world)[1].hasPrefix(#"b|{"amount":700}|"#))
        let report = try world.load(.events, text)
        #expect((report.inserted, report.unchanged) == (0, 2))
        // Its type, and another property, are edited.
        for edit in [[EventKind.Property("amount", .text)], [.init("amount", .number), .init("note", .text)], []] {
            try declare(edit, in: world)
            #expect(try world.load(.events, text).inserted == 0)
        }
    }

    @Test func anEditOfAReasonsMapMakesNoEventNew() throws {
        let world = try world()
        let text = "account,event,at,reason\na,complaint,2026-03-01,too_expensive\n"
        #expect(try world.load(.events, text).inserted == 1)
        let index = try #require(world.dataMap.events.firstIndex { $0.name == "complaint" })
        world.dataMap.events[index] = EventKind(
            "complaint", properties: [.init("reason", .reason, map: ["too_expensive": "missing_feature"])])
        #expect(try world.load(.events, text).inserted == 0)
    }

    @Test func eventsThatDifferInAnythingThatWasSentAreTwo() throws {
        let world = try world()
        let text = """
            account,event,at,contact,invoice
            a,paid,2026-03-01,,1
            a,paid,2026-03-01,,2
            a,paid,2026-03-01,ada@example.com,2
            a,paid,2026-03-02,,2
            """
        #expect(try world.load(.events, text).inserted == 4)
        // However names and addresses are written, and in whatever order the columns come.
        let again = """
            Invoice,contact,account,event,at
            2,ADA@example.com ,a,paid,2026-03-01
            1,,a,paid,2026-03-01T00:00:00Z
            """
        #expect(try world.load(.events, again).inserted == 0)
    }

    @Test func idsCountWithinAnAccountAndAKind() throws {
        let world = try world()
        let text = """
            account,event,at,id
            a,paid,2026-03-01,1
            b,paid,2026-03-01,1
            a,nps_response,2026-03-01,1
            a,paid,2026-03-05,1
            """
        let report = try world.load(.events, text)
        #expect((report.inserted, report.updated) == (3, 1))
        #expect(try world.load(.events, text).inserted == 0)
        #expect(try paid(world) == ["a||", "b||"])
    }

    @Test func whatCannotBeReadAsItsTypeStaysAsItWasSent() throws {
        let world = try world()
        try world.load(.events, "account,event,at,amount,score\na,paid,2026-03-01,many,3\n")
        try declare([.init("amount", .number), .init("score", .number)], in: world)
        #expect(try paid(world) == [#"a|{"score":3}|{"amount":"many"}"#])
    }

    /// Stores the events as programs did that knew them by their declared properties.
    private func makeEarlier(_ world: ImportWorld, properties: String) throws {
        let at = try ImportWorld.milliseconds("2026-03-01T00:00:00Z")
        var hash = SHA256()
        hash.update(data: Data("a\0\0paid".utf8))
        withUnsafeBytes(of: at.littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Data(properties.utf8))
        let time = String(UInt64(bitPattern: at + 1 << 44), radix: 16)
        let digits = String(repeating: "0", count: 12 - time.count) + time
        let digest = "\(digits)-\(Hexadecimal.text(hash.finalize().prefix(10)))"
        try world.store.write { connection in
            try connection.execute(
                """
                UPDATE event SET dedup = :digest, left_out = NULL, properties = :properties
                WHERE kind_id = (SELECT id FROM event_kind WHERE name = 'paid')
                """, ["digest": .text(digest), "properties": properties.isEmpty ? .null : .text(properties)])
            try connection.execute(
                "INSERT INTO meta (key, value) SELECT 'declared_digests', max(id) FROM event")
        }
    }

    @Test(arguments: [false, true]) func eventsOfOlderDatabasesAreFoundAgain(isDeclared: Bool) throws {
        let world = try world()
        let text = "account,event,at,amount\na,paid,2026-03-01,5\n"
        try world.load(.events, text)
        try makeEarlier(world, properties: "")
        if isDeclared { try declare([.init("amount", .number)], in: world) }
        let report = try world.load(.events, text)
        #expect((report.inserted, report.unchanged) == (0, 1))
        #expect(try paid(world) == [isDeclared ? #"a|{"amount":5}|"# : #"a||{"amount":"5"}"#])
        // Another event of the same moment is another one.
        #expect(try world.load(.events, "account,event,at,amount\na,paid,2026-03-01,6\n").inserted == 1)
        #expect(try world.load(.events, text).inserted == 0)
    }

    @Test func anOlderEventWithAnotherValueIsAnotherOne() throws {
        let world = try world()
        try declare([.init("amount", .number)], in: world)
        try world.load(.events, "account,event,at,amount\na,paid,2026-03-01,5\n")
        try makeEarlier(world, properties: #"{"amount":5}"#)
        #expect(try world.load(.events, "account,event,at,amount\na,paid,2026-03-01,6\n").inserted == 1)
        #expect(try world.load(.events, "account,event,at,amount\na,paid,2026-03-01,5\n").inserted == 0)
    }

    // MARK: - Told again

    private static let retold: [(String, [String])] = [
        // Cells that were filled in, columns that came, others that went.
        (
            "account,event,at,comment\na,nps_response,2026-03-01,",
            ["account,event,at,comment\na,nps_response,2026-03-01,slow"]
        ),
        (
            "account,event,at,score\na,nps_response,2026-03-01,3",
            ["account,event,at,score,exported_on\na,nps_response,2026-03-01,3,2026-03-04"]
        ),
        (
            "account,event,at,score,note\na,nps_response,2026-03-01,3,x",
            ["account,event,at,score\na,nps_response,2026-03-01,3.0"]
        ),
        (
            "account,event,at,score\na,nps_response,2026-03-01T10:00:00Z,3",
            ["account,event,at,score\na,nps_response,2026-03-01 10:00:00,3"]
        ),
        (
            "account,event,at,score\na,nps_response,2026-03-01,3",
            ["account,event,at,score,contact\na,nps_response,2026-03-01,3,ada@example.com"]
        ),
        (
            "account,event,at,score\na,nps_response,2026-03-01,3",
            ["account,event,at,score,id\na,nps_response,2026-03-01,3,r1"]
        ),
    ]

    @Test(arguments: retold) func aRowThatSaysMoreOfAnEventIsThatEvent(first: String, later: [String]) throws {
        let world = try world()
        try world.load(.events, first + "\n")
        for text in later {
            #expect(try world.load(.events, text + "\n").inserted == 0)
            let again = try world.load(.events, text + "\n")
            #expect((again.inserted, again.updated, again.unchanged) == (0, 0, 1))
        }
        #expect(try world.events.count { $0.contains("nps_response") } == 1)
    }

    @Test func aNightlyExportInWhichCellsChangeMakesNoEventNew() throws {
        let world = try world()
        func export(_ day: Int, comment: String, rows: Int) -> String {
            "account,event,at,score,comment,exported\n"
                + (1...rows).map { "a,nps_response,2026-03-0\($0)T09:00:00Z,\($0),\(comment),2026-03-0\(day)" }
                .joined(separator: "\n") + "\n"
        }
        try world.load(.events, export(4, comment: "", rows: 3))
        let second = try world.load(.events, export(5, comment: "so so", rows: 4))
        #expect((second.inserted, second.updated) == (1, 3))
        let third = try world.load(.events, export(6, comment: "fine", rows: 5))
        #expect((third.inserted, third.updated) == (1, 4))
        #expect(try world.events.filter { $0.contains("nps_response") }.allSatisfy { $0.contains("fine") })
    }

    @Test func twoRowsOfADayThatContradictEachOtherAreTwoEvents() throws {
        let world = try world()
        for invoice in 1...3 {
            #expect(try world.load(.events, "account,event,at,invoice\na,paid,2026-03-10,\(invoice)\n").inserted == 1)
        }
        // All of them again, and one more.
        let all = "account,event,at,invoice\n" + (1...4).map { "a,paid,2026-03-10,\($0)\n" }.joined()
        #expect(try world.load(.events, all).inserted == 1)
        #expect(try paid(world).count == 4)
    }

    @Test func aCorrectedEventIsTakenByItsId() throws {
        let world = try world()
        func text(_ at: String, _ score: String, _ comment: String) -> String {
            "account,event,at,id,score,comment\na,nps_response,\(at),7,\(score),\(comment)\n"
        }
        try world.load(.events, text("2026-03-02T10:00:00Z", "3", ""))
        let report = try world.load(.events, text("2026-03-01T10:00:00Z", "8", "better"))
        #expect((report.inserted, report.updated, report.unchanged) == (0, 1, 0))
        let at = try ImportWorld.milliseconds("2026-03-01T10:00:00Z")
        #expect(
            try world.events.filter { $0.contains("nps_response") }
                == [#"a|nps_response|\#(at)|{"score":8,"comment":"better"}|0"#])
        #expect(try world.load(.events, text("2026-03-01T10:00:00Z", "8", "better")).unchanged == 1)
    }

    /// An edit of the format or of the time zone of `at` moves the events that it read.
    @Test func theContactOfAnEventWithAnIdIsCorrectedToo() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email\na,c2,c2@example.com\na,c3,c3@example.com\n")
        func told(_ contact: String) throws -> ImportReport {
            try world.load(.events, "account,event,at,id,contact\na,paid,2026-03-01,e1,\(contact)\n")
        }
        func contacts() throws -> [String] {
            try world.rows(
                """
                SELECT c.key FROM event e JOIN contact c ON c.id = e.contact_id
                JOIN event_kind k ON k.id = e.kind_id WHERE k.name = 'paid'
                """)
        }
        #expect(try told("c2").inserted == 1)
        #expect(try told("c3").updated == 1)
        #expect(try contacts() == ["c3"])
        #expect(try told("c3").updated == 0)
        // What says nothing of a contact takes none away.
        #expect(try told("").updated == 0)
        #expect(try contacts() == ["c3"])
    }

    @Test func anEditOfHowMomentsAreReadMovesTheEventsAndMakesNone() throws {
        let world = try world()
        let text = "account,event,at,invoice\na,paid,02/03/2026 10:00,1\na,paid,03/03/2026 10:00,1\n"
        func map(_ format: String, _ zone: String) -> ImportOptions {
            var map = ImportMap("payments", .events)
            var form = ColumnForm(formats: [format])
            form.zone = Zone(zone)
            map.columns["at"] = form
            return ImportOptions(map: map)
        }
        #expect(try world.load(.events, text, map("m/d/y", "UTC")).inserted == 2)
        for (format, zone, moments) in [
            ("d/m/y", "UTC", ["2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"]),
            ("d/m/y", "America/Chicago", ["2026-03-02T16:00:00Z", "2026-03-03T16:00:00Z"]),
        ] {
            #expect(try world.load(.events, text, map(format, zone)).inserted == 0)
            #expect(
                try world.rows("SELECT at FROM event WHERE dedup LIKE '%.%' ORDER BY at")
                    == moments.map { "\(try ImportWorld.milliseconds($0))" })
        }
    }
}
