package import Playbooks

extension Term {
    /// The conditions that are joined by one operator, from left to right, those behind names among them.
    func members(of found: Operator) -> [Term] {
        var members: [Term] = []
        var rest = [self]
        while let term = rest.popLast() {
            switch term.node {
            case .binary(found, let left, let right): rest += [right, left]
            case .named(_, let definition): rest.append(definition)
            default: members.append(term)
            }
        }
        return members
    }

    /// What a row costs, roughly: 0 for columns, 1 for a look-up, 2 for a window of a metric.
    var cost: Int {
        let own =
            switch node {
            case .metric, .health: 2
            case .event, .contacts, .history, .atRisk, .touch, .triggeringEvent: 1
            default: 0
            }
        return parts.map(\.cost).max().map { max(own, $0) } ?? own
    }

    /// Whether a `where` looks at a property.
    func readsProperty(_ name: String) -> Bool {
        if case .property(name) = node { return true }
        return parts.contains { $0.readsProperty(name) }
    }

    /// The signals of events anywhere in the term.
    package var eventSignals: [EventSignal] {
        if case .event(let signal) = node { return [signal] }
        return parts.flatMap(\.eventSignals)
    }
}
