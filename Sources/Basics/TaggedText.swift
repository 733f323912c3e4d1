import Foundation

/// Text cut at its `{{ }}` tags: the one reader of them, for messages and channels, for `check` and for sending.
///
/// A tag stands on one line. `{{! ... }}` is a comment, which may hold anything but a tag; `{{!-- ... --}}` holds those too.
package struct TaggedText: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case tag(Tag)
    }

    package struct Tag: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            case value, comment
            /// `{{#x}}`, `{{^x}}` and `{{/x}}`.
            case section, inverted, end
            /// `{{> x}}`.
            case snippet
        }

        package var kind: Kind
        /// What stands behind the sigil, trimmed.
        package var name: String
        /// Of its first brace.
        package var place: TextPlace
    }

    package private(set) var parts: [Part] = []
    /// Tags that are not closed or not allowed; text with one is not to be used.
    package private(set) var complaints: [TextComplaint] = []

    package init(_ text: String) {
        var rest = text[...].unicodeScalars
        var place = TextPlace()
        while let open = rest.range(of: Self.opening) {
            let before = rest[..<open.lowerBound]
            append(before)
            place.advance(over: before)
            let end = take(rest[open.upperBound...], at: place)
            place.advance(over: rest[open.lowerBound..<end])
            rest = rest[end...]
        }
        append(rest)
    }

    private static let opening: StaticString = "{{"
    private static let closing: StaticString = "}}"

    private mutating func append(_ text: Substring.UnicodeScalarView) {
        if !text.isEmpty { parts.append(.text(String(text))) }
    }

    private mutating func complain(_ message: String, at place: TextPlace) {
        complaints.append(TextComplaint(message, at: place))
    }

    /// Reads the tag that begins with `inner`, behind its braces.
    ///
    /// - Returns: where the text goes on.
    private mutating func take(_ inner: Substring.UnicodeScalarView, at place: TextPlace) -> String.Index {
        let content = inner.drop(while: \.isBlank)
        if content.first == "!" { return takeComment(content.dropFirst(), at: place) }
        let next = inner.range(of: Self.opening)?.lowerBound ?? inner.endIndex
        guard let close = inner[..<next].range(of: Self.closing) else {
            // `{{{` is told by its third brace.
            if content.first == "{" {
                complain(Self.escaping, at: place)
                return content.drop { $0 == "{" }.startIndex
            }
            complain("\"{{\" is not closed by \"}}\"", at: place)
            return next
        }
        let tag = inner[..<close.lowerBound]
        let end = inner[close.upperBound...].drop { $0 == "}" }.startIndex
        if let refusal = Self.refusal(of: tag.drop(while: \.isBlank)) {
            complain(refusal, at: place)
        } else if end != close.upperBound {
            complain("\"{{\(String(tag))}}\" is followed by a third brace; two are enough", at: place)
        } else {
            append(tag, at: place)
        }
        return end
    }

    private mutating func append(_ inner: Substring.UnicodeScalarView, at place: TextPlace) {
        let content = inner.drop(while: \.isBlank)
        let kind: Tag.Kind =
            switch content.first {
            case "#": .section
            case "^": .inverted
            case "/": .end
            case ">": .snippet
            default: .value
            }
        let name = String(content.dropFirst(kind == .value ? 0 : 1)).trimmingBlanks
        guard !name.isEmpty else {
            complain("\"{{\(String(inner))}}\" names nothing", at: place)
            return
        }
        parts.append(.tag(Tag(kind: kind, name: name, place: place)))
    }

    private static let escaping = "\"{{{ }}}\" and \"{{& }}\" are not allowed; every value is escaped"

    private static func refusal(of content: Substring.UnicodeScalarView) -> String? {
        switch content.first {
        case "{", "&": return escaping
        case "<", "$": return "parents and blocks are not allowed; write the text where it belongs"
        case "=": return "other tags than {{ }} cannot be set"
        default: break
        }
        if let end = content.firstIndex(where: \.isNewline) {
            let start = String(content[..<end].prefix(40)).trimmingBlanks
            return "the tag \"{{\(start)\" goes over a line break; write it on one line"
        }
        guard content.contains(where: { $0 == "{" || $0 == "}" }) else { return nil }
        return "\"{{\(String(content.prefix(40)))}}\" has a brace in it; write a name between {{ and }}"
    }

    private mutating func takeComment(_ content: Substring.UnicodeScalarView, at place: TextPlace) -> String.Index {
        let isLong = content.starts(with: "--".unicodeScalars)
        let mark: StaticString = isLong ? "--}}" : "}}"
        guard let close = content.range(of: mark) else {
            complain("the comment is not closed by \"\(mark)\"", at: place)
            return content.endIndex
        }
        let comment = content[..<close.lowerBound]
        if comment.range(of: isLong ? "{{!--" : Self.opening) != nil {
            complain(
                isLong
                    ? "the comment holds another one; close it by \"--}}\" before that"
                    : "a comment ends at its first \"}}\"; around a tag write {{!-- ... --}}", at: place)
        }
        parts.append(.tag(Tag(kind: .comment, name: "", place: place)))
        // Of `{{! {x}}}` the last two braces are the end.
        return isLong ? close.upperBound : content[close.upperBound...].drop { $0 == "}" }.startIndex
    }
}

extension String {
    /// Without the blanks before and after it.
    var trimmingBlanks: String {
        func isBlank(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard isBlank(utf8.first) || isBlank(utf8.last) else { return self }
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }

    fileprivate var isNewline: Bool {
        switch self {
        case "\u{a}"..."\u{d}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}

extension Substring.UnicodeScalarView {
    /// Where an ASCII text stands next, byte by byte: workspaces hold hundreds of messages with a dozen tags each.
    fileprivate func range(of mark: StaticString) -> Range<String.Index>? {
        let bytes = Substring(self).utf8
        let count = mark.utf8CodeUnitCount
        func offset(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
            guard let base = bytes.baseAddress else { return nil }
            var start = 0
            while let found = memchr(base + start, Int32(mark.utf8Start[0]), bytes.count - start) {
                start = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                guard start + count <= bytes.count else { return nil }
                if memcmp(base + start, mark.utf8Start, count) == 0 { return start }
                start += 1
            }
            return nil
        }
        let found =
            bytes.withContiguousStorageIfAvailable(offset) ?? Array(bytes).withUnsafeBufferPointer(offset)
        return found.map { offset in
            let start = bytes.index(bytes.startIndex, offsetBy: offset)
            return start..<bytes.index(start, offsetBy: count)
        }
    }
}
