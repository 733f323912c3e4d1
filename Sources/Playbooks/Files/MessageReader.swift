/// Reads a message: front matter between `---` lines, then Markdown.
///
/// Blank lines before the front matter and blanks around `---` do not count. Front matter that stands elsewhere is an
/// error, for customers would read it.
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
        let start = lines.firstIndex { !Self.isBlank($0) }
        guard let start, Self.isFence(lines[start]) else {
            guard complain(aboutFrontMatterIn: lines, from: 0, path) else { return nil }
            let message = Message(path: path, body: text)
            return (message, [SourceText(name: "body", text: text, position: Position(file: path))])
        }
        guard let end = lines.dropFirst(start + 1).firstIndex(where: Self.isFence) else {
            diagnostics.error(
                Position(file: path, line: start + 1), "the front matter that begins here has no second --- line")
            return nil
        }
        let front = lines[(start + 1)..<end].joined(separator: "\n")
        let body = lines[(end + 1)...].joined(separator: "\n")
        guard complain(aboutFrontMatterIn: lines, from: end + 1, path) else { return nil }
        let (root, complaints) = YAMLFile.read(front, file: path, firstLine: start + 2)
        diagnostics.add(complaints.map(withHint(lines)))
        guard let root else { return nil }
        var message = Message(path: path, body: body, bodyLine: end + 2)
        var texts: [SourceText] = []
        if !root.isEmpty {
            guard let fields = Fields(root, .message, diagnostics, of: "the front matter") else { return nil }
            func text(_ fields: Fields, _ key: String) -> String? {
                guard let node = fields[key] else { return nil }
                if node.endsAtComment { _ = diagnostics.shownText(node, key) }
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
            message.layout = text(fields, "layout")
            message.ask = fields["ask"].flatMap(AskReader(dataMap: dataMap, diagnostics: diagnostics).read)
            for key in ["subject", "preheader"]
            where fields.node[key]?.text?.contains(where: { $0.isNewline || $0 == "\0" }) == true {
                diagnostics.error(fields.position(key), "the \"\(key)\" must be one line")
            }
        }
        texts.append(SourceText(name: "body", text: body, position: Position(file: path, line: end + 2)))
        return (message, texts)
    }

    private static func isBlank(_ line: Substring) -> Bool {
        line.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0 == "\u{feff}" || $0 == "\u{200b}" }
    }

    /// A line of three dashes; what looks like one to people counts as one.
    private static func isFence(_ line: Substring) -> Bool {
        let visible = line.unicodeScalars.filter { !$0.properties.isWhitespace && $0 != "\u{feff}" && $0 != "\u{200b}" }
        return visible.elementsEqual("---".unicodeScalars)
    }

    /// Says where lines look like front matter and are none; true when there are none.
    private func complain(aboutFrontMatterIn lines: [Substring], from start: Int, _ path: String) -> Bool {
        var before: Substring?
        for (index, line) in lines.enumerated().dropFirst(start) where !Self.isBlank(line) {
            defer { before = line }
            let key = KeyTable.message.keys.first { line.drop { $0.isWhitespace }.hasPrefix("\($0.name):") }
            guard let key, before.map(Self.isRule) ?? true else { continue }
            diagnostics.error(
                Position(file: path, line: index + 1),
                "\"\(key.name):\" looks like front matter, which customers would read here; it stands at the beginning of the "
                    + "file, between two --- lines")
            return false
        }
        return true
    }

    /// A line that parts things, in whatever signs.
    private static func isRule(_ line: Substring) -> Bool {
        let signs = Set(line.filter { !$0.isWhitespace })
        let isTicks = line.drop { $0.isWhitespace }.hasPrefix("```")
        return isTicks || (signs.count == 1 && signs.isSubset(of: ["-", "+", "—", "–", "=", "*", "_", "~"]))
    }

    private func withHint(_ lines: [Substring]) -> (Diagnostic) -> Diagnostic {
        { complaint in
            let line = lines.dropFirst(complaint.position.line - 1).first ?? ""
            guard line.contains("{{") else { return complaint }
            return Diagnostic(at: complaint.position, complaint.message + "; text that begins with {{ stands in quotes")
        }
    }
}
