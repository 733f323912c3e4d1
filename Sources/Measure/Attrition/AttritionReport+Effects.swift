import Decisions
import Playbooks
import Statistics
import Storage

extension AttritionReport {
    // MARK: What all playbooks did together

    func together() throws -> Report.Section? {
        let title = "What all playbooks did together"
        let name = workspace.configuration.workspace
        guard let holdout = try stays.globalHoldout(of: name) else {
            let why =
                workspace.configuration.holdout > 0
                ? "The global holdout has not been drawn yet; the first cycle draws it."
                : "There is no global holdout, so nobody can tell what all playbooks did together: add "
                    + "`holdout: { share: 5%, redraw: yearly }` to keeptouch.yaml."
            return Report.Section(title, [.sentence(why)])
        }
        let (held, others) = (holdout.heldOut, holdout.others)
        let comparison = ProportionComparison(control: held, treatment: others)
        var table = Report.Table(
            "Global holdout",
            [.init("", .left), .init("customers"), .init("left"), .init("share"), .init("95% interval")])
        for (name, arm) in [("held out", held), ("all others", others)] {
            table.add([
                .text(name), .count(arm.total), .count(arm.successes), .share(arm.rate),
                arm.total > 0 ? .interval(arm.wilson(), .share) : .none(""),
            ])
        }
        let sentence: String
        if let difference = comparison.difference {
            let interval = comparison.newcombe()
            let unit = Report.Unit.points
            let verdict =
                interval.upper < 0
                ? "The playbooks kept accounts"
                : interval.lower > 0 ? "The playbooks lost accounts" : "No difference is shown"
            let kept = -difference * Double(others.total)
            let size =
                interval.lower > 0 || interval.upper < 0
                ? ": about \(Report.Unit.plain(0).text(abs(kept))) of \(others.total)" : ""
            sentence =
                "Customers of \(holdout.from), when the holdout of \(Report.Unit.share.text(holdout.share)) "
                + "(\(holdout.period)) was drawn, and who of them has left since. The others differ by "
                + "\(unit.text(difference)) points (95% interval \(unit.text(interval))). \(verdict)\(size)."
        } else {
            sentence =
                "The holdout of \(holdout.period) or the others have no customers yet: there is nothing to compare."
        }
        var blocks: [Report.Block] = [.sentence(sentence), .table(table)]
        if let difference = comparison.difference {
            blocks.append(
                .chart(
                    .intervals(
                        .init(
                            title: "Departures of all others less those held out, points", unit: .points,
                            rows: [.init(label: "all playbooks", estimate: difference, interval: comparison.newcombe())]
                        ))))
        }
        return Report.Section(title, blocks)
    }

    // MARK: By arm

    func arms() throws -> Report.Section? {
        let arms = try stays.arms()
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
            let test = LogRank.test(tables)
            for (arm, risk) in zip(own, tables) {
                let curve = SurvivalCurve(risk)
                let isSeen = 90 <= curve.end ?? 0
                table.add([
                    .text("\(name) (period \(arm.period))"), .text(arm.arm.rawValue), .count(risk.accounts),
                    .count(risk.events),
                    isSeen ? .number(curve.survival(at: 90), .share) : .none(Unmeasurable.beyondObservation.sentence),
                    isSeen ? .interval(curve.interval(at: 90), .share) : .none(""),
                    own.count < 2
                        ? .none("There is no holdout to compare with.")
                        : .of(test) { .text(Self.probability($0.p)) },
                ])
                if curves.count < 4, risk.events > 0, own.count > 1 {
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
