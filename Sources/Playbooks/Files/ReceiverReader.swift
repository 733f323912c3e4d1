/// Reads one entry of `receivers:` in `keeptouch.yaml`.
struct ReceiverReader {
    let diagnostics: Diagnostics

    func read(_ entry: YAMLNode.Entry) -> Receiver? {
        diagnostics.checkName(entry.key, "a receiver", at: entry.position)
        guard let fields = Fields(entry.value, .receiver, diagnostics, of: "the receiver \"\(entry.key)\"") else {
            return nil
        }
        let allowPrivate = fields.boolean("allow_private") ?? false
        guard let url = url(fields, allowPrivate), let secret = fields.secret("secret") else { return nil }
        var receiver = Receiver(name: entry.key, url: url, secret: secret, position: entry.position)
        receiver.allowPrivate = allowPrivate
        if fields.has("kinds") { receiver.kinds = kinds(fields) }
        return receiver
    }

    private func url(_ fields: Fields, _ allowPrivate: Bool) -> String? {
        guard let node = fields["url"], let text = diagnostics.text(node, "url") else { return nil }
        let schemes = allowPrivate ? ["https://", "http://"] : ["https://"]
        guard let scheme = schemes.first(where: text.hasPrefix), text.count > scheme.count,
            !text.contains(where: \.isWhitespace)
        else {
            diagnostics.error(
                node.position,
                "expected an address that begins with https:// for \"url\" (http:// with allow_private: true), got "
                    + node.summary)
            return nil
        }
        guard !text.dropFirst(scheme.count).prefix(while: { !"/?#".contains($0) }).contains("@") else {
            diagnostics.error(
                node.position,
                "\"url\" names a user before its host, and perhaps a password; what is sent is signed with \"secret\"")
            return nil
        }
        return text
    }

    private func kinds(_ fields: Fields) -> [String] {
        fields.items("kinds").compactMap { node in
            guard let kind = diagnostics.text(node, "kinds") else { return nil }
            if !Receiver.knownKinds.contains(kind) {
                diagnostics.unknown(kind, "kind of change", among: Receiver.knownKinds, at: node.position)
            }
            return kind
        }
    }
}

extension KeyTable {
    static let receiver = KeyTable([
        Key("url", .text, required: true, "Where changes are posted to."),
        Key("secret", .secret, required: true, "What signs them: whsec_ and base64, as Standard Webhooks has it."),
        Key("kinds", .oneOrMore(.choice(Receiver.knownKinds)), "The types of changes that it gets; all when left out."),
        Key("allow_private", .boolean, "Whether it may be at a loopback or private address, and without TLS."),
    ])
}
