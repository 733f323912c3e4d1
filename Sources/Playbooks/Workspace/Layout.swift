import Basics

/// A frame of `layouts/*.html` that carries the bodies of e-mails.
package struct Layout: Sendable, Hashable {
    package var name: String
    package var path: String
    /// HTML with slots.
    package var text: String

    /// The name of the built-in one.
    package static let standard = "standard"

    package init(name: String, path: String, text: String) {
        self.name = name
        self.path = path
        self.text = text
    }

    /// Whether an e-mail that has no action would show parts of a button.
    package var needsAction: Bool {
        let text = SectionedText(text)
        let action = Self.companions(of: Slot.action.rawValue) ?? []
        return [[], Set(text.sectionNames)].contains { absent in
            text.pieces(text.pattern(where: { !action.contains($0) && !absent.contains($0) })).contains { piece in
                piece == .variable(Slot.actionLabel.rawValue) || piece == .variable(Slot.actionURL.rawValue)
            }
        }
    }

    /// The slots for which an e-mail brings something together with this one, or nothing; nil where each brings something.
    static func companions(of name: String) -> [String]? {
        switch Slot(rawValue: name) {
        case .body, .subject, .footer, .unsubscribe, .language, .direction: nil
        case .action, .actionLabel, .actionURL: [Slot.action, .actionLabel, .actionURL].map(\.rawValue)
        default: [name]
        }
    }

    /// What a layout may name in `{{ }}`.
    package enum Slot: String, Sendable, CaseIterable {
        /// The message; the one slot that each layout has, once.
        case body
        /// The button, or its two parts.
        case action
        case actionLabel = "action.label"
        case actionURL = "action.url"
        case subject, preheader
        /// The brand's links and legal text, the sender, and the link by which people leave.
        case footer
        case logo, legal
        case senderName = "sender.name"
        case senderEmail = "sender.email"
        case senderReplyTo = "sender.reply_to"
        case senderAddress = "sender.postal_address"
        /// Where people leave, and the word for it in the message's language.
        case unsubscribeURL = "unsubscribe_url"
        case unsubscribe
        /// For the attributes `lang` and `dir` of the document.
        case language, direction
    }
}
