import Playbooks
import Statistics
import Storage

/// How the figures of the goal are written, and what is said of a goal that is a mean.
extension ExperimentPeriod {
    var goalTitle: String {
        if let measured { return "Goal: the mean of \(measured.goal.figure.words)" }
        return period.hasGoal ? "Goal" : "Goal: none, so staying counts"
    }

    /// Of the goal itself: a share, an amount of money, a number.
    var levelUnit: Report.Unit {
        measured.map { $0.goal.isMoney ? .money(currency) : .plain(2) } ?? .share
    }

    /// Of its difference.
    var effectUnit: Report.Unit { measured == nil ? .points : levelUnit }

    /// The unit in the title of a column: `points`, `USD`, `logins`.
    var effectUnitName: String { measured.map { $0.goal.metric ?? currency } ?? "points" }

    /// A rate or a mean as sentences say it: `12.0%`, `49.00 USD`.
    func level(_ value: Double) -> String {
        let text = levelUnit.text(value)
        return measured == nil ? text : "\(text) \(effectUnitName)"
    }

    /// The size of a difference as sentences say it: `3.1 points`, `4.20 USD`.
    func amount(_ value: Double) -> String {
        let text = effectUnit.text(abs(value)).replacing("+", with: "")
        return measured == nil && text == "1.0" ? "1.0 point" : "\(text) \(effectUnitName)"
    }

    /// `its rate of goal`, `its mean of MRR at the end`.
    var goalPhrase: String { "its \(measured == nil ? "rate" : "mean") of \(goalName)" }

    /// The arms with their means.
    var meanTable: Report.Table {
        var table = Report.Table(
            "Arms",
            [
                .init("arm", .left), .init("share drawn"), .init("matured"), .init("still open"),
                .init("mean of \(goalName), \(effectUnitName)"), .init("standard deviation, \(effectUnitName)"),
                .init("95% interval of the mean, \(Self.once)"),
            ])
        let pooled = Sample.pooledVariance(figures.map(\.plain.sample))
        for (index, arm) in arms.arms.enumerated() {
            guard case .mean(let sample) = figures[index].plain else { continue }
            let none = Report.Cell.none(
                (sample.count == 0 ? Unmeasurable.noAccounts : .tooFew).sentence)
            table.add(
                [
                    .text(arm.name), .number(arm.weight, .share), .count(primary.counts[index].matured),
                    .count(primary.counts[index].open), sample.count > 0 ? .number(sample.mean, levelUnit) : none,
                    sample.count > 1 ? .number(sample.variance.squareRoot(), levelUnit) : none,
                    sample.count >= ArmFigure.fewestOfMean
                        ? sample.interval(variance: pooled).map { .interval($0, levelUnit) } ?? none
                        : .none(
                            "With fewer than \(ArmFigure.fewestOfMean) accounts no interval of a mean can be trusted."),
                ], leads: [nil, nil, lead(index, .matured), lead(index, .open)])
        }
        return table
    }

    /// The effect without the part that the same figure before the entry explains (CUPED).
    var adjustedMeanBlocks: [Report.Block] {
        guard let measured, arms.isComparison else { return [] }
        let known = measured.own.filter { $0.knownAt <= moment && $0.value != nil }
        let before = known.compactMap(\.before)
        guard before.count > 1 else { return [] }
        let mean = before.reduce(0, +) / Double(before.count)
        var sides = Array(repeating: Cuped.Arm(figures: 1), count: arms.arms.count)
        for entry in known {
            guard let place = arms.place(entry.arm), let value = entry.value else { continue }
            sides[place].add([entry.before ?? mean], measured.limited(value))
        }
        let what = measured.goal.metric.map { "prior \($0)" } ?? "MRR at the entry"
        let caution = figures.indices.map { arm in
            ArmContrast(control: figures[0].plain, treatment: figures[arm].plain).caution
        }
        return adjusted("Adjusted for \(what) (CUPED)", sides, caution: caution)
    }

    /// What must be known to read the means.
    var meanNotes: [String] {
        guard let measured else { return [] }
        var notes: [String] = []
        if let limits = measured.limits {
            notes.append(
                "Figures below \(level(limits.lower)) and above \(level(limits.upper)) count as these: the outermost "
                    + "\(Report.Unit.share.text(measured.goal.winsorize)) of accounts on each side, fixed with the plan."
            )
        }
        if measured.unknown > 0 {
            notes.append(
                measured.unknown == 1
                    ? "Of 1 account the figure is not known; it counts in no mean."
                    : "Of \(measured.unknown) accounts the figure is not known; they count in no mean.")
        }
        switch measured.goal.figure {
        case .revenue, .revenueChange:
            notes.append("Whoever had left when the window ended paid nothing then, and counts with that.")
        case .sum, .average: notes.append("Counted are the days that lie wholly in the window.")
        }
        return notes
    }

    /// What a year would show of a mean.
    func reachableMean(_ plan: ExperimentPlan, _ sizes: Design.Size) -> String {
        guard let deviation = plan.deviation else { return "" }
        switch Design(alpha: 0.05 / Double(arms.arms.count - 1)).detectable(deviation: deviation, size: sizes) {
        case .success(let change): return " A year shows a change of \(amount(change)) or more."
        case .failure(let reason): return " \(reason.sentence)"
        }
    }
}
