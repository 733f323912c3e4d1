import Basics
import Playbooks

/// A message in HTML, written so that it can be told where a value stands: attributes in double quotes, no `"` and `>` in
/// text; without comments and what `check` refuses.
struct HTMLSource {
    private(set) var bytes: [UInt8] = []
    /// The rules of its own style sheets.
    private(set) var sheet = StyleSheet()

    init(_ source: [UInt8]) {
        bytes.reserveCapacity(source.count)
        /// The refused element that is open, whose content is left out.
        var refused: String?
        for token in HTMLScanner(source) {
            let text = source[token.range]
            switch token.kind {
            case .close(let name) where name == refused: refused = nil
            case _ where refused != nil: break
            case .open(let tag) where HTMLRules.refused[tag.name] != nil:
                if !Self.isEmpty.contains(tag.name) { refused = tag.name }
            case .open(let tag): append(tag)
            case .text: appendEscaping(text, ["\"": "&quot;", ">": "&gt;"])
            case .raw(let name):
                switch name {
                case "style":
                    let rules = OutsideSheets.removed(fromSheet: String(decoding: text, as: UTF8.self))
                    sheet.add(StyleSheet(rules))
                    bytes += rules.utf8
                case "title": appendEscaping(text, ["\"": "&quot;", ">": "&gt;", "<": "&lt;"])
                default: bytes += text
                }
            case .comment:
                // Outlook reads those that begin like this.
                if text.starts(with: "<!--[if".utf8) || text.starts(with: "<!--<![".utf8) { bytes += text }
            case .close, .declaration: bytes += text
            case .unended: break
            }
        }
    }

    private static let isEmpty: Set = ["link", "base", "input", "embed", "frame"]

    private mutating func append(_ tag: HTMLScanner.Tag) {
        bytes += "<\(tag.name)".utf8
        for attribute in tag.attributes where !attribute.name.hasPrefix("on") {
            bytes += " \(attribute.name)=\"".utf8
            appendEscaping(Array(attribute.value.utf8)[...], ["\"": "&quot;", "<": "&lt;", ">": "&gt;"])
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func appendEscaping(_ text: ArraySlice<UInt8>, _ escapes: [Unicode.Scalar: String]) {
        for byte in text {
            if let escape = escapes[Unicode.Scalar(byte)] { bytes += escape.utf8 } else { bytes.append(byte) }
        }
    }
}
