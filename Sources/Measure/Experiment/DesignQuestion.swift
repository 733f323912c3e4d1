import Foundation
package import Playbooks
package import Storage

/// What somebody asks before the launch of an experiment, in points, shares and money as people write them.
package struct DesignQuestion: Sendable, Hashable {
    /// The rate expected without the playbook, such as `15%` or `0.15`; the mean, where the goal is one.
    package var base: String?
    /// What accounts scatter, where the goal is a mean.
    package var deviation: Double?
    /// The smallest change worth finding, in points or of the mean.
    package var detect: Double?
    /// How many accounts enter in a day.
    package var perDay: Double?

    package init() {}

    /// 0.15 for `15%` and for `0.15`.
    private var baseRate: Double? {
        guard let base, let number = Double(base.hasSuffix("%") ? String(base.dropLast()) : base) else { return nil }
        let rate = base.hasSuffix("%") ? number / 100 : number
        return rate > 0 && rate < 1 ? rate : nil
    }

    /// - Throws: `MeasureError` for what cannot be asked of the playbook's goal.
    package func check(for playbook: Playbook) throws {
        func complain(_ text: String, _ part: String) throws { throw MeasureError(text, about: part) }
        if let deviation, !(deviation > 0 && deviation <= 1e12) {
            try complain("--deviation takes a number above 0: 60", "deviation")
        }
        if let perDay, !(perDay >= 0 && perDay <= 1e9) {
            try complain("--per-day takes a number of accounts", "per_day")
        }
        guard playbook.meanGoal == nil else {
            if base != nil, mean == nil {
                try complain("the goal of \(playbook.name) is a mean: --base takes a number such as 49", "base")
            }
            if let detect, !(detect > 0 && detect <= 1e12) {
                try complain("--detect takes a number above 0: 5", "detect")
            }
            return
        }
        if deviation != nil { try complain("--deviation belongs to a goal that is a mean", "deviation") }
        if base != nil, baseRate == nil { try complain("--base takes a share between 0% and 100%: 15%", "base") }
        if let detect, !(detect > 0 && detect < 100) {
            try complain("--detect takes points between 0 and 100: 3", "detect")
        }
    }

    private var mean: Double? { base.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }

    /// - Throws: `MeasureError` for what cannot be asked of the playbook's goal.
    package func report(
        of playbook: Playbook, in workspace: Workspace, _ connection: Connection, asOf: Instant
    ) throws -> Report {
        try check(for: playbook)
        guard let goal = playbook.meanGoal else {
            return try ExperimentDesign(
                playbook, in: workspace, base: baseRate, perDay: perDay, detect: detect.map { $0 / 100 }, connection,
                asOf: asOf
            ).make()
        }
        let minor = Currency.minorDigits(of: workspace.configuration.currency)
        let scale = goal.isMoney ? (0..<minor).reduce(1.0) { scale, _ in scale * 10 } : 1
        return try ExperimentDesign(
            playbook, in: workspace, base: mean.map { $0 * scale }, deviation: deviation.map { $0 * scale },
            perDay: perDay, detect: detect.map { $0 * scale }, connection, asOf: asOf
        ).make()
    }
}
