import Basics
import Playbooks
import Storage

extension Dashboard {
    /// Never writing again to the people of an account.
    func addSuppressing(to routes: DashboardRoutes) {
        routes.page("/accounts/:key/suppress", .operator) { ask, connection in
            let key = ask.part("key")
            let configuration = ask.workspace.configuration
            guard
                let card = try AccountCard(
                    key: key, ask.workspace.dataMap, currency: configuration.currency, connection)
            else { throw PageProblem.noAccount(key) }
            let people = card.people.flatMap { person in
                [(person.address, person.email), (person.phone, person.phone)].compactMap { address, shown in
                    address.map { ($0, "\(person.name ?? person.key), \(shown ?? "")") }
                }
            }
            return DashboardPage(
                "Suppress people of \(card.name ?? key)?", in: .accounts,
                crumb: HTML { $0.link(card.name ?? key, ask.accountLink(key)) }
            ) { html in
                html.panel("What follows", id: "what") { html in
                    guard !people.isEmpty else {
                        return html.nothing("Nobody has an address", "There is nobody to suppress.")
                    }
                    html.add(
                        "p",
                        text:
                            "They are never written to again, in this account or another. What waits for them is not sent."
                    )
                    html.change(ask, "/accounts/\(DashboardAddress.part(key))/suppress", "Suppress", style: "danger") {
                        html in
                        html.add("div", ["class": "filters"]) { html in
                            html.select(
                                "Whom", "address",
                                people, chosen: ask.draft["address"])
                            html.select(
                                "From what", "category",
                                [("", "everything")] + configuration.categories.map { ($0.name, $0.title) },
                                chosen: ask.draft["category"]
                            )
                            html.reasonField(ask)
                        }
                    }
                    html.command(["suppress", "ADDRESS"])
                }
            }
        }
        routes.change("/accounts/:key/suppress") { ask, form, connection in
            let key = ask.part("key")
            let back = "/accounts/" + DashboardAddress.part(key)
            let given = form["address"] ?? ""
            guard let address = EmailAddress.normalized(given) ?? PhoneNumber.normalized(given) else {
                return .not(back, "That is no address. Nothing was changed.")
            }
            let category = try Self.words(form["category"])
            let names = ask.workspace.configuration.categories.map(\.name)
            guard category.map(names.contains) ?? true else {
                return .not(back, "There is no category \(category ?? ""). Nothing was changed.")
            }
            try ask.author.suppress(
                address, from: category, because: try Self.words(form["reason"]) ?? "by \(ask.visitor.name)",
                now: ask.now,
                connection)
            return .done(back, "\(address) is not written to any more\(category.map { " about \($0)" } ?? "").")
        }
    }
}
