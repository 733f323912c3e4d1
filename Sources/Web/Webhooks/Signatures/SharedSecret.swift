import Foundation
package import Playbooks

/// A secret that only the provider knows, for those that sign nothing: the password of basic authentication with any
/// user, a bearer token, or the last part of the URL.
package struct SharedSecret: Signature {
    private let secret: [UInt8]

    package init(_ secret: String) {
        self.secret = Array(secret.utf8)
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        if let token = webhook.token {
            guard isEqual(token.utf8, secret) else { throw Refusal("the secret in its URL is wrong") }
            return
        }
        let parts = try webhook.required("Authorization").split(separator: " ", maxSplits: 1)
        let given: [UInt8]
        switch (parts.first?.lowercased(), parts.last) {
        case ("bearer", let token?) where parts.count == 2: given = Array(token.utf8)
        case ("basic", let pair?) where parts.count == 2:
            guard let decoded = strictBase64(pair), let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else {
                throw Refusal("its Authorization header cannot be read")
            }
            given = Array(decoded[(colon + 1)...])
        default: throw Refusal("its Authorization header is neither basic nor bearer")
        }
        guard isEqual(given, secret) else { throw Refusal("its password is wrong") }
    }
}
