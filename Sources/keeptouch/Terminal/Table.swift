import Basics
import Measure

/// Rows in aligned columns, or as CSV.
struct Table {
    enum Alignment {
        case left, right
    }

    var columns: [(title: String, alignment: Alignment)]
    var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) {
        self.columns = columns.map { (title: $0.0, alignment: $0.1) }
    }

    /// The table as text; nothing is cut, and trailing spaces are left out.
    var text: String {
        let rows = rows.map { $0.map { $0.harmless(keepsStyles: Terminal.isOutput) } }
        let widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                text += (column == 0 ? "" : "  ") + (columns[column].alignment == .right ? space + cell : cell + space)
            }
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        let head = Terminal.styled(line(columns.map(\.title)), .bold)
        return ([head] + rows.map(line)).joined(separator: "\n")
    }

    /// RFC 4180; a cell that a spreadsheet would take for a formula gets a `'` before it.
    var csv: String {
        ([columns.map(\.title)] + rows).map { cells in cells.map(CSVField.text).joined(separator: ",") }
            .joined(separator: "\r\n")
    }
}
