extension ConditionReader {
    /// A bare name, `entry.NAME` or `event.NAME`.
    mutating func name(_ word: String) throws(ConditionComplaint) -> Operand {
        let start = token.range
        let isQuoted = token.kind != .word(word)
        advance()
        if !isQuoted, word == "entry" || word == "event", take(".") {
            return try member(of: word, from: start.lowerBound)
        }
        guard let (node, type) = meaning(of: word) else {
            return .unknown(word, ConditionComplaint(unknown(word), at: start.lowerBound), start)
        }
        return .part(Part(term: Term(node, type, text: text(start)), range: start))
    }

    private mutating func member(of word: String, from start: Int) throws(ConditionComplaint) -> Operand {
        let place = token.range.lowerBound
        let name = try argument("a name after \"\(word).\"")
        let range = start..<lastEnd
        guard let (node, type) = word == "entry" ? entry(name, at: place) : triggering(name, at: place) else {
            return .wrong(range)
        }
        return .part(Part(term: Term(node, type, text: text(range)), range: range))
    }

    private mutating func entry(_ name: String, at place: Int) -> (Term.Node, ValueType)? {
        guard scope.allowsEntry else {
            complain(
                "\"entry.\(name)\" is known only after the enrollment: in waits, choices, exits and goals", at: place)
            return nil
        }
        guard let signal = scope.signals.first(where: { $0.name == name }) else {
            complain("unknown signal \"\(name)\"\(suggestion(for: name, in: scope.signals.map(\.name)))", at: place)
            return nil
        }
        return (.entry(name), signal.term.type)
    }

    private mutating func triggering(_ name: String, at place: Int) -> (Term.Node, ValueType)? {
        guard let event = scope.triggeringEvent else {
            complain("\"event.\(name)\" is known only in a playbook that an event triggers (`on:`)", at: place)
            return nil
        }
        guard let property = property(name, of: event, at: place) else { return nil }
        return (.triggeringEvent(name), property.type)
    }

    mutating func property(_ name: String, of event: EventKind, at place: Int) -> EventKind.Property? {
        if let property = event.property(name) { return property }
        let names = event.properties.map(\.name)
        let known = names.isEmpty ? "; the event has none" : suggestion(for: name, in: names)
        complain("unknown property \"\(name)\" of the event \"\(event.name)\"\(known)", at: place)
        return nil
    }

    private func meaning(of name: String) -> (Term.Node, ValueType)? {
        switch filtered {
        case .event(let event):
            return event.property(name).map { (.property(name), $0.type) }
        case .contacts:
            return scope.dataMap.contactAttribute(name).map { (.property(name), $0.type) }
        case nil:
            if let named = scope.signals.first(where: { $0.name == name })
                ?? scope.segments.first(where: { $0.name == name })
                ?? scope.health.flatMap({ $0.name == name ? $0 : nil })
            {
                return (.named(name, named.term), named.term.type)
            }
            return scope.dataMap.attribute(name).map { (.attribute($0), $0.type) }
        }
    }

    /// The complaint about a bare name that has no meaning here.
    private func unknown(_ name: String) -> String {
        switch filtered {
        case .event(let event):
            let known =
                scope.dataMap.attribute(name) == nil
                ? suggestion(for: name, in: event.properties.map(\.name))
                : "; it is an attribute of the account, and \"where\" looks at the event"
            return "unknown property \"\(name)\" of the event \"\(event.name)\"\(known)"
        case .contacts:
            let names = Attribute.builtInOfContact.map(\.name) + scope.dataMap.contactAttributes.map(\.name)
            return "unknown contact attribute \"\(name)\"\(suggestion(for: name, in: names))"
        case nil:
            break
        }
        if Self.functions.contains(name) { return "\"\(name)\" is a function and needs its brackets: \(name)(...)" }
        if scope.dataMap.metric(name) != nil {
            return "\"\(name)\" is a metric; say which days are meant, such as sum(\(name), 7d)"
        }
        if scope.dataMap.event(name) != nil {
            return "\"\(name)\" is an event; ask happened(\(name)), count(\(name), 30d) or since(\(name))"
        }
        let names =
            scope.signals.map(\.name) + scope.segments.map(\.name) + [scope.health?.name].compactMap { $0 }
            + Attribute.builtIn.map(\.name)
            + scope.dataMap.attributes.map(\.name)
        if let near = nearest(to: name, in: names) { return "unknown name \"\(name)\"; did you mean \"\(near)\"?" }
        if scope.dataMap.contactAttribute(name) != nil {
            return "\"\(name)\" is an attribute of contacts; ask contacts(where ...)"
        }
        return
            "unknown name \"\(name)\"\(suggestion(for: name, in: scope.dataMap.metrics.map(\.name) + scope.dataMap.events.map(\.name)))"
    }

    /// Among the segments while these are read.
    var healthScore: NamedTerm? { scope.health ?? scope.segments.first { $0.name == HealthScore.name } }

    /// Whether a word follows the sign at hand without a blank, as in a name that was written without its backticks.
    private var isWordBehindSign: Bool {
        guard tokens.indices.contains(index + 1), case .word = tokens[index + 1].kind else { return false }
        return tokens[index + 1].range.lowerBound == token.range.upperBound
    }

    /// A name where only a name can stand.
    mutating func argument(_ what: String) throws(ConditionComplaint) -> String {
        switch token.kind {
        case .word(let word) where !Self.reserved.contains(word):
            advance()
            if token.kind == .sign("-"), token.range.lowerBound == lastEnd, isWordBehindSign {
                throw ConditionComplaint(
                    "names with signs in them stand in backticks: `\(word)-...`", at: token.range.lowerBound)
            }
            return word
        case .quoted(let name):
            advance()
            return name
        case .text(let text):
            throw ConditionComplaint(
                "expected \(what); names stand without quotes: \(text.prefix(80))", at: token.range.lowerBound)
        default:
            throw ConditionComplaint("expected \(what), got \(token.phrase)", at: token.range.lowerBound)
        }
    }

    /// Whether a name is known; complains with the nearest one otherwise. An empty list knows every name.
    mutating func isKnown(_ name: String, _ what: String, in names: [String], at place: Int) -> Bool {
        guard !names.isEmpty, !names.contains(name) else { return true }
        complain("unknown \(what) \"\(name)\"\(suggestion(for: name, in: names))", at: place)
        return false
    }

    mutating func metric(_ name: String, at place: Int) -> Metric? {
        if let metric = scope.dataMap.metric(name) { return metric }
        complain(
            "unknown metric \"\(name)\"\(otherwise(name, suggestion(for: name, in: scope.dataMap.metrics.map(\.name))))",
            at: place)
        return nil
    }

    mutating func event(_ name: String, at place: Int) -> EventKind? {
        if let event = scope.dataMap.event(name) { return event }
        complain(
            "unknown event \"\(name)\"\(otherwise(name, suggestion(for: name, in: scope.dataMap.events.map(\.name))))",
            at: place)
        return nil
    }

    /// What a name is when it is not what was expected.
    private func otherwise(_ name: String, _ suggestion: String) -> String {
        if scope.dataMap.metric(name) != nil { return "; it is a metric" }
        if scope.dataMap.event(name) != nil { return "; it is an event" }
        if scope.dataMap.attribute(name) != nil { return "; it is an attribute" }
        if healthScore?.name == name { return "; it is the health score: fall(\(name), 30d) says by how much it fell" }
        return suggestion
    }
}
