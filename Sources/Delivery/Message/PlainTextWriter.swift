import CCmark

/// Writes a Markdown tree as plain text that reads well: links as `label (url)`, or `label: url` on a line of their own.
struct PlainTextWriter {
    private struct Indent {
        var next: String
        let rest: String
    }

    let tokens: SlotTokens
    private(set) var text = SlotText()
    private var indents: [Indent] = []
    private var isLineStart = true

    init(tokens: SlotTokens) {
        self.tokens = tokens
    }

    mutating func blocks(of parent: OpaquePointer, isTight: Bool) {
        for (index, child) in Self.children(of: parent).enumerated() {
            if index > 0, !isTight { blankLine() }
            block(child)
        }
    }

    private mutating func block(_ node: OpaquePointer) {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_LIST: list(node)
        case CMARK_NODE_BLOCK_QUOTE: indented(first: "> ", rest: "> ") { $0.blocks(of: node, isTight: false) }
        case CMARK_NODE_CODE_BLOCK:
            indented(first: "    ", rest: "    ") { writer in
                let code = Self.literal(node)
                for line in code.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                    writer.put(String(line))
                    writer.newLine()
                }
            }
        case CMARK_NODE_THEMATIC_BREAK:
            put("---")
            newLine()
        default:
            inlines(of: node)
            newLine()
        }
    }

    private mutating func list(_ node: OpaquePointer) {
        let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
        let isTight = cmark_node_get_list_tight(node) != 0
        let start = Int(cmark_node_get_list_start(node))
        for (index, item) in Self.children(of: node).enumerated() {
            if index > 0, !isTight { blankLine() }
            let marker = isOrdered ? "\(start + index). " : "- "
            indented(first: marker, rest: String(repeating: " ", count: marker.count)) {
                $0.blocks(of: item, isTight: isTight)
                if !$0.isLineStart { $0.newLine() }
            }
        }
    }

    private mutating func inlines(of parent: OpaquePointer) {
        let children = Self.children(of: parent)
        for node in children {
            switch cmark_node_get_type(node) {
            case CMARK_NODE_TEXT, CMARK_NODE_CODE: put(Self.literal(node))
            case CMARK_NODE_SOFTBREAK: put(" ")
            case CMARK_NODE_LINEBREAK: newLine()
            case CMARK_NODE_LINK: link(node, isAlone: children.count == 1)
            default: inlines(of: node)
            }
        }
    }

    private mutating func link(_ node: OpaquePointer, isAlone: Bool) {
        let url = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
        let label = Self.label(of: node)
        guard ![label, "mailto:\(label)", "http://\(label)"].contains(url), !url.isEmpty else {
            inlines(of: node)
            return
        }
        inlines(of: node)
        put(label.isEmpty ? "" : isAlone ? ": " : " (")
        putURL(url)
        put(label.isEmpty || isAlone ? "" : ")")
    }

    // MARK: - Lines

    private mutating func indented(first: String, rest: String, _ body: (inout PlainTextWriter) -> Void) {
        indents.append(Indent(next: first, rest: rest))
        body(&self)
        indents.removeLast()
    }

    private mutating func put(_ words: String) {
        guard !words.isEmpty else { return }
        beginLine()
        tokens.cut(Array(words.utf8), into: &text) { _ in .plain }
    }

    private mutating func putURL(_ url: String) {
        beginLine()
        tokens.cut(Array(url.utf8), into: &text) { $0.isEmpty ? .url : .urlPart }
    }

    private mutating func beginLine() {
        guard isLineStart else { return }
        isLineStart = false
        for index in indents.indices {
            text.append(indents[index].next.utf8)
            indents[index].next = indents[index].rest
        }
    }

    private mutating func newLine() {
        text.append("\n".utf8)
        isLineStart = true
    }

    private mutating func blankLine() {
        let quotes = indents.map(\.rest).joined()
        text.append(quotes.reversed().drop { $0 == " " }.reversed().map(String.init).joined().utf8)
        newLine()
    }

    // MARK: - The tree

    private static func children(of node: OpaquePointer) -> [OpaquePointer] {
        var children: [OpaquePointer] = []
        var next = cmark_node_first_child(node)
        while let child = next {
            children.append(child)
            next = cmark_node_next(child)
        }
        return children
    }

    private static func literal(_ node: OpaquePointer) -> String {
        cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
    }

    private static func label(of node: OpaquePointer) -> String {
        children(of: node).map { literal($0) + label(of: $0) }.joined()
    }
}
