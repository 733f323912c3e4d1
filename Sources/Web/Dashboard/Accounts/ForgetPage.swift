import Basics
import Foundation
import Playbooks
import Storage

/// Erasing an account with all its people: what would go is shown first, and its key is typed.
struct ForgetPage {
    let ask: PageRequest
    let key: String
    let name: String?
    /// What would go, once somebody has asked.
    var counts: Erasure.Counts?

    private var path: String { "/accounts/\(DashboardAddress.part(key))/forget" }

    var page: DashboardPage {
        DashboardPage(
            "Forget \(name ?? key)?", in: .accounts, crumb: HTML { $0.link(name ?? key, ask.accountLink(key)) }
        ) { html in
            html.panel("What follows", id: "what") { html in
                html.add(
                    "p",
                    text:
                        "The account goes with all its people, and what touches, events and outcomes say of them; the rows stay, so that the books balance. Of each address a keyed hash stays, so that it is not written to when it comes again. It cannot be taken back."
                )
                if let counts {
                    html.add("p") { html in
                        html.add("b", text: Self.words(counts))
                    }
                    html.change(ask, path, "Forget it for good", style: "danger", fields: ["act": "erase"]) { html in
                        html.add("div", ["class": "filters"]) { html in
                            html.field("Type the key of the account: \(key)", "typed", nil, size: "30")
                        }
                    }
                } else {
                    html.add("p", text: "First look at what would go; looking changes nothing.")
                    html.change(ask, path, "See what would go", fields: ["act": "look"])
                }
                html.add("p") { $0.link("Not now", ask.accountLink(key)) }
            }
            html.add(
                "p", ["class": "soft small"],
                text: "Not reached: files that were imported, logs, back-ups, and what providers and teams have.")
            html.command(["forget", "--account", key] + (counts == nil ? ["--dry-run"] : []))
        }
    }

    static func words(_ counts: Erasure.Counts) -> String {
        let parts = [
            counts.accounts.of("account"), counts.contacts.of("contact"),
            counts.touches.of("touch", "touches")
                + (counts.cancelled > 0 ? " (\(counts.cancelled.grouped) of them open)" : ""),
            counts.attempts.of("attempt"), counts.events.of("event"), counts.outcomes.of("outcome"),
            counts.texts.of("other row"), counts.suppressed.of("address", "addresses") + " kept as a hash",
        ]
        return parts.joined(separator: ", ") + "."
    }
}

extension Dashboard {
    /// Undoes the transaction of a look and carries out what it counted.
    private struct Look: Error {
        var counts: Erasure.Counts
    }

    func addForgetting(to routes: DashboardRoutes) {
        routes.page("/accounts/:key/forget", .admin) { ask, connection in
            let key = ask.part("key")
            return ForgetPage(ask: ask, key: key, name: try Self.name(of: key, ask, connection), counts: nil).page
        }
        routes.answer("/accounts/:key/forget", .admin) { [self] ask, form in
            let key = ask.part("key")
            let name = try await read { try Self.name(of: key, ask, $0) }
            guard form["act"] == "erase" else {
                return .page(ForgetPage(ask: ask, key: key, name: name, counts: try await look(key, ask)).page)
            }
            guard form["typed"]?.trimmingCharacters(in: .whitespaces) == key else {
                throw PageProblem(
                    .badRequest, "Nothing was erased", "What was typed is not the key of the account, \(key).",
                    at: "typed")
            }
            let counts = try await erased(key, ask, isLook: false)
            jobs.forget()
            let isCut = try await emptyLog()
            return .page(
                DashboardPage("It is forgotten", in: .accounts) { html in
                    html.note("good", "Erased: \(ForgetPage.words(counts))")
                    if !isCut {
                        html.note(
                            "warn",
                            "Somebody reads the database, so its write-ahead log holds what was erased until the next forget or compaction: keeptouch forget --compact"
                        )
                    }
                })
        }
    }

    private static func name(of key: String, _ ask: PageRequest, _ connection: Connection) throws -> String? {
        let workspace = ask.workspace
        guard
            let card = try AccountCard(
                key: key, workspace.dataMap, currency: workspace.configuration.currency, connection)
        else { throw PageProblem.noAccount(key) }
        return card.name
    }

    private func look(_ key: String, _ ask: PageRequest) async throws -> Erasure.Counts {
        do {
            return try await erased(key, ask, isLook: true)
        } catch let look as Look {
            return look.counts
        }
    }

    private func erased(_ key: String, _ ask: PageRequest, isLook: Bool) async throws -> Erasure.Counts {
        let (secret, dataMap, now, author) = (secret, ask.workspace.dataMap, ask.now, ask.author)
        return try await write { connection in
            let counts = try Erasure(connection, key: ErasureKey(secret: secret), dataMap: dataMap, now: now)
                .erase(.account(key))
            if isLook { throw Look(counts: counts) }
            // Whom it was about is what must not be kept.
            try author.did("forget", "an account", connection)
            return counts
        }
    }
}
