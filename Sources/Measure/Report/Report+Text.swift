extension Report {
    private enum Style: String {
        case bold = "1", dim = "2", red = "31", green = "32", cyan = "36"
    }

    /// The report as a terminal shows it.
    ///
    /// Sentences are wrapped at the width, and tables where they are to fit. Color is for terminals only.
    package func text(width: Int = 100, color: Bool = false, fits: Bool = false) -> String {
        func styled(_ text: String, _ style: Style) -> String {
            color && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
        }
        var paragraphs = [styled(title, .bold) + "\n" + styled("as of \(asOfText)", .dim)]
        for section in sections {
            var head = section.title.isEmpty ? "" : styled(section.title, .bold) + "\n"
            var wasSentence = false
            for block in section.blocks {
                var text: String
                var isSentence = false
                switch block {
                case .sentence(let sentence):
                    text = Self.wrapped(sentence, width: width)
                    isSentence = true
                case .table(let table):
                    text = table.text(width: fits ? width : nil) { styled($0, .dim) }
                    let reasons = table.reasons
                    if !reasons.isEmpty {
                        let notes = reasons.map { Self.wrapped("– \($0)", width: width) }
                        text += "\n" + styled(notes.joined(separator: "\n"), .dim)
                    }
                case .chart(let chart):
                    guard let drawn = chart.text(width: width) else { continue }
                    text = drawn
                case .diff(let diff):
                    text = diff.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                        if line.hasPrefix("+") { return styled(String(line), .green) }
                        if line.hasPrefix("-") { return styled(String(line), .red) }
                        return line.hasPrefix("@@") ? styled(String(line), .cyan) : String(line)
                    }.joined(separator: "\n")
                }
                while text.hasSuffix("\n") { text.removeLast() }
                if isSentence, wasSentence, head.isEmpty, let last = paragraphs.popLast() {
                    text = last + "\n" + text
                }
                paragraphs.append(head + text)
                head = ""
                wasSentence = isSentence
            }
            if !head.isEmpty { paragraphs.append(String(head.dropLast())) }
        }
        return paragraphs.joined(separator: "\n\n")
    }

    /// Broken at spaces; a word that is longer than the width stays whole.
    private static func wrapped(_ text: String, width: Int) -> String {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, line.count + 1 + word.count > width {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}

extension Report.Table {
    /// Why figures are missing, each reason once with the columns that it is about.
    package var reasons: [String] {
        var reasons: [(why: String, columns: [String])] = []
        for row in rows {
            for case (let column, .none(let why)) in zip(columns, row) where !why.isEmpty {
                if let index = reasons.firstIndex(where: { $0.why == why }) {
                    if !reasons[index].columns.contains(column.title) { reasons[index].columns.append(column.title) }
                } else {
                    reasons.append((why, [column.title]))
                }
            }
        }
        return reasons.map { "\($0.columns.joined(separator: "; ")): \($0.why)" }
    }
}
