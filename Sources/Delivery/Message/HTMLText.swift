import Basics

/// Writes HTML as plain text that reads well: blocks on lines of their own, links as `label (url)`.
struct HTMLText {
    private let tokens: SlotTokens
    private(set) var text = SlotText()
    /// How many line breaks stand before the next word, and whether a blank does.
    private var breaks = 0
    private var hasBlank = false
    private var isEmpty = true
    /// The link that is open, and what has been written since it began.
    private var link: (url: String, label: String)?
    /// The element that is open whose text is not shown.
    private var hidden: (name: String, depth: Int)?

    init(_ html: [UInt8], tokens: SlotTokens) {
        self.tokens = tokens
        for token in HTMLScanner(html) {
            let bytes = html[token.range]
            switch token.kind {
            case .open(let tag): open(tag)
            case .close(let name): close(name)
            case .text where hidden == nil: words(String(decoding: bytes, as: UTF8.self))
            default: break
            }
        }
        if let link { end(link) }
        if !isEmpty { text.append("\n".utf8) }
    }

    private static let paragraphs: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr",
    ]
    private static let lines: Set = ["div", "li", "tr", "center", "section", "header", "footer", "main", "article"]
    private static let unseen: Set = ["head", "style", "title", "script"]
    private static let void: Set = ["br", "img", "hr", "meta", "input", "col", "wbr", "area"]

    private mutating func open(_ tag: HTMLScanner.Tag) {
        if let open = hidden {
            if open.name == tag.name { hidden?.depth += 1 }
            return
        }
        let style = (tag.value("style") ?? "").lowercased().filter { !$0.isWhitespace }
        if Self.unseen.contains(tag.name) || style.contains("display:none") || style.contains("mso-hide:all") {
            if !Self.void.contains(tag.name) { hidden = (tag.name, 1) }
            return
        }
        startBlock(tag.name)
        switch tag.name {
        case "br": breaks += 1
        case "li": put("- ")
        case "img": words(tag.value("alt") ?? "")
        case "a":
            // No link stands in another.
            if let link { end(link) }
            link = (tag.value("href") ?? "", "")
        default: break
        }
    }

    private mutating func close(_ name: String) {
        if let open = hidden {
            guard open.name == name else { return }
            hidden = open.depth > 1 ? (name, open.depth - 1) : nil
            return
        }
        if name == "a", let link {
            self.link = nil
            end(link)
        }
        if name == "td" || name == "th" { hasBlank = true }
        startBlock(name)
    }

    private mutating func startBlock(_ name: String) {
        if Self.paragraphs.contains(name) { breaks = max(breaks, 2) }
        if Self.lines.contains(name) { breaks = max(breaks, 1) }
    }

    private mutating func end(_ link: (url: String, label: String)) {
        let url = HTMLEntities.decoded(link.url)
        let label = link.label.drop { $0 == " " }
        guard !url.isEmpty, !url.hasPrefix("#"), label != url, "mailto:\(label)" != url else { return }
        if !label.isEmpty { put(" (") }
        tokens.cut(Array(url.utf8), into: &text) { $0.isEmpty ? .url : .urlPart }
        if label.isEmpty { isEmpty = false } else { put(")") }
    }

    /// Words with what stands between them told by one blank.
    private mutating func words(_ source: String) {
        for (index, word) in HTMLEntities.decoded(source).split(
            omittingEmptySubsequences: false, whereSeparator: { $0.isWhitespace && $0 != "\u{a0}" }
        ).enumerated() {
            if index > 0 { hasBlank = true }
            guard !word.isEmpty, word.contains(where: { !"\u{a0}\u{200c}\u{200b}\u{34f}\u{ad}".contains($0) }) else {
                continue
            }
            put(String(word))
        }
    }

    private mutating func put(_ words: String) {
        if isEmpty {
            breaks = 0
        } else if breaks > 0 {
            text.append(String(repeating: "\n", count: min(breaks, 2)).utf8)
        } else if hasBlank {
            text.append(" ".utf8)
            link?.label += " "
        }
        (breaks, hasBlank, isEmpty) = (0, false, false)
        link?.label += words
        tokens.cut(Array(words.utf8), into: &text) { _ in .plain }
        if words == "- " { hasBlank = false }
    }
}
