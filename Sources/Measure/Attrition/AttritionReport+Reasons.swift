import Playbooks
import Statistics
import Storage

extension AttritionReport {
    // MARK: Why they leave

    /// A row of the table of reasons.
    private struct Row {
        var name: String
        /// What data.yaml calls it.
        var title: String?
        var theme: String
        var avoidable: Bool?
        var isInvoluntary = false
        var accounts = 0
        var mrr: Int64 = 0
        var expected = 0
    }

    func reasons() throws -> [Report.Section] {
        let risks = workspace.playbooks.filter { $0.risk != nil }.map(\.name)
        let departures = try tenures.departures(from: window.before, to: window.last, risks: risks)
        let title = "Why they leave, \(window.from) to \(window.to)"
        guard !departures.isEmpty else {
            return [Report.Section(title, [.sentence("Nobody left between \(window.from) and \(window.to).")])]
        }
        var rows: [Row] = []
        for departure in departures {
            var new = row(of: departure)
            let index = rows.firstIndex { $0.name == new.name } ?? rows.endIndex
            if index < rows.endIndex { new = rows[index] } else { rows.append(new) }
            new.accounts += departure.accounts
            new.mrr += departure.mrr
            if departure.isExpected { new.expected += departure.accounts }
            rows[index] = new
        }
        rows.sort { ($0.accounts, $0.mrr, $1.name) > ($1.accounts, $1.mrr, $0.name) }
        return [
            Report.Section(title, reasonBlocks(rows)), expectation(rows, hasRisks: !risks.isEmpty),
        ]
    }

    private func row(of departure: Tenures.Departures) -> Row {
        if departure.isFree {
            return Row(name: LifeQuestion.free, title: nil, theme: "", avoidable: nil)
        }
        guard let name = departure.reason else {
            return Row(name: LifeQuestion.unknown, title: nil, theme: "", avoidable: nil)
        }
        let reason = workspace.dataMap.reasons.first { $0.name == name }
        let isInvoluntary = name.hasPrefix("payment") || reason?.theme == "payment"
        return Row(
            name: name, title: reason?.title, theme: reason?.theme ?? "", avoidable: reason?.avoidable,
            isInvoluntary: isInvoluntary)
    }

    /// Of the departures of the window, some.
    private func departed(_ which: (LifeQuestion) -> LifeQuestion) -> Report.Table.Lead {
        .customers(which(LifeQuestion(.left, since: window.from, until: window.last)), in: segment)
    }

    private func reasonBlocks(_ rows: [Row]) -> [Report.Block] {
        let accounts = rows.reduce(0) { $0 + $1.accounts }
        let mrr = rows.reduce(0) { $0 + $1.mrr }
        var table = Report.Table(
            "Reasons",
            [
                .init("reason", .left), .init("theme", .left), .init("kind", .left), .init("left"), .init("share"),
                .init("95% interval"), .init("MRR lost, \(currency)"), .init("share of MRR"),
                .init("", .left, key: "bar"),
            ])
        // Who is a customer pays something, or nobody knows what.
        let unpaid = Report.Cell.none("Nobody knows what they paid.")
        for row in rows {
            let share = Proportion(successes: row.accounts, total: accounts)
            let lead = departed { $0.of(reason: row.name) }
            table.add(
                [
                    .named(row.title ?? row.name, key: row.name), .text(row.theme),
                    .text(row.name == "unknown" ? "" : row.isInvoluntary ? "involuntary" : "voluntary"),
                    .count(row.accounts),
                    .share(share.rate), .interval(share.wilson(), .share), row.mrr > 0 ? money(row.mrr) : unpaid,
                    row.mrr > 0 ? .number(Double(row.mrr) / Double(mrr), .share) : unpaid,
                    .bar(share.rate ?? 0),
                ], leads: [lead, nil, nil, lead, lead, nil, lead])
        }
        let involuntary = Proportion(
            successes: rows.filter(\.isInvoluntary).reduce(0) { $0 + $1.accounts }, total: accounts)
        let unknown = Proportion(
            successes: rows.first { $0.name == "unknown" }?.accounts ?? 0, total: accounts)
        let unit = Report.Unit.share
        var sentences = [
            "\(accounts) \(accounts == 1 ? "departure" : "departures")"
                + (mrr > 0
                    ? " with \(Report.Unit.money(currency).text(Double(mrr))) \(currency) of MRR."
                    : ", of which nobody knows what they paid.")
        ]
        if unknown.successes == accounts {
            sentences.append(
                "Of none is the reason known: give the `churned` event a `reason`, or ask in a separation survey that "
                    + "records `cancel_requested` with one.")
        } else {
            sentences.append(
                "\(unit.text(involuntary.rate ?? 0)) were involuntary, by payments that failed (95% interval "
                    + "\(unit.text(involuntary.wilson()))); of \(unit.text(unknown.rate ?? 0)) nobody knows why.")
        }
        return [.sentence(sentences.joined(separator: " ")), .table(table)]
    }

    // MARK: Could it have been seen, could it have been avoided

    private func expectation(_ rows: [Row], hasRisks: Bool) -> Report.Section {
        let title = "Expected and avoidable"
        guard hasRisks else {
            return Report.Section(
                title,
                [
                    .sentence(
                        "No playbook has a `risk:`, so nothing tells beforehand who may leave; none of these departures was "
                            + "expected by anything.")
                ])
        }
        var table = Report.Table(
            "Departures",
            [
                .init("", .left, key: "departures"), .init("avoidable"), .init("not avoidable"), .init("not said"),
                .init("all"),
            ])
        func count(_ avoidable: Bool?, _ part: (Row) -> Int) -> Int {
            rows.filter { $0.avoidable == avoidable }.reduce(0) { $0 + part($1) }
        }
        let parts: [(name: String, part: (Row) -> Int)] = [
            ("expected", { $0.expected }), ("not expected", { $0.accounts - $0.expected }), ("all", { $0.accounts }),
        ]
        for (name, part) in parts {
            let counts = [true, false, nil].map { count($0, part) }
            let wasWarned: Bool? = name == "all" ? nil : name == "expected"
            let leads = [.yes, .no, .unsaid, nil].map { (avoidable: LifeQuestion.Avoidable?) in
                departed { $0.of(wasWarned: wasWarned, avoidable: avoidable) }
            }
            table.add(
                [.text(name)] + counts.map { .count($0) } + [.count(counts.reduce(0, +))], leads: [nil] + leads)
        }
        let expected = Proportion(
            successes: rows.reduce(0) { $0 + $1.expected }, total: rows.reduce(0) { $0 + $1.accounts })
        let missed = count(true) { $0.accounts - $0.expected }
        return Report.Section(
            title,
            [
                .sentence(
                    "Expected: a playbook with a `risk:` had matched the account in the \(Tenures.warning) days before it left. "
                        + "Avoidable: what data.yaml says of the reason. \(Report.Unit.share.text(expected.rate ?? 0)) were expected "
                        + "(95% interval \(Report.Unit.share.text(expected.wilson()))); \(missed) could have been avoided, but nothing "
                        + "saw them coming."),
                .table(table),
            ])
    }
}
