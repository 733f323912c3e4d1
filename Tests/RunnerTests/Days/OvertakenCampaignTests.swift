import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// A campaign writes once for each hour that strikes, whatever was in the way of the one before.
@Suite struct OvertakenCampaignTests {
    @Test(
        arguments: [
            ("UPDATE contact SET status = 'left'", "UPDATE contact SET status = 'active'"),
            ("INSERT INTO suppression VALUES ('a1@example.com', '', 'bounced', 1)", "DELETE FROM suppression"),
        ], ["daily at 10:00", "daily at 10:00 local"])
    func whatWasInTheWayOfOneOccurrenceBringsNobodyTwo(change: (String, String), schedule: String) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: \(schedule)")])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000, hours: -3), noon(20_000, hours: -2)])
        try world.test.execute(change.0)
        try await world.run(noon(20_001, hours: -2))
        try world.test.execute(change.1)
        try await world.run([noon(20_002, hours: -2), noon(20_002), noon(20_003, hours: -2)])
        #expect(try world.moments() == ["10-04 10:00", "10-06 10:00", "10-07 10:00"])
    }

    /// Monday's hour came while it was a draft.
    @Test func aCampaignThatWasADraftHasMissedNothing() async throws {
        let text = TestWorkspace.playbook("main", "at: daily at 10:00")
        let world = try LivedWorkspace(["main": text])
        try world.test.addAccounts(1)
        try await world.run([noon(20_000, hours: -3), noon(20_000, hours: -2)])
        try world.test.edit(["playbooks/main/playbook.yaml": text.replacing("state: live", with: "state: draft")])
        try await world.run([noon(20_000), noon(20_001, hours: -3)])
        let status = try world.test.store.read { try StatusQuery($0).playbooks(now: noon(20_001)) }
        #expect(status.first?.nextAt == nil)
        try world.test.edit(["playbooks/main/playbook.yaml": text])
        try await world.run([noon(20_001), noon(20_001, hours: 2), noon(20_002, hours: -2)])
        #expect(try world.moments() == ["10-04 10:00", "10-06 10:00"])
    }

    @Test func aReleaseIsForeseenAsItWillBe() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "at: daily at 10:00")],
            more: "send_window: { days: mon-sun, hours: 12:00-17:00 }")
        try world.test.addAccounts(1)
        try await world.run([noon(20_000, hours: -3), noon(20_000, hours: -2)])
        try world.test.execute(
            "UPDATE playbook SET held_by_hand = 'a look', held_until = \(noon(20_003).milliseconds)")
        let plan = try world.test.cycle.plan(now: noon(20_001, hours: -2))
        #expect(plan.playbooks.first?.ifReleased?[.enrolled] == 1, "\(plan.playbooks)")
    }
}
