package import Decisions
package import Playbooks

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
        /// Those that a cycle has stored, of the last day that has them; a page works none out.
        case stored
        /// Those of nobody: counts that scatter as Poisson's do, no common shock.
        case neutral
    }

    /// The context of a cycle: complete days as of `now`, and the benchmarks of the audiences that `usage_drop` is asked
    /// of, computed when the day has none yet.
    ///
    /// - Parameter asking: terms that somebody asks of all accounts, beside the playbooks.
    package init(
        _ connection: Connection, workspace: Workspace, now: Instant, figures: Figures = .measured, asking: [Term] = []
    ) throws {
        let configuration = workspace.configuration
        let yesterday = configuration.zone.day(of: now) - 1
        try self.init(
            connection, dataMap: workspace.dataMap, now: now, zone: configuration.zone,
            currency: configuration.currency,
            lastCompleteDay: try CompleteDays.load(until: yesterday, connection), risks: workspace.risks)
        if !workspace.journeys.isEmpty { firstDay = try CompleteDays.first(connection) }
        stages = try StageFigures.load(workspace.journeys, until: today, connection)
        categories = Set(configuration.categories.map(\.name))
        health = workspace.health.map { Term(.named($0.name, $0.term), $0.term.type, text: $0.name) }
        channelVariables = workspace.channels.mapValues(\.variables)
        guard figures != .neutral else { return }
        let asked = populations(askedBy: workspace.playbooks, and: asking)
        if figures == .stored {
            benchmarks = try Benchmarks.stored(asked, connection).mapValues(\.population)
            return
        }
        // An audience that asks for a drop itself is told of the figures of the others.
        for part in [asked.filter { !$0.asksForDrops }, asked.filter(\.asksForDrops)] {
            benchmarks.merge(try Benchmarks.usage(part, self, connection)) { $1 }
        }
    }

    /// The oldest day of which the stored figures of a whole population are that `usage_drop` is explained with; nil where
    /// none is asked for, or none is older than the data.
    package func daysBehind(_ workspace: Workspace, _ connection: Connection) throws -> Day? {
        let asked = populations(askedBy: workspace.playbooks, and: [])
        let stored = try Benchmarks.stored(asked, connection)
        return asked.compactMap { sums in
            stored[sums.key].flatMap { $0.day < sums.day ? $0.day : nil }
        }.min()
    }

    /// The audiences of whose use a playbook asks, or somebody else of all accounts, each once.
    private func populations(askedBy playbooks: [Playbook], and terms: [Term]) -> [PopulationSums] {
        var known: Set<BenchmarkKey> = []
        func populations(_ terms: [Term], _ audience: Term?, _ name: String) -> [PopulationSums] {
            terms.flatMap(\.usageDrops).compactMap { signal in
                let key = BenchmarkKey(
                    audience: name, metric: signal.metric, window: signal.window, baseline: signal.baseline)
                guard let day = lastCompleteDay[signal.metric], known.insert(key).inserted else { return nil }
                return PopulationSums(key, day: day, audience: audience)
            }
        }
        return playbooks.filter { $0.state != .retired }.flatMap {
            populations($0.terms, $0.audience?.term, $0.audienceKey)
        } + populations(terms, nil, "")
    }
}
