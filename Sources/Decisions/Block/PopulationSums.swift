package import Playbooks
package import Statistics

/// What the accounts of an audience do, with which `usage_drop` compares each of them: counted in two passes.
package struct PopulationSums: Sendable {
    package let key: EvaluationContext.BenchmarkKey
    /// The last complete day of the metric.
    package let day: Day
    private let audience: Term?
    private let windows: UsageDrop.Windows
    private var movements: UsageDrop.Movements
    /// Nil in the first pass.
    private var chances: UsageDrop.Chances?

    /// - Parameter audience: whose accounts are summed up; nil for all active ones.
    package init(_ key: EvaluationContext.BenchmarkKey, day: Day, audience: Term?) {
        self.key = key
        self.day = day
        self.audience = audience
        windows = UsageDrop.Windows(current: key.window, baseline: key.baseline)
        movements = UsageDrop.Movements(windows)
    }

    /// Makes both passes.
    ///
    /// - Parameter pass: adds every block once.
    package static func complete(
        _ sums: inout [PopulationSums], pass: (inout [PopulationSums]) throws -> Void
    ) rethrows {
        guard !sums.isEmpty else { return }
        try pass(&sums)
        for index in sums.indices { sums[index].chances = UsageDrop.Chances(sums[index].movements.population) }
        try pass(&sums)
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
        let usages = evaluator.usages(key.metric, windows, endingAt: day.number, block.ids.indices)
        let audience = audience.map { evaluator.column($0, of: .accounts) }
        let limit = Double(evaluator.context.zone.start(of: day - windows.days + 2).milliseconds)
        for (index, usage) in usages.enumerated() where evaluator.created[index] < limit {
            guard audience?.holds(index) ?? (block.text("status", index) == "active") else { continue }
            if chances == nil { movements.add(usage) } else { chances?.add(usage) }
        }
    }

    package var population: UsageDrop.Population { chances?.limited ?? movements.population }
}
