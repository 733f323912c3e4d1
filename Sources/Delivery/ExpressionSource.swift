/// Where an expression's value comes from, decided once.
enum ExpressionSource: Sendable {
    case constant(JSON?)
    case key, value
    case to, toEmail, toName, from, fromEmail, fromName, replyTo
    case subject, preheader, text, html
    case headers, header(String), metadata, metadatum(String), tags, tag(Int)
    case idempotencyKey, idempotencyUUID
    case recipient
    case secret, timestamp, body, signature
    case variable(String), variables

    private static let names: [String: ExpressionSource] = [
        "to": .to, "to.email": .toEmail, "to.name": .toName, "from": .from, "from.email": .fromEmail,
        "from.name": .fromName, "reply_to": .replyTo, "subject": .subject, "preheader": .preheader, "text": .text,
        "html": .html, "headers": .headers, "metadata": .metadata, "tags": .tags, "idempotency_key": .idempotencyKey,
        "idempotency_uuid": .idempotencyUUID, "recipient.id": .recipient, "recipient.email": .toEmail,
        "recipient.name": .toName, "variables": .variables, "secret": .secret, "timestamp": .timestamp, "body": .body,
        "signature": .signature,
    ]

    init(_ name: String, vars: [String: String], inEach: Bool) throws(Expression.Unknown) {
        if let source = Self.names[name] {
            self = source
        } else if inEach, name == "key" || name == "value" {
            self = name == "key" ? .key : .value
        } else if let dot = name.firstIndex(of: "."), name.index(after: dot) < name.endIndex {
            let member = String(name[name.index(after: dot)...])
            switch name[..<dot] {
            case "vars":
                guard let value = vars[member] else {
                    throw Expression.Unknown(
                        message: "unknown name \"\(name)\"; add \"\(member)\" to the channel's vars")
                }
                // An empty one drops its key, as a missing value does.
                self = .constant(value.isEmpty ? nil : .text(value))
            case "headers": self = .header(member)
            case "metadata": self = .metadatum(member)
            case "tags":
                guard let index = Int(member), index >= 0 else {
                    throw Expression.Unknown(message: "\"\(name)\": write tags.0 for the first tag")
                }
                self = .tag(index)
            case "recipient": self = .variable("contact.\(member)")
            case "account", "contact", "event", "entry", "signals":
                self = .variable(name.hasPrefix("signals.") ? member : name)
            default: throw Self.unknown(name)
            }
        } else {
            throw Self.unknown(name)
        }
    }

    private static func unknown(_ name: String) -> Expression.Unknown {
        let known = names.keys.sorted().joined(separator: ", ")
        return Expression.Unknown(
            message:
                "unknown name \"\(name)\"; known are \(known), vars.*, recipient.*, account.*, contact.*, signals.*")
    }

    func value(in envelope: Envelope, each: JSON.Member?) -> JSON? {
        switch self {
        case .constant(let value): value
        case .key: each.map { .text($0.key) }
        case .value: each?.value
        case .to: Self.address(envelope.to)
        case .toEmail: Self.text(envelope.to?.email)
        case .toName: Self.text(envelope.to?.name)
        case .from: Self.address(envelope.from)
        case .fromEmail: Self.text(envelope.from?.email)
        case .fromName: Self.text(envelope.from?.name)
        case .replyTo: Self.text(envelope.replyTo)
        case .subject: Self.text(envelope.message.subject)
        case .preheader: Self.text(envelope.message.preheader)
        case .text: Self.text(envelope.message.text)
        case .html: Self.text(envelope.message.html)
        case .headers: Self.object(envelope.headers)
        case .header(let name): Self.text(envelope.headers.first { $0.name == name }?.value)
        case .metadata: Self.object(envelope.metadata)
        case .metadatum(let name): Self.text(envelope.metadata.first { $0.name == name }?.value)
        case .tags: envelope.tags.isEmpty ? nil : .list(envelope.tags.map { .text($0) })
        case .tag(let index): envelope.tags.indices.contains(index) ? .text(envelope.tags[index]) : nil
        case .idempotencyKey: .text(envelope.idempotencyKey)
        case .idempotencyUUID: .text(IdempotencyKey.uuid(of: envelope.idempotencyKey))
        case .recipient: Self.text(envelope.recipient)
        case .secret: Self.text(envelope.seal.secret)
        case .timestamp: Self.text(envelope.seal.timestamp)
        case .body: .text(envelope.seal.body ?? "")
        case .signature: Self.text(envelope.seal.signature)
        case .variable(let name): envelope.variables[name]?.json
        case .variables:
            .object(
                envelope.variables.sortedNames.compactMap { name in
                    envelope.variables[name]?.json.map { JSON.Member(name, $0) }
                })
        }
    }

    private static func text(_ text: String?) -> JSON? {
        guard let text, !text.isEmpty else { return nil }
        return .text(text)
    }

    private static func address(_ address: Envelope.Address?) -> JSON? {
        guard let address else { return nil }
        let name = text(address.name).map { [JSON.Member("name", $0)] } ?? []
        return .object([JSON.Member("email", .text(address.email))] + name)
    }

    private static func object(_ pairs: [Request.Header]) -> JSON? {
        pairs.isEmpty ? nil : .object(pairs.map { JSON.Member($0.name, .text($0.value)) })
    }
}
