import Basics

extension PlaybookReader {
    /// The layout of a message, and what it may hold when it is HTML.
    func checkLooks(of message: Message, _ texts: [SourceText]) {
        let layout = texts.first { $0.name == "layout" }
        if let name = message.layout, let place = layout?.position, layouts.knows(name, at: place), message.isDocument {
            diagnostics.error(
                place,
                "the message is a whole document, around which no layout stands; leave <html> and <body> out, or layout"
            )
        }
        for text in texts where ["subject", "preheader", "label"].contains(text.name) {
            if let complaint = MarkdownRules.complaint(aboutLine: text.text) {
                diagnostics.error(text.position, complaint)
            }
        }
        guard message.isHTML else {
            diagnostics.add(MarkdownRules.complaints(about: message))
            return
        }
        guard let body = texts.first(where: { $0.name == "body" }) else { return }
        diagnostics.add(HTMLRules.complaints(about: body, slotsInComments: false))
        if let use = SectionedText(body.text).snippets.first {
            diagnostics.error(
                body.position.moved(to: use.place), "snippets are Markdown and stand in no HTML; write what it says")
        }
    }

    /// What the frame does for others a whole document has to do itself.
    func checkDocument(_ message: Message, _ playbook: Playbook) {
        guard message.isDocument else { return }
        let names = Set(MessageVariables(of: message.texts).uses.map(\.name))
        let place = Position(file: message.path, line: message.bodyLine)
        for (key, isThere) in [("action", message.action != nil), ("preheader", message.preheader != nil)] where isThere
        {
            diagnostics.error(
                place, "the message is a whole document, which has no place for \"\(key)\"; write it into the document")
        }
        if playbook.category != "service", configuration.baseURL != nil {
            let forms = TextForms(SectionedText(message.body)) { $0 == "unsubscribe_url" ? nil : [$0] }
            switch forms.obstacle(to: WayOut.stands) {
            case nil: break
            case .always:
                diagnostics.error(
                    place, "nobody could leave: a whole document needs a link to {{unsubscribe_url}}")
            case .values(let which):
                diagnostics.error(
                    place,
                    "nobody could leave by an e-mail \(which): put a link to {{unsubscribe_url}} outside of sections")
            }
        }
        if configuration.sender?.postalAddress != nil, !names.contains("sender.postal_address") {
            diagnostics.warning(
                place, "the message does not say {{sender.postal_address}}, which the law of many countries wants")
        }
    }

    /// A button that a layout shows whatever a message brings would be empty.
    func checkButton(_ message: Message) {
        guard message.action == nil, !message.isDocument, let layout = layouts.needingAction(of: message) else {
            return
        }
        diagnostics.error(
            Position(file: message.path),
            "the layout \"\(layout.name)\" shows a button in every e-mail, and this message has no \"action\"; give it one, or "
                + "put the button between {{#action}} and {{/action}} in \(layout.path)")
    }

    /// Warns of a subject only where a rule can be named that counts against it.
    func checkSubject(of message: Message) {
        guard let subject = message.subject, let text = texts[String(message.path.dropFirst(folder.count + 1))] else {
            return
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        let line = lines.firstIndex { $0.hasPrefix("subject:") } ?? 0
        for rule in SubjectRule.allCases where rule.applies(to: subject) {
            diagnostics.warning(
                Position(file: message.path, line: line + 1),
                "the subject \(rule.words), which filters hold against it (SpamAssassin: \(rule.rawValue))")
        }
    }
}
