import Basics

/// The way by which people leave: the footer, or a link to `{{unsubscribe_url}}` that has words.
enum WayOut {
    struct Link {
        /// In bytes.
        var start: Int
        var hasWords = false
    }

    /// Whether an e-mail in this form has one.
    static func stands(in pieces: [SectionedText.Piece]) -> Bool {
        let html = Array(pieces.written.utf8)
        return links(in: html).contains(where: \.hasWords)
            || HTMLScanner(html).contains { token in
                guard case .text = token.kind else { return false }
                return String(decoding: html[token.range], as: UTF8.self).contains("{{footer}}")
            }
    }

    /// The links to `{{unsubscribe_url}}`.
    static func links(in html: [UInt8]) -> [Link] {
        var links: [Link] = []
        var isInside = false
        for token in HTMLScanner(html) {
            switch token.kind {
            case .open(let tag) where tag.name == "a":
                isInside = tag.value("href").map(leadsOut) ?? false
                if isInside { links.append(Link(start: token.range.lowerBound)) }
            case .close("a"): isInside = false
            case .open(let tag) where isInside && tag.name == "img":
                if tag.value("alt").map(isSeen) == true { links[links.count - 1].hasWords = true }
            case .text where isInside:
                if isSeen(String(decoding: html[token.range], as: UTF8.self)) { links[links.count - 1].hasWords = true }
            default: break
            }
        }
        return links
    }

    private static func leadsOut(_ address: String) -> Bool {
        address.filter { !$0.isWhitespace }.contains("{{unsubscribe_url")
    }

    /// Values are words, sections are none.
    private static func isSeen(_ text: String) -> Bool {
        !text.replacing(/\{\{[#^\/!][^}]*\}\}|&nbsp;|&#160;/, with: "").allSatisfy(\.isWhitespace)
    }
}
