import Basics
import Playbooks

extension Report {
    /// The report as one page that needs nothing but a browser: pictures are drawn in it, no script runs, and it follows
    /// the reader's wish for light or dark, prints, and reads aloud in order.
    package var page: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="Keeptouch">
        <title>\(HTML.escaped(title))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <header>
        <h1>\(HTML.escaped(title))</h1>
        <p class="soft">As of <time datetime="\(asOf)">\(asOf)</time></p>
        </header>
        \(contents)<main>
        \(sections.enumerated().map { Self.html($0.element, number: $0.offset + 1) }.joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    /// The way to the sections, where there are so many that one would look for it.
    private var contents: String {
        let named = sections.enumerated().filter { !$0.element.title.isEmpty }
        guard named.count > 3 else { return "" }
        let items = named.map { "<li><a href=\"#s\($0.offset + 1)\">\(HTML.escaped($0.element.title))</a></li>" }
        return "<nav aria-label=\"Sections\"><ul>\n\(items.joined(separator: "\n"))\n</ul></nav>\n"
    }

    private static func html(_ section: Section, number: Int) -> String {
        var parts: [String] = []
        if !section.title.isEmpty { parts.append("<h2 id=\"h\(number)\">\(HTML.escaped(section.title))</h2>") }
        for (index, block) in section.blocks.enumerated() {
            switch block {
            case .sentence(let text):
                parts += text.split(separator: "\n").map { "<p>\(html(String($0)))</p>" }
            case .table(let table): parts.append(html(table, caption: table.title == section.title ? "" : table.title))
            case .chart(let chart):
                guard let svg = chart.svg(id: "c\(number)-\(index + 1)") else { continue }
                parts.append(
                    """
                    <figure>
                    <figcaption>\(HTML.escaped(chart.title))</figcaption>
                    <div class="scroll chart" tabindex="0" role="group" aria-label="\(HTML.escaped(chart.title))">
                    \(svg)
                    </div>
                    <details><summary>The figures of the picture</summary>
                    \(html(chart.data, caption: ""))
                    </details>
                    </figure>
                    """)
            case .diff(let text): parts.append("<pre class=\"diff\">\(diff(text))</pre>")
            }
        }
        let label = section.title.isEmpty ? "" : " aria-labelledby=\"h\(number)\""
        return "<section id=\"s\(number)\"\(label)>\n\(parts.joined(separator: "\n"))\n</section>"
    }

    private static func html(_ table: Table, caption: String) -> String {
        func style(_ column: Table.Column) -> String { column.alignment == .left ? " class=\"l\"" : "" }
        let head = table.columns.map { column in
            column.title.isEmpty
                ? "<td\(style(column))></td>" : "<th scope=\"col\"\(style(column))>\(HTML.escaped(column.title))</th>"
        }.joined()
        let rows = table.rows.map { row in
            let cells = zip(table.columns, row).enumerated().map { index, pair in
                let (column, cell) = pair
                let isName = index == 0 && column.alignment == .left
                let tag = isName ? "th scope=\"row\"" : "td"
                return "<\(tag)\(style(column))>\(html(cell))</\(isName ? "th" : "td")>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        let notes = table.reasons.map { "<p class=\"note\">– \(HTML.escaped($0))</p>" }.joined(separator: "\n")
        let title = caption.isEmpty ? "" : "<caption>\(HTML.escaped(caption))</caption>\n"
        return """
            <div class="scroll" tabindex="0" role="group" aria-label="\(HTML.escaped(table.title))">
            <table>
            \(title)<thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </div>
            \(notes)
            """
    }

    private static func html(_ cell: Cell) -> String {
        switch cell {
        case .bar(let share):
            let width = SVG.number(share.isFinite ? min(1, max(0, share)) * 100 : 0)
            return "<span class=\"bar\" style=\"--w:\(width)%\" aria-hidden=\"true\"></span>"
        case .none(let why): return why.isEmpty ? "" : "<span title=\"\(HTML.escaped(why))\">–</span>"
        default: return HTML.escaped(cell.text)
        }
    }

    /// A sentence, with what stands between backticks as code.
    private static func html(_ sentence: String) -> String {
        let parts = sentence.split(separator: "`", omittingEmptySubsequences: false).map { HTML.escaped(String($0)) }
        guard parts.count % 2 == 1 else { return HTML.escaped(sentence) }
        return parts.enumerated().map { $0.offset % 2 == 1 ? "<code>\($0.element)</code>" : $0.element }.joined()
    }

    private static func diff(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let content = HTML.escaped(String(line))
            if line.hasPrefix("+") { return "<ins>\(content)</ins>" }
            return line.hasPrefix("-") ? "<del>\(content)</del>" : content
        }.joined(separator: "\n")
    }
}
