import CCmark

/// A parsed Markdown text, from which both the HTML and the plain text are made. Raw HTML in it is dropped.
package final class MarkdownTree {
    private let root: OpaquePointer

    /// Nil when cmark has no memory.
    init?(_ source: String) {
        var source = source
        let root = source.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)
            }
        }
        guard let root else { return nil }
        self.root = root
        Self.removeRawHTML(under: root)
        cmark_consolidate_text_nodes(root)
        Self.linkBareAddresses(under: root)
    }

    deinit {
        cmark_node_free(root)
    }

    private static func removeRawHTML(under node: OpaquePointer) {
        var next = cmark_node_first_child(node)
        while let child = next {
            next = cmark_node_next(child)
            let type = cmark_node_get_type(child)
            if type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE {
                cmark_node_unlink(child)
                cmark_node_free(child)
            } else {
                removeRawHTML(under: child)
            }
        }
    }

    /// HTML in cmark's safe mode: links with dangerous schemes are emptied.
    var html: [UInt8] {
        guard let rendered = cmark_render_html(root, CMARK_OPT_DEFAULT) else { return [] }
        defer { cmark_get_default_mem_allocator().pointee.free(rendered) }
        return Array(String(cString: rendered).utf8)
    }

    /// HTML with places for values in place of their tokens.
    static func slots(in html: [UInt8], _ tokens: SlotTokens) -> SlotText {
        var text = SlotText()
        tokens.cut(html, into: &text, context: context)
        return text
    }

    /// Where in cmark's HTML a token stands. In its text `<`, `>` and `"` are escaped, so the last of them tells.
    private static func context(after before: ArraySlice<UInt8>) -> SlotText.Context {
        guard let mark = before.lastIndex(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }),
            before[mark] == UInt8(ascii: "<"), let quote = before.lastIndex(of: UInt8(ascii: "\"")), quote > mark
        else { return .html }
        let attribute = before[mark..<quote]
        guard attribute.ends(with: "href=") || attribute.ends(with: "src=") else { return .html }
        return quote == before.endIndex - 1 ? .htmlURL : .htmlURLPart
    }

    func plainText(_ tokens: SlotTokens) -> SlotText {
        var writer = PlainTextWriter(tokens: tokens)
        writer.blocks(of: root, isTight: false)
        return writer.text
    }
}

extension Collection<UInt8> {
    fileprivate func ends(with text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix in self.suffix(suffix.count).elementsEqual(suffix) }
    }
}
