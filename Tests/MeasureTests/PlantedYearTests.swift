import Measure
import Playbooks
import Storage
import Testing

/// A year in which one playbook helps by three points, one does nothing, and one harms by three points.
struct PlantedYearTests {
    private static let count = 20_000

    private static func year() throws -> ExperimentWorld {
        let names = ["helps", "idle", "harms"]
        let world = try ExperimentWorld(
            Dictionary(uniqueKeysWithValues: names.map { ($0, ExperimentWorld.playbook($0)) }))
        try world.addAccounts(count)
        for (name, treated) in zip(names, [0.13, 0.10, 0.07]) {
            try world.launch(name)
            try world.enroll(
                name, accounts: 1...count, days: 0...330, chances: ["holdout": 0.10, "treated": treated])
        }
        try world.touchAll()
        try world.churn(0.1, accounts: 1...count, days: 0...365)
        return world
    }

    @Test func theReportNamesThePlaybookThatHelpsTheIdleOneAndTheHarmfulOne() throws {
        let world = try Self.year()
        for day in [8.0, 45, 60] {
            for name in ["helps", "idle", "harms"] {
                let verdict = try world.verdict(name, day: day)
                #expect(verdict.hasPrefix("Keep running"), "\(name) on day \(day): \(verdict)")
            }
        }
        let (helps, idle, harms) = (
            try world.verdict("helps", day: 365), try world.verdict("idle", day: 365),
            try world.verdict("harms", day: 365)
        )
        #expect(helps.hasPrefix("Ship treated: its rate of goal is "), "\(helps)")
        #expect(idle.hasPrefix("No difference larger than "), "\(idle)")
        #expect(harms.hasPrefix("Stop treated: harmful; "), "\(harms)")
        for name in ["idle", "harms"] {
            let verdict = try world.verdict(name, day: 150)
            #expect(!verdict.hasPrefix("Ship"), "\(name): \(verdict)")
        }
    }

    @Test func theSameReportAsOfTheSameDayIsTheSameAfterLaterData() throws {
        let world = try Self.year()
        let texts = { (day: Double) in
            try ["helps", "idle"].flatMap { name in
                try ArmComparison.Rule.allCases.map { rule in
                    let report = try world.report(name, day: day, rule: rule)
                    return try report.text() + report.csv + report.json
                }
            }
        }
        let before = try texts(100)
        // Later entries, later goals, leavings told of late, later outcomes, later changes of MRR, a later period.
        try world.addAccounts(100, after: Self.count)
        try world.enroll(
            "helps", accounts: (Self.count + 1)...(Self.count + 100), days: 101...120,
            chances: ["holdout": 1, "treated": 1])
        try world.execute(
            """
            INSERT INTO event (account_id, kind_id, at, received_at, dedup)
            SELECT id, (SELECT id FROM event_kind WHERE name = 'churned'), \(ExperimentWorld.instant(60).milliseconds),
                \(ExperimentWorld.instant(110).milliseconds), 'late' || id FROM account WHERE id % 7 = 0
            """)
        try world.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT id, 'mrr', \(ExperimentWorld.instant(115).milliseconds), 9000, mrr FROM account
            """)
        try world.execute("UPDATE account SET mrr = 9000")
        try world.execute(
            """
            INSERT INTO outcome (account_id, kind, at, dedup)
            SELECT id, 'unsubscribed', \(ExperimentWorld.instant(105).milliseconds), 'u' || id FROM account
            """)
        try world.launch("idle", holdout: 0.5, on: 110)
        #expect(try texts(100) == before)
        #expect(try texts(130) != before)
    }
}
