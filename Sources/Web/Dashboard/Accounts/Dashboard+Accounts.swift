import Basics
import Measure
import Playbooks
import Storage

extension Dashboard {
    private static let page = 50

    func addAccounts(to routes: DashboardRoutes) {
        routes.page("/accounts") { [self] ask, connection in
            if let question = try AccountQuestion(ask) { return try accountList(question, ask) }
            return try Self.list(ask, connection)
        }
        addAccountLists(to: routes)
        routes.page("/accounts/:key") { ask, connection in try AccountPage(ask, connection).page }
        addSuppressing(to: routes)
        addSuppressions(to: routes)
        addForgetting(to: routes)
    }

    private static func list(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        let search = AccountSearch(connection)
        let churned = try ask.flag("churned")
        let hits =
            if let text = ask["q"] {
                try search.find(text, limit: page)
            } else {
                try search.page(after: ask["after"], churned: churned, stage: ask["stage"], limit: page + 1)
            }
        let stages = ask.workspace.journeys.flatMap(\.stages).map(\.name)
        // Data may say of a stage that no journey has.
        if hits.isEmpty { _ = try ask.name("stage", among: stages) }
        return DashboardPage("Accounts", in: .accounts) { html in
            html.add("form", ["class": "filters", "action": ask.link("/accounts")]) { html in
                html.field("Key, name, person or address", "q", ask["q"], size: "24")
                html.select(
                    "State", "churned", [("", "any"), ("no", "active"), ("yes", "churned")], chosen: ask["churned"])
                if !stages.isEmpty {
                    html.select("Stage", "stage", [("", "any")] + stages.map { ($0, $0) }, chosen: ask["stage"])
                }
                html.add("button", ["class": "go"], text: "Show")
            }
            AccountFilters(ask: ask).draw(in: &html)
            if hits.isEmpty {
                return html.nothing(
                    ask["q"] == nil && churned == nil && ask["stage"] == nil
                        ? "No account yet" : "No account matches these filters",
                    "Accounts come from `keeptouch import accounts FILE` or the API.")
            }
            html.panel("Accounts", id: "all") { html in
                AccountTable(ask: ask).draw(Array(hits.prefix(page)), in: &html)
                if ask["q"] == nil, hits.count > page {
                    html.add("nav", ["class": "page", "aria-label": "Accounts"]) { html in
                        html.add("span", text: "by key")
                        html.add("span", ["class": "acts"]) {
                            $0.add(
                                "a", ["class": "button", "href": ask.changing(["after": hits[page - 1].key])],
                                text: "Next")
                        }
                    }
                }
            }
        }
    }
}
