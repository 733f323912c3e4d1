/// Reads the `tests:` of a playbook; a test with a mistake is left out.
struct PlaybookTestReader {
    private let playbook: Playbook
    private let dataMap: DataMap
    private let diagnostics: Diagnostics

    init(_ playbook: Playbook, _ dataMap: DataMap, _ diagnostics: Diagnostics) {
        self.playbook = playbook
        self.dataMap = dataMap
        self.diagnostics = diagnostics
    }

    func read(_ root: YAMLNode) -> [PlaybookTest] {
        guard let node = root["tests"], !node.isEmpty else { return [] }
        guard let nodes = node.list else {
            diagnostics.error(node.position, "expected a list of tests, each with a \"-\", got \(node.summary)")
            return []
        }
        var names: [String: Position] = [:]
        return nodes.compactMap { node in
            var test: PlaybookTest?
            let isGood = diagnostics.areClean { test = self.test(node) }
            if let name = node["name"]?.text, let first = names.updateValue(node.position, forKey: name) {
                diagnostics.error(node.position, "the test in line \(first.line) has the name \"\(name)\" already")
            }
            return isGood ? test : nil
        }
    }

    private func test(_ node: YAMLNode) -> PlaybookTest? {
        guard let fields = Fields(node, .test, diagnostics, of: "a test") else { return nil }
        var contacts: Set<String> = [PlaybookTest.defaultContact]
        let facts = facts(fields["account"], &contacts)
        var stretches = [
            PlaybookTest.Stretch(
                length: TimeSpan(milliseconds: 0), facts: facts, expectations: expectations(fields))
        ]
        for node in fields.items("then") {
            guard let fields = Fields(node, .testStretch, diagnostics, of: "a stretch of a test"),
                let length = fields.span("after")
            else { continue }
            if length > Self.longest {
                diagnostics.error(fields.position("after"), "a stretch lasts at most \(Self.longest), got \(length)")
            }
            let facts = self.facts(fields["account"], &contacts)
            stretches.append(
                PlaybookTest.Stretch(
                    length: length, facts: facts, replies: replies(fields), expectations: expectations(fields)))
        }
        if !fields.has("expect"), stretches.count == 1 || stretches.allSatisfy(\.expectations.isEmpty) {
            diagnostics.error(node.position, "\"expect\" is missing in a test")
        }
        return PlaybookTest(
            name: fields.text("name") ?? "", position: node.position, variant: variant(fields), stretches: stretches)
    }

    private static let longest = TimeSpan.days(400)
    private static let mostDays = 1_000

    private func variant(_ fields: Fields) -> String? {
        guard let node = fields["variant"], let name = diagnostics.text(node, "variant") else { return nil }
        let known = playbook.variants.map(\.name)
        if !known.contains(name) { diagnostics.unknown(name, "variant", among: known, at: node.position) }
        return name
    }

    /// Steps that send and whose messages are answered.
    private func replies(_ fields: Fields) -> [String] {
        let steps = ([playbook.steps] + playbook.variants.compactMap(\.steps)).joined()
        let known = steps.filter { if case .send = $0.action { true } else { false } }.map(\.id)
        return fields.items("replied").compactMap { node in
            guard let step = diagnostics.text(node, "replied") else { return nil }
            if !known.contains(step) {
                diagnostics.unknown(step, "step that sends", among: Set(known).sorted(), at: node.position)
            }
            return step
        }
    }

    // MARK: Data

    private func facts(_ node: YAMLNode?, _ contacts: inout Set<String>) -> PlaybookTest.Facts {
        var facts = PlaybookTest.Facts()
        guard let node else { return facts }
        guard let entries = node.entries else {
            diagnostics.error(node.position, "expected the account's data as keys and values, got \(node.summary)")
            return facts
        }
        for entry in entries {
            switch entry.key {
            case "metrics": facts.metrics = usage(entry.value)
            case "events": break
            case "contacts": facts.contacts = list(entry.value, "contacts").compactMap { contact($0, &contacts) }
            default:
                let known = Attribute.builtIn + dataMap.attributes
                guard let attribute = dataMap.attribute(entry.key), entry.key != "key" else {
                    let names = known.map(\.name) + ["metrics", "events", "contacts"]
                    diagnostics.unknown(entry.key, "attribute", among: names, at: entry.position)
                    continue
                }
                if let value = value(entry.value, entry.key, attribute.type, attribute.values) {
                    facts.attributes.append(PlaybookTest.Property(name: entry.key, value: value))
                }
            }
        }
        // After the contacts, which they may name.
        if let node = node["events"] { facts.events = list(node, "events").flatMap { events($0, contacts) } }
        return facts
    }

    private func list(_ node: YAMLNode, _ name: String) -> [YAMLNode] {
        if let list = node.list { return list }
        diagnostics.error(node.position, "expected a list for \"\(name)\", got \(node.summary)")
        return []
    }

    private func usage(_ node: YAMLNode) -> [PlaybookTest.Usage] {
        guard let entries = node.entries else {
            diagnostics.error(node.position, "expected metrics with their values, got \(node.summary)")
            return []
        }
        return entries.compactMap { entry in
            guard dataMap.metric(entry.key) != nil else {
                diagnostics.unknown(entry.key, "metric", among: dataMap.metrics.map(\.name), at: entry.position)
                return nil
            }
            let runs = (entry.value.list ?? [entry.value]).compactMap { run($0, entry.key) }
            let length = runs.reduce(0) { $0 + $1.length }
            if length > Self.mostDays {
                diagnostics.error(entry.value.position, "a test holds at most \(Self.mostDays) days, got \(length)")
            }
            return PlaybookTest.Usage(metric: entry.key, runs: runs)
        }
    }

    /// `5 per 1d for 56d`, `0 for 3d`, `missing for 3d`.
    private func run(_ node: YAMLNode, _ name: String) -> PlaybookTest.Run? {
        let words = (node.text ?? "").split(separator: " ").map(String.init)
        let isMissing = words.first == "missing"
        let amount = words.first.flatMap(Double.init)
        let hasPeriod = words.count == 5 && words[1] == "per" && words[3] == "for"
        guard isMissing || amount?.isFinite == true, hasPeriod || (words.count == 3 && words[1] == "for"),
            !(isMissing && hasPeriod), let length = days(words[words.count - 1]),
            let period = hasPeriod ? days(words[2]) : 1
        else {
            diagnostics.error(
                node.position,
                "expected values such as \"5 per 1d for 56d\" or \"missing for 3d\" for \"\(name)\", got \(node.summary)"
            )
            return nil
        }
        return PlaybookTest.Run(amount: amount, period: period, length: length)
    }

    /// A whole number of days, at least one.
    private func days(_ text: String) -> Int? {
        guard case .success(let span) = TimeSpan.parse(text), span > TimeSpan(milliseconds: 0),
            span.milliseconds % TimeSpan.days(1).milliseconds == 0
        else { return nil }
        return Int(span.milliseconds / TimeSpan.days(1).milliseconds)
    }

    /// `report_created: -3d`, or with properties: `{ nps_response: -1d, score: 3, contact: ada }`.
    private func events(_ node: YAMLNode, _ contacts: Set<String>) -> [PlaybookTest.Event] {
        guard let entries = node.entries, let first = entries.first else {
            diagnostics.error(
                node.position, "expected an event with its moment, as report_created: -3d, got \(node.summary)")
            return []
        }
        guard let kind = dataMap.event(first.key) else {
            diagnostics.unknown(first.key, "event", among: dataMap.events.map(\.name), at: first.position)
            return []
        }
        var event = PlaybookTest.Event(
            name: kind.name, at: .after(TimeSpan(milliseconds: 0)), contact: nil, properties: [])
        for entry in entries.dropFirst() {
            if entry.key == "contact" {
                guard let key = diagnostics.text(entry.value, "contact") else { continue }
                if !contacts.contains(key) {
                    diagnostics.unknown(key, "contact", among: contacts.sorted(), at: entry.value.position)
                }
                event.contact = key
            } else if let property = kind.property(entry.key) {
                if let value = value(
                    entry.value, entry.key, property.type, [], reasons: property.map.keys.sorted())
                {
                    event.properties.append(PlaybookTest.Property(name: entry.key, value: value))
                }
            } else {
                let known = kind.properties.map(\.name) + ["contact"]
                diagnostics.unknown(entry.key, "property", among: known, at: entry.position)
            }
        }
        return (first.value.list ?? [first.value]).compactMap { node in
            guard let at = value(node, first.key, .instant, []) else { return nil }
            var event = event
            event.at = at
            return event
        }
    }

    private func contact(_ node: YAMLNode, _ contacts: inout Set<String>) -> PlaybookTest.Contact? {
        guard let entries = node.entries else {
            diagnostics.error(node.position, "expected a contact as { key: ada, role: owner }, got \(node.summary)")
            return nil
        }
        guard let key = node["key"].flatMap({ diagnostics.text($0, "key") }) else {
            if node["key"] == nil { diagnostics.error(node.position, "a contact needs a \"key\"") }
            return nil
        }
        contacts.insert(key)
        var contact = PlaybookTest.Contact(key: key, attributes: [])
        for entry in entries where entry.key != "key" {
            guard let attribute = dataMap.contactAttribute(entry.key) else {
                let known = Attribute.builtInOfContact + dataMap.contactAttributes
                diagnostics.unknown(entry.key, "attribute", among: known.map(\.name), at: entry.position)
                continue
            }
            if let value = value(entry.value, entry.key, attribute.type, attribute.values) {
                contact.attributes.append(PlaybookTest.Property(name: entry.key, value: value))
            }
        }
        return contact
    }

    /// A value of the type, as an import takes it; dates may be relative.
    private func value(
        _ node: YAMLNode, _ name: String, _ type: ValueType, _ values: [String], reasons: [String] = []
    ) -> PlaybookTest.Given? {
        guard let text = diagnostics.text(node, name) else { return nil }
        func refuse(_ what: String) {
            diagnostics.error(node.position, "expected \(what) for \"\(name)\", got \(node.summary)")
        }
        switch type {
        case .text:
            if !values.isEmpty, !values.contains(text) {
                diagnostics.unknown(text, name, among: values, at: node.position)
                return nil
            }
            if name == "timezone", Zone(text) == nil {
                refuse("a time zone such as Europe/Berlin")
                return nil
            }
        case .number, .money:
            guard Double(text)?.isFinite == true else {
                refuse("a number")
                return nil
            }
        case .percent:
            guard parseShare(text) != nil else {
                refuse("a share such as 40%")
                return nil
            }
        case .boolean:
            guard diagnostics.boolean(node, name) != nil else { return nil }
        case .duration:
            guard diagnostics.timed(node, name, TimeSpan.parse(text)) != nil else { return nil }
        case .reason:
            let known = dataMap.reasons.map(\.name) + reasons
            guard known.contains(text) else {
                diagnostics.unknown(text, "reason", among: known, at: node.position)
                return nil
            }
        case .date, .instant:
            let sign: Int64 = text.hasPrefix("-") ? -1 : 1
            let digits = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
            if case .success(let span) = TimeSpan.parse(digits) {
                return .after(TimeSpan(milliseconds: sign * span.milliseconds))
            }
            let isMoment = type == .instant && (try? Instant.parse(text, in: .utc).get()) != nil
            guard isMoment || (try? Day.parse(text).get()) != nil else {
                refuse("a date such as -30d or 2026-01-05")
                return nil
            }
        }
        return .text(text)
    }

    // MARK: Expectations

    private func expectations(_ fields: Fields) -> [PlaybookTest.Expectation] {
        fields.items("expect").compactMap { node in
            guard let text = diagnostics.text(node, "expect"), let kind = kind(text, node) else { return nil }
            return PlaybookTest.Expectation(kind: kind, text: text, position: node.position)
        }
    }

    private static let verdicts = [
        "held", "already", "cooling", "too_old", "unreachable", "blocked", "global_holdout", "holdout", "enrolled",
    ]
    private static let forms = [
        "match", "no match", "verdict NAME", "sent FILE", "sent FILE to ROLE", "not sent FILE", "nothing sent",
        "active",
        "exit because REASON", "goal", "no goal", "waited STEP met", "waited STEP timed_out",
        "has ATTRIBUTE VALUE",
    ]

    private func kind(_ text: String, _ node: YAMLNode) -> PlaybookTest.Expectation.Kind? {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("match", 1): return .match
        case ("active", 1): return .active
        case ("goal", 1): return goal(.goal, node)
        case ("no", 2) where words[1] == "goal": return goal(.noGoal, node)
        case ("no", 2) where words[1] == "match": return .noMatch
        case ("nothing", 2) where words[1] == "sent": return .nothingSent
        case ("verdict", 2):
            if !Self.verdicts.contains(words[1]) {
                diagnostics.unknown(words[1], "verdict", among: Self.verdicts, at: node.position)
            }
            return .verdict(words[1])
        case ("sent", 2):
            return .sent(message: message(words[1], node), role: nil)
        case ("sent", 4) where words[2] == "to":
            return .sent(message: message(words[1], node), role: words[3])
        case ("not", 3) where words[1] == "sent":
            return .notSent(message: message(words[2], node))
        case ("exit", 3...) where words[1] == "because":
            return .exit(reason: reason(words.dropFirst(2).joined(separator: " "), node))
        case ("waited", 3) where words[2] == "met" || words[2] == "timed_out":
            let steps = ([playbook.steps] + playbook.variants.compactMap(\.steps)).joined().map(\.id)
            if !steps.contains(words[1]) {
                diagnostics.unknown(words[1], "step", among: Set(steps).sorted(), at: node.position)
            }
            return .waited(step: words[1], isMet: words[2] == "met")
        case ("has", 3...):
            let value = text.split(separator: " ", maxSplits: 2)[2]
            return SettingReader(
                terms: Terms(scope: ConditionScope(dataMap: dataMap), broken: [], diagnostics: diagnostics)
            )
            .value(of: words[1], String(value), at: node.position)
            .map { PlaybookTest.Expectation.Kind.has($0, $1) }
        default:
            let near = suggestion(for: text, in: Self.forms)
            let remedy = near.isEmpty ? "; known: \(Self.forms.joined(separator: ", "))" : near
            diagnostics.error(node.position, "unknown expectation \"\(text)\"\(remedy)")
            return nil
        }
    }

    private func goal(
        _ kind: PlaybookTest.Expectation.Kind, _ node: YAMLNode
    ) -> PlaybookTest.Expectation.Kind {
        if playbook.goal == nil { diagnostics.error(node.position, "the playbook has no goal") }
        return kind
    }

    private func message(_ path: String, _ node: YAMLNode) -> String {
        let known = playbook.messages.keys
        if !known.contains(path) { diagnostics.unknown(path, "message", among: known.sorted(), at: node.position) }
        return path
    }

    private func reason(_ reason: String, _ node: YAMLNode) -> String {
        let known = playbook.exits.map(\.reason) + ["completed", "stopped"]
        if !known.contains(reason) { diagnostics.unknown(reason, "exit", among: known, at: node.position) }
        return reason
    }
}

extension Playbook.Exit {
    /// Why an enrollment ended that left by it.
    package var reason: String {
        switch self {
        case .goal: "goal"
        case .leftAudience: "left_audience"
        case .churned: "churned"
        case .noMatch: "no_match"
        case .condition(let condition): condition.text
        }
    }
}
