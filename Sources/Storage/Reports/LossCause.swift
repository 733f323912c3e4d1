import Decisions
import Playbooks

/// Why a touch or a match was lost, without what belongs to the one case: dates, addresses, numbers, quotations.
package struct LossCause: Sendable, Hashable {
    package let text: String

    /// - Parameter reason: as it was written down, or what the endpoint answered.
    package init(_ reason: String) {
        var rest = Substring(reason)
        while let prefix = Self.prefixes.first(where: rest.hasPrefix) { rest = rest.dropFirst(prefix.count) }
        if let end = rest.firstRange(of: "; an earlier attempt may have arrived")?.lowerBound { rest = rest[..<end] }
        if rest.hasSuffix(SendTimes.missed) {
            text = SendTimes.missed
        } else if rest.hasPrefix(Touch.wasDue) {
            text = "nothing sent it in its time"
        } else if rest.hasPrefix("window opens") {
            text = "outside of the send window"
        } else if let cause = Self.causes.first(where: { rest.hasPrefix($0) }) {
            text = cause
        } else if let recipients = Self.recipients(in: rest) {
            text = Self.joined(
                Self.masked(rest[..<recipients.lowerBound]) + [rest[recipients]]
                    + Self.masked(rest[recipients.upperBound...]))
        } else {
            text = Self.joined(Self.masked(rest))
        }
    }

    private static let prefixes = ["waited too long: ", "its batch waits: "]
    /// What stands behind these is of the one case.
    private static let causes = ["no contact that may be written to", "the playbook is paused"]
    private static let longest = 160

    /// Whom a playbook writes to, as `"to: owner"`, is of the playbook and not of the one case.
    private static func recipients(in text: Substring) -> Range<Substring.Index>? {
        guard let start = text.firstRange(of: "\"to:"), let end = text[start.upperBound...].firstIndex(of: "\"") else {
            return nil
        }
        return start.lowerBound..<text.index(after: end)
    }

    private static func joined(_ words: [Substring]) -> String {
        String(words.joined(separator: " ").prefix(longest))
    }

    /// Words with an address or with a long number, and quotations, become dots; a status of HTTP comes first and stays.
    private static func masked(_ text: Substring) -> [Substring] {
        var words: [Substring] = []
        var quote: Character?
        for (place, word) in text.split(whereSeparator: \.isWhitespace).enumerated() {
            let opens = quote == nil ? word.first { $0 == "\"" || $0 == "'" && word.first == "'" } : nil
            let isQuoted = quote != nil || opens != nil
            if let opens, word.count(where: { $0 == opens }) % 2 == 1 {
                quote = opens
            } else if let open = quote, word.contains(open) {
                quote = nil
            }
            let isOwn = isQuoted || word.contains("@") || word.count(where: \.isNumber) > (place < 2 ? 3 : 2)
            if !isOwn { words.append(word) } else if words.last != "..." { words.append("...") }
        }
        return words
    }
}
