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
            let filter = try Self.filter(ask, connection, limit: Self.touchesPerPage)
            let ledger = Ledger(connection)
            let found = try filter.map { try ledger.page($0) } ?? Ledger.Page(entries: [], rest: nil)
            let outcomes = try ledger.outcomes(of: found.entries)
            if found.entries.isEmpty, found.rest == nil { try Self.expectKnown(ask) }
            return TouchesPage(ask: ask, found: found, outcomes: outcomes).page
        }
        addTouchExport(to: routes)
        addTouchPage(to: routes)
        addSettling(to: routes)
    }

    /// Complains of names that nothing has which is found by them; what was called so once is found all the same.
    private static func expectKnown(_ ask: PageRequest) throws {
        _ = try ask.name("channel", among: ask.workspace.channels.keys.sorted())
        let playbooks =
            ask["playbook"].map { [ask.workspace.playbook($0)].compactMap(\.self) } ?? ask.workspace.playbooks
        guard !playbooks.isEmpty else { return }
        _ = try ask.name("step", among: Set(playbooks.flatMap(\.programs).joined().map(\.id)).sorted())
        _ = try ask.name("variant", among: Set(playbooks.flatMap(\.variants).map(\.name)).sorted())
        if let outcome = ask["outcome"], Outcome.Kind(rawValue: outcome) == nil {
            let names = Outcome.Kind.allCases.map(\.rawValue)
            throw PageProblem.nameless("outcome", outcome, among: names, at: "outcome")
        }
    }

    /// What the address asks for; nil when an account that it names does not exist.
    static func filter(_ ask: PageRequest, _ connection: Connection, limit: Int) throws -> Ledger.Filter? {
        var filter = Ledger.Filter()
        filter.limit = limit
        if let state = try ask.name("state", among: TouchGroup.words) {
            filter.states = TouchGroup.states(of: state)
        }
        filter.outcome = ask["outcome"]
        filter.dueBy = try ask.flag("due") == true ? ask.now : nil
        filter.playbook = try ask.playbookName("playbook", connection)
        (filter.step, filter.channel) = (ask["step"], ask["channel"])
        filter.variant = ask["variant"]
        if let side: FlowPart.Side = try ask.word("arm") { filter.arms = side.arms }
        filter.enteredFrom = try ask.day("entered_from").map { ask.workspace.configuration.zone.start(of: $0) }
        if let hash = ask["version"], let playbook = filter.playbook {
            let known = try KnownPlaybook.named(playbook, connection)
            let versions = try known.map { try StatusQuery(connection).versions(of: $0.id) } ?? []
            guard let version = versions.first(where: { $0.hash.hasPrefix(hash) }) else {
                throw PageProblem(
                    .notFound, "No such version", "No version \"\(hash.prefix(80))\" has run.", at: "version")
            }
            filter.versionID = version.id
        }
        filter.account = ask["account"]
        if let of = ask["of"] {
            let number = of.hasPrefix("+") ? PhoneNumber.normalized(of) : nil
            if let address = EmailAddress.normalized(of) ?? number {
                filter.recipient = address
            } else {
                do { filter.account = try AccountStory.find(of, connection).key } catch is StorageError { return nil }
            }
        }
        // Days of the workspace, as of the command and the reports: an address asks everybody the same.
        let zone = ask.workspace.configuration.zone
        filter.from = try ask.day("from").map { zone.start(of: $0) }
        filter.to = try ask.day("to").map { zone.start(of: $0 + 1) }
        filter.settledFrom = try ask.day("ended_from").map { zone.start(of: $0) }
        // What a report of a moment has counted, it counted up to that moment.
        let ends = [
            try ask.day("ended_to").map { zone.start(of: $0 + 1) },
            try ask.moment("as_of").map { $0 + TimeSpan(milliseconds: 1) },
        ]
        filter.settledTo = ends.compactMap(\.self).min()
        filter.before = try ask.number("before")
        return filter
    }

    /// How long one part of a file may take to be read: whoever takes a file along waits for it.
    static let exportPatience = Duration.seconds(60)
    /// So many rows go into a file.
    static let mostExported = 1_000_000

    /// Exactly what is shown, all of it.
    private func addTouchExport(to routes: DashboardRoutes) {
        routes.export("/touches.csv") { [self] ask, connection in
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
                var left = Self.mostExported
                try await writer.write(ByteBuffer(string: CSVAnswer.line(columns)))
                while left > 0 {
                    let part = filter
                    let found = try await read(for: Self.exportPatience) { try Ledger($0).page(part) }
                    var text = ""
                    for entry in found.entries {
                        text += CSVAnswer.line([
                            "\(entry.id)", entry.state.rawValue, entry.account, entry.playbook, entry.step,
                            entry.recipient, entry.channel, "\(entry.settledAt ?? entry.notBefore)",
                            "\(entry.attempts)", entry.reason ?? "",
                        ])
                    }
                    try await writer.write(ByteBuffer(string: text))
                    left -= found.entries.count
                    guard let rest = found.rest else { break }
                    filter.before = rest
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
    let found: Ledger.Page
    let outcomes: [[Ledger.Consequence]]

    var page: DashboardPage {
        DashboardPage("Touches", in: .touches) { html in
            addFilters(to: &html)
            guard !found.entries.isEmpty else {
                addNothing(to: &html)
                if let command { html.command(command) }
                return
            }
            html.panel("Touches", id: "rows") { html in
                html.table(
                    "Touches",
                    [
                        ("touch", nil), ("state", nil), ("account", nil), ("playbook", nil), ("to", "x"),
                        ("channel", "x"),
                        ("when", nil), ("outcome or reason", "x"),
                    ], growing: ask["before"] == nil ? "touches" : nil
                ) { html in
                    for (entry, outcomes) in zip(found.entries, outcomes) { addRow(entry, outcomes, to: &html) }
                }
                html.pager(ask, older: found.rest.map(String.init))
            }
            if ask.visitor.role >= .operator, let state = ask["state"].flatMap(TouchState.init(rawValue:)),
                state == .unknown || state == .held
            {
                SettleForm(
                    ask: ask, state: state, touches: found.entries.map { SettleForm.Seen(id: $0.id, fence: $0.fence) }
                ).draw(in: &html)
            }
            if let command { html.command(command) }
        }
    }

    /// The words that list the same; nil where no command asks so.
    private var command: [String]? {
        guard ask["arm"] == nil, ask["version"] == nil, ask["entered_from"] == nil, ask["before"] == nil,
            ask["as_of"] == nil
        else {
            return nil
        }
        let options = [
            ("state", "state"), ("playbook", "playbook"), ("step", "step"), ("variant", "variant"),
            ("channel", "channel"), ("outcome", "outcome"), ("from", "from"), ("to", "to"),
            ("ended_from", "ended-from"), ("ended_to", "ended-to"), ("account", "account"),
        ]
        var words = options.flatMap { name, option in ask[name].map { ["--\(option)", $0] } ?? [] }
        if let of = ask["of"] {
            let isAddress =
                EmailAddress.normalized(of) != nil || (of.hasPrefix("+") && PhoneNumber.normalized(of) != nil)
            words += [isAddress ? "--recipient" : "--account", of]
        }
        if ask["due"] == "yes" { words.append("--due") }
        return ["touches"] + words
    }

    private func addNothing(to html: inout HTML) {
        if let rest = found.rest {
            html.nothing("None among the newest touches", "The older ones have not been looked at yet.")
            return html.pager(ask, older: String(rest))
        }
        let isFiltered = ask.query.contains { $0.key != "note" && !$0.value.isEmpty }
        html.nothing(
            isFiltered ? "No touch matches these filters" : "No touch yet",
            isFiltered ? "Take a filter away." : "The first one stands here as soon as a playbook enrolls somebody.")
    }

    private func addFilters(to html: inout HTML) {
        html.add("form", ["class": "filters", "action": ask.link("/touches")]) { html in
            html.select(
                "State", "state",
                [("", "any")] + TouchState.allCases.map { ($0.rawValue, $0.word) }
                    + TouchGroup.allCases.map { ($0.rawValue, $0.word) },
                chosen: ask["state"])
            html.select(
                "Playbook", "playbook", [("", "any")] + ask.workspace.playbooks.map { ($0.name, $0.name) },
                chosen: ask["playbook"])
            html.select(
                "Channel", "channel", [("", "any")] + ask.workspace.channels.keys.sorted().map { ($0, $0) },
                chosen: ask["channel"])
            html.others(ask, ["step", "variant", "arm", "version", "entered_from", "as_of", "due"])
            html.field("Due from", "from", ask["from"], type: "date")
            html.field("to", "to", ask["to"], type: "date")
            html.field("Ended from", "ended_from", ask["ended_from"], type: "date")
            html.field("to", "ended_to", ask["ended_to"], type: "date")
            if ask["outcome"] != nil { html.field("Heard of it", "outcome", ask["outcome"], size: "8") }
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
        html.add("tr", ["data-row": "\(entry.id)"]) { html in
            html.add("th", ["scope": "row"]) { $0.link("\(entry.id)", ask.touchLink(entry.id)) }
            html.add("td") { $0.state(entry.state.style, entry.state.word) }
            html.add("td") { $0.link(entry.account, ask.accountLink(entry.account)) }
            html.add("td") { html in
                html.link(entry.playbook, ask.playbookLink(entry.playbook))
                html.text(" ")
                html.add("span", ["class": "soft small"], text: entry.step)
            }
            html.cell("x any", entry.recipient)
            html.cell("x", entry.channel)
            html.add("td") { $0.add(ask.time(entry.settledAt ?? entry.notBefore)) }
            let words = outcomes.map(\.kind).joined(separator: ", ")
            html.cell("x soft small", words.isEmpty ? String((entry.reason ?? "").prefix(200)) : words)
        }
    }
}
