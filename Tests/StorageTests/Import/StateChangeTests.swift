import Playbooks
import Storage
import Testing

/// A change of state is an event only when the state changes.
@Suite struct StateChangeTests {
    private func events(_ world: ImportWorld) throws -> [String] {
        try world.rows(
            """
            SELECT k.name, e.at FROM event e JOIN event_kind k ON k.id = e.kind_id
            WHERE k.name NOT LIKE 'contact%' ORDER BY e.id
            """)
    }

    private func moment(_ text: String) throws -> Int64 { try ImportWorld.milliseconds(text) }

    @Test func aCorrectedDateOfAChurnIsOneChurn() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,churned_at\na,\nb,2026-01-05T08:00:00Z\n")
        world.advance(days: 1)
        try world.load(.accounts, "key,churned_at\na,2026-03-11T09:00:00Z\nb,2026-01-05\n")
        try world.load(.accounts, "key,churned_at\na,2026-03-11T09:00:15Z\nb,2026-01-05\n")
        let (first, second) = (try moment("2026-01-05T00:00:00Z"), try moment("2026-03-11T09:00:15Z"))
        #expect(try events(world) == ["churned|\(first)", "churned|\(second)"])
        #expect(
            try world.history.filter { $0.contains("|status|") } == ["a|status|\(second)|active|churned"])
        // Who comes back and leaves again leaves twice.
        world.advance(days: 1)
        try world.load(.accounts, "key,churned_at\na,\n")
        world.advance(days: 1)
        try world.load(.accounts, "key,churned_at\na,2026-03-13T09:00:00Z\n")
        #expect(try events(world).map { $0.prefix { $0 != "|" } } == ["churned", "churned", "reactivated", "churned"])
    }

    @Test func aChurnThatTwoSourcesTellIsOne() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,churned_at\na,2026-03-01T09:00:00Z\nb,\n")
        let text = """
            account,event,at,id
            a,churned,2026-03-01T09:00:15Z,x
            a,churned,2026-02-28T09:00:00Z,y
            b,churned,2026-01-01,1
            b,reactivated,2026-02-01,2
            b,churned,2026-03-01,3
            """
        #expect(try world.load(.events, text).inserted == 3)
        #expect(try world.load(.events, text).inserted == 0)
        #expect(try world.rows("SELECT key, status FROM account ORDER BY key") == ["a|churned", "b|churned"])
        // The nightly file tells the same of b as the event did, a few seconds off.
        let report = try world.load(.accounts, "key,churned_at\nb,2026-03-01T00:00:12Z\n")
        #expect(report.eventsMade == 0)
        #expect(try events(world).count == 4)
        #expect(try world.rows("SELECT max(at) FROM event") == ["\(try moment("2026-03-01T09:00:00Z"))"])
    }

    @Test func aRequestThatIsCorrectedIsOneAndALaterOneIsAnother() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,cancel_requested_at\na,2026-01-05\n")
        try world.load(.accounts, "key,cancel_requested_at\na,2026-01-05T10:00:00Z\n")
        #expect(try events(world) == ["cancel_requested|\(try moment("2026-01-05T10:00:00Z"))"])
        try world.load(.accounts, "key,cancel_requested_at\na,2026-03-05\n")
        #expect(try events(world).count == 2)
    }
}
