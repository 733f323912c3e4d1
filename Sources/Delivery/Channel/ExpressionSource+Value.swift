import Basics
import Playbooks

extension Channel.Expression.Source {
    /// Nil when it is missing.
    func value(in envelope: Envelope, each: JSON.Member?) -> JSON? {
        switch self {
        case .constant(let value): value.map { .text($0) }
        case .key: each.map { .text($0.key) }
        case .value: each?.value
        case .to: Self.address(envelope.to)
        case .toEmail: Self.text(envelope.to?.email)
        case .toName: Self.text(envelope.to?.name)
        case .toPhone: Self.text(envelope.phone)
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
