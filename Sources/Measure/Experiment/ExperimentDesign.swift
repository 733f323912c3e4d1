package import Playbooks
import Statistics
package import Storage

/// `report experiment --design`: what an experiment would take, before it is begun.
package struct ExperimentDesign {
    private let playbook: Playbook
    private let asOf: Instant
    /// What is counted on of the control.
    private enum Base {
        /// The rate of a goal.
        case share(Double)
        /// The mean and the variance of a figure.
        case mean(Sample)
    }

    /// From the playbook's own history unless given.
    private let base: Base?
    private let isFromHistory: Bool
    /// Accounts that would enter in a day; from the playbook's own history unless given.
    private let perDay: Double?
    private let detect: Double?
    private let currency: String
    /// How long after its window the outcome of an entry may still be learned.
    private let lateness: TimeSpan

    /// - Parameters:
    ///   - base: the rate that is expected without the playbook, 0 to 1; the mean where the goal is one, money in minor
    ///     units.
    ///   - deviation: what accounts scatter, where the goal is a mean.
    ///   - perDay: how many accounts enter in a day.
    ///   - detect: the smallest change worth finding, as a difference of shares or means.
    package init(
        _ playbook: Playbook, in workspace: Workspace, base: Double?, deviation: Double? = nil, perDay: Double?,
        detect: Double?, _ connection: Connection, asOf: Instant
    ) throws {
        self.playbook = playbook
        self.asOf = asOf
        self.detect = detect
        lateness = PlaybookEntries.lateness(of: playbook, workspace.dataMap)
        currency = workspace.configuration.currency
        let given: Base? =
            if playbook.meanGoal != nil {
                deviation.map { .mean(Sample(count: 0, mean: base ?? 0, variance: $0 * $0)) }
            } else {
                base.map { .share($0) }
            }
        guard let known = try KnownPlaybook.named(playbook.name, connection) else {
            (self.base, self.perDay, isFromHistory) = (given, perDay, false)
            return
        }
        let entries = try PlaybookEntries(connection, playbookID: known.id, lateness: lateness, asOf: asOf)
        let history = try Self.history(of: playbook, entries, workspace)
        isFromHistory = given == nil && history != nil
        self.base = given ?? history
        // Later entries and the global holdout are compared with nobody.
        let matches = try entries.pace() ?? known.matchesPerDay(before: asOf, connection)
        self.perDay = perDay ?? matches
    }

    /// Of what has matured, where that is enough.
    private static func history(
        of playbook: Playbook, _ entries: PlaybookEntries, _ workspace: Workspace
    ) throws -> Base? {
        let least = ExperimentPlan.leastHistory
        if let goal = playbook.meanGoal {
            let sharing = workspace.playbooks.filter { $0.experiment == playbook.experiment }.map(\.name)
            let periods = try entries.periods(of: playbook.experiment).filter { period in
                ExperimentArms.meanGoal(period.design, playbook: playbook, sharing: sharing)?.figure == goal.figure
            }
            guard var last = periods.last else { return nil }
            last.startedAt = entries.asOf + TimeSpan(milliseconds: 1)
            let read = MeasuredEntries(
                goal,
                try entries.measured(
                    goal, metrics: workspace.dataMap.metrics, zone: workspace.configuration.zone,
                    in: periods.map(\.experimentID)), period: last)
            return read.history.count >= least ? .mean(read.history) : nil
        }
        let history = try entries.history(before: entries.asOf, hasGoal: playbook.goal != nil)
        return history.matured >= least ? .share(Double(history.hits) / Double(history.matured)) : nil
    }

    /// The days until an outcome is known.
    private var window: Int {
        let span = (playbook.goalWindow ?? PlaybookEntries.watch).milliseconds + lateness.milliseconds
        return Int((span + 86_399_999) / 86_400_000)
    }

    /// The control first.
    private var weights: [Double] {
        let sum = playbook.variants.reduce(0) { $0 + $1.weight }
        let treated =
            sum > 0
            ? playbook.variants.filter { $0.weight > 0 }.map { (1 - playbook.holdout) * $0.weight / sum }
            : [1 - playbook.holdout]
        return (playbook.holdout > 0 ? [playbook.holdout] : []) + treated
    }

    package func make() -> Report {
        let weights = weights
        var blocks: [Report.Block] = []
        if weights.count < 2 {
            blocks = [
                .sentence(
                    "There is nothing to compare with: no holdout and fewer than two variants. "
                        + "Set `holdout: 10%` in \(playbook.path).")
            ]
        } else if let base {
            blocks = design(base, weights)
        } else {
            let (what, remedy) =
                playbook.meanGoal == nil
                ? ("rate is known that the holdout would have", "what you expect: --base 15%")
                : (
                    "scatter is known of \(playbook.meanGoal?.figure.words ?? "")",
                    "what you expect: --base 49 --deviation 60"
                )
            blocks = [
                .sentence(
                    "No \(what): fewer than \(ExperimentPlan.leastHistory) entries of "
                        + "\(playbook.name) have matured. Say \(remedy)")
            ]
        }
        return Report(
            title: "Design of \(Report.heading(of: playbook.name, titled: playbook.title))", asOf: asOf,
            sections: [.init("Design", blocks)])
    }

    private var unit: Report.Unit {
        playbook.meanGoal.map { $0.isMoney ? .money(currency) : .plain(2) } ?? .points
    }

    private var unitName: String { playbook.meanGoal.map { $0.metric ?? currency } ?? "points" }

    private static func plan(
        _ base: Base, _ change: Double, _ weights: [Double], looks: Double
    ) -> Result<ExperimentPlan, Unmeasurable> {
        switch base {
        case .share(let rate): ExperimentPlan.make(base: rate, detect: change, weights: weights, looks: looks)
        case .mean(let sample): ExperimentPlan.make(sample, detect: change, weights: weights, looks: looks)
        }
    }

    /// The changes that are asked about: tenths of the rate or of its complement, or of what accounts scatter.
    private static func changes(_ base: Base) -> [Double] {
        let scale =
            switch base {
            case .share(let rate): min(rate, 1 - rate)
            case .mean(let sample): sample.variance.squareRoot()
            }
        return [0.1, 0.2, 0.3, 0.5].map { $0 * scale }
    }

    private func design(_ base: Base, _ weights: [Double]) -> [Report.Block] {
        let changes = detect.map { [$0] } ?? Self.changes(base)
        var table = Report.Table(
            "Accounts",
            [
                .init("to find, \(unitName)"), .init("accounts at one look"), .init("accounts with weekly looks"),
                .init("days"),
            ])
        for change in changes {
            let once = Self.plan(base, change, weights, looks: 1)
            let weekly = Self.plan(base, change, weights, looks: ExperimentPlan.costOfLooks)
            table.add([
                .number(change, unit), .of(once) { .count($0.accounts) }, .of(weekly) { .count($0.accounts) },
                .of(weekly) { plan in
                    guard let perDay else { return .none("Say how many enter: --per-day 40") }
                    let days = Design.days(
                        smallerArm: plan.accounts, eligiblePerDay: perDay, share: 1, outcomeWindow: window)
                    return days.map { .count($0) } ?? .none("Nobody enters.")
                },
            ])
        }
        var blocks: [Report.Block] = [.table(table)]
        if let perDay, perDay > 0 { blocks.append(.table(reach(base, weights, perDay))) }
        let source = isFromHistory ? "from its matured entries" : "as you say"
        blocks.append(
            .sentence(
                "\(words(base)) (\(source)), holdout "
                    + "\(Report.Unit.share.text(playbook.holdout)), 5% error, 80% power"
                    + (weights.count > 2 ? ", corrected for \(weights.count - 1) arms" : "")
                    + (perDay.map { ", \(Report.Unit.plain(1).text($0)) accounts a day" } ?? "")
                    + ", and \(window) days until an outcome is known."))
        return blocks
    }

    private func words(_ base: Base) -> String {
        switch base {
        case .share(let rate): return "Base rate \(Report.Unit.share.text(rate))"
        case .mean(let sample):
            let name = playbook.meanGoal?.figure.words ?? ""
            return "Mean of \(name) \(unit.text(sample.mean)) \(unitName) with a standard deviation of "
                + unit.text(sample.variance.squareRoot())
        }
    }

    /// The smallest change that arms of this size show.
    private static func seen(_ base: Base, _ size: Design.Size, arms: Int) -> Result<Double, Unmeasurable> {
        let design = Design(alpha: 0.05 / Double(arms - 1))
        switch base {
        case .share(let rate): return design.detectable(control: rate, size: size, change: .up).map { $0 - rate }
        case .mean(let sample): return design.detectable(deviation: sample.variance.squareRoot(), size: size)
        }
    }

    /// What can be seen after some time.
    private func reach(_ base: Base, _ weights: [Double], _ perDay: Double) -> Report.Table {
        var table = Report.Table(
            "After some time", [.init("days"), .init("accounts matured"), .init("smallest change seen, \(unitName)")])
        let sum = weights.reduce(0, +)
        for days in [30, 90, 180, 365] {
            let matured = perDay * Double(max(0, days - window))
            func size(_ weight: Double) -> Int {
                Int(exactly: (matured * weight / sum / ExperimentPlan.costOfLooks).rounded(.down)) ?? 0
            }
            let least = weights.dropFirst().min() ?? 0
            let found = Self.seen(
                base, Design.Size(control: size(weights[0]), treatment: size(least)), arms: weights.count)
            table.add([
                .count(days), .count(Int(exactly: matured.rounded(.down)) ?? 0),
                .of(found) { .number($0, unit) },
            ])
        }
        return table
    }
}
