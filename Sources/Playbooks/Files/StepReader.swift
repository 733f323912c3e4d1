/// Reads the steps of a playbook.
struct StepReader {
    /// A message file that a step names.
    struct MessageUse {
        var path: String
        var kind: Channel.Kind
        var position: Position
    }

    let channels: [String: Channel]
    let brokenChannels: Set<String>
    let diagnostics: Diagnostics
    private(set) var uses: [MessageUse] = []

    init(channels: [String: Channel], brokenChannels: Set<String>, diagnostics: Diagnostics) {
        self.channels = channels
        self.brokenChannels = brokenChannels
        self.diagnostics = diagnostics
    }

    private static let later = ["wait_for", "wait_till", "choose", "stop"]

    /// The steps that can be read; `variants` are those that walk them, none standing for no variants at all.
    mutating func steps(_ nodes: [YAMLNode], variants: [String]) -> [Step] {
        var steps: [Step] = []
        var counts: [String: Int] = [:]
        var places: [String: Position] = [:]
        for node in nodes {
            guard let fields = Fields(node, .step, diagnostics, of: "a step") else { continue }
            let kinds = (node.entries ?? []).map(\.key).filter {
                $0 == "wait" || Self.later.contains($0) || Channel.Kind(rawValue: $0) != nil
            }
            guard let kind = kinds.first, kinds.count == 1 else {
                let known = Channel.Kind.allCases.map(\.rawValue) + ["wait"]
                diagnostics.error(
                    node.position,
                    kinds.isEmpty
                        ? "a step needs one of \(known.joined(separator: ", "))"
                        : "a step does one thing, not \(kinds.joined(separator: " and ")); make them steps of their own"
                )
                continue
            }
            counts[kind, default: 0] += 1
            let standardID = "\(kind)_\(counts[kind, default: 0])"
            guard !Self.later.contains(kind) else {
                diagnostics.error(fields.position(kind), "\"\(kind)\" is not supported yet")
                continue
            }
            for key in ["at_most", "late"] where fields.has(key) {
                diagnostics.error(fields.position(key), "\"\(key)\" does not go with \"\(kind)\"")
            }
            let block = block(kind, in: fields)
            let options = block ?? fields
            let id = block.flatMap(self.id) ?? self.id(fields) ?? standardID
            if let first = places[id] {
                diagnostics.error(node.position, "the id \"\(id)\" is taken by the step in line \(first.line)")
            }
            places[id] = places[id] ?? node.position
            if let action = action(kind, fields, options, variants: variants) {
                steps.append(Step(id: id, action: action, position: node.position))
            }
        }
        return steps
    }

    /// The options under the kind: `email: { message: lessons.md, channel: mailgun }`.
    private func block(_ kind: String, in fields: Fields) -> Fields? {
        guard let node = fields.node[kind], node["message"] != nil else { return nil }
        return Fields(node, .send, diagnostics, of: "the step")
    }

    private func id(_ fields: Fields) -> String? {
        guard let id = fields.text("id") else { return nil }
        diagnostics.checkName(id, "a step", at: fields.position("id"))
        return id
    }

    private mutating func action(
        _ kind: String, _ fields: Fields, _ options: Fields, variants: [String]
    ) -> Step.Action? {
        guard let kind = Channel.Kind(rawValue: kind) else {
            for key in ["channel", "send_window"] where fields.has(key) {
                diagnostics.error(fields.position(key), "\"\(key)\" does not go with \"wait\"")
            }
            return fields.span("wait").map(Step.Action.wait)
        }
        let isBlock = fields.node[kind.rawValue]?["message"] != nil
        guard let node = isBlock ? options["message"] : fields[kind.rawValue] else { return nil }
        var send = Step.Send(kind: kind, message: messages(node, kind, variants: variants))
        send.channel = channel(options, kind) ?? (isBlock ? channel(fields, kind) : nil)
        let window = options.has("send_window") ? options["send_window"] : fields["send_window"]
        send.window = window.flatMap { diagnostics.sendWindow($0, "send_window") }
        return .send(send)
    }

    private func channel(_ fields: Fields, _ kind: Channel.Kind) -> String? {
        guard let node = fields["channel"], let name = diagnostics.text(node, "channel") else { return nil }
        if let channel = channels[name] {
            if channel.kind != kind {
                let kinds = "\(channel.kind.rawValue), not \(kind.rawValue)"
                diagnostics.error(node.position, "the channel \"\(name)\" carries \(kinds)")
            }
        } else if brokenChannels.contains(name) {
            diagnostics.error(node.position, "the channel \"\(name)\" has an error of its own")
        } else {
            let near = suggestion(for: name, in: channels.keys)
            let remedy = near.isEmpty ? "; make channels/\(name).yaml" : near
            diagnostics.error(node.position, "there is no channel \"\(name)\"\(remedy)")
        }
        return name
    }

    /// The message's file for each variant; the empty name serves all.
    private mutating func messages(
        _ node: YAMLNode, _ kind: Channel.Kind, variants: [String]
    ) -> [String: String] {
        guard let entries = node.entries else {
            guard let path = message(node, kind) else { return [:] }
            return ["": path]
        }
        var messages: [String: String] = [:]
        for entry in entries {
            if !variants.contains(entry.key) {
                diagnostics.unknown(entry.key, "variant", among: variants, at: entry.position)
            }
            messages[entry.key] = message(entry.value, kind)
        }
        for variant in variants where node[variant] == nil {
            diagnostics.error(node.position, "there is no message for the variant \"\(variant)\"")
        }
        return messages
    }

    private mutating func message(_ node: YAMLNode, _ kind: Channel.Kind) -> String? {
        guard !node.isEmpty, let path = diagnostics.text(node, kind.rawValue) else {
            if node.isEmpty { diagnostics.error(node.position, "\"\(kind.rawValue)\" needs a message file") }
            return nil
        }
        if path.contains("*") {
            diagnostics.error(node.position, "a rotation of messages (\"\(path)\") is not supported yet")
            return nil
        }
        uses.append(MessageUse(path: path, kind: kind, position: node.position))
        return path
    }
}
