extension PlaybookReader {
    /// Variants, steps and ends; returns the messages that the steps name.
    func readSteps(_ fields: Fields, into playbook: inout Playbook) -> [StepReader.MessageUse] {
        var reader = StepReader(channels: channels, brokenChannels: brokenChannels, diagnostics: diagnostics)
        let entries = fields.entries("variants")
        // Only what holds a list of steps walks its own; the others share the playbook's.
        let sharing = entries.filter { $0.value["steps"] == nil }.map(\.key)
        playbook.variants = entries.compactMap { variant($0, &reader) }
        if fields.has("variants"), !(playbook.variants.reduce(0) { $0 + $1.weight } > 0), !entries.isEmpty {
            diagnostics.error(fields.position("variants"), "the weights of the variants must add up to more than 0")
        }
        playbook.steps = reader.steps(list("steps", of: fields), variants: sharing)
        if !fields.has("steps"), entries.isEmpty || !sharing.isEmpty {
            let why = sharing.first.map { "the variant \"\($0)\" has no steps of its own" } ?? "a playbook needs them"
            diagnostics.error(fields.node.position, "\"steps\" is missing; \(why)")
        }
        if playbook.state == .live { checkChannels(of: playbook) }
        return reader.uses
    }

    private func list(_ key: String, of fields: Fields) -> [YAMLNode] {
        guard let node = fields[key] else { return [] }
        guard let list = node.list, !list.isEmpty else {
            diagnostics.error(node.position, "expected a list of steps, each with a \"-\", got \(node.summary)")
            return []
        }
        return list
    }

    private func variant(_ entry: YAMLNode.Entry, _ reader: inout StepReader) -> Playbook.Variant? {
        diagnostics.checkName(entry.key, "a variant", at: entry.position)
        if entry.key == "message" {
            diagnostics.error(entry.position, "\"message\" is a key of steps and cannot name a variant")
        }
        if entry.value.text != nil {
            guard let weight = diagnostics.number(entry.value, entry.key, in: 0...1_000_000) else { return nil }
            return Playbook.Variant(name: entry.key, weight: weight)
        }
        guard let fields = Fields(entry.value, .variant, diagnostics, of: "the variant \"\(entry.key)\""),
            let node = fields["weight"], let weight = diagnostics.number(node, "weight", in: 0...1_000_000)
        else { return nil }
        let steps = fields.has("steps") ? reader.steps(list("steps", of: fields), variants: [entry.key]) : nil
        return Playbook.Variant(name: entry.key, weight: weight, steps: steps)
    }

    /// Every kind that a live playbook sends needs a channel; each missing one is told once.
    private func checkChannels(of playbook: Playbook) {
        var told: Set<Channel.Kind> = []
        for step in ([playbook.steps] + playbook.variants.compactMap(\.steps)).joined() {
            guard case .send(let send) = step.action else { continue }
            if send.kind == .email, configuration.sender == nil, told.insert(.email).inserted {
                diagnostics.error(step.position, "an email needs a \"sender\" in keeptouch.yaml")
            }
            guard send.channel == nil, !told.contains(send.kind) else { continue }
            guard let name = configuration.channels[send.kind] else {
                told.insert(send.kind)
                let kind = send.kind.rawValue
                let remedy =
                    "name one under \"channels\" in keeptouch.yaml, as \(kind): NAME, and make channels/NAME.yaml"
                diagnostics.error(step.position, "no channel carries \(kind); \(remedy)")
                continue
            }
            if let channel = channels[name] {
                guard channel.kind != send.kind else { continue }
                diagnostics.error(
                    step.position,
                    "the default channel of \(send.kind.rawValue), \"\(name)\", carries \(channel.kind.rawValue)")
            } else if brokenChannels.contains(name) {
                diagnostics.error(step.position, "the channel \"\(name)\" has an error of its own")
            } else {
                diagnostics.error(
                    step.position,
                    "the default channel of \(send.kind.rawValue), \"\(name)\", is not there; make channels/\(name).yaml"
                )
            }
            told.insert(send.kind)
        }
    }

    /// Goal and exits, in which nothing before the enrollment counts.
    func readEnds(_ fields: Fields, _ terms: Terms, into playbook: inout Playbook) {
        if let goal = fields.table("goal", .goal) {
            let condition = goal.source("when").flatMap(terms.condition)
            if let condition, let within = goal.span("within") {
                playbook.goal = Playbook.Goal(condition: condition, within: within)
            }
        }
        guard fields.has("exit") else { return }
        var isInsideSplit = false
        playbook.exits = fields.items("exit").compactMap { node in
            guard !isInsideSplit, let source = diagnostics.source(node, "exit") else { return nil }
            if node.isEmpty { diagnostics.error(node.position, "\"exit\" has an empty item") }
            if isSplit(node) {
                isInsideSplit = true
                diagnostics.error(node.position, splitMessage("exit"))
                return nil
            }
            switch source.text {
            case "goal": return .goal
            case "left_audience": return .leftAudience
            case "churned": return .churned
            case "no_match": return .noMatch
            default: return terms.condition(source).map(Playbook.Exit.condition)
            }
        }
    }
}
