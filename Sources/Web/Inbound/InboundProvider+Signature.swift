import Basics
import Crypto
import Delivery
import Playbooks

extension InboundProvider {
    /// What its webhooks are proved by.
    ///
    /// - Throws: a `Refusal` when the key is none that the provider gives.
    func signature(_ key: String) throws(Refusal) -> any Signature {
        switch self {
        case .postmark, .brevo: return SharedSecret(key)
        case .mailgun: return RouteSignature(signingKey: key)
        case .sendgrid: return SendGridSignature(publicKey: key) ?? SharedSecret(key)
        case .sparkpost: return RelaySecret(key)
        case .resend:
            guard let signature = StandardSignature(secret: key) else {
                throw Refusal("the key is not a signing secret such as whsec_...")
            }
            return signature
        case .plain: return PlainSignature(secret: key)
        }
    }

    /// Whether its proof covers every byte, so that nothing may be left out before it is checked.
    func signsBody(_ signature: any Signature) -> Bool {
        switch self {
        case .postmark, .mailgun, .sparkpost, .brevo: false
        case .sendgrid: signature is SendGridSignature
        case .resend, .plain: true
        }
    }
}

/// Mailgun's signature of a route: as that of its webhooks, in fields of the form.
struct RouteSignature: Signature {
    private let key: SymmetricKey

    init(signingKey: String) {
        key = SymmetricKey(data: Array(signingKey.utf8))
    }

    func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        guard let form = try? webhook.form(), let timestamp = form["timestamp"], let token = form["token"],
            let signature = form["signature"]
        else { throw Refusal("it carries no signature") }
        let code = HMAC<SHA256>.authenticationCode(for: Array((timestamp + token).utf8), using: key)
        guard isEqual(signature.utf8, Hexadecimal.text(code).utf8) else { throw Refusal("its signature is wrong") }
        try Tolerance.check(seconds: timestamp, at: now, past: Tolerance.repeats)
    }

    /// The one-time token of a form that has been checked.
    static func token(of webhook: Webhook) -> String? { (try? webhook.form())?["token"] }
}

/// The token of a relay webhook of SparkPost in its own header, or a shared secret.
struct RelaySecret: Signature {
    private let secret: String

    init(_ secret: String) {
        self.secret = secret
    }

    func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        guard let token = webhook.header("X-MessageSystems-Webhook-Token") else {
            return try SharedSecret(secret).check(webhook, at: now)
        }
        guard isEqual(token.utf8, Array(secret.utf8)) else { throw Refusal("its token is wrong") }
    }
}
