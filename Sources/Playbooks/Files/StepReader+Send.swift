extension StepReader {
    mutating func send(
        _ kind: Channel.Kind, _ fields: Fields, _ block: Fields?, _ variants: [String]
    ) -> Step.Action? {
        let isBlock = fields.node[kind.rawValue]?["message"] != nil
        let options = block ?? fields
        guard let node = isBlock ? options["message"] : fields[kind.rawValue] else { return nil }
        var send = Step.Send(kind: kind, message: messages(node, kind, variants: variants))
        send.channel = channel(options, kind) ?? (isBlock ? channel(fields, kind) : nil)
        let own = options.has("send_window") ? options["send_window"] : fields["send_window"]
        send.window =
            own.flatMap { diagnostics.sendWindow($0, "send_window", calendars) } ?? (kind.isCapped ? window : nil)
        let tags = options.has("utm") ? options["utm"] : fields["utm"]
        send.utm = tags.flatMap(diagnostics.utm)
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
            let near = suggestion(for: name, in: Array(channels.keys) + ChannelPreset.names)
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
        if path.contains("*"), Rotation(path) == nil {
            diagnostics.error(
                node.position, "a rotation has one \"*\", in the name of the file, such as tips/*.md; got \"\(path)\"")
            return nil
        }
        uses.append(MessageUse(path: path, kind: kind, position: node.position))
        return path
    }
}
