/// A message as one contact gets it.
package struct RenderedMessage: Sendable, Hashable {
    package var subject: String?
    package var preheader: String?
    /// A complete document for an email, a fragment for everything else.
    package var html: String
    package var text: String
    /// Where its tracked links lead.
    package var links: [TrackedLink] = []
    /// SHA-256 of the message as written, in hexadecimal.
    package var messageHash: String

    package init(subject: String?, preheader: String? = nil, html: String, text: String, messageHash: String = "") {
        self.subject = subject
        self.preheader = preheader
        self.html = html
        self.text = text
        self.messageHash = messageHash
    }
}
