import Decisions
import Playbooks
import Statistics
import Storage

extension AttritionReport {
    // MARK: What all playbooks did together

    func together() throws -> Report.Section? {
        let title = "What all playbooks did together"
        let name = workspace.configuration.workspace
        guard let holdout = try tenures.globalHoldout(of: name) else {
            let why =
                workspace.configuration.holdout > 0
                ? "The global holdout has not been drawn yet; the first cycle draws it."
                : "There is no global holdout, so nobody can tell what all playbooks did together: add "
                    + "`holdout: { share: 5%, redraw: yearly }` to keeptouch.yaml."
            return Report.Section(title, [.sentence(why)])
        }
        let comparison = GlobalHoldoutComparison(holdout)
        let (held, others) = (comparison.look.heldOut, comparison.look.others)
        var table = Report.Table(
            "Global holdout",
            [
                .init("", .left, key: "side"), .init("customers"), .init("left"), .init("share"),
                .init("95% interval, of this look only"),
            ])
        for ((name, arm), side) in zip([("held out", held), ("all others", others)], LifeQuestion.sides) {
            let group = LifeQuestion.Group(.holdout, side)
            let there = LifeQuestion(.customers, since: holdout.from).of(group)
            let left = LifeQuestion(.left, since: holdout.from, until: comparison.look.at).of(group)
            table.add(
                [
                    .text(name), .count(arm.total), .count(arm.successes), .share(arm.rate),
                    arm.total > 0 ? .interval(arm.wilson(), .share) : .none(""),
                ], leads: [nil, .customers(there, in: segment), .customers(left, in: segment)])
        }
        guard let difference = comparison.difference else {
            let nobody =
                "The holdout of \(holdout.period) or the others have no customers yet: there is nothing to compare."
            return Report.Section(title, [.sentence(nobody), .table(table)])
        }
        let unit = Report.Unit.points
        let interval = comparison.interval.map { " (\(unit.text($0)), holds at any look)" } ?? ""
        let when =
            holdout.weeks.isEmpty
            ? "since; the first weekly look is on \(holdout.from + 7)"
            : "by the weekly look of \(comparison.look.at) (the last one is due by \(holdout.until))"
        let period = holdout.period == "always" ? "" : " for \(holdout.period)"
        let sentence =
            "Customers of \(holdout.from), when the holdout of \(Report.Unit.share.text(holdout.share)) "
            + "was drawn\(period), and who of them has left \(when). The others differ by "
            + "\(unit.text(difference)) points\(interval). \(comparison.verdict)"
        let ratio =
            "Drawn as they should be? \(held.total) to \(others.total) for \(Report.Unit.share.text(holdout.share)), "
            + "p \(ExperimentPeriod.p(comparison.ratio.p)): \(comparison.ratio.isAlarm ? "no" : "yes")."
        var blocks: [Report.Block] = [.sentence(sentence), .table(table), .sentence(ratio)]
        if let interval = comparison.interval {
            blocks.append(
                .chart(
                    .intervals(
                        .init(
                            title: "Departures of all others less those held out, points; holds at any look",
                            unit: .points,
                            rows: [.init(label: "all playbooks", estimate: difference, interval: interval)]))))
        }
        return Report.Section(title, blocks)
    }

    // MARK: By arm

    func arms() throws -> Report.Section? {
        let arms = try tenures.arms()
        guard !arms.isEmpty else { return nil }
        var table = Report.Table(
            "Arms",
            [
                .init("experiment", .left), .init("arm", .left), .init("customers"), .init("left"),
                .init("there at 90 days"),
                .init("95% interval"), .init("log-rank p"),
            ])
        var curves: [Report.Chart.Survival.Curve] = []
        for name in arms.map(\.experiment).reduce(into: [String](), { if $0.last != $1 { $0.append($1) } }) {
            let own = arms.filter { $0.experiment == name }
            let tables = own.map { RiskTable($0.lifetimes) }
            let test = Self.logRank(tables)
            for (arm, risk) in zip(own, tables) {
                let curve = SurvivalCurve(risk, least: Self.fewest)
                let isSeen = curve.holds(90)
                table.add(
                    [
                        .text("\(name) (period \(arm.period))"), .text(arm.arm.rawValue), .count(risk.accounts),
                        .count(risk.events),
                        isSeen ? .number(curve.survival(at: 90), .share) : .none(Self.whyNot(curve, 90).sentence),
                        isSeen ? .interval(curve.interval(at: 90), .share) : .none(""),
                        own.count < 2
                            ? .none("There is no holdout to compare with.")
                            : .of(test) { .number($0.p, .probability) },
                    ], leads: [nil] + leads(of: .init(.arm, "\(name):\(arm.arm.rawValue)")))
                if curves.count < 4, curve.events > 0, own.count > 1 {
                    curves.append(.init(name: "\(name): \(arm.arm.rawValue)", curve))
                }
            }
        }
        var blocks: [Report.Block] = [
            .sentence(
                "From the day of the assignment, as assigned, whatever became of it. These p-values are of one look; "
                    + "`report experiment` is where to decide.")
        ]
        if !curves.isEmpty {
            blocks.append(
                .chart(.survival(.init(title: "Still customers by arm", unit: "days", curves: curves))))
        }
        return Report.Section("By arm of the playbooks", blocks + [.table(table)])
    }
}
