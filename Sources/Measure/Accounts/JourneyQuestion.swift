import Decisions
import Playbooks
import Storage

/// Whom a step of a journey's funnel counts: who came to its first stage in a year, long enough ago to have passed through
/// all of it, and has reached a stage.
package struct JourneyQuestion: Sendable, Hashable, Codable {
    package var journey: String
    package var reached: String

    package init(journey: String, reached: String) {
        (self.journey, self.reached) = (journey, reached)
    }

    /// How far back a journey is looked at.
    static let year = TimeSpan.days(365)

    /// How long the whole journey may take: who came so long ago has had the time for it.
    static func time(of steps: [StageBenchmarks.Step]) -> TimeSpan {
        TimeSpan(milliseconds: steps.reduce(0) { $0 + $1.patience.milliseconds })
    }

    /// - Throws: `MeasureError` for a journey or a stage that there is none of.
    @discardableResult
    func check(in workspace: Workspace) throws -> Journey {
        guard let known = workspace.journeys.first(where: { $0.name == journey }) else {
            throw MeasureError.unknown("journey", journey, among: workspace.journeys.map(\.name))
        }
        guard known.stages.contains(where: { $0.name == reached }) else {
            throw MeasureError.unknown("stage", reached, among: known.stages.map(\.name))
        }
        return known
    }

    /// The accounts, each with when it came to the stage.
    ///
    /// - Throws: `MeasureError` for what the workspace does not have.
    func accounts(
        in workspace: Workspace, _ connection: Connection, asOf: Instant
    ) throws -> [Int64: [AccountList.Reason]] {
        let known = try check(in: workspace)
        let today = workspace.configuration.zone.day(of: asOf)
        let steps = try StageBenchmarks(connection, now: asOf, today: today).steps(workspace.journeys)
        let until = asOf - Self.time(of: steps.filter { $0.key.journey == journey })
        return try JourneyFunnel(connection, asOf: asOf).whoReached(
            reached, of: known, from: until - Self.year, until: until)
    }
}
