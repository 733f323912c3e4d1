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
        #expect((report.inserted, report.unchanged) == (3, 1))
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
}
