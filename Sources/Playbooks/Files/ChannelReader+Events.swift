extension ChannelReader {
    /// The webhooks that report back: a dialect's name, or a table with it and the key.
    func events(_ node: YAMLNode, channel name: String) -> Channel.Events? {
        guard node.text == nil else {
            return dialect(node).map { dialect in
                warnOfNoKey(Channel.Events(dialect), at: node.position)
                return Channel.Events(dialect)
            }
        }
        guard let fields = Fields(node, .events, diagnostics, of: "\"events\"") else { return nil }
        guard let dialect = fields["dialect"].map(dialect) ?? Channel.Dialect(rawValue: name) else {
            if !fields.has("dialect") { diagnostics.error(node.position, "\"dialect\" is missing in \"events\"") }
            return nil
        }
        var events = Channel.Events(dialect, key: fields.secret("key"))
        events.certificates = texts(fields, "certificate")
        events.topics = texts(fields, "topic")
        if dialect != .amazonSES, !events.certificates.isEmpty || !events.topics.isEmpty {
            diagnostics.error(node.position, "\"certificate\" and \"topic\" go with the dialect amazon_ses only")
        } else if events.certificates.isEmpty != events.topics.isEmpty {
            diagnostics.error(node.position, "signed notifications need both \"certificate\" and \"topic\"")
        }
        for topic in events.topics where topic.split(separator: ":", omittingEmptySubsequences: false).count != 6 {
            diagnostics.error(
                fields.position("topic"), "expected a topic such as arn:aws:sns:us-east-1:123456789012:ses-events")
        }
        warnOfNoKey(events, at: node.position)
        return events
    }

    private func dialect(_ node: YAMLNode) -> Channel.Dialect? {
        guard let text = diagnostics.text(node, "events") else { return nil }
        if let dialect = Channel.Dialect(rawValue: text) { return dialect }
        diagnostics.unknown(
            text, "webhook dialect", among: Channel.Dialect.allCases.map(\.rawValue), at: node.position)
        return nil
    }

    private func texts(_ fields: Fields, _ key: String) -> [String] {
        fields.items(key).compactMap { diagnostics.text($0, key) }
    }

    private func warnOfNoKey(_ events: Channel.Events, at position: Position) {
        guard !events.canVerify else { return }
        diagnostics.warning(
            position,
            "webhooks of this channel are refused until it has a key: events: { dialect: \(events.dialect.rawValue), "
                + "key: env:NAME }")
    }
}

extension KeyTable {
    static let events = KeyTable([
        Key(
            "dialect", .choice(Channel.Dialect.allCases.map(\.rawValue)),
            "How the provider words its webhooks; the channel's name by default."),
        Key("key", .secret, "What webhooks are proved with: the signing key, or a secret in their URL."),
        Key("certificate", .oneOrMore(.text), "For amazon_ses: files with the certificates that SNS signs with."),
        Key("topic", .oneOrMore(.text), "For amazon_ses: the ARNs of the SNS topics that are believed."),
    ])
}
