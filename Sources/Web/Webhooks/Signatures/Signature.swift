import Crypto
import Foundation
package import Playbooks

/// A way in which a provider proves that a webhook comes from it.
///
/// Checks read the raw bytes, before anything is parsed for its meaning, compare in constant time, and take the moment
/// as an argument.
package protocol Signature: Sendable {
    /// - Throws: a `Refusal` that names what is missing or wrong, and never what would have been right.
    func check(_ webhook: Webhook, at now: Instant) throws(Refusal)
}

/// How far a signature's date may lie from the present.
enum Tolerance {
    /// Against replays, and for clocks that differ.
    static let usual = TimeSpan.minutes(5)
    /// For providers that repeat an old webhook, with its old signature, for a day; what they repeat is known by its id.
    static let repeats = TimeSpan.hours(25)

    static func check(
        seconds text: some StringProtocol, at now: Instant, past: TimeSpan = usual
    ) throws(Refusal) {
        guard let seconds = Int64(text), abs(seconds) < 1 << 40 else { throw Refusal("its timestamp is no number") }
        try check(Instant(milliseconds: seconds * 1_000), at: now, past: past)
    }

    static func check(_ date: Instant, at now: Instant, past: TimeSpan = usual) throws(Refusal) {
        guard now - date <= past else { throw Refusal("its signature is too old") }
        guard date - now <= usual else { throw Refusal("its signature is dated in the future") }
    }
}

/// Comparison in a time that tells nothing of the bytes.
func isEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (first, second) in zip(left, right) { difference |= first ^ second }
    return difference == 0
}

/// Base64 that decodes to bytes which encode to the very same text, so that no two texts are one signature.
func strictBase64(_ text: some StringProtocol) -> [UInt8]? {
    guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == String(text) else { return nil }
    return Array(data)
}

extension MessageAuthenticationCode {
    var base64: String { withUnsafeBytes { Data($0).base64EncodedString() } }
}
