import Basics
import Decisions
import HTTPTypes
import Hummingbird
import NIOCore
import Playbooks
import Storage

extension Dashboard {
    static let touchesPerPage = 50

    func addTouches(to routes: DashboardRoutes) {
        routes.page("/touches") { ask, connection in
            let filter = try Self.filter(ask, connection, limit: Self.touchesPerPage + 1)
            let entries = try filter.map { try Ledger(connection).touches($0) } ?? []
            let outcomes = try entries.map { try Ledger(connection).outcomes(of: $0.id) }
            return TouchesPage(ask: ask, entries: entries, outcomes: outcomes).page
        }
        routes.page("/touches/:id") { [secret] ask, connection in
            guard let id = Int64(ask.part("id")), let touch = try TouchDetail(id, connection) else {
                throw PageProblem(.notFound, "No such touch", "There is no touch \(ask.part("id").prefix(40)).")
            }
            return try TouchPage(ask: ask, touch: touch, secret: secret, connection).page
        }
        addTouchExport(to: routes)
        addSettling(to: routes)
        addSentFrame(to: routes)
    }

    /// What the address asks for; nil when an account that it names does not exist.
    static func filter(_ ask: PageRequest, _ connection: Connection, limit: Int) throws -> Ledger.Filter? {
        var filter = Ledger.Filter()
        filter.limit = limit
        filter.states = try (ask.word("state") as TouchState?).map { [$0] }
        (filter.playbook, filter.step, filter.channel) = (ask["playbook"], ask["step"], ask["channel"])
        filter.variant = ask["variant"]
        filter.account = ask["account"]
        if let of = ask["of"] {
            if let address = EmailAddress.normalized(of) {
                filter.recipient = address
            } else {
                do { filter.account = try AccountStory.find(of, connection).key } catch is StorageError { return nil }
            }
        }
        filter.from = try ask.day("from").map { ask.zone.start(of: $0) }
        filter.to = try ask.day("to").map { ask.zone.start(of: $0 + 1) }
        filter.before = try ask.number("before")
        return filter
    }

    /// Exactly what is shown, all of it.
    private func addTouchExport(to routes: DashboardRoutes) {
        routes.file("/touches.csv", .operator) { [self] ask, connection in
            guard var filter = try Self.filter(ask, connection, limit: 2_000) else {
                throw PageProblem(.notFound, "No such account", "There is none by that key, name or address.")
            }
            filter.before = nil
            let first = filter
            let columns = [
                "touch", "state", "account", "playbook", "step", "recipient", "channel", "at_utc", "attempts", "reason",
            ]
            let body = ResponseBody { [self] writer in
                var filter = first
                var left = 1_000_000
                try await writer.write(ByteBuffer(string: CSVAnswer.line(columns)))
                while left > 0 {
                    let part = filter
                    let entries = try await read { try Ledger($0).touches(part) }
                    guard let last = entries.last else { break }
                    var text = ""
                    for entry in entries {
                        text += CSVAnswer.line([
                            "\(entry.id)", entry.state.rawValue, entry.account, entry.playbook, entry.step,
                            entry.recipient, entry.channel, "\(entry.settledAt ?? entry.notBefore)",
                            "\(entry.attempts)", entry.reason ?? "",
                        ])
                    }
                    try await writer.write(ByteBuffer(string: text))
                    left -= entries.count
                    filter.before = last.id
                }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: CSVAnswer.headers("touches.csv"), body: body)
        }
    }
}

/// The ledger of touches, filtered by the address.
struct TouchesPage {
    let ask: PageRequest
    let entries: [Ledger.Entry]
    let outcomes: [[Ledger.Consequence]]

    var page: DashboardPage {
        DashboardPage("Touches", in: .touches) { html in
            addFilters(to: &html)
            guard !entries.isEmpty else {
                let isFiltered = ask.query.contains { $0.key != "note" && !$0.value.isEmpty }
                return html.nothing(
                    isFiltered ? "No touch matches these filters" : "No touch yet",
                    isFiltered
                        ? "Take a filter away." : "The first one stands here as soon as a playbook enrolls somebody.")
            }
            let shown = Array(zip(entries, outcomes).prefix(Dashboard.touchesPerPage))
            html.panel("Touches", id: "rows") { html in
                html.table(
                    "Touches",
                    [
                        ("touch", nil), ("state", nil), ("account", nil), ("playbook", nil), ("to", "x"),
                        ("channel", "x"),
                        ("when", nil), ("outcome or reason", "x"),
                    ]
                ) { html in
                    for (entry, outcomes) in shown { addRow(entry, outcomes, to: &html) }
                }
                html.pager(ask, older: entries.count > shown.count ? shown.last?.0.id : nil)
            }
            if ask.visitor.role >= .operator, let state = ask["state"], state == "unknown" || state == "held" {
                SettleForm(ask: ask, state: state, ids: shown.map { $0.0.id }).draw(in: &html)
            }
            html.command(
                "keeptouch touches" + (ask["state"].map { " --state \($0)" } ?? "")
                    + (ask["playbook"].map { " --playbook \($0)" } ?? ""))
        }
    }

    private func addFilters(to html: inout HTML) {
        html.add("form", ["class": "filters", "action": ask.link("/touches")]) { html in
            html.select(
                "State", "state", [("", "any")] + TouchState.allCases.map { ($0.rawValue, $0.word) },
                chosen: ask["state"])
            html.select(
                "Playbook", "playbook", [("", "any")] + ask.workspace.playbooks.map { ($0.name, $0.name) },
                chosen: ask["playbook"])
            html.select(
                "Channel", "channel", [("", "any")] + ask.workspace.channels.keys.sorted().map { ($0, $0) },
                chosen: ask["channel"])
            if ask["step"] != nil { html.field("Step", "step", ask["step"], size: "8") }
            html.field("Due from", "from", ask["from"], type: "date")
            html.field("to", "to", ask["to"], type: "date")
            html.field("Account or address", "of", ask["of"] ?? ask["account"], size: "18")
            html.add("button", ["class": "go"], text: "Show")
            if ask.visitor.role >= .operator {
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.changing(["before": nil]).replacing(
                            ask.link("/touches"), with: ask.link("/touches.csv"), maxReplacements: 1),
                    ],
                    text: "CSV of these")
            }
        }
    }

    private func addRow(_ entry: Ledger.Entry, _ outcomes: [Ledger.Consequence], to html: inout HTML) {
        html.add("tr") { html in
            html.add("th", ["scope": "row"]) { $0.link("\(entry.id)", ask.touchLink(entry.id)) }
            html.add("td") { $0.state(entry.state.style, entry.state.word) }
            html.add("td") { $0.link(entry.account, ask.accountLink(entry.account)) }
            html.add("td") { html in
                html.link(entry.playbook, ask.playbookLink(entry.playbook))
                html.text(" ")
                html.add("span", ["class": "soft small"], text: entry.step)
            }
            html.cell("x any", ask.shown(entry.recipient))
            html.cell("x", entry.channel)
            html.add("td") { $0.add(ask.time(entry.settledAt ?? entry.notBefore)) }
            let words = outcomes.map(\.kind).joined(separator: ", ")
            html.cell("x soft small", words.isEmpty ? String((entry.reason ?? "").prefix(200)) : words)
        }
    }
}
