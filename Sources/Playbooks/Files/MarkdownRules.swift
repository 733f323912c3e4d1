import Basics
import CCmark
import Foundation

/// What messages in Markdown may not hold; `check` tells it, and nothing that has an error is sent.
enum MarkdownRules {
    /// What customers would read as source, or not at all: HTML, tables and other marks that Markdown alone does not know.
    static func complaints(about message: Message) -> [Diagnostic] {
        var body = message.body
        let root = body.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)
            }
        }
        guard let root else { return [] }
        defer { cmark_node_free(root) }
        cmark_consolidate_text_nodes(root)
        var found: [Finding] = []
        walk(root, line: 1, &found)
        return found.map { finding in
            var place = message.place(ofBodyLine: finding.line)
            place.column += finding.column - 1
            return Diagnostic(at: place, finding.complaint)
        }
    }

    /// What a reader of a line without marks, as a subject is one, would see as source.
    static func complaint(aboutLine text: String) -> String? {
        // A pattern is compiled each time it is asked, and few lines have a sign of any.
        let hasMark = text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "]") }
        guard hasMark || text.utf8.contains(UInt8(ascii: "<")) else { return nil }
        if let tag = text.firstMatch(of: #/</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>/#) {
            return "HTML would be shown as it is written: \(tag.0.prefix(60)); leave it out"
        }
        if let mark = text.firstMatch(of: #/\*\*[^*\s][^*]*\*\*|\[[^\]]+\]\(\s?(https?:|mailto:|\{\{)/#) {
            return "Markdown would be shown as it is written: \(mark.0.prefix(60)); leave the marks out"
        }
        return nil
    }

    /// A complaint at a place of the body, whose lines and columns count from 1.
    private struct Finding {
        var line: Int
        var column = 1
        var complaint: String
    }

    private static func walk(_ node: OpaquePointer, line: Int, _ found: inout [Finding]) {
        let own = Int(cmark_node_get_start_line(node))
        let line = own > 0 ? own : line
        switch cmark_node_get_type(node) {
        case CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE:
            let html = literal(of: node).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            // A comment is meant for nobody to see.
            if html.drop(while: \.isWhitespace).hasPrefix("<!--") { return }
            let remedy =
                html.lowercased().hasPrefix("<br") ? "end the line with a backslash to break it" : "write Markdown"
            found.append(
                Finding(
                    line: line, column: max(1, Int(cmark_node_get_start_column(node))),
                    complaint: "HTML is left out of messages: \(html.prefix(60)); \(remedy), or \\< for the sign"))
        case CMARK_NODE_IMAGE, CMARK_NODE_LINK:
            if let complaint = complaint(aboutAddressOf: node) {
                found.append(Finding(line: line, complaint: complaint))
            }
        case CMARK_NODE_PARAGRAPH, CMARK_NODE_HEADING:
            let lines = words(of: node).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, text) in lines.enumerated() {
                let before = index > 0 ? lines[index - 1] : nil
                guard let complaint = complaint(about: text, after: before, isFirst: index == 0, in: node) else {
                    continue
                }
                found.append(Finding(line: line + index, complaint: complaint))
                break
            }
        default: break
        }
        var child = cmark_node_first_child(node)
        while let next = child {
            walk(next, line: line, &found)
            child = cmark_node_next(next)
        }
    }

    /// An address that leads nowhere, or a picture without words.
    private static func complaint(aboutAddressOf node: OpaquePointer) -> String? {
        let url = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
        let isPicture = cmark_node_get_type(node) == CMARK_NODE_IMAGE
        let text = words(of: node)
        if isPicture, text.allSatisfy(\.isWhitespace) {
            return
                "the picture \(url.prefix(60)) has no words for where pictures are off; write ![words](\(url.prefix(60)))"
        }
        let decoded = url.removingPercentEncoding ?? url
        guard !HTMLRules.mayLead(decoded) || url.isEmpty else { return nil }
        return "\"\(url.prefix(60))\" leads nowhere from a message; an address begins with https://, http:// or mailto:"
    }

    private static func complaint(
        about text: Substring, after before: Substring?, isFirst: Bool, in node: OpaquePointer
    ) -> String? {
        let isInItem = cmark_node_parent(node).map { cmark_node_get_type($0) == CMARK_NODE_ITEM } ?? false
        if before?.contains("|") == true, isTableRule(text) {
            return "a table would be shown as it is written; write a list, one line for each row"
        }
        // A pattern is compiled each time it is asked, and few lines have a sign of any.
        let hasBracket = text.utf8.contains(UInt8(ascii: "]"))
        if isFirst, isInItem, hasBracket, text.prefixMatch(of: #/\[[ xX]\]\s/#) != nil {
            return "a box to tick would be shown as it is written; leave \"[ ]\" out"
        }
        if text.utf8.contains(UInt8(ascii: "~")), text.contains(/~~[^~\s].*?~~/) {
            return "~~ would be shown as it is written; leave the crossed-out words out"
        }
        if text.utf8.contains(UInt8(ascii: "%")), text.contains("{%") {
            return "\"{%\" would be shown as it is written; messages know {{name}} and {{#name}}"
        }
        guard hasBracket else { return nil }
        if text.contains(/\]\s?\(\s?(https?:|mailto:|www\.|\{\{)/) {
            return "a link would be shown as it is written; write [words](https://...) without blanks"
        }
        if text.contains(/\[\^[^\]\s]+\]/) || text.contains(/\]\[[^\]]*\]/) {
            return "a note or a reference would be shown as it is written; write the link out"
        }
        return nil
    }

    /// `| --- | :---: |`
    private static func isTableRule(_ text: Substring) -> Bool {
        text.contains("|") && text.wholeMatch(of: #/\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*/#) != nil
    }

    /// The text of a block, line by line; what stands in links and code is meant.
    private static func words(of node: OpaquePointer) -> String {
        var text = ""
        var child = cmark_node_first_child(node)
        while let next = child {
            switch cmark_node_get_type(next) {
            case CMARK_NODE_TEXT: text += literal(of: next)
            case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: text += "\n"
            case CMARK_NODE_LINK, CMARK_NODE_IMAGE, CMARK_NODE_CODE, CMARK_NODE_HTML_INLINE: text += "\u{fffc}"
            default: text += words(of: next)
            }
            child = cmark_node_next(next)
        }
        return text
    }

    private static func literal(of node: OpaquePointer) -> String {
        cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
    }
}
