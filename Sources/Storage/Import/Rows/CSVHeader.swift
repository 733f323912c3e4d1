import Foundation

/// Where the names of the columns stand, and what parts them.
///
/// Above them may stand a line `sep=;`, which spreadsheets write, and titles: lines with one or two fields filled above a
/// table that has more.
struct CSVHeader {
    /// So many bytes are looked at.
    static let most = 1 << 16
    private static let mostTitles = 10

    let delimiter: UInt8
    /// Lines above the header that are titles.
    private(set) var titles = 0
    /// 1 when the first line is `sep=`.
    private(set) var declarations = 0

    init(_ text: Cell, isWhole: Bool) {
        let text = Cell(rebasing: text.prefix(Self.most))
        var lines = Self.lines(text, isWhole: isWhole)
        if let first = lines.first, let declared = Self.declaration(first) {
            delimiter = declared
            declarations = 1
            lines.removeFirst()
        } else {
            delimiter = Self.delimiter(of: lines)
        }
        let fields = lines.map { Self.fields($0, delimiter) }
        guard let first = fields.first else { return }
        // The table is as wide as its widest line that comes among the first ones more than once.
        let widths = fields.map(\.count).filter { width in width > 2 && fields.count { $0.count == width } > 1 }
        guard let width = widths.max(), let header = fields.firstIndex(where: { Self.isHeader($0, width) }),
            header > 0, header <= Self.mostTitles, !Self.isHeader(first, width)
        else { return }
        let above = fields[..<header]
        if above.allSatisfy({ $0.count(where: { !$0 }) <= 2 }) { titles = header }
    }

    /// - Parameter fields: whether each is empty.
    private static func isHeader(_ fields: [Bool], _ width: Int) -> Bool {
        fields.count == width && fields.count(where: { !$0 }) * 2 > width
    }

    /// `sep=;`
    private static func declaration(_ line: Cell) -> UInt8? {
        let line = line.trimmed.first == 0x22 && line.count > 1 ? Cell(rebasing: line[1...]) : line
        guard line.count >= 5, Cell(rebasing: line[..<4]).isEqualIgnoringCase(to: Array("sep=".utf8)) else {
            return nil
        }
        return [0x2c, 0x3b, 0x09, 0x7c].contains(line[4]) && line.count <= 8 ? line[4] : nil
    }

    /// The lines outside quotes that hold anything; the last one only when it is whole.
    private static func lines(_ text: Cell, isWhole: Bool) -> [Cell] {
        var lines: [Cell] = []
        var start = 0
        var isQuoted = false
        for index in text.indices where lines.count < 60 {
            if text[index] == 0x22 { isQuoted.toggle() }
            guard text[index] == 0x0a, !isQuoted else { continue }
            let line = Cell(rebasing: text[start..<index])
            // A line of tabs alone is a line all the same.
            if line.contains(where: { $0 != 0x0d }) { lines.append(line) }
            start = index + 1
        }
        let rest = Cell(rebasing: text[start...])
        if lines.count < 60, isWhole || lines.isEmpty, !rest.trimmed.isEmpty { lines.append(rest) }
        return lines
    }

    /// The one of comma, semicolon, tab and bar that parts the most fields; the header decides where it has one.
    private static func delimiter(of lines: [Cell]) -> UInt8 {
        let candidates: [UInt8] = [0x2c, 0x3b, 0x09, 0x7c]
        func best(_ lines: ArraySlice<Cell>) -> UInt8? {
            let counts = candidates.map { candidate in lines.reduce(0) { $0 + fields($1, candidate).count - 1 } }
            guard let most = counts.max(), most > 0 else { return nil }
            return counts.firstIndex(of: most).map { candidates[$0] }
        }
        // A title may hold a comma; the lines below are many.
        guard let first = best(lines.prefix(1)) else { return best(lines.prefix(30)) ?? candidates[0] }
        guard lines.count > 3, let other = best(lines.dropFirst().prefix(30)), other != first else { return first }
        let width = fields(lines[0], first).count
        return lines.dropFirst().prefix(30).contains { fields($0, first).count == width } ? first : other
    }

    /// For each field whether it is empty.
    private static func fields(_ line: Cell, _ delimiter: UInt8) -> [Bool] {
        var fields: [Bool] = []
        var isQuoted = false
        var isEmpty = true
        for byte in line {
            if byte == 0x22 {
                isQuoted.toggle()
            } else if byte == delimiter, !isQuoted {
                fields.append(isEmpty)
                isEmpty = true
            } else if byte > 0x20 {
                isEmpty = false
            }
        }
        fields.append(isEmpty)
        return fields
    }
}
