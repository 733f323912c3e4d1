/// Where the elements of a JSON document begin and end, whatever is in them.
enum JSONElement {
    private static let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
    /// Members in which answers of APIs hold their rows.
    private static let ofRows: Set<String> = [
        "data", "results", "items", "records", "rows", "value", "values", "list", "accounts", "customers", "companies",
        "organizations", "contacts", "people", "users", "leads", "subscriptions", "events",
    ]
    /// What else stands beside them, and never in a row.
    private static let ofEnvelopes: Set<String> = [
        "object", "url", "has_more", "hasmore", "next", "previous", "prev", "total", "total_count", "total_results",
        "totalsize", "count", "page", "pages", "per_page", "paging", "pagination", "meta", "metadata", "links", "limit",
        "offset", "cursor", "next_cursor", "next_page", "nexttoken", "totalcount", "success", "ok", "done", "schema",
        "version", "exported_at",
    ]

    /// How many bytes an element has, up to the comma or bracket behind it; nil where it goes on behind the bytes.
    static func length(of text: Cell) -> Int? {
        var depth = 0
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                guard let end = endOfString(text, index) else { return nil }
                index = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Where the rows begin, behind the bracket, in what is no row itself: `[`, or `{"object": "list", "data": [`; nil where
    /// the bytes begin with a row.
    ///
    /// The path is how `jq` calls the rows.
    static func startOfRows(in text: Cell) -> (start: Int, path: String)? {
        var index = skipBlanks(text, 0)
        guard index < text.count else { return nil }
        if text[index] == UInt8(ascii: "[") { return (index + 1, ".[]") }
        guard text[index] == UInt8(ascii: "{") else { return nil }
        index += 1
        while true {
            index = skipBlanks(text, index)
            guard index < text.count, text[index] == UInt8(ascii: "\""), let end = endOfString(text, index) else {
                return nil
            }
            let name = Cell(rebasing: text[(index + 1)..<(end - 1)]).string
            let key = name.lowercased()
            index = skipBlanks(text, end)
            guard index < text.count, text[index] == UInt8(ascii: ":") else { return nil }
            index = skipBlanks(text, index + 1)
            guard index < text.count else { return nil }
            if text[index] == UInt8(ascii: "["), ofRows.contains(key) || isAllThereIs(text, index) {
                let first = skipBlanks(text, index + 1)
                return first < text.count && text[first] == UInt8(ascii: "{") ? (index + 1, ".\(name)[]") : nil
            }
            guard ofEnvelopes.contains(key), let length = length(of: Cell(rebasing: text[index...])) else { return nil }
            index = skipBlanks(text, index + length)
            guard index < text.count, text[index] == UInt8(ascii: ",") else { return nil }
            index += 1
        }
    }

    /// Whether an array is the only member of its object but for an envelope's: rows under a name of their own, as in
    /// `{"SuppressedDestinationSummaries": [`.
    private static func isAllThereIs(_ text: Cell, _ start: Int) -> Bool {
        // No row is so long.
        guard let length = length(of: Cell(rebasing: text[start...])) else { return true }
        var index = skipBlanks(text, start + length)
        guard index < text.count else { return false }
        if text[index] == UInt8(ascii: "}") { return true }
        index = skipBlanks(text, index + 1)
        guard index < text.count, text[index] == UInt8(ascii: "\""), let end = endOfString(text, index) else {
            return false
        }
        return ofEnvelopes.contains(Cell(rebasing: text[(index + 1)..<(end - 1)]).string.lowercased())
    }

    static func skipBlanks(_ text: Cell, _ start: Int) -> Int {
        var index = start
        while index < text.count, blanks.contains(text[index]) { index += 1 }
        return index
    }

    /// Behind the closing quote of the string that begins here.
    private static func endOfString(_ text: Cell, _ start: Int) -> Int? {
        var index = start + 1
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }
}
