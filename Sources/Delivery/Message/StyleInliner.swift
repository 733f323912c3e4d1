import Basics

/// Writes the rules of a style sheet onto the elements, for mail programs that drop the sheet.
struct StyleInliner: Sendable {
    struct Element: Sendable {
        var name: String
        var id: String?
        var classes: [String]
    }

    var sheet: StyleSheet
    /// What is open around the text.
    var around: [Element] = []

    private static let void: Set = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ]

    /// - Returns: the text with styles on its elements, and what is open where the mark stands.
    func inlined(_ html: [UInt8], mark: [UInt8] = []) -> (html: [UInt8], open: [Element]) {
        var result: [UInt8] = []
        result.reserveCapacity(html.count * 3 / 2)
        var open = around
        var atMark: [Element] = []
        for token in HTMLScanner(html) {
            let bytes = html[token.range]
            switch token.kind {
            case .open(let tag):
                let element = Element(
                    name: tag.name, id: tag.value("id"),
                    classes: tag.value("class")?.split(whereSeparator: \.isWhitespace).map(String.init) ?? [])
                result += styled(tag, element, in: open, bytes: html, range: token.range)
                let isAlone = bytes.dropLast().last == UInt8(ascii: "/") || Self.void.contains(tag.name)
                if !isAlone { open.append(element) }
            case .close(let name):
                if let last = open.lastIndex(where: { $0.name == name }), last >= around.count {
                    open.removeSubrange(last...)
                }
                result += bytes
            case .text:
                if !mark.isEmpty, Array(bytes).firstRange(of: mark) != nil { atMark = open }
                result += bytes
            case .raw, .comment, .declaration, .unended: result += bytes
            }
        }
        return (result, atMark)
    }

    private func styled(
        _ tag: HTMLScanner.Tag, _ element: Element, in open: [Element], bytes: [UInt8], range: Range<Int>
    ) -> [UInt8] {
        let matching = sheet.rules.enumerated().filter { Self.matches($0.element, element, in: open) }
            .sorted { ($0.element.specificity, $0.offset) < ($1.element.specificity, $1.offset) }
        guard !matching.isEmpty else { return Array(bytes[range]) }
        let own = tag.attributes.first { $0.name == "style" }
        let written = StyleSheet.declarations(own?.value ?? "")
        var declarations: [StyleSheet.Declaration] = []
        for next in matching.flatMap(\.element.declarations) + written {
            if let index = declarations.firstIndex(where: { $0.property == next.property }) {
                // What counts more stays, and what is said later counts for what `margin: 0` says of `margin-top`.
                if declarations[index].isImportant && !next.isImportant { continue }
                declarations.remove(at: index)
            }
            declarations.append(next)
        }
        let style = declarations.map { "\($0.property):\($0.value)\($0.isImportant ? "!important" : "")" }
            .joined(separator: ";").replacing("\"", with: "'")
        let name = range.lowerBound..<(range.lowerBound + 1 + tag.name.utf8.count)
        var result = Array(bytes[name])
        result += " style=\"\(style)\"".utf8
        if let own {
            result += bytes[name.upperBound..<own.range.lowerBound].dropLast()
            result += bytes[own.range.upperBound..<range.upperBound]
        } else {
            result += bytes[name.upperBound..<range.upperBound]
        }
        return result
    }

    private static func matches(_ rule: StyleSheet.Rule, _ element: Element, in open: [Element]) -> Bool {
        guard let last = rule.selector.last, fits(last, element) else { return false }
        var wanted = rule.selector.dropLast()
        for outer in open.reversed() {
            guard let next = wanted.last else { break }
            if fits(next, outer) { wanted.removeLast() }
        }
        return wanted.isEmpty
    }

    private static func fits(_ compound: StyleSheet.Compound, _ element: Element) -> Bool {
        (compound.name == nil || compound.name == element.name) && (compound.id == nil || compound.id == element.id)
            && compound.classes.allSatisfy(element.classes.contains)
    }
}
