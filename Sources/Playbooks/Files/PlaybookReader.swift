/// Reads one folder of `playbooks/`.
struct PlaybookReader {
    /// The folder's path in the workspace: `playbooks/win-back`.
    let folder: String
    /// The texts of its files, by path relative to the folder.
    let texts: [String: String]
    let configuration: Configuration
    let dataMap: DataMap
    let channels: [String: Channel]
    let brokenChannels: Set<String>
    let calendars: CalendarNames
    let snippets: Snippets
    let layouts: LayoutReader
    let diagnostics: Diagnostics

    /// The playbook, or nil when it has an error.
    func read(_ root: YAMLNode, terms: Terms) -> Playbook? {
        var playbook: Playbook?
        let isGood = diagnostics.areClean { playbook = decode(root, terms) }
        guard isGood, let good = playbook else { return nil }
        // A mistake in a test is told, and the playbook stays.
        playbook?.tests = PlaybookTestReader(good, dataMap, diagnostics).read(root)
        return playbook
    }

    private func decode(_ root: YAMLNode, _ given: Terms) -> Playbook? {
        guard let fields = Fields(root, .playbook, diagnostics, of: "a playbook") else { return nil }
        var terms = given
        let name = name(fields)
        let trigger = TriggerReader(fields: fields, dataMap: dataMap, diagnostics: diagnostics)
        let kind = trigger.kind()
        if let kind { trigger.checkCompanions(of: kind) }
        let event = trigger.event()
        terms.scope.triggeringEvent = event
        let audience = audience(fields, terms)
        let signals = signals(fields, &terms)
        let started = start(kind, fields, event, terms)
        let category = category(fields)
        var playbook = Playbook(
            name: name ?? "", category: category ?? "", trigger: started ?? .on(event: "", condition: nil),
            reentry: trigger.reentry(trigger: kind))
        playbook.path = "\(folder)/playbook.yaml"
        playbook.source = texts["playbook.yaml"] ?? ""
        playbook.audience = audience
        playbook.signals = signals
        playbook.per = trigger.per(event)
        if let recipients = trigger.recipients(trigger: kind) { playbook.recipients = recipients }
        readOptions(fields, into: &playbook)
        terms.scope.allowsEntry = true
        let uses = readSteps(fields, terms, into: &playbook)
        let known = knownVariables(signals: signals, broken: terms.broken, trigger: kind, event: event)
        readMessages(uses, known: known, into: &playbook)
        terms.scope.steps = playbook.programs.joined().map(\.known)
        readEnds(fields, terms, into: &playbook)
        if event?.name == "churned", playbook.exits.contains(.churned) {
            diagnostics.warning(
                fields.position("on"),
                "whoever has churned leaves at once (exit: churned), so nobody gets anything; write exit: [goal]")
        }
        return playbook
    }

    private func name(_ fields: Fields) -> String? {
        guard let node = fields["playbook"], let name = diagnostics.text(node, "playbook") else { return nil }
        diagnostics.checkName(name, "a playbook", at: node.position)
        let last = folder.split(separator: "/").last.map(String.init) ?? folder
        if name != last {
            diagnostics.warning(node.position, "the playbook \"\(name)\" lies in a folder of another name, \"\(last)\"")
        }
        return name
    }

    private func audience(_ fields: Fields, _ terms: Terms) -> NamedTerm? {
        guard let source = fields.source("audience") else { return nil }
        if let segment = terms.scope.segments.first(where: { $0.name == source.text }) { return segment }
        let isWord = source.text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        let isAttribute = dataMap.attribute(source.text) != nil
        if isWord, !isAttribute, !terms.broken.contains(source.text) {
            diagnostics.unknown(
                source.text, "segment", among: terms.scope.segments.map(\.name), at: source.position)
            return nil
        }
        return terms.condition(source).map { NamedTerm(name: "audience", term: $0, position: source.position) }
    }

    private func signals(_ fields: Fields, _ terms: inout Terms) -> [NamedTerm] {
        var sources: [SourceText] = []
        for (entry, source) in fields.sources("signals") {
            let name = entry.key
            diagnostics.checkName(name, "a signal", at: entry.position)
            if let owner = owner(of: name, terms) {
                diagnostics.error(entry.position, "\"\(name)\" is \(owner) already; choose another name")
            } else if let source {
                sources.append(source)
            } else {
                terms.broken.insert(name)
            }
        }
        return terms.named(sources, in: \.signals) { $0.signal($1) }
    }

    /// What a name means before the playbook gives it to a signal.
    private func owner(of name: String, _ terms: Terms) -> String? {
        if isReserved(name) { return "a word of the conditions" }
        if dataMap.attribute(name) != nil { return "an attribute" }
        if dataMap.metric(name) != nil { return "a metric" }
        if dataMap.event(name) != nil { return "an event" }
        if terms.scope.health?.name == name { return "the health score" }
        return terms.scope.segments.contains { $0.name == name } ? "a segment" : nil
    }

    private func start(_ kind: String?, _ fields: Fields, _ event: EventKind?, _ terms: Terms) -> Playbook.Trigger? {
        switch kind {
        case "when": return fields.source("when").flatMap(terms.condition).map(Playbook.Trigger.when)
        case "at": return fields.schedule("at").map(Playbook.Trigger.at)
        case "on":
            guard let event else { return nil }
            return .on(event: event.name, condition: fields.source("if").flatMap(terms.condition))
        default: return nil
        }
    }

    private func category(_ fields: Fields) -> String? {
        guard let node = fields["category"], let name = diagnostics.text(node, "category") else { return nil }
        let known = configuration.categories.map(\.name) + ["service"]
        if !known.contains(name) { diagnostics.unknown(name, "category", among: known, at: node.position) }
        return name
    }

    private func readOptions(_ fields: Fields, into playbook: inout Playbook) {
        if let title = fields.text("title") { playbook.title = title }
        if let state: Playbook.State = fields.choice("state") { playbook.state = state }
        if let node = fields["risk"], let reason = diagnostics.text(node, "risk") {
            if !dataMap.reasons.contains(where: { $0.name == reason }) {
                diagnostics.unknown(reason, "reason", among: dataMap.reasons.map(\.name), at: node.position)
            }
            playbook.risk = reason
        }
        playbook.evaluate = fields.evaluation("evaluate")
        if let misfire: Playbook.Misfire = fields.choice("misfire") { playbook.misfire = misfire }
        if case .at = playbook.trigger { playbook.oncePer = playbook.isService ? .account : .person }
        if let oncePer: Playbook.OncePer = fields.choice("once_per") { playbook.oncePer = oncePer }
        if let rearm = fields.span("rearm") { playbook.rearm = rearm }
        if let age = fields.span("max_age") { playbook.maxAge = age }
        if let priority = fields.integer("priority", in: 0...100) { playbook.priority = priority }
        if let exclusive = fields.boolean("exclusive") { playbook.exclusive = exclusive }
        if let strict = fields.boolean("strict") { playbook.isStrict = strict }
        playbook.utm = fields["utm"].flatMap(diagnostics.utm)
        if let expires = fields.span("expires") { playbook.expires = expires }
        readExperiment(fields, into: &playbook)
        if let holdout = fields.share("holdout") { playbook.holdout = holdout }
        if playbook.isService {
            if fields.has("holdout"), playbook.holdout > 0 {
                diagnostics.error(fields.position("holdout"), "a service playbook reaches everybody; it has no holdout")
            }
            playbook.holdout = 0
        }
    }
}
