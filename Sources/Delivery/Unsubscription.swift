import Crypto
import Foundation

/// Makes and checks the links by which a contact leaves a category (RFC 8058).
///
/// A token names the contact and the category in clear and carries an HMAC-SHA256 over both; it does not expire.
package struct Unsubscription: Sendable {
    private let base: String
    private let key: SymmetricKey
    /// The code before any bytes: preparing the key costs more than a link.
    private let blank: HMAC<SHA256>

    /// - Parameters:
    ///   - baseURL: of the workspace, `https://touch.acme.example`.
    ///   - secret: 32 bytes that stay the same for the life of the workspace.
    package init(baseURL: String, secret: [UInt8]) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        key = SymmetricKey(data: secret)
        blank = HMAC(key: key)
    }

    /// - Parameter contact: what names the contact for good, such as its row's id.
    package func url(contact: String, category: String) -> String {
        let payload = Array("\(contact)\n\(category)".utf8)
        var code = blank
        code.update(data: payload)
        return "\(base)/u/\(Self.encode(payload)).\(Self.encode(Array(code.finalize())))"
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

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    private static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func decode(_ text: Substring) -> Data? {
        let standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : String($0) }.joined()
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), encode(data) == text else { return nil }
        return data
    }
}
