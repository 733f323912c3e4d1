extension String {
    /// The text without anything that a terminal would obey: names, answers and errors come from other people.
    ///
    /// Control characters and those that turn the direction of writing stand as `\\u001b`, which JSON reads as the same
    /// character.
    ///
    /// - Parameter keepsStyles: whether the colors that `Terminal.styled` makes stay.
    func harmless(keepsStyles: Bool) -> String {
        guard unicodeScalars.contains(where: Self.isObeyed) else { return self }
        var text = ""
        var rest = unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "\u{1b}", keepsStyles, let style = Self.style(at: rest) {
                text += style
                rest = rest.dropFirst(style.unicodeScalars.count)
                continue
            }
            rest = rest.dropFirst()
            // The lines of a CSV end so.
            let isEnd = scalar == "\r" && rest.first == "\n"
            if Self.isObeyed(scalar), !isEnd {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a, 0x09: false
        case 0..<0x20, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    private static let styles = (["0"] + Terminal.Style.allCases.map(\.rawValue)).map { "\u{1b}[\($0)m" }

    private static func style(at scalars: Substring.UnicodeScalarView) -> String? {
        styles.first { scalars.starts(with: $0.unicodeScalars) }
    }
}
