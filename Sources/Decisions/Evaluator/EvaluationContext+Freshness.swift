package import Playbooks

extension EvaluationContext {
    /// Why decisions that look at these terms must wait; nil when all that they read is there and fresh.
    package func staleness(of terms: [Term]) -> String? {
        let reads = terms.reduce(into: Term.Reads()) { $0.formUnion($1.reads) }
        return staleness(ofMetrics: reads.metrics) ?? gone(reads) ?? doubt(about: reads)
    }

    /// What these terms of a version of before read and data.yaml does not have any more.
    package func gone(from terms: [Term]) -> String? {
        gone(terms.reduce(into: Term.Reads()) { $0.formUnion($1.reads) })
    }

    private func gone(_ reads: Term.Reads) -> String? {
        let attribute = reads.attributes.sorted().first {
            dataMap.attribute($0) == nil && !Self.ofJourneys.contains($0)
        }
        if let attribute { return "it reads the attribute \(attribute), which data.yaml has no more" }
        let event = reads.events.sorted().first { dataMap.event($0) == nil }
        if let event { return "it reads the event \(event), which data.yaml has no more" }
        let metric = reads.metrics.sorted().first { dataMap.metric($0) == nil }
        return metric.map { "it reads the metric \($0), which data.yaml has no more" }
    }

    private static let ofJourneys: Set<String> = ["stage", "stage_since", "journey"]

    /// Why values are not believed for now.
    private func doubt(about reads: Term.Reads) -> String? {
        guard !doubtfulAttributes.isEmpty || !doubtfulMetrics.isEmpty else { return nil }
        return reads.attributes.sorted().lazy.compactMap { doubtfulAttributes[$0] }.first
            ?? reads.metrics.sorted().lazy.compactMap { doubtfulMetrics[$0] }.first
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
    /// What it asks of daily values, however deep.
    package var metricSignals: [MetricSignal] {
        if case .metric(let signal) = node { return [signal] }
        return parts.flatMap(\.metricSignals)
    }

    package var usageDrops: [MetricSignal] { metricSignals.filter { $0.function == .usageDrop } }
}
