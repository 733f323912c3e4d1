import Basics
import Crypto
import Foundation
import Playbooks

/// The headers of an HMAC-SHA256 signature, compiled once: Standard Webhooks, or what another receiver wants.
struct SignaturePlan: Sendable {
    private let key: SymmetricKey?
    private let payload: Channel.Text
    private let encoding: Channel.Auth.HMAC.Encoding
    private let lines: [(name: String, value: Channel.Text)]

    /// - Parameter key: empty to show the headers only.
    init(_ auth: Channel.Auth.HMAC, key: [UInt8], vars: [String: String]) throws(TextComplaint) {
        self.key = key.isEmpty ? nil : SymmetricKey(data: key)
        payload = try Channel.Text(auth.payload, vars: vars)
        encoding = auth.encoding
        var lines: [(name: String, value: Channel.Text)] = []
        for field in auth.headers { lines.append((field.key, try RequestBuilder.headerText(field, vars: vars))) }
        self.lines = lines
    }

    func sets(_ name: String) -> Bool { lines.contains { $0.name.lowercased() == name.lowercased() } }

    func headers(of body: [UInt8], _ envelope: Envelope, at processNow: Instant) -> [Request.Header] {
        var envelope = envelope
        envelope.seal.timestamp = String(processNow.milliseconds / 1_000)
        envelope.seal.body = String(decoding: body, as: UTF8.self)
        envelope.seal.signature = signature(of: payload.text(in: envelope) ?? "")
        envelope.seal.body = nil
        return lines.compactMap { line in
            line.value.text(in: envelope).map { Request.Header(line.name, $0) }
        }
    }

    private func signature(of payload: String) -> String {
        guard let key else { return Credentials.mask }
        let code = HMAC<SHA256>.authenticationCode(for: Array(payload.utf8), using: key)
        return switch encoding {
        case .base64: Data(code).base64EncodedString()
        case .hex: Hexadecimal.text(code)
        }
    }
}
