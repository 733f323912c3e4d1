import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// A column that comes empty, or with other values, for a night, and a person who says that it is right.
@Suite struct EmptiedColumnTests {
    /// They wait until day 20,006.
    private func sixtyWhoWaitForTheirRenewal() async throws -> LivedWorkspace {
        let world = try LivedWorkspace(
            [
                "main": TestWorkspace.playbook(
                    "main", "when: seats > 0", steps: ["wait_till: renewal_at - 10d", "email: hello.md"])
            ])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_nulls: 100%", with: "max_nulls: 5%")
        ])
        try world.test.addAccounts(60)
        try world.test.execute("UPDATE account SET a_seats = 1, a_renewal_at = 20016")
        try await world.run([noon(20_000), noon(20_001)])
        return world
    }

    /// One night the column comes empty; it is back the next.
    @Test func aNightOfAnEmptiedColumnMovesNobody() async throws {
        let world = try await sixtyWhoWaitForTheirRenewal()
        try world.test.execute("UPDATE account SET a_seats = NULL, a_renewal_at = NULL")
        try await world.run(noon(20_002))
        let said = try world.test.store.read { try StatusQuery($0).standingStill() }
        #expect(said.contains { $0.contains("renewal_at is newly empty for 60 of 60 accounts") }, "\(said)")
        try world.test.execute("UPDATE account SET a_seats = 1, a_renewal_at = 20016")
        try await world.run((3...7).map { noon(20_000 + $0) })
        #expect(world.mails.count == 60)
        #expect(try world.test.store.read { try StatusQuery($0).standingStill() }.isEmpty)
    }

    /// A person who has looked says that the values are really gone.
    @Test func aReleaseBelievesTheEmptiedColumn() async throws {
        let world = try await sixtyWhoWaitForTheirRenewal()
        try world.test.execute("UPDATE account SET a_renewal_at = NULL")
        try await world.run([noon(20_002), noon(20_003)])
        #expect(try world.test.rows("SELECT DISTINCT state FROM enrollment") == ["active"])
        try world.test.release("main", at: noon(20_003))
        // The date that was known passes; nothing is sent about one that is none.
        try await world.run([noon(20_004), noon(20_006), noon(20_007)])
        #expect(try world.test.rows("SELECT DISTINCT state FROM enrollment") == ["ended"])
        #expect(world.mails.isEmpty)
    }

    /// One night every plan comes in another spelling, and every number as 0.
    @Test(arguments: ["a_plan = 'Pro'", "a_seats = 0"]) func aNightOfOtherValuesMovesNobody(change: String) async throws
    {
        let world = try LivedWorkspace(
            [
                "main": TestWorkspace.playbook(
                    "main", "when: seats > 0 and plan == \"pro\"\nexit: no_match",
                    steps: ["wait: 5d", "choose:\n      - if: seats > 0\n        then:\n          - email: hello.md"])
            ])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_shift: 100%", with: "max_shift: 50%")
        ])
        try world.test.addAccounts(60)
        try world.test.execute("UPDATE account SET a_seats = 1 + id % 7, a_plan = 'pro'")
        try await world.run([noon(20_000), noon(20_001)])
        try world.test.execute("UPDATE account SET \(change)")
        try await world.run(noon(20_002))
        let said = try world.test.store.read { try StatusQuery($0).standingStill() }
        #expect(
            said.contains { $0.contains("has another value for at least") && $0.contains("of 60 accounts") }, "\(said)")
        #expect(try world.test.rows("SELECT DISTINCT state FROM enrollment") == ["active"])
        try world.test.execute("UPDATE account SET a_seats = 1 + id % 7, a_plan = 'pro'")
        // New accounts change what all have, and that is no doubt.
        try world.test.addAccounts(200, from: 61)
        try await world.run((3...7).map { noon(20_000 + $0) })
        #expect(world.mails.count == 60)
        #expect(try world.test.store.read { try StatusQuery($0).standingStill() }.isEmpty)
    }

    /// Whoever releases a playbook believes what it reads, and nothing else.
    @Test func aReleaseBelievesNoAttributeThatItsPlaybookDoesNotRead() async throws {
        let world = try await sixtyWhoWaitForTheirRenewal()
        try world.test.edit([
            "playbooks/other/playbook.yaml": TestWorkspace.playbook("other", "when: plan == \"pro\""),
            "playbooks/other/hello.md": "---\nsubject: Hello\n---\nHi\n",
        ])
        try world.test.execute("UPDATE account SET a_renewal_at = NULL")
        try await world.run([noon(20_002), noon(20_003)])
        var reads = Term.Reads()
        reads.attributes = ["plan"]
        _ = try world.test.store.write { [reads] in try Release(of: "other", reading: reads, at: noon(20_003), $0) }
        try await world.run([noon(20_004), noon(20_005)])
        #expect(try world.test.rows("SELECT DISTINCT state FROM enrollment") == ["active"])
    }
}
