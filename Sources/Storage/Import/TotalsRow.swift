/// Rows that sum up others at the end of an export.
enum TotalsRow {
    private static let words = [
        "total", "totals", "total:", "totals:", "grand total", "grand totals", "sum", "sum:", "subtotal", "summe",
        "gesamt",
        "summe:", "gesamt:", "totaal", "total general", "(total)",
    ].map { Array($0.utf8) }

    /// Whether the text of a cell says so.
    @inline(__always)
    static func isTotal(_ text: Cell) -> Bool {
        guard let first = text.first, text.count <= 14 else { return false }
        switch first | 0x20 {
        case UInt8(ascii: "t"), UInt8(ascii: "g"), UInt8(ascii: "s"), UInt8(ascii: "("): break
        default: return false
        }
        return words.contains { text.isEqualIgnoringCase(to: $0) }
    }
}
