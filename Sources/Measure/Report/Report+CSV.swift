import Basics
import Statistics

extension Report {
    /// All tables after one another, an empty line between them; each begins with its header, whose first field names it.
    ///
    /// RFC 4180. An interval fills two fields, `... from` and `... to`; shares are fractions, money is in major units,
    /// and what cannot be said is empty. A text that a spreadsheet would take for a formula gets a `'` before it.
    package var csv: String {
        sections.flatMap { section in
            section.blocks.compactMap { block -> String? in
                guard case .table(let table) = block else { return nil }
                return table.csv(in: section.title)
            }
        }.joined(separator: "\r\n\r\n")
    }
}

extension Report.Table {
    /// The table alone, as one file: its header and its rows.
    package var csv: String { csv(in: nil) }

    func csv(in section: String?) -> String {
        let isInterval = columns.indices.map { column in
            rows.contains { if case .interval = $0[column] { true } else { false } }
        }
        let head = zip(columns, isInterval).flatMap { column, isInterval in
            let title = column.title.isEmpty ? column.key : column.title
            return isInterval ? [title + " from", title + " to"] : [title]
        }
        let name = section.map { $0.isEmpty || $0 == title ? title : "\($0): \(title)" }
        let lines = rows.map { row in
            [name].compactMap(\.self)
                + zip(row, isInterval).flatMap { cell, isInterval in cell.fields(isInterval: isInterval) }
        }
        return ([(name == nil ? [] : ["table"]) + head] + lines).map { $0.map(CSVField.text).joined(separator: ",") }
            .joined(separator: "\r\n")
    }
}

extension Report.Cell {
    func fields(isInterval: Bool) -> [String] {
        func number(_ value: Double, _ unit: Report.Unit) -> String { unit.value(value).map { "\($0)" } ?? "" }
        let field: String
        switch self {
        case .interval(let interval, let unit): return [number(interval.lower, unit), number(interval.upper, unit)]
        case .number(let value, let unit): field = number(value, unit)
        case .bar(let share): field = share.isFinite ? "\(share)" : ""
        case .none: field = ""
        case .text, .named, .count, .day: field = text
        }
        return isInterval ? [field, ""] : [field]
    }
}
