import Crypto
import Foundation
package import Playbooks

/// ECDSA on P-256 with SHA-256 over timestamp and body; the key is a bare SPKI in base64, as SendGrid shows it.
package struct SendGridSignature: Signature {
    private let key: P256.Signing.PublicKey

    /// Nil when the text is no such key.
    package init?(publicKey: String) {
        let lines = publicKey.split(whereSeparator: \.isWhitespace).filter { !$0.hasPrefix("-----") }
        guard let bytes = Data(base64Encoded: lines.joined()),
            let key = try? P256.Signing.PublicKey(derRepresentation: bytes)
        else { return nil }
        self.key = key
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        let timestamp = try webhook.required("X-Twilio-Email-Event-Webhook-Timestamp")
        let text = try webhook.required("X-Twilio-Email-Event-Webhook-Signature")
        guard let bytes = strictBase64(text), let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { throw Refusal("its signature cannot be read") }
        guard key.isValidSignature(signature, for: Array(timestamp.utf8) + webhook.body) else {
            throw Refusal("its signature is wrong")
        }
        try Tolerance.check(seconds: timestamp, at: now, past: Tolerance.repeats)
    }
}
