import Basics
import Crypto

/// A key that a program comes with: `kt_` and 256 random bits in hexadecimal, shown once and stored as a digest.
package struct APIKey: Sendable, Equatable {
    /// What a key lets its bearer do.
    package enum Scope: String, CaseIterable, Sendable {
        /// Bring data.
        case ingest
        /// Read figures.
        case read
    }

    package static let prefix = "kt_"

    package let text: String

    package init(_ text: String) { self.text = text }

    package static func random(using generator: inout some RandomNumberGenerator) -> APIKey {
        let words = (0..<4).map { _ in generator.next() as UInt64 }
        return APIKey(
            prefix
                + Hexadecimal.text(
                    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }))
    }

    /// What people tell keys apart by.
    package var beginning: String { String(text.prefix(9)) }

    /// SHA-256 in hexadecimal.
    package var digest: String { Hexadecimal.text(SHA256.hash(data: Array(text.utf8))) }
}
