import Basics
import Storage

/// Who did what, from where and why, and what was refused.
struct AuditPage {
    private let ask: PageRequest
    private let entries: [Audit]

    private static let shown = 100

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        entries = try Audit.entries(
            before: try ask.number("before"), who: ask["who"], object: ask["what"], limit: Self.shown + 1, connection)
    }

    var page: DashboardPage {
        DashboardPage("Audit log", in: .audit) { html in
            html.add("form", ["class": "filters", "action": ask.link("/audit")]) { html in
                html.field("Who", "who", ask["who"], size: "12")
                html.field("What", "what", ask["what"], size: "20")
                html.add("button", ["class": "go"], text: "Show")
            }
            guard !entries.isEmpty else {
                if ask["who"] != nil || ask["what"] != nil || ask["before"] != nil {
                    return html.nothing("No line matches these filters", "Take a filter away.")
                }
                return html.nothing(
                    "Nothing was done yet", "Changes of state by people, commands and the runner stand here.")
            }
            html.panel("What was done", id: "all") { html in
                html.table(
                    "Audit log",
                    [
                        ("when", nil), ("who", nil), ("from", "x"), ("did", nil), ("on", nil), ("why", "x"),
                        ("before → after", "x"), ("", nil),
                    ], growing: ask["before"] == nil ? "audit" : nil
                ) { html in
                    for entry in entries.prefix(Self.shown) {
                        html.add("tr", ["data-row": "\(entry.id)"]) { html in
                            html.add("th", ["scope": "row"]) { $0.add(ask.time(entry.at)) }
                            html.cell(nil, entry.who)
                            html.cell("x", entry.origin.rawValue)
                            html.cell(nil, entry.action)
                            html.cell("any", entry.object)
                            html.cell("x soft small", entry.reason ?? "")
                            html.cell(
                                "x soft small", [entry.old, entry.new].compactMap { $0 }.joined(separator: " → "))
                            html.add("td") {
                                $0.state(entry.isDone ? "live" : "broken", entry.isDone ? "done" : "refused")
                            }
                        }
                    }
                }
                html.pager(ask, older: entries.count > Self.shown ? "\(entries[Self.shown - 1].id)" : nil)
            }
        }
    }
}
