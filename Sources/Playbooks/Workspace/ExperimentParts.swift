/// What an experiment measures and sends, as texts: when one of them changes, what came before cannot be added to it.
///
/// Taken from the file as it is written, so that another version of the program finds the same; layout and comments do not
/// count. Segments that a text names belong to it.
package struct ExperimentParts: Sendable, Hashable {
    package enum Part: String, Sendable, CaseIterable {
        /// What is measured.
        case goal
        /// What is sent, and when it ends.
        case steps
        /// Who enters, and who of an account is written to.
        case entry
        /// The texts of the messages, for an experiment that is `strict`.
        case messages
    }

    /// Parts that the playbook does not have are missing.
    package private(set) var texts: [Part: String] = [:]

    private static let keys: [Part: [String]] = [
        .goal: ["goal", "also"], .steps: ["steps", "signals", "exit", "expires", "exclusive"],
        .entry: [
            "when", "on", "at", "if", "per", "audience", "to", "max_age", "rearm", "reentry", "evaluate", "once_per",
        ],
    ]

    package init(_ playbook: Playbook, segments: [NamedTerm]) {
        let blocks = Self.blocks(playbook.source)
        for (part, keys) in Self.keys {
            var keys = keys
            // Weights alone are told apart: they change the shares, not what is sent.
            if part == .steps, playbook.variants.contains(where: { $0.steps != nil }) { keys.append("variants") }
            let text = blocks.map { blocks in keys.sorted().compactMap { blocks[$0] }.joined(separator: "\n") }
            texts[part] = Self.withDefinitions(text ?? Self.plain(Substring(playbook.source)), segments)
        }
        if playbook.isStrict {
            texts[.messages] = playbook.messages.sorted { $0.key < $1.key }.map { "\($0): \(Self.text($1))" }
                .joined(separator: "\n")
        }
    }

    private static func text(_ message: Message) -> String {
        let own = [message.subject, message.preheader, message.action?.label, message.action?.url, message.body]
        let others = message.locales.sorted { $0.key < $1.key }.map { "\($0): \(text($1))" }
        return (own.map { $0 ?? "" } + others).joined(separator: "\n")
    }

    /// The text of each key at the left edge, without comments; nil where keys do not stand there.
    private static func blocks(_ source: String) -> [String: String]? {
        var blocks: [String: String] = [:]
        var key: String?
        for line in source.split(whereSeparator: \.isNewline) {
            let text = plain(line)
            guard !text.isEmpty else { continue }
            if let first = line.first, first.isLetter || first == "\"" || first == "'",
                let colon = text.firstIndex(of: ":")
            {
                key = text[..<colon].filter { $0 != "\"" && $0 != "'" }
            }
            if let key { blocks[key, default: ""] += text + "\n" }
        }
        return blocks["playbook"] == nil ? nil : blocks
    }

    /// Without the comment and with single spaces.
    private static func plain(_ line: Substring) -> String {
        var quote: Character?
        var before: Character = " "
        var kept = ""
        for character in line {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#", before.isWhitespace {
                break
            }
            if !character.isWhitespace {
                kept.append(character)
            } else if !before.isWhitespace {
                kept.append(" ")
            }
            before = character
        }
        while kept.last == " " { kept.removeLast() }
        return kept
    }

    /// With the segments that it names, and those that they name.
    private static func withDefinitions(_ text: String, _ segments: [NamedTerm]) -> String {
        var (text, open) = (text, segments)
        while let index = open.firstIndex(where: { names(text, $0.name) }) {
            let segment = open.remove(at: index)
            text += "\n\(segment.name) = \(segment.term.text)"
        }
        return text
    }

    private static func names(_ text: String, _ name: String) -> Bool {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.contains { $0 == name }
    }
}
