package import Decisions
package import Playbooks
import Statistics

extension EvaluationContext {
    /// Looks up the ids of metrics and kinds of events.
    package init(
        _ connection: Connection, dataMap: DataMap, now: Instant, zone: Zone, currency: String = "USD",
        lastCompleteDay: [String: Day] = [:], risks: [String: [String]] = [:]
    ) throws {
        self.init(
            dataMap: dataMap, now: now, zone: zone, currency: currency, lastCompleteDay: lastCompleteDay, risks: risks)
        metricIDs = try Self.ids("SELECT name, id FROM metric", connection)
        kindIDs = try Self.ids("SELECT name, id FROM event_kind", connection)
    }

    private static func ids(_ sql: String, _ connection: Connection) throws -> [String: Int64] {
        var ids: [String: Int64] = [:]
        for row in try connection.query(sql) {
            if let name = row[0].text { ids[name] = row[1].integer }
        }
        return ids
    }

    /// Where figures of a whole population come from.
    package enum Figures: Sendable {
        case measured
        /// Those of nobody: no dispersion beyond Poisson's, no common shock.
        case neutral
    }

    /// The context of a cycle: complete days as of `now`, and the benchmarks of the audiences that `usage_drop` is asked
    /// of, computed when the day has none yet.
    package init(
        _ connection: Connection, workspace: Workspace, now: Instant, figures: Figures = .measured
    ) throws {
        let configuration = workspace.configuration
        let yesterday = configuration.zone.day(of: now) - 1
        try self.init(
            connection, dataMap: workspace.dataMap, now: now, zone: configuration.zone,
            currency: configuration.currency,
            lastCompleteDay: try CompleteDays.load(until: yesterday, connection), risks: workspace.risks)
        stages = try StageFigures.load(workspace.journeys, until: today, connection)
        channelVariables = workspace.channels.mapValues(\.variables)
        guard figures == .measured else { return }
        for playbook in workspace.playbooks where playbook.state != .retired {
            for signal in playbook.terms.flatMap(\.usageDrops) {
                try computeBenchmark(of: signal, for: playbook, connection)
            }
        }
    }

    private mutating func computeBenchmark(
        of signal: MetricSignal, for playbook: Playbook, _ connection: Connection
    ) throws {
        guard let day = lastCompleteDay[signal.metric] else { return }
        let key = BenchmarkKey(
            audience: playbook.audienceKey, metric: signal.metric, window: signal.window, baseline: signal.baseline)
        guard benchmarks[key] == nil else { return }
        var population = Benchmarks.Population.active
        if let audience = playbook.audience?.term {
            let query = ConditionSQL(self).compile([audience], over: .accounts)
            population = Benchmarks.Population(
                sql: "SELECT a.id FROM \(query.from) WHERE (\(query.expressions[0]))", arguments: query.arguments)
        }
        benchmarks[key] = try Benchmarks.usage(
            audience: key.audience, metric: signal.metric, day: day,
            windows: UsageDrop.Windows(current: signal.window, baseline: signal.baseline), of: population, in: zone,
            connection)
    }
}
