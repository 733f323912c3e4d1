package import Playbooks
package import Statistics

/// Everything beside the rows that the value of a condition depends on: the clock, the calendar, the complete days.
package struct EvaluationContext: Sendable {
    /// For what the figures of `usage_drop` were computed.
    package struct BenchmarkKey: Hashable, Sendable {
        /// "" for all active accounts.
        package var audience: String
        package var metric: String
        package var window: Int
        package var baseline: Int

        package init(audience: String, metric: String, window: Int = 14, baseline: Int = 56) {
            self.audience = audience
            self.metric = metric
            self.window = window
            self.baseline = baseline
        }
    }

    package var dataMap: DataMap
    package var now: Instant
    package var zone: Zone
    package var currency: String
    /// The last complete day of each metric; signals of a metric without one are missing.
    package var lastCompleteDay: [String: Day]
    /// The first day of which anything is stored of each metric; of one that is not here nothing is taken to be missing.
    package var firstDay: [String: Day] = [:]
    /// The names of the live playbooks that put an account at risk, by reason.
    package var risks: [String: [String]]
    /// What is not here is neutral: counts that scatter as Poisson's do, no common shock.
    package var benchmarks: [BenchmarkKey: UsageDrop.Population] = [:]
    /// What the stages of the journeys are measured by.
    package var stages: [StageKey: StageFigures] = [:]
    /// What each channel reads beside the message, by the channel's name.
    package var channelVariables: [String: [String]] = [:]
    /// Attributes that look as if their column had been emptied, each with why; what reads them waits.
    package var doubtfulAttributes: [String: String] = [:]
    /// Metrics of which the last complete day looks like an outage, each with why; what reads them waits.
    package var doubtfulMetrics: [String: String] = [:]
    /// What contacts can leave; nil where nobody has said.
    package var categories: Set<String>?
    /// The health score, where the data map has one.
    package var health: Term?
    package var metricIDs: [String: Int64] = [:]
    package var kindIDs: [String: Int64] = [:]

    package init(
        dataMap: DataMap, now: Instant, zone: Zone, currency: String = "USD", lastCompleteDay: [String: Day] = [:],
        risks: [String: [String]] = [:]
    ) {
        self.dataMap = dataMap
        self.now = now
        self.zone = zone
        self.currency = currency
        self.lastCompleteDay = lastCompleteDay
        self.risks = risks
    }

    package var today: Day { zone.day(of: now) }

    /// The figures for an audience; else those of all active accounts; else neutral ones.
    package func population(_ signal: MetricSignal, audience: String) -> UsageDrop.Population {
        var key = BenchmarkKey(
            audience: audience, metric: signal.metric, window: signal.window, baseline: signal.baseline)
        if let found = benchmarks[key] { return found }
        key.audience = ""
        return benchmarks[key] ?? .neutral
    }

    /// The same, as of an earlier moment: nothing later counts, and no day that was not over by then.
    package func asOf(_ moment: Instant) -> EvaluationContext {
        var earlier = self
        earlier.now = moment
        let yesterday = zone.day(of: moment) - 1
        earlier.lastCompleteDay = lastCompleteDay.mapValues { min($0, yesterday) }
        return earlier
    }
}
