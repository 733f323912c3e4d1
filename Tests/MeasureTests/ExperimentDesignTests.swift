import Measure
import Playbooks
import Storage
import Testing

struct ExperimentDesignTests {
    private func text(
        _ more: [String] = [], holdout: String = "50%", base: Double?, perDay: Double? = nil, detect: Double? = nil
    ) throws -> String {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p", holdout: holdout, more: more)])
        return try world.store.read { connection in
            try ExperimentDesign(
                try #require(world.workspace.playbook("p")), base: base, perDay: perDay, detect: detect, connection,
                asOf: ExperimentWorld.instant(0)
            ).make().text(width: 1_000)
        }
    }

    @Test func itTellsAccountsAndDays() throws {
        let text = try text(base: 0.05, perDay: 100, detect: 0.01)
        // 8,158 an arm from 5 % to 6 %, as statsmodels has it; weekly looks cost a tenth more.
        #expect(text.contains("+1.0                 16316                       17948   210"), "\(text)")
        #expect(text.contains("Base rate 5.0% (as you say), holdout 50.0%, 5% error, 80% power, 100.0 accounts a day"))
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
}
