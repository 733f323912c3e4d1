package import Playbooks

/// The variables of a message and of the channel that carries it, and where their values come from.
package struct Freeze: Sendable {
    package enum Source: Sendable {
        /// A value of the account, the event or the entry.
        case term(Term)
        /// An attribute of the recipient.
        case contact(String)
        case contactFirstName
    }

    package struct Variable: Sendable {
        package var name: String
        package var type: ValueType
        /// Without it the touch is held.
        package var isRequired: Bool
        package var source: Source
    }

    package let variables: [Variable]
    /// Whether a value changes by itself as time goes by.
    package let speaksOfTime: Bool
    /// Whether a value comes from what was frozen at entry.
    let readsEntry: Bool

    /// - Parameter channelVariables: what the channel reads beside the message; without it the touch goes out too.
    package init(
        _ message: String, channelVariables: [String], of playbook: Playbook, in dataMap: DataMap
    ) {
        let names = playbook.variables(ofMessage: message)
        let others = Set(channelVariables).subtracting(names.required + names.optional)
        variables =
            names.required.compactMap { Self.variable($0, isRequired: true, playbook, dataMap) }
            + (names.optional + others.sorted()).compactMap {
                Self.variable($0, isRequired: false, playbook, dataMap)
            }
        readsEntry = variables.contains {
            if case .term(let term) = $0.source { !term.reads.entries.isEmpty } else { false }
        }
        speaksOfTime = variables.contains {
            if case .term(let term) = $0.source { term.speaksOfTime } else { false }
        }
    }

    package var terms: [Term] {
        variables.compactMap { if case .term(let term) = $0.source { term } else { nil } }
    }

    /// The attributes of contacts that are read.
    package var contactAttributes: Set<String> {
        Set(
            variables.compactMap { variable in
                switch variable.source {
                case .term: nil
                case .contact(let name): name
                case .contactFirstName: "name"
                }
            })
    }

    /// The values for one recipient, and the first one that is missing though the message needs it.
    ///
    /// - Parameters:
    ///   - contact: the recipient's index among the contacts; nil for a team.
    ///   - value: the value of a term for the enrollment's account, event and entry.
    package func frozen(
        contact: Int?, of contacts: Block.Contacts?, _ value: (Int, Term) -> Value
    ) -> (values: Frozen, missing: String?) {
        var members: [Frozen.Member] = []
        members.reserveCapacity(variables.count)
        var missing: String?
        for (index, variable) in variables.enumerated() {
            let found: Value
            switch variable.source {
            case .term(let term): found = value(index, term)
            case .contact(let name):
                found = contact.flatMap { contacts?.columns[name]?.value($0, as: variable.type) } ?? .missing
            case .contactFirstName:
                let name = contact.flatMap { contacts?.text("name", $0) }
                found = name.flatMap(FirstName.of).map { .text($0) } ?? .missing
            }
            if found == .missing, variable.isRequired, missing == nil { missing = variable.name }
            members.append(Frozen.Member(variable.name, variable.type, found))
        }
        return (Frozen(members), missing)
    }

    /// Nil for a variable that the renderer itself knows.
    private static func variable(
        _ name: String, isRequired: Bool, _ playbook: Playbook, _ dataMap: DataMap
    ) -> Variable? {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        func term(_ node: Term.Node, _ type: ValueType) -> Variable {
            Variable(name: name, type: type, isRequired: isRequired, source: .term(Term(node, type, text: name)))
        }
        switch (parts.first, parts.count) {
        case ("contact", 2):
            if parts[1] == "first_name" {
                return Variable(name: name, type: .text, isRequired: isRequired, source: .contactFirstName)
            }
            return dataMap.contactAttribute(parts[1]).map {
                Variable(name: name, type: $0.type, isRequired: isRequired, source: .contact($0.name))
            }
        case ("account", 2): return dataMap.attribute(parts[1]).map { term(.attribute($0), $0.type) }
        case ("entry", 2):
            return playbook.signals.first { $0.name == parts[1] }.map { term(.entry(parts[1]), $0.term.type) }
        case ("event", 2):
            guard case .on(let event, _) = playbook.trigger else { return nil }
            return dataMap.event(event)?.property(parts[1]).map { term(.triggeringEvent(parts[1]), $0.type) }
        default:
            return playbook.signals.first { $0.name == name }.map { term(.named(name, $0.term), $0.term.type) }
        }
    }
}

extension Term {
    /// Whether the value changes by itself as time goes by, with no fact changing.
    package var speaksOfTime: Bool {
        switch node {
        case .date, .metric, .history, .health, .journey(.timeInStage), .journey(.stuck): return true
        case .event(let signal): return signal.window != nil || [.since, .overdue].contains(signal.function)
        default: return parts.contains(where: \.speaksOfTime)
        }
    }
}

extension Term {
    /// Whether it asks what became of the enrollment's own touches or waits.
    package var asksAboutSteps: Bool {
        switch node {
        case .touch(.sent), .touch(.delivered), .touch(.opened), .touch(.clicked), .touch(.replied), .touch(.waited):
            true
        default: parts.contains(where: \.asksAboutSteps)
        }
    }
}
