package import Playbooks
package import Storage

/// A report that is made every day, with the arguments that people ask for most: none.
package enum DailyReport: Sendable, Hashable {
    case attrition
    case journey
    case risk
    /// Of a playbook.
    case experiment(String)

    /// Those of a workspace, the dearest last.
    package static func all(_ workspace: Workspace, _ connection: Connection) throws -> [DailyReport] {
        let experiments = try ExperimentFigures.all(connection).compactMap(\.playbook).map(Self.experiment)
        return [.risk, .journey] + experiments + [.attrition]
    }

    package var key: KeptReports.Key {
        switch self {
        case .attrition: .init("attrition")
        case .journey: .init("journey")
        case .risk: .init("risk")
        case .experiment(let playbook): .init("experiment", playbook)
        }
    }

    /// The report, and the weekly look whose verdict it shows.
    package func make(
        _ workspace: Workspace, _ connection: Connection, asOf: Instant
    ) throws -> (report: Report, look: Instant?) {
        switch self {
        case .attrition: (try AttritionReport.report(connection, workspace: workspace, asOf: asOf), nil)
        case .journey: (try JourneyReport.report(connection, workspace: workspace, asOf: asOf), nil)
        case .risk: (try RiskReport.report(connection, workspace: workspace, asOf: asOf), nil)
        case .experiment(let playbook):
            try ExperimentReport(playbook, in: workspace, connection, asOf: asOf).makeWithLook()
        }
    }
}
