/// Reads a message: front matter between `---` lines, then Markdown.
struct MessageReader {
    let dataMap: DataMap
    let diagnostics: Diagnostics

    /// The message and its texts with their places; nil, with complaints, when the front matter cannot be read.
    func read(_ text: String, path: String) -> (Message, texts: [SourceText])? {
        guard text.utf8.count <= YAMLFile.largestSize else {
            diagnostics.error(Position(file: path), "the message is larger than 256 KiB")
            return nil
        }
        let text = text.utf8.contains(13) ? text.replacing("\r\n", with: "\n") : text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first == "---" else {
            let message = Message(path: path, body: text)
            return (message, [SourceText(name: "body", text: text, position: Position(file: path))])
        }
        guard let end = lines.dropFirst().firstIndex(where: { $0 == "---" }) else {
            diagnostics.error(Position(file: path), "the front matter that begins here has no second --- line")
            return nil
        }
        let front = lines[1..<end].joined(separator: "\n")
        let body = lines[(end + 1)...].joined(separator: "\n")
        let (root, complaints) = YAMLFile.read(front, file: path, firstLine: 2)
        diagnostics.add(complaints.map(withHint(lines)))
        guard let root else { return nil }
        var message = Message(path: path, body: body, bodyLine: end + 2)
        var texts: [SourceText] = []
        if !root.isEmpty {
            guard let fields = Fields(root, .message, diagnostics, of: "the front matter") else { return nil }
            func text(_ fields: Fields, _ key: String) -> String? {
                guard let node = fields[key] else { return nil }
                if node.text == nil {
                    diagnostics.error(node.position, "expected text for \"\(key)\"; text with {{ }} stands in quotes")
                }
                if let source = node.text.flatMap({ _ in diagnostics.source(node, key) }) { texts.append(source) }
                return node.text
            }
            message.subject = text(fields, "subject")
            message.preheader = text(fields, "preheader")
            if let action = fields.table("action", .action), let label = text(action, "label"),
                let url = text(action, "url")
            {
                message.action = Message.Action(label: label, url: url)
                if !Message.Action.mayBeLink(url) {
                    diagnostics.error(
                        action.position("url"),
                        "expected an address that begins with https://, http:// or mailto: for \"url\", got \"\(url)\"")
                }
            }
            message.ask = fields["ask"].flatMap(AskReader(dataMap: dataMap, diagnostics: diagnostics).read)
            for key in ["subject", "preheader"]
            where fields.node[key]?.text?.contains(where: { $0.isNewline || $0 == "\0" }) == true {
                diagnostics.error(fields.position(key), "the \"\(key)\" must be one line")
            }
        }
        texts.append(SourceText(name: "body", text: body, position: Position(file: path, line: end + 2)))
        return (message, texts)
    }

    private func withHint(_ lines: [Substring]) -> (Diagnostic) -> Diagnostic {
        { complaint in
            let line = lines.dropFirst(complaint.position.line - 1).first ?? ""
            guard line.contains("{{") else { return complaint }
            return Diagnostic(at: complaint.position, complaint.message + "; text that begins with {{ stands in quotes")
        }
    }
}
