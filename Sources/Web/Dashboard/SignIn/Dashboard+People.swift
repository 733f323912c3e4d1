import Basics
import Playbooks
import Storage

/// Who may come in, and one's own settings.
extension Dashboard {
    func addPeople(to routes: DashboardRoutes) {
        routes.page("/people", .admin) { [settings] ask, connection in
            try PeoplePage(ask, settings, connection).page
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
            let zone = try Self.words(form["timezone"])
            if let zone, Zone(zone) == nil {
                return .not(
                    "/me",
                    "There is no time zone \"\(zone)\"; an IANA name is needed, such as Europe/Berlin. Nothing was changed."
                )
            }
            let theme = try Self.words(form["theme"]).flatMap { ["light", "dark"].contains($0) ? $0 : nil }
            try user.setLooks(timezone: zone, theme: theme, connection)
            return .done("/me", "Kept.")
        }
    }
}
