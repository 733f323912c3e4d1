import Basics

extension PlaybookReader {
    /// Whether a message can be a text message, and what it costs more than it has to.
    func checkText(_ message: Message, _ use: StepReader.MessageUse, category: String, _ told: inout Set<String>) {
        guard told.insert(use.path).inserted else { return }
        let versions = [(configuration.language, message)] + message.locales.sorted { $0.key < $1.key }
        for (language, version) in versions {
            let start = Position(file: version.path, line: version.bodyLine)
            if version.isHTML {
                diagnostics.error(start, "a text message has no HTML; write it as Markdown, in a file that ends in .md")
                continue
            }
            let uses = MessageVariables(of: version.texts).uses
            if let use = uses.first(where: { $0.name == "unsubscribe_url" }) {
                diagnostics.error(
                    use.position,
                    "a text message has no unsubscribe_url: people end it by a word, which its last line tells "
                        + "(opt_out: of sms: in keeptouch.yaml)")
            }
            let text = TextDraft(of: version)
            let length = text.length(category: category, language: language, configuration.sms)
            if let most = configuration.sms?.mostSegments, length.segments > most {
                diagnostics.warning(
                    start,
                    "as a text message it is \(length) before its values are filled in, and more than \(most) are warned "
                        + "of (segments: of sms: in keeptouch.yaml)")
            }
            warnOfEncoding(text, length)
        }
    }

    /// Says which character alone makes the whole message one of 70 characters a part instead of 160.
    private func warnOfEncoding(_ text: TextDraft, _ length: TextSegments) {
        guard length.encoding == .ucs2, let first = text.foreign.first else { return }
        let kinds = Set(text.foreign.map(\.scalar))
        // A language that cannot be written otherwise is no mistake.
        guard kinds.count == 1 || kinds.allSatisfy({ TextSegments.plain(for: $0) != nil }) else { return }
        let plain = TextSegments.plain(for: first.scalar).map { ", and \"\($0)\" would do" } ?? ""
        let who = kinds.count == 1 ? "alone makes" : "and \(kinds.count - 1) more like it make"
        diagnostics.warning(
            first.position,
            "\"\(first.scalar)\" \(who) the text message UCS-2, of 70 instead of 160 characters a segment\(plain)")
    }
}
