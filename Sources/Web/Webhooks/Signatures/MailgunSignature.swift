import Basics
import Crypto
import Delivery
package import Playbooks

/// HMAC-SHA256 in hexadecimal over a timestamp and a one-time token, which stand in the body with it.
///
/// It does not cover the event, so whoever has seen one could send another under it: `token` must be spent but once.
package struct MailgunSignature: Signature {
    private let key: SymmetricKey

    package init(signingKey: String) {
        key = SymmetricKey(data: Array(signingKey.utf8))
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        let part = JSON(parsing: webhook.body)?["signature"]
        guard let timestamp = part?["timestamp"]?.scalarText, let token = part?["token"]?.scalarText,
            let signature = part?["signature"]?.scalarText
        else { throw Refusal("it carries no signature") }
        let code = HMAC<SHA256>.authenticationCode(for: Array((timestamp + token).utf8), using: key)
        guard isEqual(signature.utf8, Hexadecimal.text(code).utf8) else { throw Refusal("its signature is wrong") }
        try Tolerance.check(seconds: timestamp, at: now, past: Tolerance.repeats)
    }

    /// The one-time token of a webhook that has been checked.
    package static func token(of webhook: Webhook) -> String? {
        JSON(parsing: webhook.body)?["signature"]?["token"]?.scalarText
    }
}
