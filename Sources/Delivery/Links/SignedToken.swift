import Crypto
import Foundation

/// Text that a link carries in the open and that only this workspace can have written: `<names>.<code>`.
///
/// The code is an HMAC-SHA256 over the names, under a key of its purpose, so that a token for one kind of link is good
/// for no other.
package struct SignedToken: Sendable {
    package enum Purpose: String, Sendable {
        case unsubscribe, ask, click, open, inbox
    }

    private let key: SymmetricKey
    /// The code before any bytes: preparing the key costs more than a link.
    private let blank: HMAC<SHA256>

    /// - Parameter secret: 32 bytes that stay the same for the life of the workspace.
    package init(_ purpose: Purpose, secret: [UInt8]) {
        key = SymmetricKey(data: Self.key(for: purpose, secret: secret))
        blank = HMAC(key: key)
    }

    /// The key of a purpose, 32 bytes; those who have it can write its tokens.
    package static func key(for purpose: Purpose, secret: [UInt8]) -> [UInt8] {
        // Unsubscribe links were there first and are signed with the secret itself; they must be good for ever.
        guard purpose != .unsubscribe else { return secret }
        return Array(
            HMAC<SHA256>.authenticationCode(
                for: Array("keeptouch \(purpose.rawValue)".utf8), using: SymmetricKey(data: secret)))
    }

    /// - Parameter names: without line breaks.
    package func text(of names: [String]) -> String {
        let payload = Array(names.joined(separator: "\n").utf8)
        var code = blank
        code.update(data: payload)
        var text: [UInt8] = []
        text.reserveCapacity((payload.count * 4 + 2) / 3 + 1 + 43)
        Base64URL.append(payload, to: &text)
        text.append(UInt8(ascii: "."))
        Base64URL.append(Array(code.finalize()), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The names that a token holds; nil when it was not made with this secret and for this purpose.
    package func names(in token: some StringProtocol) -> [String]? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let payload = Base64URL.decode(parts[0]), let code = Base64URL.decode(parts[1]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: key)
        else { return nil }
        return String(decoding: payload, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        let alphabet = alphabet
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
    }

    /// Nil for anything but what `encode` writes.
    static func decode(_ text: some StringProtocol) -> Data? {
        let standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : String($0) }.joined()
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), encode(data) == text else { return nil }
        return data
    }
}
