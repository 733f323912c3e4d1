/// Notices where another table begins in a file: a line of words alone behind a gap, where the first table has figures.
struct SecondTable {
    private static let mostSampled = 50

    private var sampled = 0
    /// Of each column: how many cells are filled, and how many of them hold digits or an address.
    private var columns: [(filled: Int, figures: Int)]

    init(width: Int) { columns = Array(repeating: (0, 0), count: width) }

    /// Learns from the first rows how the columns look.
    @inline(__always)
    mutating func look(at cells: ContiguousArray<Cell>) {
        if sampled < Self.mostSampled { sample(cells) }
    }

    private mutating func sample(_ cells: ContiguousArray<Cell>) {
        sampled += 1
        for (index, cell) in cells.enumerated() where index < columns.count && !cell.trimmed.isEmpty {
            columns[index].filled += 1
            if Self.isFigure(cell) { columns[index].figures += 1 }
        }
    }

    /// The names in a line that is no row of the table; nil for any other line.
    func names(in cells: ContiguousArray<Cell>) -> [String]? {
        let filled = cells.indices.filter { !cells[$0].trimmed.isEmpty }
        let names = filled.map { cells[$0].trimmed.string }
        guard names.count >= 2, Set(names).count == names.count,
            !filled.contains(where: { cells[$0].count > 60 || Self.isFigure(cells[$0]) }),
            filled.contains(where: { index in
                index < columns.count && columns[index].filled >= 2
                    && columns[index].figures * 5 >= columns[index].filled * 4
            })
        else { return nil }
        return names
    }

    private static func isFigure(_ cell: Cell) -> Bool {
        cell.contains { $0 &- 0x30 < 10 || $0 == UInt8(ascii: "@") }
    }

    /// Why the file is not read, and how to part it.
    static func refusal(_ names: [String], line: Int, file: String) -> String {
        let columns = names.prefix(6).map { "\"\($0)\"" }.joined(separator: ", ") + (names.count > 6 ? ", ..." : "")
        let stem = file.hasSuffix(".csv") ? String(file.dropLast(4)) : file
        func quoted(_ text: String) -> String {
            text.allSatisfy { $0.isLetter || $0.isNumber || "-_./".contains($0) }
                ? text : "'" + text.replacing("'", with: "'\\''") + "'"
        }
        let (first, second) = (quoted(stem + "-1.csv"), quoted(stem + "-2.csv"))
        return "\(file):\(line): another table begins here (\(columns)); give each a file of its own: "
            + "head -n \(line - 1) \(quoted(file)) > \(first); tail -n +\(line) \(quoted(file)) > \(second); then name both: "
            + "\(first) \(second)"
    }
}
