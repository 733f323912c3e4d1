import Measure
import Playbooks
import Statistics
import Storage
import Testing

struct JourneyReportTests {
    private static func journey(_ name: String, plan: String) -> String {
        """
        journey: \(name)
        for: \(plan)_plan
        stages:
          signed_up: { expect: 10d }
          activated: { enter: happened(first_report), expect: 20d }
          adopted: { enter: happened(report_shared) }
        """
    }

    /// A simulated year: accounts come to two journeys every day; from day 250 on, fewer of one are activated, and those
    /// that are not leave.
    static func leaking(files: [String: String] = [:]) throws -> AttritionWorld {
        let dataMap =
            AttritionWorld.dataMap + """

                  free_plan: plan == "free" and status == "active"
                  pro_plan: plan == "pro" and status == "active"
                events:
                  first_report: {}
                  report_shared: {}
                """
        let world = try AttritionWorld(
            dataMap: dataMap,
            files: ["journeys/a.yaml": journey("a", plan: "free"), "journeys/b.yaml": journey("b", plan: "pro")]
                .merging(files) { $1 })
        let names: [String: SQLValue] = ["zero": .instant(AttritionWorld.day(0)), "day": .integer(86_400_000)]
        try world.store.write { connection in
            // Draws are spread evenly, so that the figures are the same in each run.
            try connection.executeScript(
                """
                CREATE TEMP TABLE person AS
                WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 3599)
                SELECT n + 1 AS id, n / 10 AS came, CASE WHEN n % 10 < 5 THEN 'a' ELSE 'b' END AS journey,
                    n * 37 % 100 AS draw,
                    n * 37 % 100 < CASE WHEN n % 10 < 5 AND n / 10 >= 250 THEN 30 ELSE 60 END AS activated
                FROM number;
                """)
            try connection.execute(
                """
                INSERT INTO account (id, key, created_at, mrr, a_plan, journey, status, churned_at)
                SELECT id, CAST(id AS TEXT), CAST(:zero AS bigint) + came * CAST(:day AS bigint), 4000, CASE journey WHEN 'a' THEN 'free' ELSE 'pro' END, journey,
                    CASE WHEN NOT activated AND came % 2 = 0 AND came < 335 THEN 'churned' ELSE 'active' END,
                    CASE WHEN NOT activated AND came % 2 = 0 AND came < 335 THEN CAST(:zero AS bigint) + (came + 25) * CAST(:day AS bigint) END
                FROM person
                """, names)
            for (stage, after, condition) in [
                ("signed_up", "0", "true"), ("activated", "2 + draw % 5", "activated"),
                ("adopted", "12 + draw % 5", "activated AND draw % 2 = 0"),
            ] {
                try connection.execute(
                    """
                    INSERT INTO stage_entry (account_id, journey, stage, at, how)
                    SELECT id, journey, :stage, CAST(:zero AS bigint) + (came + \(after)) * CAST(:day AS bigint), 'entered' FROM person
                    WHERE \(condition) AND came + \(after) < 360
                    """, names.merging(["stage": .text(stage)]) { $1 })
            }
        }
        return world
    }

    @Test func aPlantedLeakIsFoundByBothComparisonsWithItsDayAndItsCost() throws {
        let world = try Self.leaking()
        // 30 days after the leak began, the newest cohorts of which one can tell are of after it.
        let report = try world.journey(on: 285)
        let weak = try report.section("Weak points")
        #expect(weak.sentences[0].hasPrefix("The most costly: a, signed_up → activated."))
        let rows = weak.tables[0].rows.map { $0.prefix(3).map(\.text) }
        #expect(rows.contains(["a", "signed_up → activated", "its own past"]))
        #expect(rows.contains(["a", "signed_up → activated", "other journeys"]))
        #expect(rows.allSatisfy { $0[0] == "a" && $0[1] == "signed_up → activated" })
        let past = try #require(weak.tables[0].rows.first { $0[2].text == "its own past" })
        guard case .number(let share, _) = past[3] else { throw Unmeasurable.outOfRange }
        #expect(abs(share - 0.3) < 0.05)
        let since = try #require(past.last)
        guard case .day(let day) = since else { throw Unmeasurable.outOfRange }
        let planted = Day(number: 20_089 + 250)
        #expect(abs(day - planted) <= 7, "\(day)")
        // Before it began there is none, and the flags follow the same search.
        #expect(try world.journey(on: 240).section("Weak points").sentences[0].hasPrefix("No step is weak"))
        try report.expectNoNonsense()
    }

    @Test func theFlagsThatConditionsReadAreThoseOfTheReport() throws {
        let world = try Self.leaking()
        let (day, moment) = (Day(number: 20_089 + 285), AttritionWorld.day(285))
        #expect(
            try world.journey(on: 285).section("Weak points").sentences.last
                == "`weak_point()` holds in no stage: the figures of the last cycle flag none.")
        try world.store.write { connection in
            try StageBenchmarks.compute(world.workspace.journeys, on: day, now: moment, connection)
            try Benchmarks.save(connection)
        }
        #expect(
            try world.journey(on: 285).section("Weak points").sentences.last
                == "`weak_point()` holds for who is overdue in a: signed_up, by the figures of the last cycle.")
    }

    /// The fall lasts: the weeks since the first flag do not become what later ones are measured by.
    @Test func aFallThatLastsStaysAWeakPoint() throws {
        let world = try Self.leaking()
        for day in stride(from: 280, through: 345, by: 1) {
            try world.store.write { connection in
                try StageBenchmarks.compute(
                    world.workspace.journeys, on: Day(number: 20_089 + day), now: AttritionWorld.day(day), connection)
                try Benchmarks.save(connection)
            }
        }
        let weak = try world.journey(on: 345).section("Weak points")
        let past = try #require(weak.tables.first?.rows.first { $0[2].text == "its own past" })
        guard case .number(let before, _) = past[4] else { throw Unmeasurable.outOfRange }
        #expect(abs(before - 0.6) < 0.05)
        // In other journeys nothing fell, and nothing is flagged.
        #expect(weak.tables[0].rows.allSatisfy { $0[0].text == "a" })
    }

    @Test func theAttritionPageShowsTheLeak() throws {
        let world = try Self.leaking()
        let report = try world.attrition(on: 359)
        let section = try report.section("By stage of the journey")
        let rows = section.tables[0].rows
        #expect(
            rows.map { $0[0].text } == [
                "a: signed_up", "a: activated", "a: adopted", "b: signed_up", "b: activated", "b: adopted",
            ])
        let tenures = rows.compactMap { row -> Double? in
            if case .number(let value, _) = row[3] { value } else { nil }
        }
        #expect(tenures.count == rows.count)
        #expect(tenures.min() == tenures[0])
        #expect(section.sentences.contains { $0.contains("p under 0.0001") })
        #expect(report.page.contains("<title id="))
        #expect(report.page.contains("a: signed_up"))
    }

    @Test func theSameDayGivesTheSameBytesWhateverArrivesLater() throws {
        let world = try Self.leaking()
        let whole = try world.journey(on: 200)
        try world.store.write { connection in
            let later: [String: SQLValue] = ["at": .instant(AttritionWorld.day(200))]
            try connection.execute("DELETE FROM stage_entry WHERE at > :at", later)
            try connection.execute(
                "UPDATE account SET status = 'active', churned_at = NULL WHERE churned_at > :at", later)
        }
        #expect(try world.journey(on: 200).page == whole.page)
    }

    @Test func withoutAJourneyTheReportSaysHowToMakeOne() throws {
        let report = try AttritionWorld().journey(on: 10)
        #expect(report.sections[0].sentences[0].hasPrefix("There is no journey: write the stages"))
    }

    @Test func aJourneyWithoutAccountsIsTooEarly() throws {
        let world = try AttritionWorld(
            dataMap: AttritionWorld.dataMap + "\nevents: { first_report: {}, report_shared: {} }\n",
            files: [
                "journeys/a.yaml": Self.journey("a", plan: "x").replacing("for: x_plan\n", with: "for: small\n")
            ])
        let report = try world.journey(on: 10)
        #expect(try report.section("Weak points").sentences[0].contains("too few to find a weak point"))
        #expect(try report.section("a, for").sentences[0].contains("too early for a funnel"))
        try report.expectNoNonsense()
    }
}
