import Measure
import Playbooks
import Storage
import Testing

struct ExperimentDesignTests {
    private func text(
        _ more: [String] = [], holdout: String = "50%", base: Double?, deviation: Double? = nil, perDay: Double? = nil,
        detect: Double? = nil, mean: String? = nil
    ) throws -> String {
        var playbook = ExperimentWorld.playbook("p", holdout: holdout, more: more)
        if let mean { playbook = playbook.replacing("when: sum(logins, 7d) > 10", with: "mean: \(mean)") }
        let world = try ExperimentWorld(["p": playbook])
        return try world.store.read { connection in
            try ExperimentDesign(
                try #require(world.workspace.playbook("p")), in: world.workspace, base: base, deviation: deviation,
                perDay: perDay, detect: detect, connection, asOf: ExperimentWorld.instant(0)
            ).make().text(width: 1_000)
        }
    }

    @Test func itTellsAccountsAndDays() throws {
        let text = try text(base: 0.05, perDay: 100, detect: 0.01)
        // 8,158 an arm from 5 % to 6 %, as statsmodels has it; weekly looks cost a tenth more.
        #expect(text.contains("+1.0                 16316                       17948   212"), "\(text)")
        #expect(text.contains("Base rate 5.0% (as you say), holdout 50.0%, 5% error, 80% power, 100.0 accounts a day"))
    }

    /// The verdict is of first entries, and so are the days.
    @Test func theDaysCountFirstEntriesOfAccountsThatAreCompared() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(280)
        try world.launch("p")
        for first in [0.0, 20] {
            try world.enroll("p", accounts: 1...280, days: first...28, chances: ["holdout": 0, "treated": 0])
        }
        let text = try world.store.read { connection in
            try ExperimentDesign(
                try #require(world.workspace.playbook("p")), in: world.workspace, base: 0.3, perDay: nil, detect: nil,
                connection, asOf: ExperimentWorld.instant(28)
            ).make().text(width: 1_000)
        }
        #expect(text.contains(", 10.0 accounts a day"), "\(text)")
    }

    @Test func whatIsMissingIsSaid() throws {
        #expect(try text(base: nil).contains("Say what you expect: --base 15%"))
        #expect(try text(base: 0.3).contains("Say how many enter: --per-day 40"))
        #expect(try text(holdout: "0%", base: 0.3).contains("There is nothing to compare with"))
        #expect(try text(base: 0.3, perDay: 0.1).contains("Not detectable with this segment"))
    }

    @Test func variantsAreCorrectedForEachOther() throws {
        #expect(try text(["variants: { A: 1, B: 1 }"], base: 0.3).contains("corrected for 2 arms"))
    }

    @Test func ofAMeanItTellsAccountsByTheTTestAndInMoney() throws {
        let text = try text(base: 4_900, deviation: 6_000, perDay: 100, detect: 500, mean: "mrr")
        // 2,262 an arm to find 5 with a deviation of 60, as the noncentral t of scipy has it.
        #expect(text.contains("     5.00                  4524                        4977    82"), "\(text)")
        #expect(text.contains("Mean of MRR at the end 49.00 USD with a standard deviation of 60.00 (as you say)"))
        #expect(text.contains("smallest change seen, USD"))
        #expect(try self.text(base: nil, mean: "sum(logins)").contains("Say what you expect: --base 49 --deviation 60"))
    }
}
