import Decisions
package import Playbooks
import Statistics
package import Storage

/// Where accounts get lost on their journeys, found without anybody looking for it.
///
/// Measurement notes, section 3: the figures and the search are those that `weak_point()` reads.
package struct JourneyReport {
    private let workspace: Workspace
    private let funnel: JourneyFunnel
    private let asOf: Instant
    private let benchmarks: StageBenchmarks
    private let steps: [StageBenchmarks.Step]

    /// In how many weeks a change is looked for.
    private static let weeks = 26

    package static func report(_ connection: Connection, workspace: Workspace, asOf: Instant) throws -> Report {
        guard !workspace.journeys.isEmpty else {
            return Report(
                title: "Journeys", asOf: asOf,
                sections: [
                    Report.Section(
                        "",
                        [
                            .sentence(
                                "There is no journey: write the stages that accounts should pass through into journeys/NAME.yaml, "
                                    + "and every cycle looks who has come how far.")
                        ])
                ])
        }
        let benchmarks = StageBenchmarks(
            connection, now: asOf, today: workspace.configuration.zone.day(of: asOf))
        let report = JourneyReport(
            workspace: workspace, funnel: JourneyFunnel(connection, asOf: asOf), asOf: asOf, benchmarks: benchmarks,
            steps: try benchmarks.steps(workspace.journeys))
        let flags = try StageFigures.load(
            workspace.journeys, until: workspace.configuration.zone.day(of: asOf), connection)
        return Report(
            title: "Journeys", asOf: asOf,
            sections: [try report.weakPoints(flags)] + (try workspace.journeys.map(report.section)))
    }

    private func steps(of journey: String) -> [StageBenchmarks.Step] { steps.filter { $0.key.journey == journey } }

    // MARK: Weak points

    /// The share of those who pass a step that also passes all later ones of its journey.
    private func downstream(of index: Int) -> Double {
        steps[index...].dropFirst().prefix { $0.key.journey == steps[index].key.journey }
            .reduce(1) { $0 * (($1.figures.recent + $1.figures.past).rate ?? 1) }
    }

    private func weakPoints(_ flags: [StageKey: StageFigures]) throws -> Report.Section {
        let means = try Dictionary(
            uniqueKeysWithValues: workspace.journeys.map { ($0.name, try funnel.meanMRR($0.name)) })
        let found = WeakPoint.search(
            steps.indices.map { index in
                let figures = steps[index].figures
                return WeakPoint.Step(
                    now: figures.recent, past: figures.past, wasWeak: steps[index].wasWeak, peers: figures.peers,
                    weeks: steps[index].weeks,
                    downstream: downstream(of: index),
                    value: means[steps[index].key.journey] ?? 0)
            })
        let flagged = steps.map(\.key).filter { flags[$0]?.isWeak == true }
        let names = flagged.map { "\($0.journey): \($0.stage)" }.joined(separator: ", ")
        let reading =
            flagged.isEmpty
            ? "`weak_point()` holds in no stage: the figures of the last cycle flag none."
            : "`weak_point()` holds for who is overdue in \(names), by the figures of the last cycle."
        guard !found.isEmpty else {
            let tested = steps.count { $0.figures.recent.total >= WeakPoint.minimum.now }
            let why =
                tested == 0
                ? "No step has \(WeakPoint.minimum.now) accounts in the last 14 days of which one can tell: too few to find a weak point."
                : "No step is weak: of \(tested) that can be told about, none loses more accounts than it used to, or than the "
                    + "same step elsewhere, by more than its weeks differ anyway (about one false alarm a year and journey)."
            return Report.Section("Weak points", [.sentence(why), .sentence(reading)])
        }
        let currency = workspace.configuration.currency
        var table = Report.Table(
            "Weak points",
            [
                .init("journey", .left), .init("step", .left), .init("against", .left), .init("now"), .init("there"),
                .init("difference, points"), .init("its 95% interval, of this look only"), .init("p, adjusted"),
                .init("accounts lost"),
                .init("at least"), .init("MRR at least, \(currency)"), .init("since", .left),
            ])
        for point in found {
            let step = steps[point.step]
            let since = try change(point)
            table.add([
                .text(step.key.journey), .text("\(step.key.stage) → \(step.next)"),
                .text(point.against == .past ? "its own past" : "other journeys"), .share(point.now.rate),
                .share(point.before.rate),
                .number((point.now.rate ?? 0) - (point.before.rate ?? 0), .points),
                .interval(point.difference, .points),
                .number(point.adjusted, .probability), .number(point.lost, .plain(1)),
                .number(point.lostAtLeast, .plain(1)), .number(point.cost, .money(currency)),
                since.map { .day($0) } ?? .none("Its weeks show no one change."),
            ])
        }
        let worst = found[0]
        let step = steps[worst.step]
        let sentence =
            "The most costly: \(step.key.journey), \(step.key.stage) → \(step.next). "
            + "\(worst.now.successes) of \(worst.now.total) moved on in time, where "
            + "\(worst.against == .past ? "it was" : "on other journeys it is") \(worst.before.successes) of "
            + "\(worst.before.total): about \(Report.Unit.plain(0).text(worst.lost)) accounts lost in 14 days, at least "
            + "\(Report.Unit.plain(0).text(worst.lostAtLeast))."
        let chart = Report.Chart.Intervals(
            title: "Conversion now less conversion there, points", unit: .points,
            rows: found.map { point in
                Report.Chart.Intervals.Row(
                    label: "\(steps[point.step].key.stage) \(point.against == .past ? "(past)" : "(others)")",
                    estimate: (point.now.rate ?? 0) - (point.before.rate ?? 0), interval: point.difference)
            })
        return Report.Section(
            "Weak points",
            [
                .sentence(sentence),
                .sentence(
                    "Over all steps, against their own past (the last 14 days of which one can tell, against the 56 before, or before the step became weak) and "
                        + "against the same step of other journeys. What differs between weeks anyway is allowed for, so that about one false "
                        + "alarm comes in a year and journey. A step is here because it differs most, so that the true difference is rather "
                        + "smaller than what was found. Ranked by what "
                        + "they cost: accounts lost at the least, × the share that would have come to the end, × MRR."),
                .table(table), .chart(.intervals(chart)), .sentence(reading),
            ])
    }

    /// The day from which on a weak point's cohorts are likelier of the worse share than of the better.
    private func change(_ point: WeakPoint) throws -> Day? {
        let step = steps[point.step]
        guard let good = point.before.rate, let bad = point.now.rate, bad < good else { return nil }
        let cohorts = try funnel.weeks(step.key, to: step.next, patience: step.patience, count: Self.weeks)
        // Shares of 0 and 1 would make one account decide.
        guard
            let change = ChangePoint(cohorts, good: min(0.999, good), bad: max(0.001, bad)), change.alarm != nil,
            let start = change.start
        else { return nil }
        let moment = asOf - step.patience - .days(Int64(7 * (Self.weeks - start)))
        return workspace.configuration.zone.day(of: moment)
    }

    // MARK: One journey

    private func section(_ journey: Journey) throws -> Report.Section {
        let steps = steps(of: journey.name)
        var blocks: [Report.Block] = []
        let time = JourneyQuestion.time(of: steps)
        let reached = try funnel.reached(journey, from: asOf - time - JourneyQuestion.year, until: asOf - time)
        if let all = reached.first, all > 0, let last = reached.last {
            let share = Proportion(successes: last, total: all)
            blocks.append(
                .sentence(
                    "Of \(all) \(all == 1 ? "account" : "accounts") that came to \(journey.stages[0].name) at least \(time.words) ago (the time that the files give "
                        + "the whole journey), and within a year before that, \(last) \(last == 1 ? "has" : "have") reached "
                        + "\(journey.stages[journey.stages.count - 1].name): \(Report.Unit.share.text(share.rate ?? 0)) (95% interval "
                        + "\(Report.Unit.share.text(share.wilson())), of this look only). Accounts that were on the way when they were first looked at "
                        + "do not count."))
            blocks.append(
                .chart(
                    .funnel(
                        .init(
                            title: "Reached by those who have had the time",
                            steps: zip(journey.stages, reached).map { stage, count in
                                var question = AccountQuestion()
                                question.journey = JourneyQuestion(journey: journey.name, reached: stage.name)
                                return .init(label: stage.name, count: count, lead: .accounts(question))
                            }))))
        } else {
            blocks.append(
                .sentence(
                    "Nobody came to \(journey.stages.first?.name ?? "it") at least \(time.words) ago, the time that the files give the "
                        + "whole journey: too early for a funnel."))
        }
        if let sentence = try self.found(journey) { blocks.append(.sentence(sentence)) }
        blocks.append(.table(try table(of: steps, journey)))
        blocks.append(
            .sentence(
                "Who is there now: keeptouch accounts --where 'in_stage(STAGE) and status == \"active\"', with --stuck those who are."
            ))
        let curves = try self.curves(steps)
        if !curves.isEmpty {
            blocks.append(
                .chart(
                    .survival(.init(title: "Still in the stage, by days since it began", unit: "days", curves: curves)))
            )
        }
        let who = journey.audience.map { "for \($0.term.text)" } ?? "for all active accounts"
        return Report.Section("\(journey.name), \(who)", blocks)
    }

    /// How many came into their stages nobody knows when.
    private func found(_ journey: Journey) throws -> String? {
        let found = try funnel.found(journey)
        guard !found.isEmpty else { return nil }
        let all = found.reduce(0) { $0 + $1.accounts }
        let stages = found.map { "\($0.stage) \($0.accounts)" }.joined(separator: ", ")
        return
            "\(all) \(all == 1 ? "entry has" : "entries have") no date (\(stages)): what the stage asks for has none in the data, or "
            + "was counted only after the account had come. They stand at the first day on which it is known to hold, and count in "
            + "no time and in no share that moved on."
    }

    private func table(of steps: [StageBenchmarks.Step], _ journey: Journey) throws -> Report.Table {
        var table = Report.Table(
            "Steps of \(journey.name)",
            [
                .init("step", .left), .init("time given"), .init("moved on, last 14 days"),
                .init("95% interval, of this look only"),
                .init("of"), .init("before"), .init("of them"), .init("half moved on in, days"),
                .init("nine of ten in, days"),
                .init("there now"), .init("stuck"), .init("", .left, key: "weak"),
            ])
        for (index, stage) in journey.stages.enumerated() {
            let later = journey.stages[(index + 1)...].map(\.name)
            let step = steps.first { $0.key.stage == stage.name }
            let open = try funnel.open(
                StageKey(journey.name, stage.name), later: later, limit: step?.figures.limit ?? stage.expected)
            guard let step else {
                table.add(
                    [.text(stage.name)] + Array(repeating: .none(""), count: 8) + [
                        .count(open.accounts), .none(""), .text(""),
                    ], leads: [nil, nil, nil, nil, nil, nil, nil, nil, nil, there(stage)])
                continue
            }
            let curve = SurvivalCurve(
                try benchmarks.stays(in: step.key, to: step.next, from: asOf - JourneyQuestion.year, until: asOf),
                least: AttritionReport.fewest)
            let figures = step.figures
            let weak = [
                figures.isWeakAgainstPast ? "weak: past" : "", figures.isWeakAgainstPeers ? "weak: others" : "",
            ]
            func days(_ share: Double) -> Report.Cell {
                curve.quantile(share).map { .number($0, .plain(0)) }
                    ?? .none(curve.end == nil ? Unmeasurable.fewAtRisk.sentence : "Fewer than that have moved on yet.")
            }
            table.add(
                [
                    .text("\(stage.name) → \(step.next)"), .text("\(step.patience)"), .share(figures.recent.rate),
                    figures.recent.total > 0 ? .interval(figures.recent.wilson(), .share) : .none(""),
                    .count(figures.recent.total), .share(figures.past.rate), .count(figures.past.total), days(0.5),
                    days(0.9),
                    .count(open.accounts),
                    figures.limit == nil ? .none("Nobody said how long is long.") : .count(open.stuck),
                    .text(weak.filter { !$0.isEmpty }.joined(separator: ", ")),
                ],
                leads: [
                    nil, nil, nil, nil, nil, nil, nil, nil, nil, there(stage),
                    figures.limit == nil ? nil : there(stage, isStuck: true),
                ])
        }
        return table
    }

    private func there(_ stage: Journey.Stage, isStuck: Bool = false) -> Report.Table.Lead {
        .accounts(AccountQuestion(inStage: stage.name, isStuck: isStuck))
    }

    private func curves(_ steps: [StageBenchmarks.Step]) throws -> [Report.Chart.Survival.Curve] {
        try steps.prefix(5).compactMap { step in
            let curve = SurvivalCurve(
                try benchmarks.stays(in: step.key, to: step.next, from: asOf - JourneyQuestion.year, until: asOf),
                least: AttritionReport.fewest)
            return curve.events > 0 ? .init(name: step.key.stage, curve) : nil
        }
    }
}
