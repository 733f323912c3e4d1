import Measure
import Playbooks
import Testing

/// What the verdict of an experiment advises, beside what it claims.
struct ExperimentAdviceTests {
    private func world(_ accounts: Int = 3_000, chances: [String: Double]) throws -> ExperimentWorld {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(accounts)
        try world.launch("p")
        try world.enroll("p", accounts: 1...accounts, days: 0...60, chances: chances)
        return world
    }

    /// Those who have entered by now are there in a year, whatever the pace has come to.
    @Test func whatAYearShowsIsOfThoseWhoHaveEnteredToo() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(1_005)
        try world.launch("p")
        try world.enroll("p", accounts: 1...1_000, days: 0...60, chances: ["holdout": 0.4, "treated": 0.4])
        try world.enroll("p", accounts: 1_001...1_005, days: 100...110, chances: ["holdout": 0.4, "treated": 0.4])
        let verdict = try world.verdict("p", day: 115)
        let change = try #require(verdict.firstMatch(of: /A year shows a change of ([0-9.]+) points/)).1
        #expect((Double(change) ?? 99) < 15, "\(verdict)")
    }

    @Test func aPeriodThatIsOverIsNotSaidToRunOn() throws {
        let world = try world(200, chances: ["holdout": 0.1, "treated": 0.3])
        try world.launch("p", holdout: 0.5, on: 70)
        let text = try world.report("p", day: 120).text(width: 1_000)
        #expect(
            text.contains("Over before anything was shown: 200 accounts, and no plan was made, have matured."),
            "\(text)")
    }

    @Test func onceTheWinnerIsShippedTheVerdictIsThatOfThePeriodBefore() throws {
        let world = try world(chances: ["holdout": 0.1, "treated": 0.3])
        try world.launch("p", holdout: 0, on: 100)
        let verdict = try world.verdict("p", day: 120)
        #expect(
            verdict.hasPrefix(
                "Since 2025-01-12 00:00 everybody gets the same, and nothing is compared. Period 1 said: Ship treated: "
            ),
            "\(verdict)")
    }

    /// A new period counts nobody who has entered by now.
    @Test func whatTakesLongerThanWaitingIsNotOffered() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(1_000)
        try world.launch("p")
        try world.enroll("p", accounts: 1...1_000, days: 0...200, chances: ["holdout": 0.4, "treated": 0.4])
        let verdict = try world.verdict("p", day: 200)
        #expect(verdict.hasPrefix("The plan will not be full within a year"), "\(verdict)")
        #expect(verdict.contains("waiting for all ") && !verdict.contains("`holdout: 50%`"), "\(verdict)")
    }
}
