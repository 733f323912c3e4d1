package import Basics

extension Report.Section {
    /// What stands under the section's heading.
    ///
    /// - Parameters:
    ///   - number: of the section in its page, so that ids are unique.
    ///   - link: the address of what stands behind a cell; without it cells lead nowhere.
    package func content(number: Int, link: ((Report.Table.Lead) -> String)? = nil) -> HTML {
        HTML { html in
            for (index, block) in blocks.enumerated() {
                switch block {
                case .sentence(let text):
                    for line in text.split(separator: "\n") { html.add("p") { $0.addSentence(String(line)) } }
                case .table(let table):
                    table.draw(in: &html, caption: table.title == title ? "" : table.title, link: link)
                case .chart(let chart): chart.draw(in: &html, id: "c\(number)-\(index + 1)", link: link)
                case .diff(let text): html.addDiff(text)
                }
            }
        }
    }
}

extension Report.Chart {
    /// The picture under its title, with its figures as a table for whoever does not see it.
    package func draw(in html: inout HTML, id: String, link: ((Report.Table.Lead) -> String)? = nil) {
        guard let picture = svg(id: id, link: link) else { return }
        html.add("figure") { html in
            html.add("figcaption", text: title)
            html.add("div", ["class": "scroll chart", "tabindex": "0", "role": "group", "aria-label": title]) {
                $0.add(picture)
            }
            // The cells of a heat map hold their figures.
            if case .heat = self { return }
            html.add("details") { html in
                html.add("summary", text: "The figures of the picture")
                data.draw(in: &html, caption: "", link: link)
            }
        }
    }
}

extension Report.Table {
    /// The table with its reasons for dashes, to be scrolled where it is wider than the page.
    package func draw(in html: inout HTML, caption: String, link: ((Report.Table.Lead) -> String)? = nil) {
        html.add("div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": title]) { html in
            html.add("table") { html in
                if !caption.isEmpty { html.add("caption", text: caption) }
                html.add("thead") { html in
                    html.add("tr") { html in
                        for column in columns {
                            if column.title.isEmpty {
                                html.add("td", text: "")
                            } else {
                                html.add("th", ["scope": "col", "class": column.style], text: column.title)
                            }
                        }
                    }
                }
                html.add("tbody") { html in
                    for (row, leads) in zip(rows, leads) {
                        html.add("tr") { html in
                            for (index, (column, cell)) in zip(columns, row).enumerated() {
                                // What has no words heads nothing and leads nowhere.
                                let isSaid = cell.isSaid
                                let isHead = index == 0 && column.alignment == .left && isSaid
                                html.add(isHead ? "th" : "td", ["scope": isHead ? "row" : nil, "class": column.style]) {
                                    html in
                                    guard isSaid, let link, let lead = leads[index] else { return cell.draw(in: &html) }
                                    html.add("a", ["href": link(lead)]) { cell.draw(in: &$0) }
                                }
                            }
                        }
                    }
                }
            }
        }
        for reason in reasons { html.add("p", ["class": "soft small"], text: "– \(reason)") }
    }
}

extension Report.Table.Column {
    fileprivate var style: String? { alignment == .right ? "num" : nil }
}

extension Report.Cell {
    /// Whether a page says something in words for it.
    fileprivate var isSaid: Bool {
        switch self {
        case .bar: false
        case .none(let why): !why.isEmpty
        default: !text.isEmpty
        }
    }

    package func draw(in html: inout HTML) {
        switch self {
        case .bar(let share):
            let width = SVG.number(share.isFinite ? min(1, max(0, share)) * 100 : 0)
            html.add(
                "svg",
                ["class": "share", "viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"]
            ) { $0.add("rect", ["class": "column", "width": width, "height": "10"]) }
        case .none(let why): if !why.isEmpty { html.add("span", ["title": why], text: "–") }
        default: html.text(text)
        }
    }
}

extension HTML {
    /// A sentence, with the words between backticks as code.
    package mutating func addSentence(_ sentence: String) {
        let parts = sentence.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { return text(sentence) }
        for (index, part) in parts.enumerated() {
            if index % 2 == 1 { add("code", text: String(part)) } else { text(String(part)) }
        }
    }

    /// A unified diff, its changed lines marked.
    package mutating func addDiff(_ diff: String) {
        add("pre", ["class": "diff", "tabindex": "0", "role": "group", "aria-label": "Difference"]) { html in
            for line in diff.split(separator: "\n", omittingEmptySubsequences: false) {
                switch line.first {
                case "+": html.add("ins", text: String(line))
                case "-": html.add("del", text: String(line))
                default: html.text(String(line))
                }
                html.text("\n")
            }
        }
    }
}
