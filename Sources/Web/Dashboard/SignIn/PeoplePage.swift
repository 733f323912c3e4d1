import Basics
import Playbooks
import Storage

/// Who may come in, and with which keys programs do.
struct PeoplePage {
    private let ask: PageRequest
    private let users: [(DashboardUser, [DashboardSession])]
    private let keys: [APIKeys.Entry]
    private let signsIn: Bool

    init(_ ask: PageRequest, _ settings: DashboardSettings, _ connection: Connection) throws {
        self.ask = ask
        users = try DashboardUser.all(connection).map { ($0, try DashboardSession.of($0.id, connection)) }
        keys = try APIKeys.all(connection)
        signsIn = settings.signIn == .password
    }

    var page: DashboardPage {
        DashboardPage("People", in: .people) { html in
            addUsers(to: &html)
            addKeys(to: &html)
        }
    }

    private func addUsers(to html: inout HTML) {
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
                            } else if user.password == nil, signsIn {
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
    }

    private func addKeys(to html: inout HTML) {
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
