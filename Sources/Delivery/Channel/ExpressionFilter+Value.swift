import Basics
import Playbooks

extension Channel.Expression.Filter {
    func apply(to value: JSON?, in envelope: Envelope, each: JSON.Member?) -> JSON? {
        switch self {
        case .fallback(let source): return value ?? source.value(in: envelope, each: each)
        case .fallbackText(let text): return value ?? .text(text)
        default: break
        }
        guard let value else { return nil }
        switch self {
        case .address: return .text(Self.address(value))
        // Some providers want numbers without their `+`.
        case .digits: return value.scalarText.map { .text($0.filter { $0.isASCII && $0.isNumber }) }
        case .json: return .text(value.encodedText)
        case .number: return value.asNumber.map(JSON.exact)
        case .token: return value.scalarText.map { .text(Self.token($0)) }
        case .urlencode: return value.scalarText.map { .text(PercentEncoding.component($0)) }
        case .truncate(let length): return value.scalarText.map { .text(String($0.prefix(length))) }
        case .fallback, .fallbackText: return value
        }
    }

    /// `Ada Lovelace <ada@example.org>`, the name quoted where RFC 5322 asks for it.
    private static func address(_ value: JSON) -> String {
        guard let email = value["email"]?.scalarText else { return value.scalarText ?? "" }
        guard let name = value["name"]?.scalarText else { return email }
        let clean = name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) }
        guard clean.contains(where: { "()<>[]:;@\\,.\"".contains($0) }) else { return "\(String(clean)) <\(email)>" }
        let quoted = clean.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(quoted)\" <\(email)>"
    }

    /// At most 256 letters, digits, `_` and `-`, as SES and Resend want tags.
    private static func token(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(256).map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || scalar == "_" || scalar == "-" ? Character(scalar) : "_"
            })
    }
}
