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
    @Test func whatOneLookHasShownOfAGuardrailStays() throws {
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
            let report = try world.report("p", day: day)
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
}
