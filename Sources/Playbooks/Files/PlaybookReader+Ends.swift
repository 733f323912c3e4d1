extension PlaybookReader {
    /// Goals and exits, in which nothing before the enrollment counts, and the harms that an experiment watches.
    func readEnds(_ fields: Fields, _ terms: Terms, into playbook: inout Playbook) {
        if let goal = fields.table("goal", .goal) {
            let source = goal.source("when")
            let condition = source.flatMap(terms.condition)
            if let source, let condition, let within = goal.span("within") {
                terms.check(condition, source, within: within)
                if condition.asksAboutTouches {
                    diagnostics.warning(
                        source.position,
                        "a holdout gets no touches and can never reach this goal, so nothing is measured")
                }
                playbook.goal = Playbook.Goal(condition: condition, within: within)
            }
            playbook.meanGoal = meanGoal(goal, at: fields.position("goal"))
        }
        if fields.has("also") {
            if !fields.has("goal") {
                diagnostics.error(
                    fields.position("also"), "\"also\" needs a \"goal\": secondary goals are watched as long as it is")
            }
            playbook.also = sources("also", of: fields).compactMap { secondaryGoal($0, terms) }
            for goal in playbook.also {
                let source = SourceText(name: "also", text: goal.name, position: goal.position)
                terms.check(goal.term, source, within: playbook.goalWindow)
            }
        }
        playbook.guardrails = fields.entries("guardrail_metrics").compactMap(guardrail)
        guard fields.has("exit") else { return }
        playbook.exits = sources("exit", of: fields).compactMap { source in
            switch source.text {
            case "goal": .goal
            case "left_audience": .leftAudience
            case "churned": .churned
            case "no_match": .noMatch
            default: exit(source, terms)
            }
        }
    }

    /// The goal that is a number; nil, with a complaint where it was meant to be one.
    private func meanGoal(_ goal: Fields, at position: Position) -> MeanGoal? {
        guard let node = goal["mean"], let text = diagnostics.text(node, "mean") else {
            if !goal.has("when"), !goal.has("mean") {
                diagnostics.error(
                    position, "a goal has \"when\", a condition, or \"mean\", a number; this one has neither")
            }
            if goal.has("winsorize") {
                diagnostics.error(goal.position("winsorize"), "\"winsorize\" belongs to a goal with \"mean\"")
            }
            return nil
        }
        if goal.has("when") {
            diagnostics.error(
                goal.position("when"), "a goal has \"when\" or \"mean\", not both; \"also\" takes other goals")
        }
        var winsorize = 0.0
        if let share = goal.share("winsorize") {
            if share > 0.25 {
                diagnostics.error(
                    goal.position("winsorize"), "\"winsorize\" takes up to 25% on each side, got \(share * 100)%")
            }
            winsorize = share
        }
        guard let figure = MeanGoal.Figure(text) else {
            diagnostics.error(
                node.position,
                "expected mrr, change(mrr), sum(METRIC) or avg(METRIC), which are taken over the goal's window, got \(node.summary)"
            )
            return nil
        }
        if let metric = MeanGoal(figure, within: .days(1)).metric, dataMap.metric(metric) == nil {
            diagnostics.unknown(metric, "metric", among: dataMap.metrics.map(\.name), at: node.position)
            return nil
        }
        guard let within = goal.span("within") else { return nil }
        if figure.isOfDays, within < .days(2) {
            diagnostics.error(
                goal.position("within"), "no day lies wholly within \(within) of an entry; write 2d or more")
        }
        return MeanGoal(figure, within: within, winsorize: winsorize)
    }

    private func exit(_ source: SourceText, _ terms: Terms) -> Playbook.Exit? {
        guard let condition = terms.condition(source) else { return nil }
        terms.check(condition, source, within: nil)
        return .condition(condition)
    }

    /// The conditions of a list, up to one that `[ ]` split at a comma.
    private func sources(_ key: String, of fields: Fields) -> [SourceText] {
        var sources: [SourceText] = []
        for node in fields.items(key) {
            if node.isEmpty { diagnostics.error(node.position, "\"\(key)\" has an empty item") }
            if isSplit(node) {
                diagnostics.error(node.position, splitMessage(key))
                break
            }
            if !node.isEmpty, let source = diagnostics.source(node, key) { sources.append(source) }
        }
        return sources
    }

    /// A signal, a segment, an event (that it happens), a stage (being in it) or a condition; its text is its name.
    private func secondaryGoal(_ source: SourceText, _ terms: Terms) -> NamedTerm? {
        let term: Term?
        if let event = dataMap.event(source.text) {
            term = Term(.event(EventSignal(.happened, event.name)), .boolean, text: "happened(\(event.name))")
        } else if terms.scope.stages.contains(source.text) {
            term = Term(.journey(.inStage(source.text)), .boolean, text: "in_stage(\(source.text))")
        } else {
            term = terms.condition(source)
        }
        return term.map { NamedTerm(name: source.text, term: $0, position: source.position) }
    }

    /// A name, or a name and the attribute within whose values the arms are drawn.
    func readExperiment(_ fields: Fields, into playbook: inout Playbook) {
        guard let node = fields["experiment"] else { return }
        let table = node.entries == nil ? nil : fields.table("experiment", .experiment)
        if let name = table == nil ? fields.text("experiment") : table?.text("name") {
            diagnostics.checkName(name, "an experiment", at: fields.position("experiment"))
            playbook.experiment = name
        }
        guard let stratify = table?["stratify"], let name = diagnostics.text(stratify, "stratify") else { return }
        let known = dataMap.attributes.filter { $0.type == .text || $0.type == .boolean }.map(\.name)
        guard known.contains(name) else {
            if let attribute = dataMap.attribute(name) {
                diagnostics.error(
                    stratify.position,
                    "\"stratify\" takes a declared attribute of the type text or boolean, and \"\(name)\" is "
                        + (Attribute.builtIn.contains(attribute) ? "built in" : attribute.type.phrase))
            } else {
                diagnostics.unknown(name, "attribute", among: known, at: stratify.position)
            }
            return
        }
        playbook.stratify = name
    }

    private static let harms = ["unsubscribed", "complained", "bounced", "rejected", "churned"]

    private func guardrail(_ entry: YAMLNode.Entry) -> Playbook.Guardrail? {
        guard Self.harms.contains(entry.key) else {
            diagnostics.unknown(entry.key, "harm", among: Self.harms, at: entry.position)
            return nil
        }
        return diagnostics.share(entry.value, entry.key).map { Playbook.Guardrail(outcome: entry.key, margin: $0) }
    }
}
