extension ConditionReader {
    /// The node and type of a call; nil after a complaint.
    typealias Call = (node: Term.Node, type: ValueType)

    static let functions: [String] =
        MetricSignal.Function.allCases.map(\.rawValue) + EventSignal.Function.allCases.map(\.rawValue)
        + DateFunction.allCases.map(\.rawValue) + HistoryFunction.allCases.map(\.rawValue)
        + [
            "contacts", "in_stage", "time_in_stage", "stuck", "weak_point", "at_risk", "sent", "delivered", "opened",
            "clicked", "replied", "waited", "touched", "enrolled",
        ]

    mutating func function(_ name: String) throws(ConditionComplaint) -> Operand {
        let start = token.range.lowerBound
        guard Self.functions.contains(name) else {
            throw ConditionComplaint(
                "unknown function \"\(name)\"\(suggestion(for: name, in: Self.functions))", at: start)
        }
        if filtered != nil, DateFunction(rawValue: name) == nil {
            throw ConditionComplaint(
                "\"\(name)\" cannot stand inside \"where\", which looks at one thing at a time", at: start)
        }
        advance()
        advance()
        try descend()
        defer { nesting -= 1 }
        let call = try call(of: name)
        try expect(")", after: "the arguments of \"\(name)\"")
        let range = start..<lastEnd
        guard let call else { return .wrong(range) }
        return .part(Part(term: Term(call.node, call.type, text: text(range)), range: range))
    }

    private mutating func call(of name: String) throws(ConditionComplaint) -> Call? {
        if name == EventSignal.Function.sum.rawValue { return try sum() }
        if let function = MetricSignal.Function(rawValue: name) { return try metric(function) }
        if let function = EventSignal.Function(rawValue: name) { return try event(function) }
        if let function = DateFunction(rawValue: name) { return try date(function) }
        if let function = HistoryFunction(rawValue: name) { return try history(function) }
        switch name {
        case "contacts":
            guard let filter = try filter(.contacts) else { return nil }
            return (.contacts(filter: filter.term), .number)
        case "in_stage":
            let place = token.range.lowerBound
            let stage = try argument("a stage")
            guard isKnown(stage, "stage", in: scope.stages, at: place) else { return nil }
            return (.journey(.inStage(stage)), .boolean)
        case "time_in_stage": return (.journey(.timeInStage), .duration)
        case "stuck": return (.journey(.stuck), .boolean)
        case "weak_point": return (.journey(.weakPoint), .boolean)
        case "at_risk": return try atRisk()
        case "touched": return try touched()
        case "enrolled": return try enrolled()
        default: return try step(name)
        }
    }

    // MARK: Metrics

    /// `sum(metric, window)` or `sum(event.property[, window] [where ...])`.
    private mutating func sum() throws(ConditionComplaint) -> Call? {
        let place = token.range.lowerBound
        let name = try argument("a metric, or event.property,")
        if take(".") { return try event(.sum, name, at: place) }
        if scope.dataMap.metric(name) == nil, let event = scope.dataMap.event(name) {
            let example = event.properties.first { $0.type.isNumeric }?.name ?? "PROPERTY"
            throw ConditionComplaint(
                "\"\(name)\" is an event; say which property to add up, such as sum(\(name).\(example), 30d)", at: place
            )
        }
        return try metric(.sum, name, at: place)
    }

    private mutating func metric(_ function: MetricSignal.Function) throws(ConditionComplaint) -> Call? {
        let place = token.range.lowerBound
        return try metric(function, try argument("a metric"), at: place)
    }

    private mutating func metric(
        _ function: MetricSignal.Function, _ name: String, at place: Int
    ) throws(ConditionComplaint) -> Call? {
        let metric = metric(name, at: place)
        var window: TimeSpan? = .days(0)
        var baseline: TimeSpan? = .days(0)
        var isStrict = false
        switch function {
        case .sum, .avg, .min, .max, .activeDays:
            try expect(",", after: "the metric")
            window = try wholeDays()
        case .drop, .rise:
            try expect(",", after: "the metric")
            window = try wholeDays()
            try expect(",", after: "the window, before the baseline,")
            baseline = try wholeDays()
        case .usageDrop:
            (window, baseline) = (.days(14), .days(56))
            guard take(",") else { break }
            var expected = "a window such as 14d, or strict"
            if case .duration = token.kind {
                window = try wholeDays()
                try expect(",", after: "the window, before the baseline,")
                let place = token.range.lowerBound
                baseline = try wholeDays()
                if let days = baseline?.wholeDays, days % 7 != 0 || days < 14 {
                    complain("the baseline of usage_drop is two weeks or more, and whole weeks", at: place)
                    baseline = nil
                }
                guard take(",") else { break }
                expected = "strict, or no comma"
            }
            try strict(orElse: expected)
            isStrict = true
        case .idle:
            break
        }
        guard let metric, let window = window?.wholeDays, let baseline = baseline?.wholeDays else { return nil }
        guard window + baseline <= Self.longestWindow else {
            complain("window and baseline together are at most \(Self.longestWindow)d long", at: place)
            return nil
        }
        let signal = MetricSignal(function, metric.name, window: window, baseline: baseline, isStrict: isStrict)
        return (.metric(signal), function.type)
    }

    /// The word that ends the arguments of `usage_drop`.
    private mutating func strict(orElse expected: String) throws(ConditionComplaint) {
        guard !takeWord("strict") else { return }
        var near = ""
        if case .word(let word) = token.kind { near = suggestion(for: word, in: ["strict"]) }
        throw ConditionComplaint(
            "expected \(expected), got \(token.phrase)\(near)", at: token.range.lowerBound)
    }

    // MARK: Windows

    static let longestWindow = 800

    /// A window of at most 800 days; nil after a complaint about its length.
    private mutating func window() throws(ConditionComplaint) -> TimeSpan? {
        let place = token.range.lowerBound
        guard case .duration(let span) = token.kind else {
            throw ConditionComplaint("expected a window such as 14d, got \(token.phrase)", at: place)
        }
        advance()
        guard span.milliseconds > 0, span <= .days(Int64(Self.longestWindow)) else {
            complain("a window is longer than nothing and at most \(Self.longestWindow)d long", at: place)
            return nil
        }
        return span
    }

    private mutating func wholeDays() throws(ConditionComplaint) -> TimeSpan? {
        let place = token.range.lowerBound
        guard let span = try window() else { return nil }
        guard span.wholeDays != nil else {
            complain("metrics are daily, so their windows are whole days", at: place)
            return nil
        }
        return span
    }

    // MARK: Events

    private mutating func event(_ function: EventSignal.Function) throws(ConditionComplaint) -> Call? {
        let place = token.range.lowerBound
        let name = try argument(function == .latest ? "event.property" : "an event")
        if function == .latest { try expect(".", after: "the event, before the property,") }
        return try event(function, name, at: place)
    }

    /// The rest of the arguments; the property of `latest` and `sum` comes first.
    private mutating func event(
        _ function: EventSignal.Function, _ name: String, at place: Int
    ) throws(ConditionComplaint) -> Call? {
        let event = event(name, at: place)
        var type = function.type
        var propertyName: String?
        var isRight = event != nil
        if function == .latest || function == .sum {
            let place = token.range.lowerBound
            let name = try argument("a property of the event")
            propertyName = name
            if let event, let property = property(name, of: event, at: place) {
                type = property.type
                if function == .sum, !type.isNumeric, type != .duration {
                    complain("\"\(name)\" is \(type.phrase) and cannot be added up", at: place)
                    isRight = false
                }
            } else {
                isRight = false
            }
        }
        var window: TimeSpan?
        if function != .ever, function != .open, function != .overdue, take(",") {
            window = try self.window()
            isRight = isRight && window != nil
        }
        let takesFilter = function != .open && function != .overdue
        let filter: (term: Term?, isRead: Bool)? =
            takesFilter ? try filter(event.map { .event($0) } ?? .event(EventKind(name))) : (nil, true)
        guard isRight, let event, let filter else { return nil }
        if function == .open || function == .overdue, event.closedBy == nil {
            complain("\"\(name)\" is never closed; give it \"closed_by\" in data.yaml", at: place)
            return nil
        }
        let signal = EventSignal(function, event.name, property: propertyName, window: window, filter: filter.term)
        return (.event(signal), type)
    }

    /// The condition after `where`; without one the term is nil. Nil after a complaint.
    private mutating func filter(_ filtered: Filtered) throws(ConditionComplaint) -> (term: Term?, isRead: Bool)? {
        guard takeWord("where") else { return (nil, true) }
        self.filtered = filtered
        defer { self.filtered = nil }
        guard let part = resolve(try expression()), isCondition(part, of: "where") else { return nil }
        return (part.term, true)
    }

    // MARK: Attributes

    private mutating func date(_ function: DateFunction) throws(ConditionComplaint) -> Call? {
        guard let part = resolve(try expression()) else { return nil }
        guard part.term.type.isTime else {
            complain("\(part.term.phrase); \"\(function.rawValue)\" takes a date", at: part.range.lowerBound)
            return nil
        }
        return (.date(function, part.term), function == .anniversary ? .date : .number)
    }

    private mutating func history(_ function: HistoryFunction) throws(ConditionComplaint) -> Call? {
        let place = token.range.lowerBound
        let name = try argument("an attribute")
        try expect(",", after: "the attribute")
        guard let window = try window() else { return nil }
        if let health = healthScore, name == health.name, case .health(let score, nil) = health.term.node {
            return (.health(score, HealthScore.Change(function, window)), function == .fall ? .percent : .number)
        }
        guard let attribute = scope.dataMap.attribute(name) else {
            let names = Attribute.builtIn.map(\.name) + scope.dataMap.attributes.map(\.name)
            complain("unknown attribute \"\(name)\"\(suggestion(for: name, in: names))", at: place)
            return nil
        }
        guard attribute.track else {
            let isBuiltIn = Attribute.builtIn.contains { $0.name == name }
            complain(
                "\"\(name)\" keeps no history" + (isBuiltIn ? "" : "; give it \"track: true\" in data.yaml"), at: place)
            return nil
        }
        guard function == .was || attribute.type.isNumeric else {
            complain(
                "\"\(name)\" is \(attribute.type.phrase); \"\(function.rawValue)\" takes a number or money", at: place)
            return nil
        }
        let type: ValueType = function == .fall ? .percent : attribute.type
        return (.history(function, attribute: attribute, window: window), type)
    }

    // MARK: Risk and touches

    private mutating func atRisk() throws(ConditionComplaint) -> Call? {
        guard token.kind != .sign(")") else { return (.atRisk(reason: nil), .boolean) }
        let place = token.range.lowerBound
        let reason = try argument("a reason")
        guard isKnown(reason, "reason", in: scope.dataMap.reasons.map(\.name), at: place) else { return nil }
        return (.atRisk(reason: reason), .boolean)
    }

    private mutating func touched() throws(ConditionComplaint) -> Call? {
        if case .duration = token.kind {
            return try window().map { (.touch(.touched(playbook: nil, window: $0)), .boolean) }
        }
        let playbook = try playbook()
        try expect(",", after: "the playbook, before the window,")
        guard let window = try window(), let playbook else { return nil }
        return (.touch(.touched(playbook: playbook, window: window)), .boolean)
    }

    private mutating func enrolled() throws(ConditionComplaint) -> Call? {
        let playbook = try playbook()
        guard take(",") else { return playbook.map { (.touch(.enrolled(playbook: $0, window: nil)), .boolean) } }
        guard let window = try window(), let playbook else { return nil }
        return (.touch(.enrolled(playbook: playbook, window: window)), .boolean)
    }

    private mutating func playbook() throws(ConditionComplaint) -> String? {
        let place = token.range.lowerBound
        let name = try argument("a playbook")
        return isKnown(name, "playbook", in: scope.playbooks, at: place) ? name : nil
    }

    private mutating func step(_ function: String) throws(ConditionComplaint) -> Call? {
        let place = token.range.lowerBound
        let step = try argument("a step")
        guard scope.allowsEntry else {
            complain(
                "\"\(function)\" is known only after the enrollment: in waits, choices, exits and goals", at: place)
            return nil
        }
        guard let known = scope.steps.first(where: { $0.id == step }) else {
            let near = suggestion(for: step, in: scope.steps.map(\.id))
            complain(
                "unknown step \"\(step)\"\(near.isEmpty ? "; only a step that comes before can be asked about" : near)",
                at: place)
            return nil
        }
        guard known.kind == (function == "waited" ? .waitFor : .send) else {
            let asked = function == "waited" ? "waits for a condition" : "sends"
            complain("\"\(step)\" is not a step that \(asked)", at: place)
            return nil
        }
        switch function {
        case "sent": return (.touch(.sent(step: step)), .boolean)
        case "delivered": return (.touch(.delivered(step: step)), .boolean)
        case "opened": return (.touch(.opened(step: step)), .boolean)
        case "clicked": return (.touch(.clicked(step: step)), .boolean)
        case "replied": return (.touch(.replied(step: step)), .boolean)
        default: return (.touch(.waited(step: step)), .text)
        }
    }
}

extension MetricSignal.Function {
    var type: ValueType {
        switch self {
        case .sum, .avg, .min, .max, .activeDays: .number
        case .drop, .rise: .percent
        case .usageDrop: .boolean
        case .idle: .duration
        }
    }
}

extension EventSignal.Function {
    /// The type of the result; `latest` and `sum` have the type of their property.
    var type: ValueType {
        switch self {
        case .count, .open, .overdue, .latest, .sum: .number
        case .happened, .ever: .boolean
        case .since: .duration
        case .first, .last: .instant
        }
    }
}

extension TimeSpan {
    /// The number of days, when they are whole.
    var wholeDays: Int? {
        let day = TimeSpan.days(1).milliseconds
        return milliseconds % day == 0 ? Int(exactly: milliseconds / day) : nil
    }
}
