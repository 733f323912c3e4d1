import Basics
import Hummingbird
import Playbooks
import Storage

extension Dashboard {
    /// `/find`: one field for keys, names, addresses, playbooks and touches.
    func addSearch(to routes: DashboardRoutes) {
        routes.page("/find") { ask, connection in
            let text = ask["q"] ?? ""
            let hits = text.isEmpty ? [] : try AccountSearch(connection).find(text, limit: 50)
            let playbooks =
                text.isEmpty
                ? []
                : ask.workspace.playbooks.filter {
                    $0.name.lowercased().contains(text.lowercased())
                        || $0.title.lowercased().contains(text.lowercased())
                }
            let touch = try Int64(text.hasPrefix("t") ? String(text.dropFirst()) : text).flatMap {
                try TouchDetail($0, connection)
            }
            return DashboardPage("Search", in: .accounts) { html in
                html.add("form", ["class": "filters", "action": ask.link("/find")]) { html in
                    html.field("Key, name, address, playbook or touch", "q", text, size: "40")
                    html.add("button", ["class": "go"], text: "Find")
                }
                guard !text.isEmpty else { return }
                if hits.isEmpty, playbooks.isEmpty, touch == nil {
                    return html.nothing(
                        "Nothing is called \"\(text.prefix(100))\"",
                        "Search takes keys and names from their beginning, whole addresses, and numbers of touches.")
                }
                if let touch {
                    html.panel("Touch", id: "touch") { html in
                        html.add("p") { html in
                            html.link("Touch \(touch.id)", ask.touchLink(touch.id))
                            html.text(" of \(touch.playbook), \(touch.state.word)")
                        }
                    }
                }
                if !playbooks.isEmpty {
                    html.panel("Playbooks", id: "playbooks") { html in
                        for playbook in playbooks {
                            html.add("p") { html in
                                html.link(playbook.name, ask.playbookLink(playbook.name))
                                html.text(" \(playbook.title)")
                            }
                        }
                    }
                }
                if !hits.isEmpty {
                    html.panel("Accounts", id: "accounts") { AccountTable(ask: ask).draw(hits, in: &$0) }
                }
            }
        }
    }
}
