import Basics
import Crypto
import Foundation
package import Playbooks

/// A JSON Web Token (RFC 7519) with HMAC-SHA256, in which hashes of the body and of the URL stand.
package struct TokenSignature: Signature {
    /// Who signs so, each in its own header and with its own claims.
    package enum Style: Sendable {
        /// In `Authorization`: `payload_hash` and when it was made, `iat`.
        case vonage
        /// In a header of its own: `url_hash`, `payload_hash` where there is a body, and until when it holds, `exp`.
        case messagebird
    }

    private let style: Style
    private let key: SymmetricKey

    package init(_ style: Style, secret: String) {
        self.style = style
        key = SymmetricKey(data: Array(secret.utf8))
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        switch style {
        case .vonage:
            let parts = try webhook.required("Authorization").split(separator: " ")
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw Refusal("its Authorization header is no bearer token")
            }
            let claims = try claims(of: String(parts[1]))
            try expect(claims, "payload_hash", isHashOf: webhook.body)
            try Tolerance.check(
                seconds: claims["iat"]?.scalarText ?? "", at: now, past: Tolerance.repeats)
        case .messagebird:
            let claims = try claims(of: webhook.required("MessageBird-Signature-JWT"))
            guard claims["iss"]?.scalarText == "MessageBird" else { throw Refusal("its token is not of MessageBird") }
            try expect(claims, "url_hash", isHashOf: Array(webhook.url.utf8))
            if !webhook.body.isEmpty { try expect(claims, "payload_hash", isHashOf: webhook.body) }
            guard let end = claims["exp"]?.seconds, let start = claims["nbf"]?.seconds else {
                throw Refusal("its token does not say how long it holds")
            }
            guard now - end <= Tolerance.usual else { throw Refusal("its signature is too old") }
            guard start - now <= Tolerance.usual else { throw Refusal("its signature is dated in the future") }
        }
    }

    /// What a token says whose signature is right.
    private func claims(of token: String) throws(Refusal) -> JSON {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw Refusal("its token is no JSON Web Token") }
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(parts[0]).\(parts[1])".utf8), using: key)
        guard isEqual(parts[2].utf8, Self.inURLs(code.base64).utf8) else { throw Refusal("its signature is wrong") }
        guard let head = Self.json(parts[0]), head["alg"]?.scalarText == "HS256", let claims = Self.json(parts[1])
        else {
            throw Refusal("its token cannot be read")
        }
        return claims
    }

    private func expect(_ claims: JSON, _ name: String, isHashOf bytes: [UInt8]) throws(Refusal) {
        guard let given = claims[name]?.scalarText?.lowercased(),
            isEqual(given.utf8, Hexadecimal.text(SHA256.hash(data: bytes)).utf8)
        else { throw Refusal("its token is of another request (\(name))") }
    }

    private static func inURLs(_ base64: String) -> String {
        base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func json(_ part: Substring) -> JSON? {
        let text = part.replacing("-", with: "+").replacing("_", with: "/")
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: String(padded)).flatMap { JSON(parsing: Array($0)) }
    }
}
