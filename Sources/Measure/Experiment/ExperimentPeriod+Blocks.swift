import Playbooks
import Statistics
import Storage

extension ExperimentPeriod {
    /// A figure that may be believed at one look, and one that may be at any.
    static let once = "of this look only"
    /// Differences of shares.
    private static let possible = Interval(lower: -1, upper: 1)
    private var label: String { rule == .fixed ? Self.once : "holds at any look" }

    /// Whether the control and another arm have accounts whose time is over.
    var isComparable: Bool {
        arms.isComparison && primary.counts[0].matured > 0 && primary.counts.dropFirst().contains { $0.matured > 0 }
    }

    /// Arms with their rates, and each against the control.
    var primaryBlocks: [Report.Block] {
        let table = measured == nil ? shareTable : meanTable
        guard arms.isComparison else { return [.table(table)] }
        guard isComparable else { return [.table(table)] + coming }
        return chart + course + [.table(table), .table(effects)]
    }

    /// The last looks, each with what it saw and what it allowed.
    private var course: [Report.Block] {
        let mostLooks = 12
        return primaryComparison.readings.enumerated().compactMap { index, reading in
            guard reading.course.count > 1 else { return nil }
            return .chart(
                .intervals(
                    Report.Chart.Intervals(
                        title: "\(arms.arms[index + 1].name) look by look, \(effectUnitName); \(label)",
                        unit: effectUnit,
                        rows: reading.course.suffix(mostLooks).map {
                            .init(label: "\(zone.day(of: $0.at))", estimate: $0.difference, interval: $0.interval)
                        })))
        }
    }

    /// The accounts that an arm's number of a figure counts.
    func lead(
        _ arm: Int, _ standing: ExperimentQuestion.Standing, of figure: PlaybookEntries.Figure = .outcome,
        group: ExperimentQuestion.Group? = nil
    ) -> Report.Table.Lead {
        var question = AccountQuestion()
        question.experiment = ExperimentQuestion(
            name, period: period.number, arm: arms.arms[arm].name, outcome: figure.name, standing, look: moment,
            group: group)
        return .accounts(question)
    }

    /// Of the three columns that count: whose time is over, who has time left, and to whom it happened.
    private func leads(_ arm: Int, of figure: PlaybookEntries.Figure) -> [Report.Table.Lead?] {
        [lead(arm, .matured, of: figure), lead(arm, .open, of: figure), lead(arm, .hit, of: figure)]
    }

    private var shareTable: Report.Table {
        var table = Report.Table(
            "Arms",
            [
                .init("arm", .left), .init("share drawn"), .init("matured"), .init("still open"), .init(goalName),
                .init("rate"), .init("95% interval of the rate, \(Self.once)"),
            ])
        for (index, arm) in arms.arms.enumerated() {
            let (count, share) = (primary.counts[index], primary.proportion(index))
            table.add(
                [
                    .text(arm.name), .number(arm.weight, .share), .count(count.matured), .count(count.open),
                    .count(count.hits), .share(share.rate),
                    share.total > 0 ? .interval(share.wilson(), .share) : .none(Unmeasurable.noAccounts.sentence),
                ], leads: [nil, nil] + leads(index, of: .outcome))
        }
        return table
    }

    /// When outcomes will be known, where none is.
    private var coming: [Report.Block] {
        guard let first = maturing.first else { return [] }
        var total = 0
        let values = maturing.map { week -> Double? in
            total += week.accounts
            return Double(total)
        }
        let line = Report.Chart.Line(
            title: "Accounts whose outcome will be known", unit: .plain(0),
            labels: maturing.map { "\(zone.day(of: $0.last))" },
            series: [.init(name: "matured", values: values)])
        let early = zip(arms.names, primary.counts).filter { $0.1.matured == 0 }.map(\.0)
        let nobody =
            early.count == arms.arms.count
            ? "Nobody's time is over yet. The first outcome"
            : "Of \(early.joined(separator: ", ")) nobody's time is over yet. The next outcome"
        return [
            .sentence(
                "\(nobody) is known on \(zone.day(of: first.first)); of those who have entered by now, all by "
                    + "\(zone.day(of: (maturing.last ?? first).last))."),
            .chart(.line(line)),
        ]
    }

    private var beliefs: Beliefs? {
        let all = arms.arms.indices.map { primary.proportion($0) }
        let pooled = all.reduce(Proportion(successes: 0, total: 0), +).rate
        guard let base = (try? plan?.get())?.base ?? pooled, base > 0, base < 1 else { return nil }
        return Beliefs(prior: Beta(rate: base, weight: 30), data: all, better: .higher)
    }

    private var effects: Report.Table {
        var table = Report.Table(
            "Against \(arms.control)",
            [
                .init("arm", .left), .init("effect, \(effectUnitName)"),
                .init("interval, \(effectUnitName), \(label)"), .init("relative"),
                .init("95% interval of relative, \(Self.once)"),
            ]
                + (measured == nil
                    ? [.init("chance to beat, \(Self.once)"), .init("expected loss, points, \(Self.once)")] : []))
        let beliefs = beliefs
        let isEmpty = primary.counts.allSatisfy { $0.matured == 0 }
        let unknown = Report.Cell.none((isEmpty ? Unmeasurable.noAccounts : .noVariance).sentence)
        for arm in arms.arms.indices.dropFirst() {
            let reading =
                primaryComparison.readings.indices.contains(arm - 1)
                ? primaryComparison.readings[arm - 1] : ArmComparison.Reading()
            let contrast = ArmContrast(control: figures[0], treatment: figures[arm])
            // Of a mean that may as well be zero a share says nothing, however large.
            let lift = contrast.liftInterval()
            let boundless = Report.Cell.none(
                "The control's mean is not told from zero, so there is no relative change.")
            let relative = contrast.effect(.relative)
            table.add([
                .text(arms.arms[arm].name),
                contrast.difference.map { .number($0, effectUnit) } ?? .none(Unmeasurable.noAccounts.sentence),
                reading.interval.map { .interval($0, effectUnit) } ?? .none(whyNoInterval(contrast)),
                .of(relative) { lift == nil ? boundless : .number($0.estimate, .change) },
                .of(relative) { _ in lift.map { .interval($0, .change) } ?? boundless },
                beliefs.map { .number($0.chance(of: arm, toBeat: 0), .share) } ?? unknown,
                beliefs.map { .number($0.expectedLoss(choosing: arm, insteadOf: 0), .points) } ?? unknown,
            ])
        }
        return table
    }

    private func whyNoInterval(_ contrast: ArmContrast) -> String {
        if contrast.control.total == 0 || contrast.treatment.total == 0 { return Unmeasurable.noAccounts.sentence }
        if contrast.score(bound: 1) == nil { return Unmeasurable.noVariance.sentence }
        if primaryComparison.planned == nil { return "There is no plan yet, and so no bound." }
        return measured == nil
            ? "Before every arm has 10 of each no interval is given."
            : "Before every arm has \(ArmFigure.fewestOfMean) accounts no interval is given."
    }

    private var chart: [Report.Block] {
        let rows = primaryComparison.readings.enumerated().map { index, reading in
            Report.Chart.Intervals.Row(
                label: arms.arms[index + 1].name, estimate: reading.difference, interval: reading.interval)
        }
        guard rows.contains(where: { $0.interval != nil }) else { return [] }
        return [
            .chart(
                .intervals(
                    Report.Chart.Intervals(
                        title: "Effect against \(arms.control), \(effectUnitName); \(label)", unit: effectUnit,
                        rows: rows)))
        ]
    }

    /// Attrition and everything else that happened, each arm against the control.
    var secondaryBlocks: [Report.Block] {
        var table = Report.Table(
            "Other outcomes",
            [
                .init("outcome", .left), .init("arm", .left), .init("matured"), .init("still open"), .init("count"),
                .init("share"), .init("effect, points"), .init("95% interval, points, \(Self.once)"),
                .init("adjusted p"),
            ])
        var tests: [Double] = []
        let told = secondary.filter { $0.counts.contains { $0.matured > 0 } }
        let early = secondary.filter { $0.counts.allSatisfy { $0.matured == 0 } }.map(\.title)
        for figure in told {
            for arm in arms.arms.indices.dropFirst() where figure.comparison(arm).difference != nil {
                tests.append(figure.comparison(arm).test().p)
            }
        }
        var adjusted = Correction.benjaminiHochberg.adjusted(tests)[...]
        for figure in told {
            for arm in arms.arms.indices {
                let count = figure.counts[arm]
                let comparison = figure.comparison(arm)
                var cells: [Report.Cell] = [
                    .text(arm == 0 ? figure.title : ""), .text(arms.arms[arm].name), .count(count.matured),
                    .count(count.open), .count(count.hits), .share(figure.proportion(arm).rate),
                ]
                if arm == 0 {
                    cells += [.none(""), .none(""), .none("")]
                } else if let difference = comparison.difference {
                    cells += [
                        .number(difference, .points), .interval(comparison.newcombe(), .points),
                        .number(adjusted.popFirst() ?? 1, .probability),
                    ]
                } else {
                    let reason = Report.Cell.none("Nobody of an arm has had the time yet.")
                    cells += [reason, reason, reason]
                }
                table.add(cells, leads: [nil, nil] + leads(arm, of: figure.kind))
            }
        }
        return [
            .table(table),
            .sentence(
                "These are side results: p is adjusted by Benjamini and Hochberg over all of them, and no verdict rests on "
                    + "them. Churn counts from the entry, for every account that was assigned."
                    + (early.isEmpty ? "" : " Nobody has had the time yet for: \(early.joined(separator: ", ")).")),
        ]
    }

    var guardrailBlocks: [Report.Block] {
        var table = Report.Table(
            "Guardrail metrics",
            [
                .init("metric", .left), .init("arm", .left), .init("matured"), .init("still open"), .init("count"),
                .init("share"), .init("effect, points"), .init("95% upper bound, points, \(label)"),
                .init("margin, points"),
                .init("result", .left),
            ])
        let standings = guardrailStandings
        for (place, guardrail) in guardrails.enumerated() {
            for arm in arms.arms.indices {
                let count = guardrail.figure.counts[arm]
                var cells: [Report.Cell] = [
                    .text(arm == 0 ? guardrail.figure.title : ""), .text(arms.arms[arm].name), .count(count.matured),
                    .count(count.open), .count(count.hits), .share(guardrail.figure.proportion(arm).rate),
                ]
                if arm > 0 {
                    let test = test(guardrail, arm)
                    let early = Report.Cell.none("There is no plan yet, and so no bound.")
                    let result =
                        switch standings[arm - 1][place].standing {
                        case .holds: "holds"
                        case .open: "not shown yet"
                        case .broken: "broken"
                        }
                    cells += [
                        test.map { .number($0.difference, .points) } ?? early,
                        test.map { .number($0.upper, .points) } ?? early,
                        .number(guardrail.margin, .points), .text(result),
                    ]
                }
                table.add(cells, leads: [nil, nil] + leads(arm, of: guardrail.figure.kind))
            }
        }
        return guardrails.isEmpty ? [] : [.table(table)]
    }

    /// Whether the draw held on the way, what delivery did, and what usage before explains.
    var checkBlocks: [Report.Block] {
        var table = Report.Table(
            "Sample ratio", [.init("point", .left), .init("accounts", .left), .init("p"), .init("result", .left)])
        for check in checks {
            let names = check.observed.count == arms.arms.count ? arms.names : ["holdout", "treated"]
            let counts = zip(names, check.observed).map { "\($1) \($0)" }.joined(separator: ", ")
            let result =
                check.ratio.leaked > 0
                ? "accounts in an arm of weight zero" : check.ratio.isAlarm ? "mismatch" : "as drawn"
            table.add([.text(check.point), .text(counts), .number(check.ratio.p, .probability), .text(result)])
        }
        var blocks: [Report.Block] = checks.isEmpty ? [] : [.table(table)]
        if measured == nil, let delivered = deliveryTable { blocks.append(.table(delivered)) }
        return blocks + (measured == nil ? adjustedBlocks : adjustedMeanBlocks)
    }

    /// Of a handful, or of an outcome that is the same for all, an interval would have no width, or reach beyond the possible.
    func said(_ cell: Report.Cell) -> Report.Cell {
        guard measured == nil else { return cell }
        let (matured, reached) = primary.counts.reduce((0, 0)) { ($0.0 + $1.matured, $0.1 + $1.hits) }
        guard reached > 0, reached < matured else { return .none(Unmeasurable.noVariance.sentence) }
        return primary.counts.allSatisfy { $0.matured >= 10 }
            ? cell : .none("Fewer than 10 accounts of an arm have matured.")
    }

    /// An interval of a difference, cut down to what is possible.
    func bounded(_ interval: Interval) -> Interval {
        measured == nil ? interval.intersection(Self.possible) ?? interval : interval
    }

    private var deliveryTable: Report.Table? {
        guard arms.isComparison, primary.counts.contains(where: { $0.matured > 0 }) else { return nil }
        var table = Report.Table(
            "Where the message arrived",
            [
                .init("arm", .left), .init("matured"), .init("reached"), .init("share reached"),
                .init("effect on the reached, points"), .init("95% interval, points, \(Self.once)"),
            ])
        func side(_ arm: Int) -> ComplierEffect.Arm {
            let (yes, no) = (delivery[arm].reached, delivery[arm].not)
            return ComplierEffect.Arm(
                delivered: Proportion(successes: yes.hits, total: yes.matured),
                undelivered: Proportion(successes: no.hits, total: no.matured))
        }
        for arm in arms.arms.indices {
            let own = side(arm)
            let share = Proportion(successes: own.delivered.total, total: own.all.total)
            var cells: [Report.Cell] = [
                .text(arms.arms[arm].name), .count(own.all.total), .count(own.delivered.total), .share(share.rate),
            ]
            if arm > 0 {
                let effect = ComplierEffect.between(side(0), own)
                // No share moves by more than all of itself.
                let few = Report.Cell.none("The reached are too few to have made the difference.")
                func cell(_ effect: ComplierEffect, _ cell: Report.Cell) -> Report.Cell {
                    Self.possible.contains(effect.estimate) ? cell : few
                }
                cells += [
                    said(.of(effect) { cell($0, .number($0.estimate, .points)) }),
                    said(.of(effect) { cell($0, .interval(bounded($0.interval()), .points)) }),
                ]
            } else {
                cells += [.none(""), .none("")]
            }
            table.add(cells, leads: [nil, lead(arm, .matured), lead(arm, .reached)])
        }
        return table
    }
}
