import Playbooks
import Statistics
import Storage

extension ExperimentPeriod {
    /// The effect without the part that the time before the entry explains (CUPED).
    var adjustedBlocks: [Report.Block] {
        guard arms.isComparison, primary.counts.contains(where: { $0.matured > 0 }) else { return [] }
        guard let usage else { return byAccounts }
        let known = usage.rows.filter(\.isKnown)
        let (sum, count) = known.reduce((0.0, 0)) { ($0.0 + $1.sum, $0.1 + $1.count) }
        guard count > 0 else {
            return [
                .sentence("No adjustment for prior usage (CUPED): \(usage.metric) has no value before the entries.")
            ] + byAccounts
        }
        let mean = sum / Double(count)
        var sides = Array(repeating: Cuped.Arm(figures: 1), count: arms.arms.count)
        var missing = 0
        for row in usage.rows {
            guard let place = arms.place(row.arm) else { continue }
            let (n, goals) = (Double(row.count), Double(row.goals))
            sides[place] =
                sides[place]
                + Cuped.Arm(
                    count: row.count, preSum: row.isKnown ? row.sum : mean * n,
                    preSquares: row.isKnown ? row.squares : mean * mean * n, postSum: goals, postSquares: goals,
                    products: row.isKnown ? row.products : mean * goals)
            if !row.isKnown { missing += row.count }
        }
        var blocks = adjusted("Adjusted for prior \(usage.metric) (CUPED)", sides)
        if missing > 0 {
            blocks.append(
                .sentence(
                    missing == 1
                        ? "1 account has no \(usage.metric) before the entry and counts with the mean."
                        : "\(missing) accounts have no \(usage.metric) before the entry and count with the mean."))
        }
        return blocks
    }

    /// By what is known of every account, where the goal has no figure of the time before.
    private var byAccounts: [Report.Block] {
        var sides = Array<Cuped.Arm?>(repeating: nil, count: arms.arms.count)
        for (arm, sums) in before {
            guard let place = arms.place(arm) else { continue }
            sides[place] = sides[place].map { $0 + sums } ?? sums
        }
        let known = sides.compactMap(\.self)
        guard known.count == sides.count else { return [] }
        return adjusted("Adjusted for tenure, MRR and earlier departures (CUPED)", known)
    }

    /// - Parameter caution: by arm, how many times as wide its interval is to be; 1 where nothing is said.
    func adjusted(_ title: String, _ sides: [Cuped.Arm], caution: [Double] = []) -> [Report.Block] {
        var table = Report.Table(
            title,
            [
                .init("arm", .left), .init("adjusted effect, \(effectUnitName)"),
                .init("95% interval, \(effectUnitName), \(Self.once)"),
                .init("interval width against unadjusted"), .init("accounts"),
            ])
        for arm in arms.arms.indices.dropFirst() {
            let cuped = Cuped(control: sides[0], treatment: sides[arm])
            let (own, plain) = (cuped.effect(.absolute), cuped.unadjusted(.absolute))
            let width = own.flatMap { own in plain.map { own.standardError / $0.standardError } }
            let wide = own.map { effect in
                var effect = effect
                effect.standardError *= caution.indices.contains(arm) ? caution[arm] : 1
                return effect
            }
            table.add(
                [
                    .text(arms.arms[arm].name), said(.of(own) { .number($0.estimate, effectUnit) }),
                    said(.of(wide) { .interval(bounded($0.interval()), effectUnit) }),
                    said(.of(width) { .number($0, .share) }), .count(sides[arm].count),
                ], leads: [nil, nil, nil, nil, lead(arm, .matured)])
        }
        return [
            .sentence("\(title): the same effect without the part that the time before the entry explains."),
            .table(table),
        ]
    }
}
