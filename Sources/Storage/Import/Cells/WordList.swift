/// Several words in one cell, as tags and keys are exported: `vip;eu`, `vip|eu`, `vip, eu`.
enum WordList {
    private static let marks: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: "|"), 0x0a]

    /// The words; none where the cell holds only one.
    ///
    /// - Parameter commas: whether a comma parts words, too; names of companies have one.
    static func words(of text: Cell, commas: Bool) -> [Cell] {
        func isMark(_ byte: UInt8) -> Bool { marks.contains(byte) || commas && byte == UInt8(ascii: ",") }
        guard text.contains(where: isMark) else { return [] }
        let words = text.split(whereSeparator: isMark).map { Cell(rebasing: $0).trimmed }.filter { !$0.isEmpty }
        return words.count > 1 ? words : []
    }

    /// The same of a text of tags, with the only word where there is one.
    static func tags(of text: String) -> [String] {
        text.split { ",;|\n".contains($0) }.map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
    }
}
