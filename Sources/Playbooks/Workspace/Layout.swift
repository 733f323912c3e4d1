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
