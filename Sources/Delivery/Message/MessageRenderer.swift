import Basics
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
    private let templates = NIOLockedValueBox<[Key: Kept]>([:])
    private let layouts: [String: Layout]
    /// What people read for reasons, by their names.
    private let reasons: [String: String]
    private let sms: TextMessaging?

    private struct Key: Hashable {
        var path: String
        var isEmail: Bool
    }

    /// A reference, for it is looked up for every touch.
    private final class Kept: Sendable {
        let message: Message
        let hash: String
        let template: MessageTemplate
        /// How values are written for those who asked for no language.
        let language: Language
        /// Of an email.
        let layout: EmailLayout?

        init(_ message: Message, _ template: MessageTemplate, _ language: Language, _ layout: EmailLayout?) {
            self.message = message
            hash = message.hash
            self.template = template
            self.language = language
            self.layout = layout
        }
    }

    /// Takes what `keeptouch.yaml` says of all messages.
    ///
    /// - Parameters:
    ///   - layouts: by name.
    ///   - reasons: what people read for them, by their names.
    ///   - sms: how text messages end.
    package init(
        sender: Configuration.Sender?, currency: String, zone: Zone, language: String = "en", brand: Brand = Brand(),
        layouts: [String: Layout] = [:], reasons: [String: String] = [:], sms: TextMessaging? = nil
    ) {
        frame = EmailFrame(sender: sender, brand: brand)
        self.layouts = layouts
        self.reasons = reasons
        self.sms = sms
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
    ///   - moment: when the variables were worked out; dates of another year than its say which.
    ///   - category: of a text message, which tells how to end those of all but `service`.
    /// - Throws: why the touch must be held.
    package func render(
        _ message: Message, as kind: Channel.Kind, variables: Variables, locale: String? = nil, zone: Zone? = nil,
        unsubscribeURL: String? = nil, askURLs: [String] = [], category: String = "service", asOf moment: Instant? = nil
    ) throws(RenderError) -> RenderedMessage {
        let isEmail = kind == .email
        let kept = try kept(message, for: locale, isEmail: isEmail)
        let template = kept.template
        let language = locale == nil ? kept.language : Language.of(template.tag, for: locale)
        let scope = MessageScope(
            sender: frame.sender, variables: variables, unsubscribeURL: unsubscribeURL, askURLs: askURLs,
            format: ValueFormat(
                language: language, currency: currency, zone: zone ?? self.zone, home: self.zone, reasons: reasons,
                moment: moment),
            tag: template.tag)
        let rendered = try template.render(in: scope)
        let html =
            kept.layout.map {
                frame.document(
                    rendered, in: $0, tag: template.tag, language: language, unsubscribeURL: unsubscribeURL)
            } ?? frame.fragment(rendered)
        let text = frame.text(
            rendered, tag: template.tag, language: language, unsubscribeURL: unsubscribeURL, hasFooter: isEmail)
        if kind == .sms {
            return RenderedMessage(
                subject: nil, html: "",
                text: textMessage(String(decoding: text, as: UTF8.self), template.tag, category),
                messageHash: kept.hash)
        }
        return RenderedMessage(
            subject: rendered.subject, preheader: rendered.preheader, html: String(decoding: html, as: UTF8.self),
            text: String(decoding: text, as: UTF8.self), messageHash: kept.hash)
    }

    /// Without blank lines at its ends, in plain blanks, and with the line that says how to end them.
    private func textMessage(_ text: String, _ tag: String, _ category: String) -> String {
        let plain = TextSegments.withPlainBlanks(text)
        let body = String(plain.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        let ending = OptOutLine.needed(by: body, category: category, language: tag, sms)
        return body + (ending.map { "\n" + $0 } ?? "")
    }

    private func kept(_ message: Message, for locale: String?, isEmail: Bool) throws(RenderError) -> Kept {
        let tag = message.translation(for: locale)
        let translation = tag.flatMap { message.locales[$0] } ?? message
        let key = Key(path: translation.path, isEmail: isEmail)
        if let kept = templates.withLockedValue({ $0[key] }), kept.message == message { return kept }
        let own = tag ?? self.language
        let language = Language.of(own, for: nil)
        let layout = isEmail ? try layout(of: translation, language, own) : nil
        do {
            let template = try MessageTemplate(translation, tag: own, styles: layout?.bodyStyles)
            let kept = Kept(message, template, language, layout)
            templates.withLockedValue { $0[key] = kept }
            return kept
        } catch {
            throw .refused(error.description)
        }
    }

    /// What stands around a message as an email.
    private func layout(of message: Message, _ language: Language, _ tag: String) throws(RenderError) -> EmailLayout {
        let name = message.layout ?? frame.brand.layout
        var layout: Layout?
        if message.isDocument {
            layout = Layout(name: "", path: message.path, text: "{{body}}")
        } else if let name, name != Layout.standard {
            guard let found = layouts[name] else {
                throw .refused("there is no layout \"\(name)\"; keeptouch check tells")
            }
            layout = found
        }
        return EmailLayout(layout, brand: frame.brand, sender: frame.sender, language: language, tag: tag)
    }
}
