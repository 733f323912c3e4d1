import Measure
import Playbooks
import Storage
import Testing

/// What a look has shown stays as it was.
struct ExperimentLooksTests {
    private func world(
        _ accounts: Int = 3_000, chances: [String: Double], more: [String] = [], variants: [String: Double] = [:]
    ) throws -> ExperimentWorld {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p", more: more)])
        try world.addAccounts(accounts)
        try world.launch("p", variants: variants)
        try world.enroll("p", accounts: 1...accounts, days: 0...60, variants: variants, chances: chances)
        try world.touchAll()
        return world
    }

    /// A guardrail metric that was broken at one look, and would not be at a later one, stays broken; the verdict names the arm.
    @Test(arguments: [ArmComparison.Rule.groupSequential, .alwaysValid])
    func whatOneLookHasShownOfAGuardrailStays(rule: ArmComparison.Rule) throws {
        let world = try world(
            chances: ["holdout": 0.3, "x": 0.5, "y": 0.3],
            more: ["variants: { x: 1, y: 1 }", "guardrail_metrics: { churned: 3% }"], variants: ["x": 1, "y": 1])
        let first = ExperimentWorld.instant(30).milliseconds
        // Four in ten of those to whom y came first leave; of the later ones none, and of the others the more.
        try world.execute("INSERT INTO event_kind (name) VALUES ('churned') ON CONFLICT DO NOTHING")
        try world.execute(
            """
            INSERT INTO event (account_id, kind_id, at, received_at, dedup)
            SELECT account_id, (SELECT id FROM event_kind WHERE name = 'churned'), entered_at + 86400000,
                entered_at + 86400000, 'c' || id FROM enrollment
            WHERE CASE WHEN entered_at < \(first) THEN coalesce(variant, '') = 'y' AND account_id % 10 < 4
                ELSE coalesce(variant, '') <> 'y' AND account_id % 10 < 4 END
            """)
        for day in [60.0, 120] {
            let report = try world.report("p", day: day, rule: rule)
            #expect(
                report.sections[0].blocks.contains {
                    if case .sentence(let text) = $0 {
                        text.contains("y does harm: churned grew by more than its margin")
                            || text.contains("Harmful: y;")
                    } else {
                        false
                    }
                }, "\(day): \(report.sections[0])")
        }
    }

    /// What is told a day after the window was over belongs to it: the look waits for it, and stays as it was.
    @Test func theFiguresOfALookStayWhenTheNextFileTellsMore() throws {
        let world = try world(400, chances: ["holdout": 0.3, "treated": 0.3])
        let before = try world.report("p", day: 71).text(width: 1_000)
        try world.execute(
            """
            UPDATE enrollment SET goal_at = goal_until - 1000
            WHERE goal_at IS NULL AND goal_until > \(ExperimentWorld.instant(70).milliseconds - 47 * 3_600_000)
            """)
        #expect(try world.report("p", day: 71).text(width: 1_000) == before)
        #expect(try world.report("p", day: 120).text(width: 1_000) != before)
    }

    @Test func contractionIsOfThoseStillThere() throws {
        let world = try world(400, chances: ["holdout": 0.3, "treated": 0.3])
        func matured() throws -> Int {
            let rows = try #require(world.report("p", day: 200).table(named: "Other outcomes")).rows.map {
                $0.map(\.text)
            }
            let place = try #require(rows.firstIndex { $0[0] == "contraction at 90 days" })
            return rows[place...(place + 1)].reduce(0) { $0 + (Int($1[2]) ?? 0) }
        }
        #expect(try matured() == 400)
        try world.execute("INSERT INTO event_kind (name) VALUES ('churned') ON CONFLICT DO NOTHING")
        try world.execute(
            """
            INSERT INTO event (account_id, kind_id, at, received_at, dedup)
            SELECT account_id, (SELECT id FROM event_kind WHERE name = 'churned'), entered_at + 86400000,
                entered_at + 86400000, 'c' || id FROM enrollment WHERE account_id <= 30
            """)
        #expect(try matured() == 370)
    }

    /// A harm that nobody has come to bounds all the same how often it may come.
    @Test(arguments: ArmComparison.Rule.allCases) func aHarmThatNobodyHasComeToIsBounded(rule: ArmComparison.Rule)
        throws
    {
        let world = try world(
            chances: ["holdout": 0.3, "treated": 0.4], more: ["guardrail_metrics: { complained: 3% }"])
        let rows = try #require(world.report("p", day: 120, rule: rule).table(named: "Guardrail metrics")).rows
        #expect(rows[1][9].text == "holds", "\(rows)")
    }

    /// On the day that was told the outcomes are there, and not before it.
    @Test func outcomesComeOnTheDayThatWasTold() throws {
        let world = try world(3, chances: ["holdout": 1, "treated": 1])
        func matured(_ day: Double) throws -> Int {
            let rows = try #require(world.report("p", day: day, rule: .fixed).table(named: "Arms")).rows
            return rows.reduce(0) { $0 + (Int($1[2].text) ?? 0) }
        }
        let text = try world.report("p", day: 61, rule: .fixed).text(width: 1_000)
        let told = try #require(text.firstMatch(of: /by ([0-9]{4})-([0-9]{2})-([0-9]{2})\./)).output
        let last = try #require(Day(year: Int(told.1) ?? 0, month: Int(told.2) ?? 0, day: Int(told.3) ?? 0))
        let start = Day(number: Int(ExperimentWorld.start / 86_400_000))
        #expect(try matured(Double(last - start)) < 3)
        #expect(try matured(Double(last - start) + 1) == 3)
    }

    /// What must be known of who entered stands with the period in which it was, when that is over, too.
    @Test func anEarlierPeriodKeepsWhatIsSaidOfItsEntries() throws {
        let world = try world(400, chances: ["holdout": 0.3, "treated": 0.3])
        try world.execute(
            """
            UPDATE touch SET message_hash = CASE WHEN claimed_at > \(ExperimentWorld.instant(30).milliseconds)
                THEN 'b' ELSE 'a' END WHERE ghost = 0
            """)
        try world.execute(
            "UPDATE account SET erased_at = \(ExperimentWorld.instant(70).milliseconds), status = 'churned' WHERE id <= 5"
        )
        try world.launch("p", holdout: 0.5, on: 90)
        let earlier = try #require(world.report("p", day: 120).sections.last)
        #expect(earlier.title.hasPrefix("Period 1"), "\(earlier.title)")
        #expect(earlier.sentences.contains { $0.hasPrefix("The message hello.md was edited") }, "\(earlier.sentences)")
        #expect(earlier.sentences.contains { $0.hasPrefix("5 accounts were erased since") }, "\(earlier.sentences)")
    }

    /// What arrived, and what prior usage explains, says nothing where an outcome is the same for all, or of a handful.
    @Test(arguments: [(accounts: 400, chance: 0.0), (20, 0.5)])
    func nothingIsDividedByWhatAHandfulDid(accounts: Int, chance: Double) throws {
        let world = try world(accounts, chances: ["holdout": chance, "treated": chance])
        let report = try world.report("p", day: 120, rule: .fixed)
        let cells = report.tables.filter {
            $0.title == "Where the message arrived" || $0.title.hasPrefix("Adjusted for")
        }.flatMap(\.rows).flatMap(\.self)
        #expect(!cells.isEmpty)
        for cell in cells {
            if case .interval = cell { Issue.record("\(cell.text) of \(accounts) accounts") }
        }
    }

    /// Intervals that may be looked at on any day are narrower than weekly ones at some days, and wider at others.
    @Test func nothingIsPromisedOfTheWidthOfWhatIsAlwaysValid() throws {
        let world = try world(chances: ["holdout": 0.3, "treated": 0.4])
        let text = try world.report("p", day: 120, rule: .alwaysValid).text(width: 1_000)
        #expect(text.contains("Always valid: this may be looked at on any day.") && !text.contains("wider"), "\(text)")
    }

    /// A draw that went wrong has a very small p, which is no zero.
    @Test func aProbabilityIsNeverZero() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(3_000)
        try world.launch("p")
        try world.enroll(
            "p", accounts: 1...3_000, days: 0...60, holdout: 0.4, chances: ["holdout": 0.3, "treated": 0.3])
        let rows = try #require(world.report("p", day: 120).table(named: "Sample ratio")).rows
        #expect(rows[0][2].text == "under 0.0001", "\(rows)")
    }
}
