import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// Who matches a playbook that waits for a person.
@Suite struct HeldMatchTests {
    /// A person decides on a release by the list of those who are held.
    @Test func whoHasStoppedToMatchIsNotHeldAnyMore() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats > 5")])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        ])
        try world.test.addAccounts(3)
        try world.test.execute("UPDATE account SET a_seats = 9")
        let held = try await world.run(noon(20_000)).playbooks[0]
        #expect((held.matched, held.verdicts[.held]) == (3, 3))
        try world.test.execute("UPDATE account SET a_seats = 1 WHERE id = 1")
        try await world.run((20_001...20_018).map { noon($0) })
        let after = try await world.run(noon(20_019)).playbooks[0]
        #expect((after.matched, after.verdicts[.held]) == (2, 2))
        #expect(
            try world.test.rows(
                "SELECT account_id FROM standing WHERE verdict = 'held' AND false_since IS NULL ORDER BY account_id")
                == ["2", "3"])
        try world.test.release("main", at: noon(20_019, hours: 1))
        try await world.run(noon(20_020))
        #expect(world.mails.count == 2)
        // Who matches again is asked again.
        try world.test.execute("UPDATE account SET a_seats = 9 WHERE id = 1")
        try await world.run(noon(20_021))
        #expect(world.mails.count == 3)
    }
}
