import Basics
import Foundation

/// Takes a channel's secrets out of text that somebody else wrote, in every form in which an endpoint may repeat them.
///
/// As they are, in Base64 with and without padding, percent-encoded, and cut in half.
struct SecretMask: Sendable {
    /// The longest first, so that no part of one is left.
    private let forms: [String]
    /// A shorter text is in too many words by chance.
    private static let shortest = 4
    private static let shortestHalf = 8

    init(_ secrets: [String]) {
        var forms: Set<String> = []
        for secret in secrets where secret.count >= Self.shortest {
            // Bytes before a text, the name of Basic authentication above all, move what Base64 makes of it.
            for shift in 0..<3 {
                let text = Data(repeating: 0, count: shift) + Data(secret.utf8)
                let encoded = text.base64EncodedString().replacing("=", with: "")
                // Digits that are made of bytes of the neighbors, too, are left out.
                forms.insert(String(encoded.dropFirst(shift == 0 ? 0 : shift + 1).dropLast()))
            }
            forms.formUnion([secret, PercentEncoding.component(secret)])
            guard secret.count >= 2 * Self.shortestHalf else { continue }
            forms.formUnion([String(secret.prefix(secret.count / 2)), String(secret.suffix(secret.count / 2))])
        }
        self.forms = forms.filter { $0.count >= Self.shortest }.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// - Parameter length: how much of the text is wanted; what is behind it is not looked through.
    func mask(_ text: String, upTo length: Int) -> String {
        var text = String(text.prefix(length + (forms.first?.count ?? 0)))
        for form in forms where text.contains(form) { text = text.replacing(form, with: Credentials.mask) }
        return text
    }
}
