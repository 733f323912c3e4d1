package import Playbooks
import Statistics
package import Storage

/// `report experiment --design`: what an experiment would take, before it is begun.
package struct ExperimentDesign {
    private let playbook: Playbook
    private let asOf: Instant
    /// Of the control; from the playbook's own history unless given.
    private let base: Double?
    private let isFromHistory: Bool
    /// Accounts that would enter in a day; from the playbook's own history unless given.
    private let perDay: Double?
    private let detect: Double?

    /// - Parameters:
    ///   - base: the rate that is expected without the playbook, 0 to 1.
    ///   - perDay: how many accounts enter in a day.
    ///   - detect: the smallest change worth finding, as a difference of shares.
    package init(
        _ playbook: Playbook, base: Double?, perDay: Double?, detect: Double?,
        _ connection: Connection, asOf: Instant
    ) throws {
        self.playbook = playbook
        self.asOf = asOf
        self.detect = detect
        guard let known = try KnownPlaybook.named(playbook.name, connection) else {
            (self.base, self.perDay, isFromHistory) = (base, perDay, false)
            return
        }
        let entries = try PlaybookEntries(connection, playbookID: known.id, asOf: asOf)
        let history = try entries.history(before: asOf, hasGoal: playbook.goal != nil)
        let isEnough = history.matured >= ExperimentPlan.leastHistory
        isFromHistory = base == nil && isEnough
        self.base = base ?? (isEnough ? Double(history.hits) / Double(history.matured) : nil)
        let matches = try known.matchesPerDay(before: asOf, connection)
        self.perDay = perDay ?? matches
    }

    private var window: Int { Int((playbook.goal?.within ?? PlaybookEntries.watch).milliseconds / 86_400_000) }

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
            blocks = [
                .sentence(
                    "No rate is known that the holdout would have: fewer than \(ExperimentPlan.leastHistory) entries of "
                        + "\(playbook.name) have matured. Say what you expect: --base 15%")
            ]
        }
        return Report(title: "Design of \(playbook.name)", asOf: asOf, sections: [.init("Design", blocks)])
    }

    private func design(_ base: Double, _ weights: [Double]) -> [Report.Block] {
        let rarer = min(base, 1 - base)
        let changes = detect.map { [$0] } ?? [0.1, 0.2, 0.3, 0.5].map { $0 * rarer }
        var table = Report.Table(
            "Accounts",
            [
                .init("to find, points"), .init("accounts at one look"), .init("accounts with weekly looks"),
                .init("days"),
            ])
        for change in changes {
            let once = ExperimentPlan.make(base: base, detect: change, weights: weights, looks: 1)
            let weekly = ExperimentPlan.make(base: base, detect: change, weights: weights)
            table.add([
                .number(change, .points), .of(once) { .count($0.accounts) }, .of(weekly) { .count($0.accounts) },
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
                "Base rate \(Report.Unit.share.text(base)) (\(source)), holdout "
                    + "\(Report.Unit.share.text(playbook.holdout)), 5% error, 80% power"
                    + (weights.count > 2 ? ", corrected for \(weights.count - 1) arms" : "")
                    + (perDay.map { ", \(Report.Unit.plain(1).text($0)) accounts a day" } ?? "")
                    + ", and \(window) days until an outcome is known."))
        return blocks
    }

    /// What can be seen after some time.
    private func reach(_ base: Double, _ weights: [Double], _ perDay: Double) -> Report.Table {
        var table = Report.Table(
            "After some time", [.init("days"), .init("accounts matured"), .init("smallest change seen, points")])
        let sum = weights.reduce(0, +)
        let design = Design(alpha: 0.05 / Double(weights.count - 1))
        for days in [30, 90, 180, 365] {
            let matured = perDay * Double(max(0, days - window))
            func size(_ weight: Double) -> Int {
                Int(exactly: (matured * weight / sum / ExperimentPlan.costOfLooks).rounded(.down)) ?? 0
            }
            let least = weights.dropFirst().min() ?? 0
            let found = design.detectable(
                control: base, size: Design.Size(control: size(weights[0]), treatment: size(least)), change: .up)
            table.add([
                .count(days), .count(Int(exactly: matured.rounded(.down)) ?? 0),
                .of(found) { .number($0 - base, .points) },
            ])
        }
        return table
    }
}
