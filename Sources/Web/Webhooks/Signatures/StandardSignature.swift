import Crypto
import Foundation
package import Playbooks

/// Standard Webhooks, which Svix and so Resend send: base64 of HMAC-SHA256 over `id.timestamp.body`.
///
/// While a key is being changed a webhook carries several signatures; one of them must be right.
package struct StandardSignature: Signature {
    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and base64, as the provider shows it; nil when it is not.
    package init?(secret: String) {
        let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
        guard let bytes = Data(base64Encoded: text), !bytes.isEmpty else { return nil }
        key = SymmetricKey(data: bytes)
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        let prefix = webhook.header("svix-signature") == nil ? "webhook" : "svix"
        let id = try webhook.required("\(prefix)-id")
        let timestamp = try webhook.required("\(prefix)-timestamp")
        let signatures = try webhook.required("\(prefix)-signature")
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(timestamp).".utf8) + webhook.body, using: key)
        let right = Array("v1,\(code.base64)".utf8)
        var isRight = false
        for signature in signatures.split(separator: " ") where isEqual(signature.utf8, right) { isRight = true }
        guard isRight else { throw Refusal("its signature is wrong") }
        try Tolerance.check(seconds: timestamp, at: now)
    }
}
