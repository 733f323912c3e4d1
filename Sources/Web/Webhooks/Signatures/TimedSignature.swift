import Basics
import Crypto
import Delivery
import Foundation
package import Playbooks

/// HMAC-SHA256 in hexadecimal over a timestamp and the body, as Stripe, Paddle, Slack and Customer.io write it.
package struct TimedSignature: Signature {
    package enum Style: Sendable, CaseIterable {
        case stripe, paddle, slack, customerio
    }

    private let style: Style
    private let key: SymmetricKey

    /// - Parameter secret: the whole text, for Stripe with its `whsec_`.
    package init(_ style: Style, secret: String) {
        self.style = style
        key = SymmetricKey(data: Array(secret.utf8))
    }

    package func check(_ webhook: Webhook, at now: Instant) throws(Refusal) {
        let (timestamp, signatures, signed) = try parts(of: webhook)
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8) + webhook.body, using: key)
        let right = Array(Hexadecimal.text(code).utf8)
        var isRight = false
        for signature in signatures where isEqual(signature.utf8, right) { isRight = true }
        guard isRight else { throw Refusal("its signature is wrong") }
        try Tolerance.check(seconds: timestamp, at: now)
    }

    /// The timestamp, the signatures of which one must be right, and what is signed before the body.
    private func parts(
        of webhook: Webhook
    ) throws(Refusal) -> (timestamp: String, signatures: [String], signed: String) {
        switch style {
        case .stripe:
            let (timestamp, signatures) = try list("Stripe-Signature", of: webhook, at: ",", date: "t", code: "v1")
            return (timestamp, signatures, "\(timestamp).")
        case .paddle:
            let (timestamp, signatures) = try list("Paddle-Signature", of: webhook, at: ";", date: "ts", code: "h1")
            return (timestamp, signatures, "\(timestamp):")
        case .slack:
            let timestamp = try webhook.required("X-Slack-Request-Timestamp")
            let signature = try webhook.required("X-Slack-Signature")
            guard signature.hasPrefix("v0=") else { throw Refusal("its signature is of an unknown version") }
            return (timestamp, [String(signature.dropFirst(3))], "v0:\(timestamp):")
        case .customerio:
            let timestamp = try webhook.required("X-CIO-Timestamp")
            return (timestamp, [try webhook.required("X-CIO-Signature")], "v0:\(timestamp):")
        }
    }

    /// `t=1736935200,v1=...,v1=...`
    private func list(
        _ header: String, of webhook: Webhook, at separator: Character, date: String, code: String
    ) throws(Refusal) -> (String, [String]) {
        var timestamp: String?
        var signatures: [String] = []
        for part in try webhook.required(header).split(separator: separator) {
            if part.hasPrefix("\(date)=") { timestamp = String(part.dropFirst(date.count + 1)) }
            if part.hasPrefix("\(code)=") { signatures.append(String(part.dropFirst(code.count + 1))) }
        }
        guard let timestamp, !signatures.isEmpty else { throw Refusal("its \(header) cannot be read") }
        return (timestamp, signatures)
    }
}
