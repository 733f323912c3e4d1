import Basics
import Crypto
import Foundation

extension Message {
    /// SHA-256 of the message as written, with its translations, in hexadecimal.
    package var hash: String { Hexadecimal.text(SHA256.hash(data: Array(version.utf8))) }

    private var version: String {
        let parts = [subject, preheader, action?.label, action?.url, body]
        // The length before each part keeps two messages apart that only cut the same text elsewhere.
        // What a message has not, it does not say, so that older ones keep their hashes.
        let own =
            (layout.map { "layout \($0)\n" } ?? "")
            + parts.map { part in part.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: "\n")
            + (ask.map { "\n" + $0.version } ?? "")
        return locales.sorted { $0.key < $1.key }.reduce(own) { "\($0)\n\($1.key) \($1.value.version)" }
    }
}

extension Ask {
    /// What of it is part of a message's version.
    fileprivate var version: String {
        ([event, property, question ?? "", comment ?? ""] + answers.flatMap { [$0.value, $0.label] })
            .joined(separator: "\n")
    }
}
