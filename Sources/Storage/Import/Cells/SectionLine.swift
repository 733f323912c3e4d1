/// Lines that stand alone in a row and say what the rows below are: `CANCELLED`, in a sheet that somebody keeps by hand.
enum SectionLine {
    /// What such lines add to a status: `Active customers (12)`.
    private static let beside: Set<Substring> = [
        "customer", "customers", "account", "accounts", "client", "clients", "kunde", "kunden", "clientes", "klanten",
        "clienti", "subscriptions", "members", "companies",
    ]

    /// The status that a line gives to the rows below it; nil for any other row.
    static func status(in record: Record) -> String? {
        guard let text = text(in: record) else { return nil }
        let words = ColumnMap.simplified(text).split(separator: "_").filter { !$0.allSatisfy(\.isNumber) }
        guard (1...4).contains(words.count) else { return nil }
        let plain = words.filter { !beside.contains($0) }
        return [words, plain].contains { StatusWords.meaning(of: $0.joined(separator: " ")) != nil } ? text : nil
    }

    /// Whether the row is a heading of another kind, in capitals or with a colon: `EMEA`, `Resellers:`.
    static func isHeading(_ record: Record) -> Bool {
        guard record.cells.count >= 4, let text = text(in: record), text.count > 2, !text.contains(where: \.isNumber)
        else {
            return false
        }
        return text.hasSuffix(":")
            || text.contains(where: \.isLetter) && text == text.uppercased() && text != text.lowercased()
    }

    /// The only cell of a row of several.
    private static func text(in record: Record) -> String? {
        guard record.present == nil, record.cells.count >= 3 else { return nil }
        var only: Cell?
        for cell in record.cells {
            let text = cell.trimmed
            if text.isEmpty { continue }
            guard only == nil, text.count <= 40 else { return nil }
            only = text
        }
        return only?.string
    }

    /// Why a file with such lines is not taken.
    static func refusal(_ text: String, row: Int, source: String) -> String {
        "\(source):\(row): \"\(text)\" stands alone in its row, like a heading of the rows below, and no column says it of each of "
            + "them; add a column \"status\" that does, and leave such lines out"
    }
}
