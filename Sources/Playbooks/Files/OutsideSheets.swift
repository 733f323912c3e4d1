import Basics

/// The style sheets from elsewhere that HTML names, which most mail programs leave out.
package enum OutsideSheets {
    /// Whether it is a `<link>` to one.
    static func isLink(_ tag: HTMLScanner.Tag) -> Bool {
        tag.name == "link"
            && tag.value("rel")?.lowercased().split(whereSeparator: \.isWhitespace).contains("stylesheet") == true
    }

    /// A style sheet without its `@import`.
    package static func removed(fromSheet sheet: String) -> String {
        guard sheet.utf8.contains(UInt8(ascii: "@")) else { return sheet }
        return sheet.replacing(/(?i)@import\s*(url\([^)]*\)|"[^"]*"|'[^']*')?[^;{}]*;?/, with: "")
    }

    /// HTML without its links to sheets and their `@import`.
    package static func removed(fromHTML html: String) -> String {
        let bytes = Array(html.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for token in HTMLScanner(bytes) {
            switch token.kind {
            case .open(let tag) where isLink(tag): break
            case .raw(of: "style"):
                result += removed(fromSheet: String(decoding: bytes[token.range], as: UTF8.self)).utf8
            default: result += bytes[token.range]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
