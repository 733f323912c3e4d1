import Decisions
import Playbooks
import Statistics
import Storage

extension AttritionReport {
    /// Ages at which curves are read, in days.
    private static let ages: [Double] = [30, 90, 180, 365, 730]
    /// The horizon of mean tenures, where everybody was observed for so long.
    private static let horizon = 365.0
    /// Where fewer are at risk, one of them would decide: no curve, no sentence.
    static let fewest = 10
    /// More curves than these cannot be told apart.
    private static let mostCurves = 5

    // MARK: How long they stay

    func survival() throws -> Report.Section {
        let curve = SurvivalCurve(tenures.lifetimes().flatMap(\.lifetimes), least: Self.fewest)
        var blocks: [Report.Block] = []
        guard curve.end != nil else {
            return Report.Section(
                "How long they stay",
                [
                    .sentence(
                        "No \(Self.fewest) accounts were customers at the same age: too few to say how long they stay.")
                ])
        }
        guard curve.events > 0 else {
            let nobody = curve.table.events > 0 ? "Nobody has left at these ages." : Unmeasurable.noEvents.sentence
            blocks.append(.sentence("\(nobody) \(unseen(curve))\(range(curve))"))
            return Report.Section("How long they stay", blocks)
        }
        blocks.append(.sentence(median(curve) + range(curve)))
        blocks.append(
            .chart(.survival(.init(title: "Still customers by age", unit: "days", curves: [.init(name: "all", curve)])))
        )
        var table = Report.Table(
            "Still customers", [.init("age, days"), .init("share"), .init("95% interval"), .init("observed")])
        for age in Self.ages where curve.holds(age) {
            let observed = LifeQuestion(.stays).of(nil, age: Int(age))
            table.add(
                [
                    .count(Int(age)), .number(curve.survival(at: age), .share),
                    .interval(curve.interval(at: age), .share), .count(curve.table.atRisk(at: age)),
                ], leads: [nil, nil, nil, .customers(observed, in: segment)])
        }
        blocks.append(.table(table))
        return Report.Section("How long they stay", blocks)
    }

    /// What nobody leaving says all the same.
    private func unseen(_ curve: SurvivalCurve) -> String {
        guard let age = Self.ages.last(where: curve.holds) ?? curve.end else { return "" }
        let interval = curve.interval(at: age)
        return "With \(curve.table.atRisk(at: age)) of \(curve.table.accounts) observed for \(Int(age)) days, at most "
            + "\(Report.Unit.share.text(1 - interval.lower)) leave within them (97.5% sure)."
    }

    private func median(_ curve: SurvivalCurve) -> String {
        let who = "\(curve.table.accounts) stays, \(curve.table.events) of which have ended"
        let all = curve.start > 0 ? "those that reach day \(Int(curve.start))" : "the customers"
        guard let median = curve.quantile(0.5) else {
            return
                "\(who). More than half of \(all) are still there at every age seen, so there is no median stay."
        }
        let ends = curve.quantileInterval(0.5)
        let range =
            "\(ends.lower.map { "\(Int($0))" } ?? "\(Int(curve.start))") to "
            + "\(ends.upper.map { "\(Int($0))" } ?? "beyond what was seen")"
        return "\(who). Half of \(all) stay for \(Int(median)) days or longer (95% interval \(range))."
    }

    /// Where the curve was cut.
    private func range(_ curve: SurvivalCurve) -> String {
        guard let end = curve.end, curve.start > 0 || end < curve.table.rows.last?.time ?? 0 else { return "" }
        let start = curve.start > 0 ? "from day \(Int(curve.start)) " : ""
        return " Shown \(start)to day \(Int(end)), where at least \(Self.fewest) accounts were watched."
    }

    // MARK: When they leave

    func hazard() throws -> Report.Section {
        let months = TenureHazard(tenures.lifetimes().flatMap(\.lifetimes), length: LifeQuestion.monthOfTenure).months
        let shown = Array(months.prefix(36).filter { $0.departures.total >= Self.fewest })
        guard shown.contains(where: { $0.departures.successes > 0 }) else {
            let isEmpty = months.allSatisfy { $0.departures.successes == 0 }
            let few = "Nobody has left in a month of tenure that \(Self.fewest) customers reached."
            return Report.Section("When they leave", [.sentence(isEmpty ? Unmeasurable.noEvents.sentence : few)])
        }
        var table = Report.Table(
            "Risk by month of tenure",
            [
                .init("month"), .init("customers"), .init("exposed"), .init("left"), .init("risk"),
                .init("95% interval"),
                .init("", .left, key: "bar"),
            ])
        let most = shown.compactMap(\.departures.rate).max() ?? 1
        for month in shown {
            func lead(_ kind: LifeQuestion.Kind) -> Report.Table.Lead {
                .customers(LifeQuestion(kind).of(nil, month: month.number), in: segment)
            }
            table.add(
                [
                    .count(month.number), .count(month.watched), .count(month.departures.total),
                    .count(month.departures.successes),
                    .share(month.departures.rate), .interval(month.departures.wilson(), .share),
                    .bar((month.departures.rate ?? 0) / most),
                ], leads: [nil, lead(.stays), nil, lead(.ended)])
        }
        let line = Report.Chart.Line(
            title: "Share of those still there who leave in each month of tenure", unit: .share,
            labels: shown.map { "\($0.number)" },
            series: [
                .init(name: "risk", values: shown.map(\.departures.rate), bands: shown.map { $0.departures.wilson() })
            ])
        return Report.Section(
            "When they leave",
            [
                .sentence(worst(shown)), .chart(.line(line)), .table(table),
                .sentence(
                    "Customers were there in any part of the month. Who could be watched for a part of it only, for it is not over, or "
                        + "for they came back in it, is exposed for that part; the risk is of the exposed, as in the curve above."
                ),
            ])
    }

    /// The month whose risk is above that of the others, asked of all months at once: of thirty some month is the worst.
    private func worst(_ months: [TenureHazard.Month]) -> String {
        let known = months.filter { $0.departures.total >= 20 }
        guard known.count > 1 else { return "Fewer than two months of tenure have 20 customers, so none stands out." }
        let comparisons = known.map { month in
            let others = known.filter { $0.number != month.number }.map(\.departures)
            return ProportionComparison(
                control: others.reduce(Proportion(successes: 0, total: 0), +), treatment: month.departures)
        }
        let adjusted = Correction.holm.adjusted(comparisons.map { $0.test(.greater).p })
        guard let place = adjusted.indices.min(by: { adjusted[$0] < adjusted[$1] }), adjusted[place] < 0.05,
            let others = comparisons[place].control.rate
        else {
            return
                "No month of tenure stands out: each is asked whether more leave in it than in the others, corrected for "
                + "\(known.count) months, with one false answer in twenty reports."
        }
        let (share, month) = (Report.Unit.share, known[place])
        return
            "More leave in month \(month.number) of tenure than in the other months with 20 customers: "
            + "\(share.text(month.departures.rate ?? 0)) of those who reach it (95% interval \(share.text(month.departures.wilson()))), of the others \(share.text(others)) "
            + "(p \(Self.probability(adjusted[place])), corrected for \(known.count) months)."
    }

    // MARK: Who leaves

    private struct Named {
        var name: String
        var group: LifeQuestion.Group
        var lifetimes: [Lifetime]
        var curve: SurvivalCurve

        init(_ name: String, _ group: LifeQuestion.Group, _ lifetimes: [Lifetime]) {
            self.name = name
            self.group = group
            self.lifetimes = lifetimes
            curve = SurvivalCurve(lifetimes, least: AttritionReport.fewest)
        }
    }

    func groups() throws -> [Report.Section] {
        var sections: [Report.Section] = []
        var table = Self.comparisonTable("Segments", "segment")
        var curves: [Report.Chart.Survival.Curve] = []
        for (index, grouping) in tenures.groupings.enumerated() where grouping.kind == .segment {
            let found = tenures.lifetimes(by: index)
            func curve(_ name: String) -> SurvivalCurve {
                SurvivalCurve(found.first { $0.name == name }?.lifetimes ?? [], least: Self.fewest)
            }
            let (members, others) = (curve("1"), curve("0"))
            table.add(
                row(grouping.name, members, against: others), leads: leads(of: .init(.segment, grouping.name)))
            if curves.count < Self.mostCurves, members.events > 0 {
                curves.append(.init(name: grouping.name, members))
            }
        }
        if !table.rows.isEmpty {
            sections.append(
                Report.Section(
                    "By segment",
                    [
                        .sentence(
                            "Each segment against all other accounts, as the accounts are now, or were before they left. A segment "
                                + "that is made of usage shows who had stopped, not who will leave.")
                    ] + chart("Still customers by segment", curves) + [.table(table)]))
        }
        for (index, grouping) in tenures.groupings.enumerated() where grouping.kind == .attribute {
            let found = tenures.lifetimes(by: index).map {
                Named(
                    $0.name.isEmpty ? "(none)" : $0.name, .init(.attribute, "\(grouping.name):\($0.name)"), $0.lifetimes
                )
            }
            if found.count > 1 { sections.append(section("By \(grouping.name)", grouping.name, found)) }
        }
        let journeys = try tenures.stages(workspace.journeys).map {
            Named(
                "\($0.key.journey): \($0.key.stage)", .init(.stage, "\($0.key.journey):\($0.key.stage)"), $0.lifetimes)
        }.filter { $0.curve.table.accounts > 0 }
        if !journeys.isEmpty {
            let note = Report.Block.sentence(
                "From the day on which an account came into a stage; it is out of sight when it moves on, so that a stage is not "
                    + "credited with the time before or after it.")
            var section = self.section("By stage of the journey", "stage", journeys)
            section.blocks.insert(note, at: 0)
            sections.append(section)
        }
        return sections
    }

    private func chart(_ title: String, _ curves: [Report.Chart.Survival.Curve]) -> [Report.Block] {
        curves.isEmpty ? [] : [.chart(.survival(.init(title: title, unit: "days", curves: curves)))]
    }

    private func section(_ title: String, _ what: String, _ groups: [Named]) -> Report.Section {
        var table = Self.comparisonTable(title, what)
        for (index, group) in groups.enumerated() {
            let others = groups.indices.filter { $0 != index }.flatMap { groups[$0].lifetimes }
            table.add(
                row(group.name, group.curve, against: SurvivalCurve(others, least: Self.fewest)),
                leads: leads(of: group.group))
        }
        let curves = groups.filter { $0.curve.events > 0 }.prefix(Self.mostCurves).map {
            Report.Chart.Survival.Curve(name: $0.name, $0.curve)
        }
        let test = Self.logRank(groups.map(\.curve.table))
        let sentence =
            switch test {
            case .success(let test):
                "Whether \(Self.tested(groups.map(\.curve.table))) leave at different rates: log-rank χ² = \(Report.Unit.plain(2).text(test.chiSquared)) with "
                    + "\(test.degrees) \(test.degrees == 1 ? "degree" : "degrees") of freedom, p \(Self.probability(test.p))."
            case .failure(let reason): Self.sentence(reason)
            }
        return Report.Section(
            title, [.sentence(sentence)] + chart("Still customers \(title.lowercased())", curves) + [.table(table)])
    }

    /// The groups that the test is of, in words.
    private static func tested(_ groups: [RiskTable]) -> String {
        let large = groups.count { $0.accounts >= fewest }
        return large == groups.count ? "the groups" : "the \(large) groups of at least \(fewest) accounts"
    }

    /// With fewer accounts in a group the statistic does not follow χ²; such groups are left out.
    static func logRank(_ groups: [RiskTable]) -> Result<LogRank, Unmeasurable> {
        let large = groups.filter { $0.accounts >= fewest }
        return large.count < 2 && groups.count > 1 ? .failure(.fewAtRisk) : LogRank.test(large)
    }

    static func probability(_ p: Double) -> String { Report.Unit.probability.text(p) }

    static func comparisonTable(_ title: String, _ what: String) -> Report.Table {
        Report.Table(
            title,
            [
                .init(what, .left), .init("stays"), .init("left"), .init("there at 90 days"),
                .init("there at 365 days"),
                .init("95% interval"), .init("mean days more, of a year"), .init("its 95% interval"),
                .init("log-rank p"),
            ])
    }

    /// The stays of a group, and those that ended.
    func leads(of group: LifeQuestion.Group) -> [Report.Table.Lead?] {
        [nil] + [.stays, .ended].map { .customers(LifeQuestion($0).of(group), in: segment) }
    }

    /// One group: where it stands, and how it differs from all others.
    private func row(_ name: String, _ curve: SurvivalCurve, against others: SurvivalCurve) -> [Report.Cell] {
        func there(at age: Double) -> Report.Cell {
            curve.holds(age) ? .number(curve.survival(at: age), .share) : .none(Self.whyNot(curve, age).sentence)
        }
        let interval: Report.Cell =
            curve.holds(Self.horizon) ? .interval(curve.interval(at: Self.horizon), .share) : .none("")
        var cells: [Report.Cell] = [
            .text(name), .count(curve.table.accounts), .count(curve.table.events), there(at: 90),
            there(at: Self.horizon),
            interval,
        ]
        guard others.table.accounts > 0 else {
            let alone = Report.Cell.none("There is no account outside of it to compare with.")
            return cells + [alone, .none(""), alone]
        }
        switch Self.difference(curve, others, horizon: Self.horizon) {
        case .success(let difference):
            cells += [.number(difference.estimate, .days), .interval(difference.interval(), .days)]
        case .failure(let reason): cells += [.none(Self.sentence(reason)), .none("")]
        }
        switch Self.logRank([curve.table, others.table]) {
        case .success(let test): cells.append(.number(test.p, .probability))
        case .failure(let reason): cells.append(.none(Self.sentence(reason)))
        }
        return cells
    }

    /// Why groups cannot be compared by how long they stay.
    static func sentence(_ reason: Unmeasurable) -> String {
        reason == .noVariance
            ? "At each age all or none of those left who could be seen, so a difference has no scale." : reason.sentence
    }

    /// Why a curve says nothing about an age.
    static func whyNot(_ curve: SurvivalCurve, _ age: Double) -> Unmeasurable {
        age <= curve.table.rows.last?.time ?? 0 ? .fewAtRisk : .beyondObservation
    }

    /// How much longer one group stays on average within a horizon.
    static func difference(
        _ curve: SurvivalCurve, _ others: SurvivalCurve, horizon: Double
    ) -> Result<RestrictedMean.Difference, Unmeasurable> {
        curve.restrictedMean(to: horizon).flatMap { mean in
            others.restrictedMean(to: horizon).flatMap { mean.difference(from: $0) }
        }
    }
}
