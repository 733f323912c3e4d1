import Foundation

/// Domain names in ASCII, as they are looked up: `bücher.example` is `xn--bcher-kva.example` (RFC 3492, UTS 46).
enum DomainName {
    static func ascii(_ name: Substring) -> String {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return name.lowercased() }
        // Full stops of other scripts part labels, too.
        let mapped = String(name).replacing("\u{3002}", with: ".").replacing("\u{ff61}", with: ".")
            .precomposedStringWithCompatibilityMapping.lowercased().precomposedStringWithCompatibilityMapping
        return mapped.split(separator: ".", omittingEmptySubsequences: false).map { label in
            label.utf8.allSatisfy { $0 < 0x80 } ? String(label) : "xn--" + punycode(Array(label.unicodeScalars))
        }.joined(separator: ".")
    }

    /// Whether the bytes are labels of at most 63 letters, digits and inner dashes, at least two of them.
    static func hasForm(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var labels = 0
        var length = 0
        var last = UInt8(ascii: ".")
        for byte in text {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0, last != UInt8(ascii: "-") else { return false }
                labels += 1
                length = 0
            case UInt8(ascii: "-"):
                guard length > 0 else { return false }
                length += 1
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: length += 1
            default: return false
            }
            guard length <= 63 else { return false }
            last = byte
        }
        return labels > 0 && length > 0 && last != UInt8(ascii: "-")
    }

    // MARK: RFC 3492

    private static let base = 36
    private static let least = 1
    private static let most = 26

    /// A label without its prefix.
    static func punycode(_ label: [Unicode.Scalar]) -> String {
        var result = String(String.UnicodeScalarView(label.filter(\.isASCII)))
        let basic = result.utf8.count
        var handled = basic
        if basic > 0 { result += "-" }
        var code: UInt32 = 128
        var delta = 0
        var bias = 72
        while handled < label.count {
            guard let next = label.lazy.map(\.value).filter({ $0 >= code }).min() else { break }
            delta += Int(next - code) * (handled + 1)
            code = next
            for scalar in label {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                result += digits(of: delta, bias)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return result
    }

    /// A number of digits whose weights depend on the bias.
    private static func digits(of delta: Int, _ bias: Int) -> String {
        var rest = delta
        var text = ""
        var place = base
        while true {
            let threshold = min(max(place - bias, least), most)
            guard rest >= threshold else { break }
            text.unicodeScalars.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            place += base
        }
        text.unicodeScalars.append(digit(rest))
        return text
    }

    private static func digit(_ value: Int) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(value < 26 ? 0x61 + value : 0x30 + value - 26))
    }

    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var steps = 0
        while delta > (base - least) * most / 2 {
            delta /= base - least
            steps += base
        }
        return steps + (base - least + 1) * delta / (delta + 38)
    }
}
