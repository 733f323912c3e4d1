import Basics
import Playbooks
import Storage

/// Who may come in, and one's own settings.
extension Dashboard {
    func addPeople(to routes: DashboardRoutes) {
        routes.page("/people", .admin) { [settings] ask, connection in
            let users = try DashboardUser.all(connection).map { ($0, try DashboardSession.of($0.id, connection)) }
            let keys = try APIKeys.all(connection)
            return DashboardPage("People", in: .people) { html in
                html.panel("Users", id: "users") { html in
                    if users.isEmpty { return html.nothing("Nobody yet", "`keeptouch users add NAME --role operator`") }
                    html.table("Users", [("name", nil), ("role", nil), ("state", nil), ("sessions", nil), ("", nil)]) {
                        html in
                        for (user, sessions) in users {
                            html.add("tr") { html in
                                html.add("th", ["scope": "row"], text: user.name)
                                html.cell(nil, user.role.rawValue)
                                html.add("td") { html in
                                    if user.disabledAt != nil {
                                        html.state("retired", "disabled")
                                    } else if user.password == nil, settings.signIn == .password {
                                        html.state("waits", "no password yet")
                                    } else {
                                        html.state("live", "may come in")
                                    }
                                }
                                html.add("td") { html in
                                    guard let last = sessions.map(\.seenAt).max() else { return html.text("none") }
                                    html.text("\(sessions.count.grouped), last seen ")
                                    html.add(ask.time(last))
                                }
                                html.add("td") { html in
                                    guard !sessions.isEmpty else { return }
                                    html.change(ask, "/people/end", "End them", fields: ["name": user.name])
                                }
                            }
                        }
                    }
                    html.command(["users", "add", "NAME", "--role", "viewer"])
                }
                html.panel("API keys", id: "keys") { html in
                    let used = keys.filter { $0.revokedAt == nil }
                    if used.isEmpty { return html.nothing("None", "`keeptouch keys create NAME --scope ingest`") }
                    html.table("API keys", [("key", nil), ("begins with", nil), ("scopes", nil), ("", nil)]) { html in
                        for key in used {
                            html.add("tr") { html in
                                html.add("th", ["scope": "row"], text: key.name)
                                html.cell(nil, key.prefix)
                                html.cell(nil, key.scopes.joined(separator: ", "))
                                html.add("td") {
                                    $0.change(
                                        ask, "/people/revoke", "Revoke", style: "danger", fields: ["key": key.name])
                                }
                            }
                        }
                    }
                }
            }
        }
        routes.change("/people/end", .admin) { ask, form, connection in
            guard let user = try DashboardUser.named(form["name"] ?? "", connection) else {
                return .not("/people", "There is no such user. Nothing was changed.")
            }
            try DashboardSession.endAll(of: user.id, connection)
            try ask.author.did("end sessions", user.name, connection)
            return .done("/people", "All sessions of \(user.name) have ended.")
        }
        routes.change("/people/revoke", .admin) { ask, form, connection in
            let key = form["key"] ?? ""
            guard try APIKeys.revoke(name: key, at: ask.processNow, connection) else {
                return .not("/people", "There is no key \(key) in use. Nothing was changed.")
            }
            try ask.author.did("revoke key", key, connection)
            return .done("/people", "The key \(key) works no more.")
        }
        addSettings(to: routes)
    }

    private func addSettings(to routes: DashboardRoutes) {
        routes.page("/me") { ask, connection in
            let sessions = try ask.visitor.userID.map { try DashboardSession.of($0, connection) } ?? []
            return DashboardPage("Your settings", in: .me) { html in
                html.panel("How it looks", id: "looks") { html in
                    guard ask.visitor.userID != nil else {
                        return html.nothing(
                            "Nothing can be kept for you",
                            "The proxy names you, and you are no user: `keeptouch users add NAME`.")
                    }
                    html.change(ask, "/me", "Keep it", style: "go") { html in
                        html.add("div", ["class": "filters"]) { html in
                            html.field(
                                "Time zone, such as Europe/Berlin; empty for the workspace's", "timezone",
                                ask.visitor.timezone, size: "30")
                            html.select(
                                "Light or dark", "theme",
                                [("", "as the browser says"), ("light", "light"), ("dark", "dark")],
                                chosen: ask.visitor.theme)
                        }
                    }
                }
                html.panel("Your sessions", id: "sessions") { html in
                    for session in sessions {
                        html.add("p") { html in
                            html.text("begun ")
                            html.add(ask.time(session.madeAt))
                            html.text(", last seen ")
                            html.add(ask.time(session.seenAt))
                        }
                    }
                    html.add(
                        "p", ["class": "soft small"],
                        text:
                            "You are \(ask.visitor.name), \(ask.visitor.role.rawValue). A new password comes from an admin: keeptouch users link \(ask.visitor.name)"
                    )
                }
            }
        }
        routes.change("/me", .viewer) { ask, form, connection in
            guard let id = ask.visitor.userID, let user = try DashboardUser.with(id: id, connection) else {
                return .not("/me", "There is no user to keep it for.")
            }
            let zone = Self.words(form["timezone"])
            if let zone, Zone(zone) == nil {
                return .not(
                    "/me",
                    "There is no time zone \"\(zone)\"; an IANA name is needed, such as Europe/Berlin. Nothing was changed."
                )
            }
            let theme = Self.words(form["theme"]).flatMap { ["light", "dark"].contains($0) ? $0 : nil }
            try user.setLooks(timezone: zone, theme: theme, connection)
            return .done("/me", "Kept.")
        }
    }
}
