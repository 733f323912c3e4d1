import Basics
import Playbooks
import Storage

/// The addresses that may not be written to, each with why and since when.
struct SuppressionsPage {
    private let ask: PageRequest
    private let entries: [Suppressions.Entry]
    private let from: Int

    private static let shown = 50
    /// In the address of the page: those of which nothing may be written.
    private static let everything = "everything"

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        from = try ask.count("from") ?? 0
        entries = try Suppressions.page(
            category: Self.category(ask), beginning: ask["address"]?.lowercased(), from: from, limit: Self.shown + 1,
            connection)
    }

    /// - Throws: `PageProblem` for a category that there is none of.
    static func category(_ ask: PageRequest) throws -> String? {
        let names = ask.workspace.configuration.categories.map(\.name) + [everything]
        return try ask.name("category", among: names).map { $0 == everything ? "" : $0 }
    }

    var page: DashboardPage {
        DashboardPage(
            "May not be written to", in: .accounts, crumb: HTML { $0.link("Accounts", ask.link("/accounts")) },
            lead: HTML {
                $0.text("Addresses and numbers that left, bounced or complained, or that somebody suppressed.")
            },
            acts: HTML { html in
                guard ask.visitor.role >= .operator else { return }
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.link("/suppressions.csv") + PageRequest.mark(ask.queryText(["from": nil])),
                    ],
                    text: "CSV")
            }
        ) { html in
            html.add("form", ["class": "filters", "action": ask.link("/suppressions")]) { html in
                html.field("Address begins with", "address", ask["address"], size: "24")
                html.select(
                    "From what", "category",
                    [("", "any"), (Self.everything, "everything")]
                        + ask.workspace.configuration.categories.map { ($0.name, $0.title) }, chosen: ask["category"])
                html.add("button", ["class": "go"], text: "Show")
            }
            html.panel("Addresses", id: "addresses") { html in
                guard !entries.isEmpty else {
                    return html.nothing(
                        ask["address"] == nil && ask["category"] == nil
                            ? "Every address may be written to" : "None matches these filters",
                        "Whoever unsubscribes, complains or bounces comes here by itself; `keeptouch suppress ADDRESS` adds one."
                    )
                }
                draw(in: &html)
            }
            html.command(["suppress"])
        }
    }

    private func draw(in html: inout HTML) {
        let mayLift = ask.visitor.role >= .operator
        html.table(
            "Addresses",
            [("address", nil), ("from what", nil), ("why", nil), ("since", nil)] + (mayLift ? [("", nil)] : [])
        ) { html in
            for entry in entries.prefix(Self.shown) {
                html.add("tr") { html in
                    html.add("th", ["scope": "row", "class": "any"], text: entry.address)
                    html.cell(nil, entry.category.isEmpty ? Self.everything : entry.category)
                    html.cell("soft small any", entry.reason)
                    html.add("td") { $0.add(ask.time(entry.at, .day)) }
                    guard mayLift else { return }
                    html.add("td") { html in
                        html.change(
                            ask, "/suppressions/lift", "Write again",
                            fields: ["address": entry.address, "category": entry.category, "back": ask.here])
                    }
                }
            }
        }
        html.add("nav", ["class": "page", "aria-label": "Parts of the list"]) { html in
            html.add("span", text: "\((from + 1).grouped) to \((from + min(entries.count, Self.shown)).grouped)")
            html.add("span", ["class": "acts"]) { html in
                if from > 0 {
                    let before = max(0, from - Self.shown)
                    html.add(
                        "a", ["class": "button", "href": ask.changing(["from": before == 0 ? nil : "\(before)"])],
                        text: "Before")
                }
                if entries.count > Self.shown {
                    html.add(
                        "a", ["class": "button", "href": ask.changing(["from": "\(from + Self.shown)"])], text: "Next")
                }
            }
        }
    }
}

extension Dashboard {
    func addSuppressions(to routes: DashboardRoutes) {
        routes.page("/suppressions") { ask, connection in try SuppressionsPage(ask, connection).page }
        routes.export("/suppressions.csv") { ask, connection in
            let entries = try Suppressions.page(
                category: SuppressionsPage.category(ask), beginning: ask["address"]?.lowercased(), from: 0,
                limit: 1_000_000, connection)
            return CSVAnswer.response(
                "suppressions.csv", ["address", "category", "reason", "since_utc"],
                entries.map { [$0.address, $0.category.isEmpty ? "all" : $0.category, $0.reason, "\($0.at)"] })
        }
        routes.change("/suppressions/lift") { ask, form, connection in
            let (address, category) = (form["address"] ?? "", form["category"] ?? "")
            let back = form["back"] ?? "/suppressions"
            guard try ask.author.unsuppress(address, from: category, connection) else {
                return .not(back, "It was not on the list any more. Nothing was changed.")
            }
            return .done(back, "\(address) may be written to again.")
        }
    }
}
