import Playbooks
import Runner
import Storage
import Testing

@Suite struct PlanWarningTests {
    private func workspace(_ more: [String], configuration: String = TestWorkspace.configuration) throws
        -> TestWorkspace
    {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", more: more)], configuration: configuration)
        try test.addAccounts(10)
        return test
    }

    @Test func aGoalThatIsReachedAlreadyIsTold() throws {
        let test = try workspace(["goal: { when: seats > 5, within: 21d }"])
        try test.script("UPDATE account SET a_seats = 6 WHERE id <= 2")
        #expect(try test.cycle.plan(now: noon(20_000)).playbooks[0].warnings == [])
        try test.script("UPDATE account SET a_seats = 6 WHERE id = 3")
        let warnings = ["the goal is already true for 30 % of those who would enter"]
        #expect(try test.cycle.plan(now: noon(20_000)).playbooks[0].warnings == warnings)
        #expect(try test.run(noon(20_000)).playbooks[0].warnings == warnings)
        // Nobody enters any more.
        #expect(try test.cycle.plan(now: noon(20_001)).playbooks[0].warnings == [])
    }

    @Test func anExitThatHoldsAlreadyIsToldAlsoBeforeARelease() throws {
        let test = try workspace(
            ["exit: [churned, seats > 5, happened(signed)]"],
            configuration: TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.script("UPDATE account SET a_seats = 6")
        for account in 1...10 { try test.addEvent("signed", of: "a\(account)", at: noon(19_999)) }
        // What happened before the enrollment does not count.
        #expect(
            try test.cycle.plan(now: noon(20_000)).playbooks[0].warnings
                == ["the exit \"seats > 5\" is already true for 100 % of those who would enter"])
    }
}
