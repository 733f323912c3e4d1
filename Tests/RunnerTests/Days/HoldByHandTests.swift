import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// A playbook that a person holds for some days.
@Suite struct HoldByHandTests {
    /// Two hundred accounts, of which a fifth may match at once; a run has looked at them before the hold.
    private func heldByHand(seats: Int, until: Instant) async throws -> LivedWorkspace {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats < 2")])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_share: 100%", with: "max_share: 20%")
        ])
        try world.test.addAccounts(200)
        try world.test.execute("UPDATE account SET a_seats = \(seats)")
        try await world.run(noon(20_000))
        try world.test.store.write { connection in
            let author = Author(from: .command, at: noon(20_000))
            try ByHand(connection, now: noon(20_000, hours: 1), zone: .utc, by: author)
                .hold("main", until: until, because: "holidays")
        }
        return world
    }

    /// What matches while a person holds a playbook is looked at by the safety rules afterwards, however the hold ends.
    @Test(arguments: [false, true]) func aHoldByHandLetsNothingPastTheSafetyRules(isReleased: Bool) async throws {
        let world = try await heldByHand(seats: 9, until: noon(20_003))
        try world.test.execute("UPDATE account SET a_seats = 1 WHERE id <= 120")
        let held = try await world.run(noon(20_001))
        #expect(held.playbooks[0].heldBecause?.hasPrefix("held by hand until") == true)
        #expect(held.playbooks[0].verdicts[.held] == 120)
        if isReleased { try world.test.release("main", at: noon(20_002)) }
        let after = try await world.run(noon(20_004))
        #expect(after.playbooks[0].heldBecause?.hasPrefix("max_share: 120 of 200") == true, "\(after.playbooks)")
        #expect(world.mails.isEmpty)
        try world.test.release("main", at: noon(20_004, hours: 1))
        try await world.run(noon(20_005))
        #expect(world.mails.count == 120)
    }

    /// A hold by hand does not end the one of a safety rule.
    @Test func aHoldByHandEndsAndTheSafetyRulesStays() async throws {
        let world = try await heldByHand(seats: 1, until: noon(20_001))
        let after = try await world.run(noon(20_002))
        #expect(after.playbooks[0].heldBecause?.hasPrefix("max_share: 200 of 200") == true, "\(after.playbooks)")
        #expect(world.mails.isEmpty)
    }
}
