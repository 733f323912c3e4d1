import Crypto
import Foundation

/// Makes and checks the links by which a contact leaves a category (RFC 8058).
///
/// A token names the contact and the category in clear and carries an HMAC-SHA256 over both; it does not expire.
package struct Unsubscription: Sendable {
    private let base: String
    private let key: SymmetricKey

    /// - Parameters:
    ///   - baseURL: of the workspace, `https://touch.acme.example`.
    ///   - secret: 32 bytes that stay the same for the life of the workspace.
    package init(baseURL: String, secret: [UInt8]) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        key = SymmetricKey(data: secret)
    }

    /// - Parameter contact: what names the contact for good, such as its row's id.
    package func url(contact: String, category: String) -> String {
        let payload = Array("\(contact)\n\(category)".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: payload, using: key)
        return "\(base)/u/\(Self.encode(payload)).\(Self.encode(Array(code)))"
    }

    /// Whom and what a token names; nil when it was not made with this secret.
    package func open(token: String) -> (contact: String, category: String)? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let payload = Self.decode(parts[0]), let code = Self.decode(parts[1]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: key)
        else { return nil }
        let names = String(decoding: payload, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return names.count == 2 ? (String(names[0]), String(names[1])) : nil
    }

    /// The headers of the email that make the mail program's own unsubscribe button work.
    package static func headers(url: String) -> [Request.Header] {
        [
            Request.Header("List-Unsubscribe", "<\(url)>"),
            Request.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    }

    /// Base64 of RFC 4648, 5, without padding.
    private static func encode(_ data: Data) -> String {
        let characters = data.base64EncodedString().utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func decode(_ text: Substring) -> Data? {
        let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        // Only the one way in which a token is written counts.
        guard let data = Data(base64Encoded: padded), encode(data) == text else { return nil }
        return data
    }
}
