import Basics
import Decisions
import Hummingbird
import Measure
import NIOCore
import Playbooks
import Runner
import Storage

/// The accounts of which something is true: by any condition, segment, risk, or place in a playbook.
struct AccountListResult: Sendable {
    var items: [AccountList.Item]
    /// Of all, not only of those that are kept.
    var count = 0
    /// How often they are counted: who left and came back, or entered twice, is counted twice.
    var times = 0
    var asOf: Instant
    /// Why what was asked may be out of date.
    var stale: String?
}

extension Dashboard {
    /// At most so many accounts are kept of a list; the count is of all.
    private static let mostKept = 50_000

    func addAccountLists(to routes: DashboardRoutes) {
        routes.change("/accounts/list", .viewer) { [self] ask, form, _ in
            var ask = ask
            ask.query = PageRequest.query(of: form["query"] ?? "")
            guard let question = try AccountQuestion(ask) else { return .not("/accounts", "Nothing was asked.") }
            try begin(question, ask)
            return .done("/accounts" + PageRequest.mark(ask.queryText()), "It is being worked out.")
        }
        routes.export("/accounts.csv") { [jobs] ask, _ in
            guard let question = try AccountQuestion(ask),
                case .done(let result, _, _) = jobs.state(
                    Self.job(question), of: AccountListResult.self, now: ask.processNow)
            else { throw PageProblem(.notFound, "Not worked out", "Open the page of the list first.") }
            let hasHealth = ask.workspace.health != nil
            return CSVAnswer.response(
                "accounts.csv", AccountLine.titles(hasHealth: hasHealth),
                result.items.map { AccountLine($0, hasHealth: hasHealth).cells { "\($0)" } })
        }
    }

    private static func job(_ question: AccountQuestion) -> String { "accounts \(question)" }

    func accountList(_ question: AccountQuestion, _ ask: PageRequest) throws -> DashboardPage {
        var state: Jobs.State<AccountListResult> = jobs.state(Self.job(question), now: ask.processNow)
        if case .none = state {
            try begin(question, ask)
            jobs.wait(for: Self.job(question), atMost: Self.patienceOfJobs)
            state = jobs.state(Self.job(question), now: processNow())
        }
        return try AccountListPage(ask: ask, question: question, state: state).page
    }

    private func begin(_ question: AccountQuestion, _ ask: PageRequest) throws {
        let choice: AccountList.Choice
        do {
            choice = try question.choice(in: ask.workspace)
        } catch let error as MeasureError {
            // A command says "in" of a playbook as the address does, and a word of the files for what it is.
            let field = [
                "stage": question.journey == nil ? "group" : "reached", "side": "group", "attribute": "group",
                "reason": "risk", "usable playbook": ask["in"] == nil ? "playbook" : "in",
            ]
            throw PageProblem(
                .badRequest, "It cannot be understood", error.description,
                at: error.about.map { field[$0] ?? $0 })
        }
        let (workspace, now) = (ask.workspace, ask.now)
        let names = StepNames(workspace, pinned: ask.edition.files.pinned)
        let complaint = Store.Complaint("the list", "ask the machine, where it may take longer: keeptouch accounts")
        try jobs.begin(
            Self.job(question), by: ask.visitor.name, processNow: processNow, rows: { $0.items.count }
        ) { store in
            try store.guardedRead(for: .seconds(300), orElse: complaint) { connection in
                var choice = choice
                let context = try EvaluationContext(
                    connection, workspace: workspace, now: now, asking: [choice.condition].compactMap(\.self))
                try question.narrow(&choice, in: workspace, connection, asOf: now)
                let list = try AccountList(connection, context, choice, stepName: names.name)
                var result = AccountListResult(items: [], asOf: question.asOf ?? now)
                _ = try list.forEach { item in
                    result.count += 1
                    result.times += item.times
                    if result.items.count < Self.mostKept { result.items.append(item) }
                }
                result.stale = choice.condition.flatMap { context.staleness(of: [$0]) }
                return result
            }
        }
    }
}

struct AccountListPage {
    let ask: PageRequest
    let question: AccountQuestion
    let state: Jobs.State<AccountListResult>

    private static let shown = 50

    var page: DashboardPage {
        get throws {
            let query = ask.queryText(["from": nil])
            return try DashboardPage(
                "Accounts", in: .accounts, crumb: HTML { $0.link("All accounts", ask.link("/accounts")) },
                acts: HTML { html in
                    html.change(ask, "/accounts/list", "Make anew", fields: ["query": query])
                    if case .done = state, ask.visitor.role >= .operator {
                        html.add(
                            "a", ["class": "button", "href": ask.link("/accounts.csv") + "?" + query], text: "CSV")
                    }
                }
            ) { html in
                AccountFilters(ask: ask).draw(in: &html)
                try html.job(ask, state) { html in
                    html.nothing("Not worked out", "Press Make anew.")
                } done: { result, at, took, html in
                    try draw(result, at, took, in: &html)
                }
                html.command(question.command)
            }
        }
    }

    private func draw(_ result: AccountListResult, _ at: Instant, _ took: Duration, in html: inout HTML) throws {
        if let stale = result.stale { html.note("warn", stale) }
        let from = try ask.place(of: result.items.count)
        html.panel(result.count.of("account"), id: "found") { html in
            html.add("p", ["class": "soft small"]) { html in
                html.text("As of ")
                html.add(ask.time(result.asOf))
                html.made(ask, at, took)
                if result.times > result.count {
                    html.text(
                        " Counted \(result.times.grouped) times: who left and came back, or entered twice, counts twice."
                    )
                }
            }
            guard !result.items.isEmpty else {
                return html.nothing("Nobody", "`keeptouch explain ACCOUNT` says of one account why it is not here.")
            }
            html.table(
                "Accounts",
                [("account", nil), ("MRR", "num x"), ("stage", "x"), ("why", nil), ("since", "x"), ("next", "x")]
            ) { html in
                for item in result.items.dropFirst(from).prefix(Self.shown) {
                    html.add("tr") { html in
                        html.account(item.key, item.name, ask)
                        html.cell("num x", ask.money(major: item.mrr))
                        html.cell("x", item.stage ?? "")
                        html.cell("soft small", item.reasons.map(\.text).joined(separator: "; "))
                        html.add("td", ["class": "x"]) { html in
                            if let since = item.reasons.compactMap(\.since).min() { html.add(ask.time(since)) }
                        }
                        html.add("td", ["class": "x"]) { html in if let next = item.nextAt { html.add(ask.time(next)) }
                        }
                    }
                }
            }
            html.steps(ask, from: from, shown: Self.shown, of: result.items.count)
        }
    }
}
