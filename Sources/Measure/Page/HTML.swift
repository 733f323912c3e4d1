/// Text in HTML, XHTML and SVG.
package enum HTML {
    /// For content and for attributes in quotes; control characters, which neither may have, are left out.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(character)
            default: if character.value >= 32, character.value != 127 { escaped.unicodeScalars.append(character) }
            }
        }
        return escaped
    }
}
