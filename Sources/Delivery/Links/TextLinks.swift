/// The links of a plain text.
enum TextLinks {
    /// - Parameter change: the address that takes a link's place; nil where it stays.
    static func rewritten(_ text: String, _ change: (String) -> String?) -> String {
        var result = ""
        var rest = text[...]
        while let match = rest.firstMatch(of: /(?i)https?:\/\/[^\s<>"]+/) {
            var end = match.range.upperBound
            // What ends the sentence or stands in parentheses with the link is not the link's.
            while end > match.range.lowerBound, ".,;:!?)'".contains(rest[rest.index(before: end)]) {
                end = rest.index(before: end)
            }
            let url = String(rest[match.range.lowerBound..<end])
            result += rest[..<match.range.lowerBound] + (change(url) ?? url)
            rest = rest[end...]
        }
        return result + rest
    }
}
