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

    @Test func aChurnThatAFileOfEventsCorrectsIsTheSameOneAtAnotherMoment() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        func file(_ day: String, _ reason: String = "price") -> String {
            "account,event,at,reason\na,churned,\(day),\(reason)\n"
        }
        try world.load(.events, file("2026-03-05"))
        let id = try world.rows("SELECT id FROM event WHERE account_id = 1")
        for (day, reason) in [("2026-03-02", "price"), ("2026-03-07", "missing_feature")] {
            let report = try world.load(.events, file(day, reason))
            #expect((report.updated, report.unchanged, report.inserted) == (1, 0, 0))
            let at = try moment("\(day)T00:00:00Z")
            #expect(
                try world.rows("SELECT churned_at, churn_reason FROM account WHERE key = 'a'") == ["\(at)|\(reason)"])
            #expect(try world.history.filter { $0.contains("|status|") } == ["a|status|\(at)|active|churned"])
            let again = try world.load(.events, file(day, reason))
            #expect((again.updated, again.unchanged) == (0, 1))
        }
        // Nobody is written to twice: it is the same event, and none that was told otherwise.
        #expect(try world.rows("SELECT id FROM event WHERE account_id = 1") == id)
        #expect(try world.rows("SELECT count(*) FROM revised_event") == ["0"])
    }

    @Test func aChurnWithAnIdThatIsCorrectedToAnEarlierDayMovesWithItsAccount() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(.events, "account,event,at,id\na,churned,2026-03-05,1\na,cancel_requested,2026-02-20,2\n")
        try world.load(.events, "account,event,at,id\na,churned,2026-03-02,1\na,cancel_requested,2026-02-18,2\n")
        #expect(
            try world.rows("SELECT churned_at, cancel_requested_at FROM account")
                == ["\(try moment("2026-03-02T00:00:00Z"))|\(try moment("2026-02-18T00:00:00Z"))"])
    }

    @Test func aFileThatTellsOneChurnTwiceMovesItNotToAndFro() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let text = "account,event,at\na,churned,2026-03-05\na,churned,2026-03-02\n"
        for _ in 0..<3 { try world.load(.events, text) }
        #expect(try events(world) == ["churned|\(try moment("2026-03-02T00:00:00Z"))"])
        #expect(try world.load(.events, text).unchanged == 2)
        // With a return between they are two.
        try world.load(
            .events, "account,event,at\na,churned,2026-03-05\na,churned,2026-03-02\na,reactivated,2026-03-04\n")
        #expect(try events(world).count == 3)
    }

    /// A status without a day is dated by the import that brings it; the event knows better.
    @Test func theEventOfAChurnThatAStatusToldFirstSaysItsDay() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,status\na,active\nb,active\n")
        world.advance(days: 1)
        try world.load(.accounts, "key,status\na,churned\nb,active\n")
        world.advance(days: 1)
        let day = Instant(milliseconds: world.now.milliseconds / 86_400_000 * 86_400_000) - .days(3)
        let report = try world.load(.events, "account,event,at,reason\na,churned,\(day),price\n")
        #expect(report.warnings.isEmpty, "\(report)")
        #expect(try events(world) == ["churned|\(day.milliseconds)"])
        #expect(
            try world.rows("SELECT status, churned_at FROM account WHERE key = 'a'") == ["churned|\(day.milliseconds)"])
        // The next file of accounts, which tells no day, leaves it.
        try world.load(.accounts, "key,status\na,churned\nb,active\n")
        #expect(try world.rows("SELECT churned_at FROM account WHERE key = 'a'") == ["\(day.milliseconds)"])
    }

    @Test func aChurnThatLiesFarOffIsNoCorrectionAndIsNamed() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(.events, "account,event,at\na,churned,2025-10-05\n")
        let report = try world.load(.events, "account,event,at\na,churned,2026-03-02\n")
        #expect(try events(world) == ["churned|\(try moment("2025-10-05T00:00:00Z"))"])
        #expect(report.warnings.contains { $0.hasPrefix("1 account (a) is churned at another moment") }, "\(report)")
    }

    @Test func aRequestThatAnExportOfAllCorrectsIsOneAndAnotherOneBesideItIsTwo() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\nc\n")
        func file(_ rows: String...) -> String {
            "account,event,at\nb,cancel_requested,2026-02-01\nc,cancel_requested,2026-02-02\n"
                + rows.map { "a,cancel_requested,\($0)\n" }.joined()
        }
        try world.load(.events, file("2026-03-05"))
        let report = try world.load(.events, file("2026-03-04"))
        #expect((report.updated, report.inserted) == (1, 0))
        #expect(try events(world).contains("cancel_requested|\(try moment("2026-03-04T00:00:00Z"))"))
        #expect(try world.load(.events, file("2026-03-04", "2026-03-06")).inserted == 1)
        #expect(try events(world).count == 4)
    }

    @Test func aListOfWhoLeftSaysWhyWhereAColumnSaidOnlyThatTheyLeft() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,churned_at\na,2026-03-01\nb,2026-03-02\nc,2025-03-02\n")
        let text =
            "account,event,at,reason\na,churned,2026-03-01,price\nb,churned,2026-03-03,missing_feature\nc,churned,2026-03-03,price\n"
        #expect(try world.load(.events, text).updated == 2)
        #expect(
            try world.rows("SELECT key, churn_reason FROM account ORDER BY key") == [
                "a|price", "b|missing_feature", "c|",
            ])
        #expect(
            try world.rows("SELECT properties ->> 'reason' FROM event ORDER BY id") == ["price", "missing_feature", ""])
        #expect(try world.load(.events, text).unchanged == 3)
    }
}
