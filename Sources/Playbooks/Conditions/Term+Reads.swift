extension Term {
    /// The data that a condition looks at: what freshness rules and backtests must know.
    package struct Reads: Sendable, Hashable {
        package var metrics: Set<String> = []
        /// Attributes of the account.
        package var attributes: Set<String> = []
        package var events: Set<String> = []
        package var contacts = false
        /// Signals frozen at entry, and properties of the triggering event.
        package var entries: Set<String> = []
        package var triggeringProperties: Set<String> = []

        package init() {}

        package mutating func formUnion(_ other: Reads) {
            metrics.formUnion(other.metrics)
            attributes.formUnion(other.attributes)
            events.formUnion(other.events)
            contacts = contacts || other.contacts
            entries.formUnion(other.entries)
            triggeringProperties.formUnion(other.triggeringProperties)
        }
    }

    package var reads: Reads {
        var reads = Reads()
        collect(into: &reads)
        return reads
    }

    /// The terms that this one is made of; of a chain of operators, all operands from left to right.
    package var parts: [Term] {
        switch node {
        case .named(_, let inner), .not(let inner), .negative(let inner), .isMissing(let inner), .isPresent(let inner),
            .date(_, let inner):
            [inner]
        case .binary: operands
        case .isIn(let inner, let items): [inner] + items
        case .event(let signal): signal.filter.map { [$0] } ?? []
        case .contacts(let filter): filter.map { [$0] } ?? []
        case .health(let score, _): score.conditions
        case .literal, .attribute, .entry, .triggeringEvent, .property, .metric, .history, .journey, .atRisk, .touch: []
        }
    }

    /// The operands of the chain that begins at the left, whatever its operators: a chain may be thousands of terms long,
    /// and what walks it term by term would go as deep.
    private var operands: [Term] {
        var operands: [Term] = []
        var first = self
        while case .binary(_, let left, let right) = first.node {
            operands.append(right)
            first = left
        }
        operands.append(first)
        return operands.reversed()
    }

    private func collect(into reads: inout Reads) {
        switch node {
        case .attribute(let attribute), .history(_, let attribute, _): reads.attributes.insert(attribute.name)
        case .metric(let signal): reads.metrics.insert(signal.metric)
        case .event(let signal): reads.events.insert(signal.event)
        case .contacts: reads.contacts = true
        case .entry(let name): reads.entries.insert(name)
        case .triggeringEvent(let name): reads.triggeringProperties.insert(name)
        case .journey(.inStage): reads.attributes.insert("stage")
        case .journey: reads.attributes.formUnion(["stage", "stage_since"])
        default: break
        }
        for part in parts { part.collect(into: &reads) }
    }
}

extension Term {
    /// Of a chain of conditions that must all hold, those that ask for nothing but properties of the triggering event; nil where
    /// there are none. Their answers change only when somebody corrects the event.
    package var partAboutTheEvent: Term? {
        if case .binary(.and, let left, let right) = node {
            guard let last = right.partAboutTheEvent else { return left.partAboutTheEvent }
            return left.partAboutTheEvent.map {
                Term(.binary(.and, $0, last), .boolean, text: "\($0.text) and \(last.text)")
            } ?? last
        }
        return asksOnlyTheEvent && !reads.triggeringProperties.isEmpty ? self : nil
    }

    private var asksOnlyTheEvent: Bool {
        switch node {
        case .triggeringEvent, .literal: true
        case .binary, .not, .negative, .isMissing, .isPresent, .isIn: parts.allSatisfy(\.asksOnlyTheEvent)
        default: false
        }
    }

    /// Whether it asks for replies to a step.
    package var asksAboutReplies: Bool {
        if case .touch(.replied) = node { return true }
        return parts.contains(where: \.asksAboutReplies)
    }

    /// Whether it depends on what became of the enrollment's own touches, which a holdout never gets.
    package var asksAboutTouches: Bool {
        switch node {
        case .touch(.sent), .touch(.delivered), .touch(.opened), .touch(.clicked), .touch(.replied): true
        default: parts.contains(where: \.asksAboutTouches)
        }
    }
}
