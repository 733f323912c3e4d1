package import Playbooks
package import Statistics

/// The sums over the accounts of an audience that `usage_drop` compares each account with.
package struct PopulationSums: Sendable {
    package let key: EvaluationContext.BenchmarkKey
    /// The last complete day of the metric.
    package let day: Day
    private let audience: Term?
    private let windows: UsageDrop.Windows
    private var (variances, means, current, baseline) = (0.0, 0.0, 0.0, 0.0)
    private var established = 0

    /// - Parameter audience: whose accounts are summed up; nil for all active ones.
    package init(_ key: EvaluationContext.BenchmarkKey, day: Day, audience: Term?) {
        self.key = key
        self.day = day
        self.audience = audience
        windows = UsageDrop.Windows(current: key.window, baseline: key.baseline)
    }

    /// Whether the audience itself depends on figures of a population.
    package var asksForDrops: Bool { audience?.usageDrops.isEmpty == false }

    /// What a block must hold of each account.
    package func needs(in context: EvaluationContext) -> Needs {
        var needs = Needs(of: [audience].compactMap { $0 }, in: context.dataMap, risks: context.risks)
        needs.metrics[key.metric] = max(needs.metrics[key.metric] ?? 0, windows.days)
        return needs
    }

    /// Takes in the accounts of a block that are as old as both windows.
    package mutating func add(_ evaluator: Evaluator) {
        let block = evaluator.block
        let usages = evaluator.usages(key.metric, windows, endingAt: day.number, block.ids.indices) { _ in false }
        let audience = audience.map { evaluator.column($0, of: .accounts) }
        let limit = Double(evaluator.context.zone.start(of: day - windows.days + 2).milliseconds)
        for (index, usage) in usages.enumerated() where evaluator.created[index] < limit {
            guard audience?.holds(index) ?? (block.text("status", index) == "active") else { continue }
            variances += usage.weekVariance
            means += usage.weekMean
            current += usage.current
            baseline += usage.baseline
            if usage.baseline >= 8 { established += 1 }
        }
    }

    package var population: UsageDrop.Population {
        UsageDrop.Population(
            variances: variances, means: means, current: current, baseline: baseline, established: established,
            windows: windows)
    }
}
