import Basics
import Crypto
import Delivery
import Foundation
package import Playbooks

/// An HMAC over the body alone; without a date it can be replayed, so that what it brings must have an id of its own.
package struct BodySignature: Signature {
    /// The ways that are in use, each by its header.
    package enum Style: String, Sendable, CaseIterable {
        case github = "X-Hub-Signature-256"
        case intercom = "X-Hub-Signature"
        case segment = "X-Signature"
        case shopify = "X-Shopify-Hmac-SHA256"
    }

    private let key: SymmetricKey

    package init(secret: String) {
        key = SymmetricKey(data: Array(secret.utf8))
    }

    /// The way that a webhook is signed in, if in any.
    package static func style(of webhook: Webhook) -> Style? {
        Style.allCases.first { webhook.header($0.rawValue) != nil }
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        guard let style = Self.style(of: webhook) else { throw Refusal("it carries no signature") }
        let right =
            switch style {
            case .github: "sha256=\(Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: webhook.body, using: key)))"
            case .intercom:
                "sha1=\(Hexadecimal.text(HMAC<Insecure.SHA1>.authenticationCode(for: webhook.body, using: key)))"
            case .segment: Hexadecimal.text(HMAC<Insecure.SHA1>.authenticationCode(for: webhook.body, using: key))
            case .shopify: HMAC<SHA256>.authenticationCode(for: webhook.body, using: key).base64
            }
        guard isEqual(try webhook.required(style.rawValue).utf8, right.utf8) else {
            throw Refusal("its signature is wrong")
        }
    }
}
