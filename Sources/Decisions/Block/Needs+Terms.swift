package import Playbooks

extension Needs {
    /// What the terms read.
    ///
    /// - Parameter risks: the live playbooks that put an account at risk, by reason.
    package init(of terms: some Sequence<Term>, in dataMap: DataMap, risks: [String: [String]] = [:]) {
        for term in terms { read(term, dataMap, risks) }
    }

    package mutating func formUnion(_ other: Needs) {
        attributes.formUnion(other.attributes)
        metrics.merge(other.metrics) { max($0, $1) }
        for (kind, needs) in other.events { need(kind, needs.window, needs.properties) }
        history.formUnion(other.history)
        if let names = other.contacts { contacts = names.union(contacts ?? []) }
        risks.formUnion(other.risks)
        touches = touches || other.touches
        enrollments = enrollments || other.enrollments
        steps = steps || other.steps
    }

    package func union(_ other: Needs) -> Needs {
        var union = self
        union.formUnion(other)
        return union
    }

    private mutating func need(_ kind: String, _ window: TimeSpan?, _ properties: Set<String>) {
        guard let known = events[kind] else {
            events[kind] = OfEvents(window: window, properties: properties)
            return
        }
        var longest: TimeSpan?
        if let window, let other = known.window { longest = max(window, other) }
        events[kind] = OfEvents(window: longest, properties: known.properties.union(properties))
    }

    private mutating func read(_ term: Term, _ dataMap: DataMap, _ risks: [String: [String]]) {
        switch term.node {
        case .attribute(let attribute): attributes.insert(attribute.name)
        case .history(_, let attribute, _):
            attributes.insert(attribute.name)
            history.insert(attribute.name)
        case .metric(let signal):
            let days = signal.function == .idle ? Evaluator.longestIdleness : signal.window + signal.baseline
            metrics[signal.metric] = max(metrics[signal.metric] ?? 0, days)
        case .event(let signal): read(signal, dataMap)
        case .contacts(let filter):
            contacts = (contacts ?? []).union(filter?.properties ?? []).union(["status"])
        case .journey(.inStage): attributes.insert("stage")
        case .journey(.timeInStage): attributes.insert("stage_since")
        case .journey(.stuck), .journey(.weakPoint):
            attributes.formUnion(["stage", "stage_since", Block.journey])
        case .atRisk(let reason):
            self.risks.formUnion(reason.map { risks[$0] ?? [] } ?? risks.values.flatMap { $0 })
        case .touch(.touched): touches = true
        case .touch(.enrolled): enrollments = true
        case .touch: steps = true
        case .health(let score, let change): read(score, change, dataMap, risks)
        default: for part in term.parts { read(part, dataMap, risks) }
        }
    }

    /// For an earlier score, as much more of the past.
    private mutating func read(
        _ score: HealthScore, _ change: HealthScore.Change?, _ dataMap: DataMap, _ risks: [String: [String]]
    ) {
        var needs = Needs(of: score.conditions, in: dataMap, risks: risks)
        if let change {
            let days = Int((change.window.milliseconds + 86_399_999) / 86_400_000) + 1
            needs.metrics = needs.metrics.mapValues { $0 + days }
            needs.events = needs.events.mapValues {
                OfEvents(
                    window: $0.window.map { TimeSpan(milliseconds: $0.milliseconds + change.window.milliseconds) },
                    properties: $0.properties)
            }
            needs.history.formUnion(needs.attributes.filter { dataMap.attribute($0)?.track == true })
        }
        formUnion(needs)
    }

    private mutating func read(_ signal: EventSignal, _ dataMap: DataMap) {
        guard signal.function == .open || signal.function == .overdue else {
            let properties = Set([signal.property].compactMap { $0 }).union(signal.filter?.properties ?? [])
            return need(signal.event, signal.window, properties)
        }
        guard let opening = dataMap.event(signal.event), let closing = opening.closedBy else { return }
        let shared = Set(dataMap.sharedProperties(of: opening))
        need(opening.name, nil, shared.union([opening.due].compactMap { $0 }))
        need(closing, nil, shared)
    }
}

extension Term {
    /// What a `where` looks at.
    fileprivate var properties: Set<String> {
        if case .property(let name) = node { return [name] }
        return parts.reduce(into: []) { $0.formUnion($1.properties) }
    }
}
