import Crypto
import CryptoExtras
import Foundation
import NIOConcurrencyHelpers

/// Passwords of the dashboard, kept as scrypt in a PHC string: `$scrypt$ln=15,r=8,p=3$SALT$HASH`.
package enum Password {
    /// At least so many characters; no other rule than that it is not the name.
    package static let shortest = 12
    static let longest = 1_000

    private static let cost = Cost(ln: 15, r: 8, p: 3)
    /// One at a time: each takes 32 MB.
    private static let turn = NIOLock()

    private struct Cost {
        var ln: Int
        var r: Int
        var p: Int
    }

    /// Why a password is not good enough, or nil.
    package static func complaint(_ password: String, name: String) -> String? {
        if password.count < shortest { return "A password has at least \(shortest) characters." }
        if password.count > longest { return "A password has at most \(longest.grouped) characters." }
        if password.lowercased() == name.lowercased() { return "The password is the name; choose another one." }
        return nil
    }

    package static func hash(_ password: String) throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let hash = try derive(password, salt: salt, cost)
        return "$scrypt$ln=\(cost.ln),r=\(cost.r),p=\(cost.p)$\(text(salt))$\(text(hash))"
    }

    /// Takes as long for a name that nobody has as for any other.
    static func isRight(_ password: String, for stored: String?) -> Bool {
        guard let stored, let (cost, salt, hash) = parse(stored) else {
            _ = try? derive(password, salt: Array(repeating: 0, count: 16), cost)
            return false
        }
        guard let found = try? derive(password, salt: salt, cost), found.count == hash.count else { return false }
        return zip(found, hash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        try turn.withLock {
            let key = try KDF.Scrypt.deriveKey(
                from: Array(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: 32,
                rounds: 1 << cost.ln, blockSize: cost.r, parallelism: cost.p)
            return key.withUnsafeBytes { Array($0) }
        }
    }

    private static func parse(_ stored: String) -> (Cost, salt: [UInt8], hash: [UInt8])? {
        let parts = stored.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt" else { return nil }
        let numbers = Dictionary(
            parts[1].split(separator: ",").compactMap { item -> (String, Int)? in
                let pair = item.split(separator: "=")
                return pair.count == 2 ? Int(pair[1]).map { (String(pair[0]), $0) } : nil
            }
        ) { $1 }
        guard let ln = numbers["ln"], (1...20).contains(ln), let r = numbers["r"], let p = numbers["p"],
            (1...32).contains(r), (1...16).contains(p), let salt = bytes(parts[2]), let hash = bytes(parts[3])
        else { return nil }
        return (Cost(ln: ln, r: r, p: p), salt, hash)
    }

    /// Base64 without padding.
    private static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("=", with: "")
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: text + padding).map { Array($0) }
    }
}

extension Password {
    /// The token of a link on which a password is set.
    package static func token() -> String { RandomToken.make() }

    /// What is kept of it.
    package static func hash(ofToken token: String) -> String { RandomToken.hash(token) }
}
