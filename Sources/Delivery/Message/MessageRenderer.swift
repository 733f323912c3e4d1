import NIOConcurrencyHelpers
package import Playbooks

/// Turns messages and frozen variables into what contacts read. Compiled messages are kept by version.
package final class MessageRenderer: Sendable {
    private let frame: EmailFrame
    private let currency: String
    private let zone: Zone
    /// Of messages without a language in their names.
    private let language: String
    /// By the path of the translation, with the message that it belongs to.
    private let templates = NIOLockedValueBox<[String: Kept]>([:])

    private struct Kept {
        var message: Message
        var hash: String
        var template: MessageTemplate
        /// How values are written for those who asked for no language.
        var language: Language
        /// How its document begins.
        var opening: [UInt8]
    }

    /// Takes what `keeptouch.yaml` says of all messages.
    package init(sender: Configuration.Sender?, currency: String, zone: Zone, language: String = "en") {
        frame = EmailFrame(sender: sender)
        self.currency = currency
        self.zone = zone
        self.language = language
    }

    /// The message as one contact gets it: an email is a complete document with a footer, everything else a fragment.
    ///
    /// - Parameters:
    ///   - message: the default language; the translation for `locale` is chosen here.
    ///   - zone: of the contact, for instants; the workspace's when nil.
    ///   - unsubscribeURL: nil for `service` touches and where nobody can unsubscribe.
    ///   - askURLs: the links of the answers, where the message asks something.
    /// - Throws: why the touch must be held.
    package func render(
        _ message: Message, as kind: Channel.Kind, variables: Variables, locale: String? = nil, zone: Zone? = nil,
        unsubscribeURL: String? = nil, askURLs: [String] = []
    ) throws(RenderError) -> RenderedMessage {
        let kept = try kept(message, for: locale)
        let template = kept.template
        let language = locale == nil ? kept.language : Language.of(template.tag, for: locale)
        let scope = MessageScope(
            sender: frame.sender, variables: variables, unsubscribeURL: unsubscribeURL, askURLs: askURLs,
            format: ValueFormat(language: language, currency: currency, zone: zone ?? self.zone))
        let rendered = try template.render(in: scope)
        let isEmail = kind == .email
        let html =
            isEmail
            ? frame.document(rendered, opening: kept.opening, language: language, unsubscribeURL: unsubscribeURL)
            : frame.fragment(rendered)
        let text = frame.text(
            rendered, language: language, unsubscribeURL: unsubscribeURL, hasFooter: isEmail)
        return RenderedMessage(
            subject: rendered.subject, preheader: rendered.preheader, html: String(decoding: html, as: UTF8.self),
            text: String(decoding: text, as: UTF8.self), messageHash: kept.hash)
    }

    private func kept(_ message: Message, for locale: String?) throws(RenderError) -> Kept {
        let tag = message.translation(for: locale)
        let translation = tag.flatMap { message.locales[$0] } ?? message
        if let kept = templates.withLockedValue({ $0[translation.path] }), kept.message == message { return kept }
        do {
            let template = try MessageTemplate(translation, tag: tag ?? language)
            let kept = Kept(
                message: message, hash: MessageTemplate.hash(of: message), template: template,
                language: Language.of(template.tag, for: nil), opening: EmailFrame.opening(template.tag))
            templates.withLockedValue { $0[translation.path] = kept }
            return kept
        } catch {
            throw .refused(error.description)
        }
    }
}
