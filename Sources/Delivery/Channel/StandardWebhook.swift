import Crypto
import Foundation
package import Playbooks

/// Signs what is posted to receivers after Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
package struct StandardWebhook: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and base64 of at least 24 bytes; nil when it is not.
    package init?(secret: String) {
        guard secret.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(secret.dropFirst(6))),
            bytes.count >= 24
        else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The headers of one attempt; the id stays the same when it is repeated.
    package func headers(id: String, at moment: Instant, body: [UInt8]) -> [Request.Header] {
        let seconds = String(moment.milliseconds / 1_000)
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(seconds).".utf8) + body, using: key)
        return [
            Request.Header("webhook-id", id), Request.Header("webhook-timestamp", seconds),
            Request.Header("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
        ]
    }
}
