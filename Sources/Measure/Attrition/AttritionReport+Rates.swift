import Playbooks
import Statistics
import Storage

extension AttritionReport {
    // MARK: How many leave

    func headline(_ flow: Tenures.Flow, first: Day) -> Report.Section {
        var blocks: [Report.Block] = []
        let lost = Proportion(successes: flow.gone, total: flow.start)
        let share = Report.Unit.share
        if let rate = lost.rate, let churn = Churn(rate: rate, days: Double(window.days)) {
            let interval = share.text(lost.wilson())
            blocks.append(
                .sentence(
                    "Of \(flow.start) \(flow.start == 1 ? "account that was a customer" : "accounts that were customers") when "
                        + "\(window.from) began, \(flow.gone) \(flow.gone == 1 ? "was" : "were") none when \(window.to) did: "
                        + "\(share.text(rate)) in \(TimeSpan.days(Int64(window.days)).words) (95% interval \(interval)). At this pace it is "
                        + "\(share.text(churn.monthly)) a month and \(share.text(churn.annual)) a year."))
        } else {
            blocks.append(
                .sentence(
                    "Nobody was known as a customer when \(window.from) began: the first is known since \(first). There is nobody who could "
                        + "have left."
                ))
        }
        blocks.append(.sentence(convention))
        if let past { blocks.append(.sentence(past)) }
        blocks.append(.table(figures(flow, lost)))
        let kept = tenures.keptPayments
        if kept > 0 {
            let (have, count) = kept == 1 ? ("customer has", "it counts") : ("customers have", "they count")
            blocks.append(
                .sentence("\(kept) \(have) an MRR that nobody knows any more; \(count) with what was known last."))
        }
        if let target = targetSentence(lost) { blocks.append(.sentence(target)) }
        return Report.Section("How many leave, \(window.from) to \(window.to)", blocks)
    }

    /// The accounts behind a number of the segment.
    func lead(_ kind: LifeQuestion.Kind, _ since: Day, _ until: Day? = nil) -> Report.Table.Lead {
        .customers(LifeQuestion(kind, since: since, until: until), in: segment)
    }

    /// Of which time it is not known whether all departures are.
    private var past: String? {
        doubted.map { brought in
            "Of the time before \(brought.day) departures are those that the import of that day told: \(brought.departed) of its "
                + "\(brought.accounts) \(brought.accounts == 1 ? "account" : "accounts") had left. Those that it left out are missing, and the months before lost more than they show."
        }
    }

    /// The import that brought the past of the window with it, of which it alone tells who left.
    private var doubted: Tenures.Brought? { tenures.brought.flatMap { $0.day > window.from ? $0 : nil } }

    private var convention: String {
        "An account is a customer while its status is active and its MRR is above 0, or unknown; days are those of "
            + "\(workspace.configuration.zone.name), and a stay is counted from its first day up to the day it ends. Intervals and "
            + "p-values are of this look only where they do not say otherwise, and not corrected for each other."
    }

    private func figures(_ flow: Tenures.Flow, _ lost: Proportion) -> Report.Table {
        var table = Report.Table(
            "Attrition",
            [.init("figure", .left), .init("value"), .init("95% interval"), .init("convention", .left)])
        let churn = lost.rate.flatMap { Churn(rate: $0, days: Double(window.days)) }
        let ends = lost.wilson()
        func paced(_ pace: (Churn) -> Double) -> Report.Cell {
            guard lost.total > 0, let low = Churn(rate: ends.lower, days: Double(window.days)),
                let high = Churn(rate: ends.upper, days: Double(window.days))
            else { return .none(Unmeasurable.noAccounts.sentence) }
            return .interval(Interval(lower: pace(low), upper: pace(high)), .share)
        }
        table.add(
            [
                .text("logo churn"), .share(lost.rate), lost.total > 0 ? .interval(ends, .share) : .none(""),
                .text("of the customers at the start, the share gone at the end (joins left out)"),
            ], leads: [nil, lead(.gone, window.before, window.last)])
        table.add([
            .text("a month at that pace"), .share(churn?.monthly), paced(\.monthly), .text("1-(1-c)^(365/12/days)"),
        ])
        table.add([
            .text("a year at that pace"), .share(churn?.annual), paced(\.annual),
            .text("1-(1-c)^(365/days), never × 12"),
        ])
        let mean = Double(flow.start + flow.end) / 2
        table.add([
            .text("departures ÷ mean accounts"), .share(mean > 0 ? Double(flow.departures) / mean : nil), .text(""),
            .text("all departures, of new and returned accounts too, over the mean of start and end"),
        ])
        let days = Double(flow.accountDays)
        table.add([
            .text("departures per 30 account-days"), .share(days > 0 ? Double(flow.departures) / days * 30 : nil),
            .text(""),
            .text("departures ÷ days that accounts were customers × 30"),
        ])
        let kept = revenue(flow)
        table.add([.text("GRR"), kept.gross, .text(""), .text("Σ min(MRR at end, at start) ÷ Σ MRR at start")])
        table.add([
            .text("NRR"), kept.net, .text(""), .text("Σ MRR at the end of the customers at the start ÷ Σ MRR at start"),
        ])
        table.add([
            .text("MRR"), flow.startMRR > 0 ? money(flow.startMRR) : .none(Self.noMRR), .text(""),
            .text("at the start"),
        ])
        table.add([
            .text("MRR at the end"),
            flow.endMRR > 0 || flow.end == 0 ? money(flow.endMRR) : .none(Self.noMRRAtEnd), .text(""),
            .text("of all customers then"),
        ])
        table.add(
            [
                .text("customers"), .count(flow.start), .text(""),
                .text("at the start"),
            ], leads: [nil, lead(.customers, window.before)])
        table.add(
            [
                .text("came"), .count(flow.arrivals - flow.entered), .text(""),
                .text(flow.entered > 0 ? "besides, \(flow.entered) were there already when they were first seen" : ""),
            ], leads: [nil, lead(.came, window.from, window.last)])
        table.add(
            [.text("went"), .count(flow.departures), .text(""), .text("of all customers, new and returned ones too")],
            leads: [nil, lead(.left, window.from, window.last)])
        table.add(
            [.text("customers at the end"), .count(flow.end), .text(""), .text("")],
            leads: [nil, lead(.customers, window.last)])
        return table
    }

    private func text(_ minor: Int64) -> String { Report.Unit.money(currency).text(Double(minor)) + " " + currency }

    private static let noMRRAtEnd = "No customer at the end has an MRR that anybody knows."
    private static let noMRR = "No customer at the start has an MRR, so there is no revenue to retain."

    /// Gross and net revenue retention.
    private func revenue(_ flow: Tenures.Flow) -> (gross: Report.Cell, net: Report.Cell) {
        guard flow.startMRR > 0 else {
            return (.none(Self.noMRR), .none(Self.noMRR))
        }
        let start = Double(flow.startMRR)
        let kept = start - Double(flow.lostMRR)
        return (.number(kept / start, .share), .number((kept + Double(flow.expandedMRR)) / start, .share))
    }

    private func targetSentence(_ lost: Proportion) -> String? {
        guard let target = workspace.dataMap.attritionTarget else {
            return
                "What is acceptable to lose? Nobody has said: add `attrition: { target: 2.5% per month }` to data.yaml."
        }
        guard let expected = Churn(rate: target, days: 365.0 / 12)?.over(Double(window.days)), lost.total > 0 else {
            return nil
        }
        let unit = Report.Unit.share
        // Whoever leaves in a good or a bad month is of all cohorts: the months decide, each with those that were there.
        let months = tenures.months().filter { $0.month.first >= window.from && ($0.month + 1).first <= window.to }
        var (gone, allowed, variance) = (0, 0.0, 0.0)
        for month in months {
            guard let share = Churn(rate: target, days: 365.0 / 12)?.over(Double(month.month.days)) else { continue }
            gone += month.flow.gone
            allowed += Double(month.flow.start) * share
            variance += Double(month.flow.start) * share * (1 - share)
        }
        let start =
            "What is acceptable to lose: \(unit.text(target)) a month, which makes \(unit.text(expected)) in "
            + "\(TimeSpan.days(Int64(window.days)).words); "
        guard months.count > 0, variance > 0 else {
            return start + "too little time or too few customers to compare with it."
        }
        func told(_ places: Int) -> String {
            "in \(months.count) whole \(months.count == 1 ? "month" : "months") \(gone) of \(months.count == 1 ? "its" : "their") customers were gone at the end, where \(Report.Unit.plain(places).text(allowed)) were acceptable: "
        }
        // So few follow no normal distribution; that fewer are lost than next to nothing cannot be shown.
        guard allowed >= 5 else {
            let p = gone > 0 ? 1 - Gamma.upper(Double(gone), allowed) : 1
            return start + told(1)
                + (p < 0.025
                    ? "more is lost than that (by chance in \(Self.probability(p)) of such windows, asked at 0.025)."
                    : "too little time or too few customers to tell.")
        }
        let z = (Double(gone) - allowed) / variance.squareRoot()
        let verdict =
            abs(z) < 1.96
            ? "no difference is shown"
            : z > 0
                ? "more is lost than that"
                : "less is lost than that"
                    + (doubted.map { ", if the import of \($0.day) left no departure out" } ?? "")
        return start
            + told(0)
            + "\(verdict) (z \(Report.Unit.plain(1).text(z)), asked at 1.96; a false answer in 5% of windows)."
    }

    // MARK: Month by month

    func monthByMonth(_ months: [(month: Month, flow: Tenures.Flow)]) -> Report.Section {
        guard !months.isEmpty else {
            return Report.Section(
                "Month by month", [.sentence("No calendar month has passed since the first customer came.")])
        }
        let rates = months.map { Proportion(successes: $0.flow.gone, total: $0.flow.start) }
        let total = rates.reduce(Proportion(successes: 0, total: 0), +)
        let target = workspace.dataMap.attritionTarget
        // The target is of a month of average length; one of 28 days is allowed less.
        let charts = months.indices.map { index -> ControlChart? in
            let center = target ?? total.rate
            let days = Double(months[index].month.days)
            return center.flatMap { Churn(rate: $0, days: 365.0 / 12)?.over(days) }
                .flatMap { ControlChart([rates[index]], target: $0) }
        }
        var table = Report.Table(
            "Months",
            [
                .init("month", .left), .init("customers"), .init("came"), .init("went"), .init("gone"), .init("churn"),
                .init("95% interval"), .init("GRR"), .init("NRR"), .init("limits of chance"),
                .init("", .left, key: "beyond"),
            ])
        var points: [Report.Chart.Control.Point] = []
        var expected = 0.0
        let large = months.count { $0.flow.start >= Self.fewestOfMonth }
        let unmeasured =
            "No target is given, and \(total.successes == 0 ? "nobody has left" : "everybody left"), so that there is no mean to compare with."
        for (index, item) in months.enumerated() {
            // Of a handful of customers one would decide.
            let asked = item.flow.start >= Self.fewestOfMonth ? charts[index]?.points.first.flatMap { $0 } : nil
            let kept = revenue(item.flow)
            let (before, first, last) = (item.month.first - 1, item.month.first, (item.month + 1).first - 1)
            let gone = lead(.gone, before, last)
            table.add(
                [
                    .text("\(item.month)"), .count(item.flow.start), .count(item.flow.arrivals - item.flow.entered),
                    .count(item.flow.departures), .count(item.flow.gone),
                    rates[index].rate.map { .number($0, .share) } ?? .none(""),
                    rates[index].total > 0 ? .interval(rates[index].wilson(), .share) : .none(""),
                    item.flow.startMRR > 0 ? kept.gross : .none(""), item.flow.startMRR > 0 ? kept.net : .none(""),
                    asked.map { .interval($0.limits, .share) }
                        ?? .none(
                            item.flow.start < Self.fewestOfMonth
                                ? "Fewer than \(Self.fewestOfMonth) customers." : unmeasured),
                    .text(asked.map { $0.isAbove ? "above" : $0.isBelow ? "below" : "" } ?? ""),
                ],
                leads: [
                    lead(.left, first, last), lead(.customers, before), lead(.came, first, last),
                    lead(.left, first, last), gone, gone,
                ])
            // Before there are enough, the limits of a handful would be all that one sees.
            guard !points.isEmpty || item.flow.start >= Self.fewestOfMonth else { continue }
            expected += asked?.chanceOutside ?? 0
            points.append(
                .init(
                    label: "\(item.month)", value: rates[index].rate, limits: asked?.limits,
                    isOutside: asked.map { $0.isAbove || $0.isBelow } ?? false, lead: gone))
        }
        return Report.Section(
            "Month by month",
            [
                .sentence(
                    large > 0 && points.allSatisfy { $0.limits == nil }
                        ? "No month is asked about. \(unmeasured)"
                        : controlSentence(points, expected: expected, isTarget: target != nil)),
                .sentence(monthSentence(months.map { ($0.month, $0.flow.entered) })),
            ]
                + (points.isEmpty
                    ? []
                    : [
                        .chart(
                            .control(
                                .init(
                                    title: "Logo churn by month", center: target ?? total.rate, target: target,
                                    points: points)))
                    ]) + [.table(table)])
    }

    /// The picture of months begins where so many are customers.
    private static let fewestOfMonth = 20

    private func monthSentence(_ entered: [(month: Month, count: Int)]) -> String {
        let seen = entered.filter { $0.count > 0 }.prefix(3).map { "\($0.count) in \($0.month)" }
        return
            "Customers are those before the first day of the month; came and went are all of its days; gone are those of the "
            + "customers who are none at its end."
            + (seen.isEmpty
                ? ""
                : " Accounts that were there already when they were first seen (\(seen.joined(separator: ", "))) did not come, and "
                    + "count as customers from the next month on: of the time before, nobody knows who left.")
    }

    /// - Parameter expected: how many of the months chance puts outside.
    private func controlSentence(
        _ points: [Report.Chart.Control.Point], expected: Double, isTarget: Bool
    ) -> String {
        let outside = points.filter(\.isOutside)
        let scale = isTarget ? "of the target" : "of the mean of all months"
        let asked = points.count { $0.limits != nil }
        let chance = "\(Report.Unit.plain(2).text(expected)) of them"
        guard asked > 0 else {
            return "No month begins with \(Self.fewestOfMonth) customers, so none is asked about."
        }
        guard points.contains(where: { $0.value != nil && $0.value != 0 }) else {
            return "No customer of a month's beginning has left in any of \(asked) \(asked == 1 ? "month" : "months")."
        }
        guard !outside.isEmpty else {
            return
                "\(asked == 1 ? "The one month lies" : "All \(asked) months lie") within three standard deviations \(scale), where chance alone puts \(chance) outside. A "
                + "change that is smaller than the limits is not found."
        }
        let names = outside.prefix(6).map(\.label).joined(separator: ", ")
        let more = outside.count > 6 ? " and \(outside.count - 6) more" : ""
        return
            "\(outside.count) of \(asked) \(asked == 1 ? "month" : "months") \(outside.count == 1 ? "lies" : "lie") outside of three standard deviations \(scale), where chance alone puts "
            + "\(chance): \(names)\(more)."
    }

    // MARK: Cohorts

    /// How many anniversaries, and how many of the newest cohorts, are shown.
    private static let (mostMonths, mostCohorts) = (12, 24)

    /// One anniversary more would change the share of a few.
    private static func tells(_ cohort: Tenures.Cohort, _ index: Int) -> Bool {
        cohort.cells[index].eligible > 0 && (cohort.isComplete(index) || cohort.cells[index].eligible >= fewest)
    }

    func cohorts() throws -> Report.Section {
        let all = tenures.cohorts(from: Month(of: tenures.today) + -Self.mostCohorts, upTo: Self.mostMonths)
        guard !all.isEmpty else {
            return Report.Section(
                "Cohorts",
                [
                    .sentence(
                        "No customer is known to have begun in the last \(Self.mostCohorts) months. Who was one already when "
                            + "it was first heard of is in no cohort.")
                ])
        }
        let width = all.map(\.cells.count).max() ?? 1
        var table = Report.Table(
            "Cohorts", [.init("came in", .left), .init("accounts")] + (1..<max(2, width)).map { .init("month \($0)") })
        for cohort in all {
            table.add(
                [.text("\(cohort.month)"), .count(cohort.accounts)]
                    + (1..<max(2, width)).map { index in
                        guard cohort.cells.indices.contains(index), cohort.cells[index].eligible > 0 else {
                            return .text("")
                        }
                        let cell = cohort.cells[index]
                        guard Self.tells(cohort, index) else {
                            return .none("Of fewer than \(Self.fewest) the anniversary has come.")
                        }
                        let rate = Double(cell.retained) / Double(cell.eligible)
                        return .number(rate, cohort.isComplete(index) ? .share : .shareSoFar)
                    },
                leads: [nil, lead(.cohort, cohort.month.first)]
                    + (1..<max(2, width)).map { index in
                        let there = LifeQuestion(.cohort, since: cohort.month.first).of(nil, month: index)
                        return .customers(there, in: segment)
                    })
        }
        let heat = Report.Chart.Heat(
            title: "Still customers by month since they came", columns: (0..<width).map { "\($0)" },
            rows: all.map { cohort in
                Report.Chart.Heat.Row(
                    label: "\(cohort.month)",
                    values: (0..<width).map { index in
                        guard cohort.cells.indices.contains(index), Self.tells(cohort, index) else { return nil }
                        return Double(cohort.cells[index].retained) / Double(cohort.cells[index].eligible)
                    },
                    complete: (0..<width).first { !cohort.isComplete($0) } ?? width)
            })
        return Report.Section(
            "Cohorts",
            [
                .sentence(
                    "Of the accounts that became customers in a month, the share that was there on each monthly anniversary of "
                        + "their first day. A figure with * is of those only whose anniversary has come."),
                .chart(.heat(heat)), .table(table),
            ])
    }
}
