import Basics
import Crypto
import Foundation
import Playbooks

/// Headers with which billing systems show that a webhook is theirs.
enum BillingSignature {
    /// Signed as the provider would, at the site's present, with the secrets `whsec_x`, `pdl_x` and `hush`.
    static func headers(_ provider: String, _ body: String) -> [String: String] {
        let seconds = PagesSite.now.milliseconds / 1_000
        func code(_ secret: String, _ text: String) -> String {
            Hexadecimal.text(
                HMAC<SHA256>.authenticationCode(
                    for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8))))
        }
        return switch provider {
        case "stripe": ["Stripe-Signature": "t=\(seconds),v1=\(code("whsec_x", "\(seconds).\(body)"))"]
        case "paddle": ["Paddle-Signature": "ts=\(seconds);h1=\(code("pdl_x", "\(seconds):\(body)"))"]
        default: ["Authorization": "Basic \(Data("any:hush".utf8).base64EncodedString())"]
        }
    }
}
