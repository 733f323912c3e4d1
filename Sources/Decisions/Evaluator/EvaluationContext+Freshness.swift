package import Playbooks

extension EvaluationContext {
    /// Why decisions that look at these terms must wait; nil when every metric they read is fresh.
    package func staleness(of terms: [Term]) -> String? {
        staleness(ofMetrics: terms.reduce(into: []) { $0.formUnion($1.reads.metrics) })
    }

    /// The same for metrics by their names.
    package func staleness(ofMetrics names: Set<String>) -> String? {
        dataMap.metrics.lazy.filter { names.contains($0.name) }.compactMap { metric in
            CompleteDays.staleness(of: metric, last: lastCompleteDay[metric.name], now: now, in: zone)
        }.first
    }

    /// One sentence a metric: up to which day it is complete.
    package var freshness: [String] {
        dataMap.metrics.map { metric in
            CompleteDays.staleness(of: metric, last: lastCompleteDay[metric.name], now: now, in: zone)
                ?? lastCompleteDay[metric.name].map { "\(metric.name) is complete up to \($0)" }
                ?? "\(metric.name) has no complete day yet"
        }
    }
}

extension Playbook {
    /// The name under which benchmarks of its audience are kept; "" for all active accounts.
    package var audienceKey: String {
        guard let audience else { return "" }
        if case .named(let name, _) = audience.term.node { return name }
        return audience.term.text
    }
}

extension Term {
    /// The `usage_drop` signals in it, however deep.
    package var usageDrops: [MetricSignal] {
        var found: [MetricSignal] = []
        if case .metric(let signal) = node, signal.function == .usageDrop { found.append(signal) }
        return found + parts.flatMap(\.usageDrops)
    }
}
