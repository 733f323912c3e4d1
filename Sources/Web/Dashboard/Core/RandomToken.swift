import Basics
import Crypto
import Foundation

/// Random text that nobody can guess.
enum RandomToken {
    /// In hexadecimal digits, two a byte.
    static func make(bytes: Int = 32) -> String {
        var generator = SystemRandomNumberGenerator()
        return Hexadecimal.text((0..<bytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// What is kept of a token: SHA-256, in hexadecimal.
    static func hash(_ token: String) -> String { Hexadecimal.text(SHA256.hash(data: Array(token.utf8))) }
}
