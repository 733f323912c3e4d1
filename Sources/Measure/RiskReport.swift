import Decisions
package import Playbooks
import Statistics
package import Storage

/// Who is at risk and why, what the playbooks did about it, and whom nobody saw leaving.
package struct RiskReport {
    let workspace: Workspace
    let figures: RiskFigures
    let tenures: Tenures
    private let from: Day
    private let to: Day

    /// How many days are looked back on, as long as a month.
    package static let usual = 30

    /// - Throws: `MeasureError` when `from` does not lie before the day of the report.
    package static func report(
        _ connection: Connection, workspace: Workspace, from: Day? = nil, asOf: Instant
    ) throws -> Report {
        let zone = workspace.configuration.zone
        let today = zone.day(of: asOf)
        let first = from ?? today - usual
        guard first < today else {
            throw MeasureError("--from \(first) does not lie before \(today), the day of the report")
        }
        let report = RiskReport(
            workspace: workspace,
            figures: try RiskFigures(workspace.risks, since: zone.start(of: first), asOf: asOf, connection),
            tenures: try Tenures(connection, workspace: workspace, asOf: asOf), from: first,
            to: today)
        return Report(
            title: "Risk", asOf: asOf, sections: [try report.now(), try report.done(), try report.unseen()])
    }

    var currency: String { workspace.configuration.currency }
    func money(_ minor: Int64) -> Report.Cell { .number(Double(minor), .money(currency)) }
    private func text(_ minor: Int64) -> String { "\(Report.Unit.money(currency).text(Double(minor))) \(currency)" }

    /// What data.yaml calls a reason.
    func words(for reason: String) -> String {
        workspace.dataMap.reasons.first { $0.name == reason }?.title ?? reason
    }

    /// A reason by what data.yaml calls it, with its name for programs.
    private func named(_ reason: String) -> Report.Cell { .named(words(for: reason), key: reason) }

    private var names: [String] { workspace.playbooks.filter { $0.risk != nil }.map(\.name).sorted() }

    private func now() throws -> Report.Section {
        let title = "At risk on \(to)"
        guard !workspace.risks.isEmpty else {
            return Report.Section(
                title,
                [
                    .sentence(
                        "No live playbook has a `risk:`, so nobody is at risk of anything: give a playbook the reason for which "
                            + "its accounts may leave, and it counts here while its trigger stands.")
                ])
        }
        let total = try figures.total()
        let held = try self.held().map { Report.Block.sentence($0) }
        guard total.accounts > 0 else {
            return Report.Section(title, [.sentence("No account is at risk.")] + held)
        }
        var table = Report.Table(
            "At risk by reason",
            [
                .init("theme", .left), .init("reason", .left), .init("accounts"),
                .init("new since \(from)", key: "new_since"),
                .init("MRR at stake, \(currency)"), .init("", .left, key: "bar"),
            ])
        func theme(_ reason: String) -> String {
            workspace.dataMap.reasons.first { $0.name == reason }?.theme ?? ""
        }
        let reasons = try figures.reasons()
        let most = reasons.map(\.accounts).max() ?? 1
        for item in reasons.sorted(by: {
            (theme($0.reason), -$0.mrr.known, $0.reason) < (theme($1.reason), -$1.mrr.known, $1.reason)
        }) {
            var question = AccountQuestion()
            question.risk = item.reason
            let lead = Report.Table.Lead.accounts(question)
            question.newSince = from
            let new = Report.Table.Lead.accounts(question)
            table.add(
                [
                    .text(theme(item.reason)), named(item.reason), .count(item.accounts), .count(item.new),
                    item.mrr.unknown == item.accounts ? .text("unknown") : money(item.mrr.known),
                    .bar(Double(item.accounts) / Double(max(1, most))),
                ], leads: [nil, lead, lead, new, lead])
        }
        return Report.Section(
            title,
            [
                .sentence(
                    "\(total.accounts) \(total.accounts == 1 ? "account is" : "accounts are") at risk, with "
                        + "\(total.mrr.text(of: total.accounts, each: " of MRR", text)); "
                        + "\(total.new) of them since \(from). One with several reasons counts once here, and once for each reason "
                        + "below.")
            ] + held + [.table(table)] + (try who()) + [
                .sentence(
                    "All of them: keeptouch accounts --at-risk; those of one reason: --at-risk NAME, of "
                        + "\(reasons.map(\.reason).sorted().joined(separator: ", ")).")
            ])
    }

    /// Who matches a playbook that is held, and counts nowhere while it is.
    private func held() throws -> [String] {
        try figures.held(names).map { item in
            "\(item.accounts) \(item.accounts == 1 ? "account matches" : "accounts match") \(item.playbook), which is held: "
                + "they count as at risk when it is released; keeptouch status says why it is held."
        }
    }

    private func done() throws -> Report.Section {
        let title = "What the playbooks did, \(from) to \(to)"
        guard !names.isEmpty else { return Report.Section(title, [.sentence("No playbook has a `risk:`.")]) }
        var table = Report.Table(
            "Playbooks",
            [
                .init("playbook", .left), .init("risk", .left), .init("treated"), .init("held out"),
                .init("touches sent"),
                .init("goals"), .init("still open"), .init("left"),
            ])
        let all = try figures.playbooks(names)
        // Drafts that never ran are no row of zeros.
        let items = all.filter { item in
            workspace.playbook(item.playbook)?.state == .live
                || item.treated + item.heldOut + item.sent + item.goals + item.open + item.left > 0
        }
        guard !items.isEmpty else {
            return Report.Section(title, [.sentence("No playbook with a `risk:` is live, and none did anything.")])
        }
        func hasGoal(_ item: RiskFigures.OfPlaybook) -> Bool {
            item.goals + item.open > 0 || workspace.playbook(item.playbook)?.goalWindow != nil
        }
        let none = Report.Cell.none("The playbook has no goal.")
        for item in items {
            func lead(_ arm: String, _ state: AccountList.Inside.State) -> Report.Table.Lead {
                var question = AccountQuestion()
                (question.playbook, question.arm) = (item.playbook, arm)
                (question.state, question.enteredSince) = (state.rawValue, from)
                return .accounts(question)
            }
            let treated = Arm.treated.rawValue
            let goals: [Report.Cell] = hasGoal(item) ? [item.goals, item.open].map { .count($0) } : [none, none]
            table.add(
                [
                    .text(item.playbook), (workspace.playbook(item.playbook)?.risk).map(named) ?? .text(""),
                    .count(item.treated),
                    .count(item.heldOut), .count(item.sent), goals[0], goals[1], .count(item.left),
                ],
                leads: [
                    nil, nil, lead(treated, .all), lead(AccountQuestion.heldOut, .all),
                    .touches(TouchQuestion(playbook: item.playbook, state: .sent, endedFrom: from)),
                    lead(treated, .goal),
                    lead(treated, .open), lead(treated, .left),
                ])
        }
        let treated = items.reduce(0) { $0 + $1.treated }
        let goals = items.reduce(0) { $0 + $1.goals }
        let soFar =
            items.contains(where: hasGoal)
            ? ", \(goals) of which \(goals == 1 ? "has" : "have") reached the goal so far and "
                + "\(items.reduce(0) { $0 + $1.open }) still can" : ""
        return Report.Section(
            title,
            [
                .sentence(
                    "\(treated) \(treated == 1 ? "account was" : "accounts were") taken in\(soFar). Whether the playbooks changed "
                        + "anything is for `report experiment` to say."),
                .table(table),
            ])
    }

    private func unseen() throws -> Report.Section {
        let title = "Left without a warning, \(from) to \(to)"
        let departures = try tenures.departures(from: from, to: to, risks: names)
        let all = departures.reduce(0) { $0 + $1.accounts }
        guard all > 0 else { return Report.Section(title, [.sentence("Nobody left since \(from).")]) }
        let missed = departures.filter { !$0.isExpected }
        let share = Proportion(successes: missed.reduce(0) { $0 + $1.accounts }, total: all)
        var table = Report.Table(
            "Departures by reason",
            [
                .init("reason", .left), .init("left"), .init("without a warning"), .init("share"),
                .init("their MRR, \(currency)"),
            ])
        var reasons: [String] = []
        for departure in departures {
            let name = Self.name(departure)
            if !reasons.contains(name) { reasons.append(name) }
        }
        for reason in reasons {
            let own = departures.filter { Self.name($0) == reason }
            let unseen = own.filter { !$0.isExpected }
            let count = Proportion(
                successes: unseen.reduce(0) { $0 + $1.accounts }, total: own.reduce(0) { $0 + $1.accounts })
            let left = LifeQuestion(.left, since: self.from + 1, until: to)
            let (all, missed) = (left.of(reason: reason), left.of(reason: reason, wasWarned: false))
            table.add(
                [
                    named(reason), .count(count.total), .count(count.successes), .share(count.rate),
                    money(unseen.reduce(0) { $0 + $1.mrr }),
                ], leads: [nil] + [all, missed, missed, missed].map { .customers($0) })
        }
        var blocks: [Report.Block] = [
            .sentence(
                "Of \(all) \(all == 1 ? "departure" : "departures"), \(share.successes) came without a playbook of a risk, held by nothing, having matched the account in the "
                    + "\(Tenures.warning) days before: \(Report.Unit.share.text(share.rate ?? 0)) (95% interval "
                    + "\(Report.Unit.share.text(share.wilson())), of this look only)."),
            .table(table),
        ]
        let largest = try tenures.unseen(from: from, to: to, risks: names, limit: 10)
        if !largest.isEmpty {
            var accounts = Report.Table(
                "The largest of them",
                [
                    .init("account", .left), .init("name", .left), .init("left on", .left), .init("reason", .left),
                    .init("MRR, \(currency)"),
                ])
            for item in largest {
                accounts.add(
                    [
                        .text(item.key), .text(item.name ?? ""), .day(item.left),
                        item.reason.map(named) ?? .text(LifeQuestion.unknown), money(item.mrr),
                    ], leads: [.account(item.key)])
            }
            blocks.append(.table(accounts))
        }
        return Report.Section(title, blocks)
    }

    private static func name(_ departure: Tenures.Departures) -> String {
        LifeQuestion.name(departure.reason, isFree: departure.isFree)
    }
}
