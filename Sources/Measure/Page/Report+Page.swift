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
        \(content.markup)</body>
        </html>

        """
    }

    private var content: HTML {
        HTML { html in
            html.add("header") { html in
                html.add("h1", text: title)
                html.add("p", ["class": "soft"]) { html in
                    html.text("As of ")
                    html.add("time", ["datetime": "\(asOf)"], text: asOfText)
                }
            }
            addContents(to: &html)
            html.add("main") { html in
                for (index, section) in sections.enumerated() {
                    let number = index + 1
                    let name = section.title.isEmpty ? nil : "h\(number)"
                    html.add("section", ["id": "s\(number)", "aria-labelledby": name]) { html in
                        if let name { html.add("h2", ["id": name], text: section.title) }
                        html.add(section.content(number: number))
                    }
                }
            }
        }
    }

    /// The way to the sections, where there are so many that one would look for it.
    private func addContents(to html: inout HTML) {
        let named = sections.enumerated().filter { !$0.element.title.isEmpty }
        guard named.count > 3 else { return }
        html.add("nav", ["aria-label": "Sections"]) { html in
            html.add("ul") { html in
                for (index, section) in named {
                    html.add("li") { $0.add("a", ["href": "#s\(index + 1)"], text: section.title) }
                }
            }
        }
    }
}
