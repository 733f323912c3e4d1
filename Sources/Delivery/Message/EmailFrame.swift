import Basics
import Playbooks

/// What stands around a message's body: the layout with the hidden preheader, the button and the footer.
struct EmailFrame: Sendable {
    /// The sender's name and postal address, as the footer shows them.
    let sender: Configuration.Sender?
    let brand: Brand

    func document(
        _ message: MessageTemplate.Rendered, in layout: EmailLayout, tag: String, language: Language,
        unsubscribeURL: String?
    ) -> [UInt8] {
        let pieces = layout.pieces { slot in
            switch slot {
            case .preheader: message.preheader != nil
            case .button: message.action != nil
            case .unsubscribeURL: unsubscribeURL != nil
            default: true
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.html.count + 6_144)
        for piece in pieces {
            switch piece {
            case .bytes(let text): bytes.append(contentsOf: text)
            case .slot(.subject): HTML.escape(message.subject ?? "", into: &bytes)
            case .slot(.preheader): HTML.escape(message.preheader ?? "", into: &bytes)
            case .slot(.hiddenPreheader): hide(message.preheader, into: &bytes)
            case .slot(.body): bytes.append(contentsOf: message.html)
            case .slot(.button): button(message.action, into: &bytes)
            case .slot(.buttonLabel): HTML.escape(message.action?.label ?? "", into: &bytes)
            case .slot(.buttonURL): HTML.escape(message.action?.url ?? "", into: &bytes)
            case .slot(.footer): footer(tag, language, unsubscribeURL, into: &bytes)
            case .slot(.unsubscribeURL): HTML.escape(unsubscribeURL ?? "", into: &bytes)
            }
        }
        return bytes
    }

    func fragment(_ message: MessageTemplate.Rendered) -> [UInt8] {
        var bytes = message.html
        if let action = message.action {
            bytes.append(contentsOf: "<p><a href=\"".utf8)
            HTML.escape(action.url, into: &bytes)
            bytes.append(contentsOf: "\">".utf8)
            HTML.escape(action.label, into: &bytes)
            bytes.append(contentsOf: "</a></p>\n".utf8)
        }
        return bytes
    }

    /// - Parameters:
    ///   - tag: of the language that the message is written in.
    ///   - hasFooter: for emails.
    func text(
        _ message: MessageTemplate.Rendered, tag: String, language: Language, unsubscribeURL: String?, hasFooter: Bool
    ) -> [UInt8] {
        var bytes = message.text
        if let action = message.action { bytes.append(contentsOf: "\n\(action.label): \(action.url)\n".utf8) }
        let lines = brand.links.map { "\($0.label): \($0.url)" } + senderLines(tag)
        guard hasFooter, !lines.isEmpty || unsubscribeURL != nil else { return bytes }
        bytes.append(contentsOf: "\n-- \n".utf8)
        for line in lines { bytes.append(contentsOf: "\(line)\n".utf8) }
        if let unsubscribeURL { bytes.append(contentsOf: "\(language.unsubscribe): \(unsubscribeURL)\n".utf8) }
        return bytes
    }

    private func senderLines(_ tag: String) -> [String] {
        [sender?.name, sender?.postalAddress, brand.legal(in: tag)].compactMap(\.self)
    }

    private func hide(_ preheader: String?, into bytes: inout [UInt8]) {
        guard let preheader else { return }
        bytes.append(
            contentsOf: "\n<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">".utf8)
        HTML.escape(preheader, into: &bytes)
        bytes.append(contentsOf: "</div>".utf8)
    }

    /// A table cell with a color of its own, for Outlook on Windows gives links neither color nor room.
    private func button(_ action: Message.Action?, into bytes: inout [UInt8]) {
        guard let action else { return }
        bytes.append(
            contentsOf: """
                <table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0 8px"><tr>\
                <td class="button" bgcolor="\(brand.accent)" style="background:\(brand.accent);border-radius:6px;\
                mso-padding-alt:12px 22px"><a href="
                """.utf8)
        HTML.escape(action.url, into: &bytes)
        bytes.append(
            contentsOf: """
                " style="color:\(brand.accent.ink);display:inline-block;font:600 16px/1.25 \(brand.font);padding:12px 22px;\
                text-decoration:none">
                """.utf8)
        HTML.escape(action.label, into: &bytes)
        bytes.append(contentsOf: "</a></td></tr></table>\n".utf8)
    }

    private func footer(_ tag: String, _ language: Language, _ unsubscribeURL: String?, into bytes: inout [UInt8]) {
        func link(_ url: String, _ label: String) {
            bytes.append(contentsOf: "<a style=\"color:\(BuiltInLayout.soft)\" href=\"".utf8)
            HTML.escape(url, into: &bytes)
            bytes.append(contentsOf: "\">".utf8)
            HTML.escape(label, into: &bytes)
            bytes.append(contentsOf: "</a>".utf8)
        }
        for (index, item) in brand.links.enumerated() {
            if index > 0 { bytes.append(contentsOf: " &middot;\n".utf8) }
            link(item.url, item.label)
        }
        if !brand.links.isEmpty { bytes.append(contentsOf: "<br>\n".utf8) }
        for line in senderLines(tag) {
            HTML.escape(line, into: &bytes)
            bytes.append(contentsOf: "<br>\n".utf8)
        }
        if let unsubscribeURL { link(unsubscribeURL, language.unsubscribe) }
    }
}
