/// One field of a CSV file (RFC 4180) that may be opened in a spreadsheet.
package enum CSVField {
    /// Quoted where needed; a text that a spreadsheet would run as a formula gets a `'` before it, a number does not.
    ///
    /// Looks at scalars: a mark that joins the character before it would hide that one.
    package static func text(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Double(text) == nil {
            text = "'" + text
        }
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        let quote: Unicode.Scalar = "\""
        let doubled = text.unicodeScalars.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return "\"" + String(String.UnicodeScalarView(doubled)) + "\""
    }
}
