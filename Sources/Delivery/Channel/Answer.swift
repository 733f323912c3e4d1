import Basics
import Playbooks

/// A response with its body read once.
struct Answer {
    let response: Response
    /// Nil when the body is not JSON or nobody asks.
    let json: JSON?

    func text(at place: Channel.Place) -> String? {
        switch place {
        case .header(let name): response.header(name)
        case .pointer(let pointer): json?[pointer: pointer]?.scalarText
        }
    }

    func matches(_ rule: Channel.Rule) -> Bool {
        (rule.status.isEmpty || rule.status.contains { $0.contains(response.status) })
            && rule.headers.allSatisfy { name, pattern in
                response.header(name).map { Self.matches($0, pattern) } ?? false
            }
            && rule.pointers.allSatisfy { pointer, test in Self.matches(json?[pointer: pointer], test) }
            && rule.text.map { Self.matches(text, $0) } ?? true
    }

    private var text: String {
        var bytes = response.body[...]
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `ok` is the whole text; `~(a|b)` is a text that contains one of them.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard pattern.hasPrefix("~") else { return text == pattern }
        var words = pattern.dropFirst()
        if words.hasPrefix("("), words.hasSuffix(")") { words = words.dropFirst().dropLast() }
        return words.split(separator: "|").contains { text.contains($0) }
    }

    private static func matches(_ value: JSON?, _ test: Channel.Test) -> Bool {
        switch test {
        case .oneOf(let wanted): wanted.contains { equals(value, $0) }
        case .contains(let parts):
            value?.scalarText.map { text in !text.isEmpty && parts.contains { $0.isEmpty || text.contains($0) } }
                ?? false
        case .greater(let limit): value?.asNumber.map { $0 > limit } ?? false
        }
    }

    private static func equals(_ value: JSON?, _ wanted: Value) -> Bool {
        switch wanted {
        case .missing: value == nil || value == .null
        case .number(let number): value?.asNumber == number
        case .text(let text): value?.scalarText == text
        case .boolean(let isTrue): value == .boolean(isTrue)
        case .date, .instant, .duration: false
        }
    }
}
