import Decisions
import Playbooks
import Statistics
import Storage
import Testing

struct StageBenchmarksTests {
    private static let day: Int64 = 86_400_000
    private static let now = Instant(milliseconds: 20_000 * 86_400_000 + 43_200_000)
    private static let today = Day(number: 20_000)

    private static func journey(_ name: String, expect: TimeSpan? = .days(10)) -> Journey {
        let place = Position(file: "journeys/\(name).yaml")
        return Journey(
            name,
            stages: [
                Journey.Stage("one", expected: expect, position: place), Journey.Stage("two", position: place),
                Journey.Stage("three", position: place),
            ], position: place)
    }

    /// Entries into `one`, some of which moved on to `two` after so many days.
    private struct Cohort {
        var journey: String
        /// Days ago.
        var age: Int64
        var entered: Int
        var moved: Int
        var after: Int64 = 3
        var how = "entered"
    }

    private func store(_ cohorts: [Cohort]) throws -> Store {
        let count = cohorts.reduce(0) { $0 + $1.entered }
        let store = try Scratch().store(accounts: count)
        try store.write { connection in
            var account: Int64 = 0
            for cohort in cohorts {
                let at = Self.now.milliseconds - cohort.age * Self.day
                for index in 0..<cohort.entered {
                    account += 1
                    func add(_ stage: String, _ at: Int64) throws {
                        try connection.execute(
                            "INSERT INTO stage_entry (account_id, journey, stage, at, how) VALUES (:a, :j, :s, :at, :how)",
                            [
                                "a": .integer(account), "j": .text(cohort.journey), "s": .text(stage),
                                "at": .integer(at), "how": .text(cohort.how),
                            ])
                        try connection.execute(
                            "UPDATE account SET journey = :j, stage = :s, stage_since = :at WHERE id = :a",
                            [
                                "a": .integer(account), "j": .text(cohort.journey), "s": .text(stage),
                                "at": .integer(at),
                            ])
                    }
                    try add("one", at)
                    if index < cohort.moved { try add("two", at + cohort.after * Self.day) }
                }
            }
        }
        return store
    }

    private func figures(_ store: Store, _ journeys: [Journey]) throws -> [StageKey: StageFigures] {
        try store.write { connection in
            try StageBenchmarks.compute(journeys, on: Self.today, now: Self.now, connection)
            try Benchmarks.save(connection)
        }
        return try store.read { try StageFigures.load(journeys, until: Self.today, $0) }
    }

    @Test func aStepThatWasBetterBeforeIsAWeakPoint() throws {
        let journeys = [Self.journey("a")]
        // With 10 days to move on, whoever came in 12 days ago is in the newest window; 40 days ago, in those before.
        let store = try store([
            Cohort(journey: "a", age: 12, entered: 95, moved: 18),
            Cohort(journey: "a", age: 40, entered: 244, moved: 123),
            // Too young to tell, and never seen coming: neither counts.
            Cohort(journey: "a", age: 5, entered: 50, moved: 0),
            Cohort(journey: "a", age: 12, entered: 300, moved: 300, how: "found"),
        ])
        let figures = try figures(store, journeys)
        let one = try #require(figures[StageKey("a", "one")])
        #expect(one.recent == Proportion(successes: 18, total: 95))
        #expect(one.past == Proportion(successes: 123, total: 244))
        #expect(one.isWeakAgainstPast && !one.isWeakAgainstPeers && one.isWeak)
        #expect(one.sentences.last == "weak point: 18 of 95 moved on lately, 123 of 244 before")
        #expect(figures[StageKey("a", "two")]?.isWeak == false)
        #expect(figures[StageKey("a", "three")] == StageFigures())
    }

    @Test func aStepThatIsWorseThanThatOfOtherJourneysIsAWeakPoint() throws {
        let journeys = [Self.journey("a"), Self.journey("b"), Self.journey("c")]
        let store = try store([
            Cohort(journey: "a", age: 12, entered: 40, moved: 8), Cohort(journey: "b", age: 12, entered: 80, moved: 44),
            Cohort(journey: "c", age: 12, entered: 80, moved: 42),
        ])
        let figures = try figures(store, journeys)
        #expect(figures[StageKey("a", "one")]?.peers == Proportion(successes: 86, total: 160))
        #expect(figures.filter(\.value.isWeak).map(\.key) == [StageKey("a", "one")])
        #expect(figures[StageKey("a", "one")]?.isWeakAgainstPeers == true)
    }

    @Test func anEvenJourneyHasNoWeakPoint() throws {
        let journeys = [Self.journey("a"), Self.journey("b")]
        let cohorts = ["a", "b"].flatMap { name -> [Cohort] in
            [12, 26, 40, 54, 68].map { Cohort(journey: name, age: $0, entered: 100, moved: $0 == 12 ? 48 : 50) }
        }
        #expect(try figures(try store(cohorts), journeys).values.allSatisfy { !$0.isWeak })
    }

    @Test func fewAccountsSayNothing() throws {
        let store = try store([
            Cohort(journey: "a", age: 12, entered: 19, moved: 0),
            Cohort(journey: "a", age: 40, entered: 300, moved: 290),
        ])
        #expect(try figures(store, [Self.journey("a")]).values.allSatisfy { !$0.isWeak })
        let other = try self.store([
            Cohort(journey: "a", age: 12, entered: 90, moved: 0), Cohort(journey: "a", age: 40, entered: 59, moved: 59),
        ])
        #expect(try figures(other, [Self.journey("a")]).values.allSatisfy { !$0.isWeak })
    }

    @Test func whoMovesOnTooLateHasNotMovedOnInTime() throws {
        let store = try store([Cohort(journey: "a", age: 20, entered: 30, moved: 30, after: 11)])
        #expect(
            try figures(store, [Self.journey("a")])[StageKey("a", "one")]?.recent == Proportion(successes: 0, total: 30)
        )
    }

    @Test func theFiguresOfADayAreComputedOnce() throws {
        let store = try store([Cohort(journey: "a", age: 12, entered: 30, moved: 30)])
        let first = try figures(store, [Self.journey("a")])
        try store.write { _ = try $0.execute("DELETE FROM stage_entry") }
        #expect(try figures(store, [Self.journey("a")]) == first)
    }

    @Test func withoutExpectTheCohortBeforeSaysHowLongIsLong() throws {
        // 95 of 100 move on: 85 after 4 days, 10 after 8; the newest 14 days do not count.
        let store = try store([
            Cohort(journey: "a", age: 40, entered: 85, moved: 85, after: 4),
            Cohort(journey: "a", age: 40, entered: 15, moved: 10, after: 8),
            Cohort(journey: "a", age: 10, entered: 9, moved: 9, after: 1),
        ])
        let figures = try figures(store, [Self.journey("a", expect: nil)])
        #expect(figures[StageKey("a", "one")]?.limit == .days(8))
        #expect(figures[StageKey("a", "one")]?.sentences == ["nine of ten of the cohort before moved on within 8d"])
        #expect(figures[StageKey("a", "two")]?.limit == nil)
    }

    @Test func nineOfTenFollowKaplanAndMeier() {
        func tenures(_ rows: [(days: Double, moved: Int, open: Int)]) -> [Lifetime] {
            rows.flatMap { row in
                [
                    Lifetime(duration: row.days, left: true, count: row.moved),
                    Lifetime(duration: row.days, left: false, count: row.open),
                ]
            }
        }
        // S: 0.5, then 0.5 · (1 - 20/25) = 0.1 with 25 of the 50 censored between.
        #expect(StageBenchmarks.nineOfTen(tenures([(2, 50, 0), (3, 0, 25), (9, 20, 0), (30, 0, 5)])) == 9)
        // Four of ten never move on: nine of ten of the six who do.
        #expect(StageBenchmarks.nineOfTen(tenures([(1, 30, 0), (5, 24, 0), (20, 6, 0), (60, 0, 40)])) == 5)
        #expect(StageBenchmarks.nineOfTen(tenures([(1, 100, 0)])) == 1)
        #expect(StageBenchmarks.nineOfTen(tenures([(2, 19, 0), (40, 0, 500)])) == nil)
        #expect(StageBenchmarks.nineOfTen([]) == nil)
    }

    @Test func conditionsReadTheFigures() throws {
        let journeys = [Self.journey("a"), Self.journey("b")]
        let store = try store([
            // Accounts 1 and 2 are long in `one` of a, which is weak; 3 just came; 4 moved on; 5 is long in `one` of b.
            Cohort(journey: "a", age: 30, entered: 2, moved: 0), Cohort(journey: "a", age: 2, entered: 1, moved: 0),
            Cohort(journey: "a", age: 30, entered: 1, moved: 1), Cohort(journey: "b", age: 30, entered: 1, moved: 0),
            Cohort(journey: "a", age: 12, entered: 95, moved: 95, how: "found"),
        ])
        let found = try store.read { connection in
            var context = try EvaluationContext(
                connection, dataMap: ConditionWorld.dataMap, now: Self.now, zone: .utc)
            context.stages = try StageFigures.load(journeys, until: Self.today, connection)
            context.stages[StageKey("a", "one")]?.isWeakAgainstPast = true
            return try ["stuck()", "weak_point()", "not stuck()", "stuck() is missing", "weak_point() is missing"].map {
                let term = try ConditionSignals.term($0)
                let evaluator = try EvaluatorTests.evaluator(connection, context, [term])
                let column = evaluator.column(term, of: .accounts)
                return evaluator.block.ids.indices.filter { column.holds($0) }.map { evaluator.block.ids[$0] }
                    .filter { $0 <= 5 }
            }
        }
        #expect(found == [[1, 2, 5], [1, 2], [3], [4], []])
    }

    @Test func explainSaysWhatIsExpectedAndWhyTheStageIsWeak() throws {
        let store = try store([Cohort(journey: "a", age: 30, entered: 1, moved: 0)])
        let lines = try store.read { connection in
            var context = try EvaluationContext(
                connection, dataMap: ConditionWorld.dataMap, now: Self.now, zone: .utc)
            context.stages = try StageFigures.load([Self.journey("a")], until: Self.today, connection)
            context.stages[StageKey("a", "one")]?.isWeakAgainstPeers = true
            let term = try ConditionSignals.term("weak_point()")
            return try EvaluatorTests.evaluator(connection, context, [term])
                .explanation(of: term, for: Subject(account: 0)).lines
        }
        #expect(
            lines == [
                "weak_point()  → met", "  stage = \"one\"", "  time_in_stage() = 30d", "  a: expected to stay 10d",
                "  a: weak point: 0 of 0 moved on lately, 0 of 0 on other journeys",
            ])
    }

    @Test func theMatchOfAnEventStandsWhileItsEnrollmentGoesOn() throws {
        let store = try Scratch().store(accounts: 5)
        try store.write { connection in
            try connection.execute("INSERT INTO playbook (id, name, state) VALUES (1, 'win-back', 'live')")
            for (id, state) in [(1, "active"), (2, "ended")] as [(Int64, String)] {
                try connection.execute(
                    """
                    INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                        state, ended_at, exclusive)
                    VALUES (:id, :id, 1, 1, 'x', 1, 'treated', 0, :state, CASE :state WHEN 'ended' THEN 0 END, 0)
                    """, ["id": .integer(id), "state": .text(state)])
            }
            try connection.execute(
                """
                INSERT INTO standing (playbook_id, account_id, match_key, event_id, since, verdict, reason, enrollment_id,
                    settled)
                VALUES (1, 1, 'x', 1, 0, 'enrolled', '', 1, 1), (1, 2, 'x', 2, 0, 'enrolled', '', 2, 1),
                    (1, 3, 'x', 3, 0, 'blocked', '', NULL, 0), (1, 4, '2026-03-01', NULL, 0, 'enrolled', '', NULL, 0)
                """)
        }
        let term = try ConditionSignals.term("at_risk()")
        let found = try store.read { connection in
            let evaluator = try EvaluatorTests.evaluator(
                connection, try ConditionWorld.context(connection), [term])
            let subjects = evaluator.block.ids.indices.map { Subject(account: $0) }
            return [Subjects.accounts, .some(subjects)].map { rows in
                let column = evaluator.column(term, of: rows)
                return subjects.indices.filter { column.holds($0) }.map { evaluator.block.ids[$0] }
            }
        }
        #expect(found == [[1, 3], [1, 3]])
    }
}
