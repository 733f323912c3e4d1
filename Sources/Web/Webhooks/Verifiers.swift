import Basics
import Delivery
import Foundation
import NIOConcurrencyHelpers
import Playbooks

/// What webhooks are checked with, by what the channel file says; keys are read once and kept until the files change.
final class Verifiers: Sendable {
    private let environment: [String: String]
    private let directory: String
    private let kept = NIOLockedValueBox<[Channel.Events: any Signature]>([:])

    init(environment: [String: String], directory: String) {
        self.environment = environment
        self.directory = directory
    }

    func forget() { kept.withLockedValue { $0 = [:] } }

    /// - Throws: a `Refusal` that says what to put right when there is no key, or none that can be read.
    func signature(for events: Channel.Events, at position: Position) throws(Refusal) -> any Signature {
        if let signature = kept.withLockedValue({ $0[events] }) { return signature }
        let signature = try make(events, position)
        kept.withLockedValue { $0[events] = signature }
        return signature
    }

    private func make(_ events: Channel.Events, _ position: Position) throws(Refusal) -> any Signature {
        guard events.canVerify else {
            throw Refusal("the channel has no key by which it could be believed; see `events:` in its file")
        }
        let key = try events.key.map { (key) throws(Refusal) in try value(of: key, at: position) }
        switch events.dialect {
        case .amazonSES:
            return NotificationSignature(
                topic: try topicSignature(events), secret: key.map { SharedSecret($0) })
        case .sendgrid:
            guard let signature = SendGridSignature(publicKey: key ?? "") else {
                throw Refusal("the channel's key is not the verification key that SendGrid shows")
            }
            return signature
        case .resend:
            guard let signature = StandardSignature(secret: key ?? "") else {
                throw Refusal("the channel's key is not a signing secret such as whsec_...")
            }
            return signature
        case .mailgun: return MailgunSignature(signingKey: key ?? "")
        case .mandrill: return FormSignature(.mandrill, key: key ?? "")
        case .twilio: return FormSignature(.twilio, key: key ?? "")
        case .vonage: return TokenSignature(.vonage, secret: key ?? "")
        case .messagebird: return TokenSignature(.messagebird, secret: key ?? "")
        case .customerio: return TimedSignature(.customerio, secret: key ?? "")
        case .postmark, .brevo, .sparkpost: return SharedSecret(key ?? "")
        case .plain: return PlainSignature(secret: key ?? "")
        }
    }

    /// Reads a secret; what is wrong with it is told without it.
    func value(of secret: Secret, at position: Position) throws(Refusal) -> String {
        do {
            return try secret.value(at: position, environment: environment, directory: directory)
        } catch {
            throw Refusal("the key cannot be read: \(error.message)")
        }
    }

    private func topicSignature(_ events: Channel.Events) throws(Refusal) -> TopicSignature? {
        guard !events.certificates.isEmpty else { return nil }
        var texts: [String: String] = [:]
        for path in events.certificates {
            let url = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
            guard let data = try? Data(contentsOf: url) else {
                throw Refusal("the certificate \(path) cannot be read")
            }
            texts[url.lastPathComponent] = String(decoding: data, as: UTF8.self)
        }
        return try TopicSignature(certificates: texts, topics: events.topics)
    }
}

/// Amazon SES by any of its ways: a signed notification where the channel names topics, else the shared secret.
struct NotificationSignature: Signature {
    let topic: TopicSignature?
    let secret: SharedSecret?

    func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        if let topic, JSON(parsing: webhook.body)?["TopicArn"] != nil { return try topic.check(webhook, at: now) }
        guard let secret else { throw Refusal("only signed notifications of its topics are taken") }
        try secret.check(webhook, at: now)
    }
}

/// An endpoint of a team's own: a Standard Webhooks signature, an HMAC over the body, or the shared secret.
struct PlainSignature: Signature {
    let secret: String

    func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        if webhook.header("webhook-signature") != nil {
            guard let signature = StandardSignature(secret: secret) else { throw Refusal("the key is not base64") }
            try signature.check(webhook, at: now)
        } else if BodySignature.style(of: webhook) != nil {
            try BodySignature(secret: secret).check(webhook, at: now)
        } else {
            try SharedSecret(secret).check(webhook, at: now)
        }
    }
}
