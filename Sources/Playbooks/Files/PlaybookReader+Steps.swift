extension PlaybookReader {
    /// Variants and steps; returns the messages that the steps name.
    func readSteps(_ fields: Fields, _ terms: Terms, into playbook: inout Playbook) -> [StepReader.MessageUse] {
        var reader = StepReader(
            channels: channels, brokenChannels: brokenChannels, calendars: calendars,
            window: fields["send_window"].flatMap { diagnostics.sendWindow($0, "send_window", calendars) },
            terms: terms, diagnostics: diagnostics)
        let entries = fields.entries("variants")
        // Only what holds a list of steps walks its own; the others share the playbook's.
        let sharing = entries.filter { $0.value["steps"] == nil }.map(\.key)
        // Steps are counted in the order of the file.
        if fields.has("steps"), fields.position("steps") < fields.position("variants") {
            playbook.steps = reader.program(diagnostics.steps("steps", of: fields), variants: sharing)
            playbook.variants = entries.compactMap { variant($0, &reader) }
        } else {
            playbook.variants = entries.compactMap { variant($0, &reader) }
            playbook.steps = reader.program(diagnostics.steps("steps", of: fields), variants: sharing)
        }
        if fields.has("variants"), !(playbook.variants.reduce(0) { $0 + $1.weight } > 0), !entries.isEmpty {
            diagnostics.error(fields.position("variants"), "the weights of the variants must add up to more than 0")
        }
        if !fields.has("steps"), entries.isEmpty || !sharing.isEmpty {
            let why = sharing.first.map { "the variant \"\($0)\" has no steps of its own" } ?? "a playbook needs them"
            diagnostics.error(fields.node.position, "\"steps\" is missing; \(why)")
        } else if fields.has("steps"), !entries.isEmpty, sharing.isEmpty {
            diagnostics.warning(
                fields.position("steps"), "nobody walks these steps: every variant has steps of its own")
        }
        if playbook.state == .live { checkChannels(of: playbook) }
        return reader.uses
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
        let steps =
            fields.has("steps")
            ? reader.program(diagnostics.steps("steps", of: fields), variants: [entry.key]) : nil
        return Playbook.Variant(name: entry.key, weight: weight, steps: steps)
    }

    /// Every kind that a live playbook sends needs a channel; each missing one is told once.
    private func checkChannels(of playbook: Playbook) {
        var told: Set<Channel.Kind> = []
        for step in playbook.programs.joined() {
            guard case .send(let send) = step.action else { continue }
            if send.kind == .email, configuration.sender == nil, told.insert(.email).inserted {
                diagnostics.error(step.position, "an email needs a \"sender\" in keeptouch.yaml")
            }
            if send.kind == .sms, configuration.sms == nil, told.insert(.sms).inserted {
                diagnostics.error(
                    step.position,
                    "a text message needs \"sms\" in keeptouch.yaml, with the phone and the consent of contacts")
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
}
