import Basics
import Playbooks
import Storage

/// Accounts, a row each.
struct AccountTable {
    let ask: PageRequest

    func draw(_ hits: [AccountSearch.Hit], in html: inout HTML) {
        html.table(
            "Accounts",
            [("account", nil), ("state", nil), ("MRR", "num x"), ("stage", "x"), ("found by", "x")]
        ) { html in
            for hit in hits {
                html.add("tr") { html in
                    html.account(hit.key, hit.name, ask)
                    html.add("td") { $0.state(hit.isActive ? "live" : "retired", hit.isActive ? "active" : "churned") }
                    html.cell("num x", ask.money(hit.mrr))
                    html.cell("x", hit.stage ?? "")
                    html.cell("x any", hit.person ?? "")
                }
            }
        }
    }
}
