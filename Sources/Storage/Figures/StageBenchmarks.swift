package import Decisions
package import Playbooks
package import Statistics

/// Measures the stages of the journeys once a day: how long accounts stay, and which steps have become weak.
///
/// Source of the windows and of the search: measurement notes, section 3. What was there before anybody looked (`found`)
/// counts nowhere.
package struct StageBenchmarks {
    private let source: any StageSource
    private let now: Instant
    private let today: Day

    /// The windows that are compared: the last 14 days, and the four before.
    private static let window = TimeSpan.days(14)
    private static let before = TimeSpan.days(4 * 14)
    /// How long an account has to move on where nothing is expected and nothing is known.
    private static let patience = TimeSpan.days(14)
    /// Fewer that moved on say nothing of how long it takes.
    private static let fewest = 20

    /// - Parameter today: the day of the moment in the zone of the workspace.
    package init(_ source: any StageSource, now: Instant, today: Day) {
        self.source = source
        self.now = now
        self.today = today
    }

    package init(_ connection: Connection, now: Instant, today: Day) {
        self.init(StageRows(connection), now: now, today: today)
    }

    /// From one stage to the next.
    package struct Step: Sendable, Hashable {
        package var key: StageKey
        package var next: String
        package var figures: StageFigures
        /// The windows before the last one, week by week.
        package var weeks: [Proportion] = []
        /// Whether it was weak against its past when it was measured last.
        package var wasWeak = false

        /// How long an account has to move on before one can tell that it did not.
        package var patience: TimeSpan { figures.limit ?? StageBenchmarks.patience }
    }

    /// Keeps the figures of the day until `Benchmarks.save`, unless they are stored.
    package static func compute(
        _ journeys: [Journey], on day: Day, now: Instant, _ connection: Connection
    ) throws {
        try Benchmarks.prepare(connection)
        guard try journeys.contains(where: { try !isStored($0, day, connection) }) else { return }
        for step in try StageBenchmarks(connection, now: now, today: day).steps(journeys) {
            try step.figures.keep(step.key, on: day, connection)
        }
    }

    /// Every step of the journeys with its figures as of now, the weak ones marked.
    package func steps(_ journeys: [Journey]) throws -> [Step] {
        var steps = journeys.flatMap { journey in
            zip(journey.stages, journey.stages.dropFirst()).map { stage, next in
                Step(
                    key: StageKey(journey.name, stage.name), next: next.name,
                    figures: StageFigures(expected: stage.expected))
            }
        }
        for index in steps.indices { try measure(&steps[index], among: steps) }
        let found = WeakPoint.search(
            steps.map {
                WeakPoint.Step(
                    now: $0.figures.recent, past: $0.figures.past, wasWeak: $0.wasWeak, peers: $0.figures.peers,
                    weeks: $0.weeks)
            })
        for point in found {
            switch point.against {
            case .past: steps[point.step].figures.isWeakAgainstPast = true
            case .peers: steps[point.step].figures.isWeakAgainstPeers = true
            }
        }
        return steps
    }

    private static func isStored(_ journey: Journey, _ day: Day, _ connection: Connection) throws -> Bool {
        // Before anybody came into a stage there is nothing to measure.
        try journey.stages.count < 2
            || connection.first("SELECT 1 FROM stage_entry LIMIT 1") == nil
            || connection.first(
                "SELECT 1 FROM benchmark WHERE audience = :journey AND day = :day LIMIT 1",
                ["journey": .text(journey.name), "day": .integer(Int64(day.number))]) != nil
    }

    private func measure(_ step: inout Step, among steps: [Step]) throws {
        let cohort = try stays(
            in: step.key, to: step.next, from: now - Self.window - Self.before, until: now - Self.window)
        step.figures.p90 = Self.nineOfTen(cohort).map { .days(Int64($0)) }
        // Whoever came in later may still move on in time.
        let patience = step.patience
        let matured = now - patience
        step.figures.recent = try recent(step, journey: step.key.journey, patience, matured)
        // A fall that lasts does not become the measure of itself: the windows before are those from before the step was weak.
        let weak = try source.weakSince(step.key, until: today)
        step.wasWeak = weak != nil
        let past = matured - Self.window - .days(Int64(weak.map { max(0, today - $0) } ?? 0))
        step.figures.past = try source.conversions(
            step.key, to: step.next, patience: patience, from: past - Self.before, recent: past, until: past
        ).past
        // Two weeks at a time.
        for pair in 0..<4 where step.figures.past.total > 0 {
            let end = past - .days(Int64(14 * pair))
            let weeks = try source.conversions(
                step.key, to: step.next, patience: patience, from: end - .days(14), recent: end - .days(7), until: end)
            step.weeks += [weeks.recent, weeks.past]
        }
        for other in steps
        where other.key.journey != step.key.journey && other.key.stage == step.key.stage && other.next == step.next {
            let theirs = try recent(step, journey: other.key.journey, patience, matured)
            step.figures.peers = step.figures.peers + theirs
        }
    }

    /// How many of those who came into the stage in the last window moved on within the time that they have.
    private func recent(
        _ step: Step, journey: String, _ patience: TimeSpan, _ matured: Instant
    ) throws -> Proportion {
        let start = matured - Self.window
        return try source.conversions(
            StageKey(journey, step.key.stage), to: step.next, patience: patience, from: start, recent: start,
            until: matured
        ).recent
    }

    /// How long those stayed in a stage who came into it behind one moment and up to another; who is still there, or
    /// churned, is censored.
    package func stays(in key: StageKey, to next: String, from: Instant, until: Instant) throws -> [Lifetime] {
        try source.stays(in: key, to: next, from: from, until: until, now: now)
    }

    /// The days within which nine of ten had moved on, by Kaplan and Meier, those still there censored.
    ///
    /// Where more than one of ten never move on, nine of ten of those who do: the first day with 1 - S(t) of at least
    /// 0.9 (1 - S(∞)).
    package static func nineOfTen(_ stays: [Lifetime]) -> Int? {
        let curve = SurvivalCurve(stays)
        guard curve.table.events >= fewest, let last = curve.steps.last else { return nil }
        let days = curve.quantile(0.9) ?? curve.quantile(0.9 * (1 - last.survival))
        return days.flatMap { Int(exactly: $0) }
    }
}
