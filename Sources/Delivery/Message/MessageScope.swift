import Basics
import Playbooks

/// The values that one rendering of a message sees, as text.
struct MessageScope {
    /// Names of links that the program makes.
    static let linkNames: Set<String> = ["unsubscribe_url"]

    /// Of `keeptouch.yaml`; the same for every touch.
    let sender: Configuration.Sender?
    let variables: Variables
    let unsubscribeURL: String?
    /// Of the answers to the message's question, in their order.
    var askURLs: [String] = []
    let format: ValueFormat
    /// The message's own, whose plural forms count: values are written in English where theirs are not known.
    var tag: String?

    /// Whether a section on that name stands.
    func isPresent(_ name: String) -> Bool {
        if Self.linkNames.contains(name) { return unsubscribeURL != nil }
        if let value = senderValue(name) { return !value.isEmpty }
        guard let variable = variables[name] else { return false }
        if case .text = variable.value { return line(name) != nil }
        return variable.value != .boolean(false)
    }

    /// Whether there is something to say of that name: `no` is, where no section stands.
    func hasValue(_ name: String) -> Bool {
        isPresent(name) || variables[name]?.value == .boolean(false)
    }

    /// Which sections of a text stand.
    func pattern(of text: SectionedText) -> SectionedText.Pattern {
        text.pattern(where: isPresent, hasValue: hasValue, category: category)
    }

    /// The plural category of a number in the message's language; nil where there is no number.
    func category(_ name: String) -> String? {
        guard let variable = variables[name], case .number(let number) = variable.value else { return nil }
        // What is shown decides: 1.001 is written as 1.
        let shown = variable.type == .percent ? ValueFormat.percents(number) : (number * 100).rounded() / 100
        return PluralCategory(of: shown, in: tag ?? format.language.code).rawValue
    }

    private func senderValue(_ name: String) -> String? {
        switch name {
        case "sender.name": sender?.name
        case "sender.email": sender?.email
        case "sender.reply_to": sender?.replyTo
        case "sender.postal_address": sender?.postalAddress
        default: nil
        }
    }

    /// One line of text, trimmed; nil when the value is missing or blank.
    func line(_ name: String) -> String? {
        guard let text = raw(name) else { return nil }
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) || text.first == " " || text.last == " " else {
            return text
        }
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }
        let line = String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
        return line.isEmpty ? nil : line
    }

    /// The line, or nothing and an entry in `missing` unless the name is covered.
    func line(_ name: String, missing: inout [String], unless covered: Set<String>) -> String {
        if let line = line(name) { return line }
        if !covered.contains(name), !missing.contains(name) { missing.append(name) }
        return ""
    }

    /// The text as it is.
    func raw(_ name: String) -> String? {
        if Self.linkNames.contains(name) { return unsubscribeURL }
        if name.hasPrefix("ask."), let index = Int(name.dropFirst(4)), askURLs.indices.contains(index) {
            return askURLs[index]
        }
        if let value = senderValue(name) { return value }
        return variables[name].map(format.text)
    }
}
