package import Decisions
package import Playbooks

/// How many there are of everything that pages show, out of the counts that are kept.
package struct WorkspaceFigures: Sendable {
    package var accounts: Int
    package var contacts: Int
    package var suppressed: Int
    package var customers: (count: Int, mrr: Int64)
    /// Customers by stage, in the order of the files.
    package var stages: [StageCensus.OfStage]
    package var stageFigures: [StageKey: StageFigures]
    /// By the id of the playbook.
    package var playbooks: [Int64: PlaybookCounts]
    package var daily: DailyTouches
    package var experiments: [ExperimentFigures.OfExperiment]

    /// The days that charts go back.
    package static let days = 30

    package init(_ workspace: Workspace, now: Instant, _ connection: Connection) throws {
        let totals = try StatusQuery(connection).totals()
        (accounts, contacts, suppressed) = (totals.accounts, totals.contacts, totals.suppressed)
        customers = try StatusQuery(connection).customers()
        // Of the figures of populations none is asked for here.
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: .neutral)
        stages = try StageCensus(connection, context).stages(workspace.journeys)
        stageFigures = context.stages
        let month = now - .days(Int64(Self.days))
        playbooks = try PlaybookCounts.all(since: month, connection)
        // A day more, so that the first one is whole in every zone.
        daily = try DailyTouches(since: month - .days(1), connection)
        experiments = try ExperimentFigures.all(connection)
    }
}
