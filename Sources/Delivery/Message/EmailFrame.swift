import Basics
import Playbooks

/// What stands around a message's body: the document, the hidden preheader, the action button and the footer.
struct EmailFrame: Sendable {
    /// The sender's name and postal address, as the footer shows them.
    let sender: Configuration.Sender?

    /// How a document begins, up to its title.
    ///
    /// - Parameter tag: of the language that the message is written in.
    static func opening(_ tag: String) -> [UInt8] {
        Array("<!doctype html>\n<html lang=\"\(LanguageTag.canonical(tag))\"\(direction(tag))>\n\(head)".utf8)
    }

    /// - Parameter opening: of the message's language.
    func document(
        _ message: MessageTemplate.Rendered, opening: [UInt8], language: Language, unsubscribeURL: String?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.html.count + 3_072)
        bytes.append(contentsOf: opening)
        HTML.escape(message.subject ?? "", into: &bytes)
        bytes.append(contentsOf: Self.style.utf8)
        if let preheader = message.preheader {
            bytes.append(contentsOf: "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">".utf8)
            HTML.escape(preheader, into: &bytes)
            bytes.append(contentsOf: "</div>\n".utf8)
        }
        bytes.append(contentsOf: Self.open.utf8)
        bytes.append(contentsOf: message.html)
        button(message.action, into: &bytes)
        bytes.append(contentsOf: "</td></tr>\n".utf8)
        footer(language, unsubscribeURL, into: &bytes)
        bytes.append(contentsOf: "</table>\n</td></tr></table>\n</body>\n</html>\n".utf8)
        return bytes
    }

    private static func direction(_ tag: String) -> String {
        LanguageTag.isRightToLeft(tag) ? " dir=\"rtl\"" : ""
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

    /// - Parameter hasFooter: for emails.
    func text(
        _ message: MessageTemplate.Rendered, language: Language, unsubscribeURL: String?, hasFooter: Bool
    ) -> [UInt8] {
        var bytes = message.text
        if let action = message.action { bytes.append(contentsOf: "\n\(action.label): \(action.url)\n".utf8) }
        guard hasFooter, sender != nil || unsubscribeURL != nil else { return bytes }
        bytes.append(contentsOf: "\n-- \n".utf8)
        for line in senderLines { bytes.append(contentsOf: "\(line)\n".utf8) }
        if let unsubscribeURL { bytes.append(contentsOf: "\(language.unsubscribe): \(unsubscribeURL)\n".utf8) }
        return bytes
    }

    private var senderLines: [String] {
        guard let sender else { return [] }
        return [sender.name] + (sender.postalAddress.map { [$0] } ?? [])
    }

    private func button(_ action: Message.Action?, into bytes: inout [UInt8]) {
        guard let action else { return }
        bytes.append(contentsOf: "<p style=\"margin:28px 0 12px\"><a class=\"button\" href=\"".utf8)
        HTML.escape(action.url, into: &bytes)
        bytes.append(contentsOf: Self.buttonStyle.utf8)
        HTML.escape(action.label, into: &bytes)
        bytes.append(contentsOf: "</a></p>\n".utf8)
    }

    private func footer(_ language: Language, _ unsubscribeURL: String?, into bytes: inout [UInt8]) {
        guard sender != nil || unsubscribeURL != nil else { return }
        bytes.append(contentsOf: Self.footerOpen.utf8)
        for (index, line) in senderLines.enumerated() {
            if index > 0 { bytes.append(contentsOf: "<br>\n".utf8) }
            HTML.escape(line, into: &bytes)
        }
        if let unsubscribeURL {
            if sender != nil { bytes.append(contentsOf: "<br>\n".utf8) }
            bytes.append(contentsOf: "<a style=\"color:#667\" href=\"".utf8)
            HTML.escape(unsubscribeURL, into: &bytes)
            bytes.append(contentsOf: "\">\(language.unsubscribe)</a>".utf8)
        }
        bytes.append(contentsOf: "</td></tr>\n".utf8)
    }

    // Mail programs differ in what they keep of a style sheet, so what must hold stands on the elements.

    private static let head = """
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>
        """

    private static let style = """
        </title>
        <style>
        a{color:#0b57d0}h1,h2,h3{line-height:1.25;margin:0 0 16px}p,ul,ol{margin:0 0 16px}img{max-width:100%}
        blockquote{border-left:3px solid #d5d9e0;margin:0 0 16px;padding-left:12px}
        pre{background:#f3f4f6;overflow:auto;padding:12px}
        @media (max-width:620px){.sheet{padding:20px 16px!important}}
        @media (prefers-color-scheme:dark){.page,.sheet{background:#16181d!important;color:#e8eaed!important}a{color:#8ab4f8}
        pre{background:#23262d}.button{background:#8ab4f8!important;color:#16181d!important}}
        </style>
        </head>
        <body class="page" style="background:#f3f4f6;margin:0;padding:0">

        """

    private static let open = """
        <table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
        style="background:#f3f4f6"><tr><td align="center">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
        <tr><td class="sheet" style="background:#fff;color:#1f2329;font:16px/1.5 -apple-system,'Segoe UI',Roboto,\
        Helvetica,Arial,sans-serif;padding:32px">

        """

    private static let buttonStyle = """
        " style="background:#0b57d0;border-radius:6px;color:#fff;display:inline-block;font-weight:600;padding:12px 22px;\
        text-decoration:none">
        """

    private static let footerOpen = """
        <tr><td style="color:#667;font:13px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
        padding:16px 32px 32px">

        """
}
