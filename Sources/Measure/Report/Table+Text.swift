extension Report.Table {
    /// The table in aligned columns, without trailing spaces.
    ///
    /// - Parameter width: where given, no line is longer: titles are broken at their spaces, and what is left over comes below,
    ///   its rows named again. A cell that is longer by itself is broken, too.
    func text(width: Int? = nil, head style: (String) -> String = { $0 }) -> String {
        parts(within: width).map { part in
            let lines = lines(of: part)
            return (lines.head.map(style) + lines.rows).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// A column as it is drawn: how wide, with its title and cells in lines.
    private struct Drawn {
        var index: Int
        var width: Int
    }

    /// The columns that stand beside each other, each part beginning with the names of the rows.
    private func parts(within width: Int?) -> [[Drawn]] {
        let texts = rows.map { $0.map(\.text) }
        let drawn = columns.indices.map { index in
            let cells = texts.map { $0[index].count }.max() ?? 0
            let title = columns[index].title
            guard let width else { return Drawn(index: index, width: max(title.count, cells)) }
            let word = title.split(separator: " ").map(\.count).max() ?? 0
            let isOpen = total(texts) <= width
            return Drawn(index: index, width: min(isOpen ? max(title.count, cells) : max(word, cells), max(8, width)))
        }
        guard let width, let first = drawn.first, drawn.reduce(-2, { $0 + $1.width + 2 }) > width else {
            return [drawn]
        }
        let isNamed = columns[first.index].alignment == .left
        var names = first
        // Names take no more than half, so that there is room for what they name.
        if isNamed { names.width = min(first.width, max(8, width / 2)) }
        var parts: [[Drawn]] = []
        var part = [names]
        for column in drawn.dropFirst() {
            var column = column
            let room = width - (isNamed ? names.width + 2 : 0)
            column.width = min(column.width, max(8, room))
            if part.reduce(0, { $0 + $1.width + 2 }) + column.width > width, part.count > (isNamed ? 1 : 0) {
                parts.append(part)
                part = isNamed ? [names] : []
            }
            part.append(column)
        }
        return parts + [part]
    }

    private func total(_ texts: [[String]]) -> Int {
        columns.indices.reduce(-2) { sum, index in
            sum + 2 + max(columns[index].title.count, texts.map { $0[index].count }.max() ?? 0)
        }
    }

    private func lines(of part: [Drawn]) -> (head: [String], rows: [String]) {
        (
            line(part) { columns[$0].title },
            rows.flatMap { row in line(part) { row[$0].text } }
        )
    }

    /// The cells beside each other, in as many lines as the longest of them needs; titles stand on the last.
    private func line(_ part: [Drawn], _ text: (Int) -> String) -> [String] {
        let cells = part.map { Self.broken(text($0.index), at: $0.width) }
        let height = cells.map(\.count).max() ?? 1
        return (0..<height).map { place in
            var line = ""
            for (number, (column, cell)) in zip(part, cells).enumerated() {
                let text = cell.indices.contains(place) ? cell[place] : ""
                let space = String(repeating: " ", count: max(0, column.width - text.count))
                let isRight = columns[column.index].alignment == .right
                line += (number == 0 ? "" : "  ") + (isRight ? space + text : text + space)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    /// Broken at spaces, and within words that are longer than a line.
    private static func broken(_ text: String, at width: Int) -> [String] {
        guard text.count > width else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = String(word)
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = String(word.dropFirst(width))
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + (line.isEmpty ? [] : [line])
    }
}
