import Decisions
import Playbooks
import Storage

extension Planning {
    /// Whether the journeys are looked at in this cycle: at `evaluate`, or whenever everything is matched.
    func isTurnOfJourneys() throws -> Bool {
        guard only.isEmpty, matching != .events else { return false }
        if matching == .all { return true }
        guard let last = try Meta.instant(of: .stagesAt, connection), last <= now else { return true }
        let configuration = workspace.configuration
        return configuration.evaluate.next(after: last, in: configuration.zone).map { $0 <= now } ?? false
    }

    /// Plans which accounts come into which stages; an account that waits for late data stays where it is.
    func enterStages(
        _ compiler: ConditionSQL, _ context: EvaluationContext, isTurn: Bool
    ) throws -> [CycleReport.OfJourney] {
        guard isTurn else {
            try StageEntries.reset(connection)
            return []
        }
        var held: [String: String] = [:]
        for journey in workspace.journeys { held[journey.name] = context.staleness(of: journey.terms) }
        let entries = StageEntries(connection, compiler, now: now)
        try entries.plan(workspace.journeys, held: Set(held.keys))
        let counts = Dictionary(grouping: try entries.counts(), by: \.journey)
        return workspace.journeys.map { journey in
            CycleReport.OfJourney(
                journey: journey.name,
                entered: Dictionary(
                    (counts[journey.name] ?? []).map { ($0.stage, $0.accounts) }, uniquingKeysWith: { $1 }),
                heldBecause: held[journey.name])
        }
    }

    /// Measures the stages, once a day.
    func computeStageFigures() throws {
        try StageBenchmarks(connection, now: now).compute(
            workspace.journeys, on: workspace.configuration.zone.day(of: now))
    }
}
