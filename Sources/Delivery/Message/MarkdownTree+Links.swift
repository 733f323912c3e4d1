import CCmark

extension MarkdownTree {
    /// Makes links of the addresses that stand bare in the text, as GitHub does.
    static func linkBareAddresses(under node: OpaquePointer) {
        var next = cmark_node_first_child(node)
        while let child = next {
            next = cmark_node_next(child)
            switch cmark_node_get_type(child) {
            case CMARK_NODE_TEXT: link(child)
            case CMARK_NODE_LINK, CMARK_NODE_IMAGE, CMARK_NODE_CODE, CMARK_NODE_CODE_BLOCK: continue
            default: linkBareAddresses(under: child)
            }
        }
    }

    private static func link(_ node: OpaquePointer) {
        var rest = Substring(cmark_node_get_literal(node).map { String(cString: $0) } ?? "")
        guard rest.contains("://") || rest.contains("www.") else { return }
        while let (before, address) = bareAddress(in: rest) {
            insert(text: String(before), before: node)
            if let link = cmark_node_new(CMARK_NODE_LINK), let label = cmark_node_new(CMARK_NODE_TEXT) {
                cmark_node_set_url(link, address.hasPrefix("www.") ? "http://\(address)" : String(address))
                cmark_node_set_literal(label, String(address))
                cmark_node_append_child(link, label)
                cmark_node_insert_before(node, link)
            }
            rest = rest[address.endIndex...]
        }
        cmark_node_set_literal(node, String(rest))
    }

    private static func insert(text: String, before node: OpaquePointer) {
        guard !text.isEmpty, let new = cmark_node_new(CMARK_NODE_TEXT) else { return }
        cmark_node_set_literal(new, text)
        cmark_node_insert_before(node, new)
    }

    private static let starts = ["https://", "http://", "www."]

    /// The first address of a text, and what stands before it.
    private static func bareAddress(in text: Substring) -> (before: Substring, address: Substring)? {
        var index = text.startIndex
        while index < text.endIndex {
            let rest = text[index...]
            let isWordStart =
                index == text.startIndex
                || !(text[text.index(before: index)].isLetter
                    || text[text.index(before: index)].isNumber)
            if isWordStart, let start = starts.first(where: { rest.hasPrefix($0) }) {
                let address = trimmed(rest.prefix { !$0.isWhitespace && $0 != "<" && $0 != ">" && $0 != "\"" })
                if address.dropFirst(start.count).first.map({ $0.isLetter || $0.isNumber }) == true {
                    return (text[..<index], address)
                }
            }
            index = text.index(after: index)
        }
        return nil
    }

    /// Without the signs of the sentence around it, and without a parenthesis that it does not open.
    private static func trimmed(_ address: Substring) -> Substring {
        var address = address
        while let last = address.last {
            if "?!.,:;*_~'”’»".contains(last) {
                address.removeLast()
            } else if last == ")", address.count(where: { $0 == ")" }) > address.count(where: { $0 == "(" }) {
                address.removeLast()
            } else {
                break
            }
        }
        return address
    }
}
