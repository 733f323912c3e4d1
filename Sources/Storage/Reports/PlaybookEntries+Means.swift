import Decisions
package import Playbooks

extension PlaybookEntries {
    /// What an entry came to, where the goal is a number.
    package struct Measured: Sendable {
        package var account: Int64
        package var experimentID: Int64
        package var arm: Arm
        /// Within which the arm was drawn; empty without strata.
        package var stratum: String
        package var enteredAt: Instant
        /// When its window was over and what happened in it could be known.
        package var knownAt: Instant
        /// In minor units, or of the metric; nil when nobody knows.
        package var value: Double?
        /// The same figure of the time before the entry; nil when nobody knows.
        package var before: Double?
    }

    /// How long after the window of an entry what happened in it may still be learned.
    package static func lateness(of playbook: Playbook?, _ dataMap: DataMap) -> TimeSpan {
        if let name = playbook?.meanGoal?.metric {
            return dataMap.metrics.first { $0.name == name }?.freshWithin ?? DataMap.usualLateness
        }
        guard let goal = playbook?.goal, playbook?.meanGoal == nil else { return DataMap.usualLateness }
        return dataMap.lateness(of: goal.condition)
    }

    /// The first entries of periods with a mean as their goal, as far as their outcome can be known, in the order of time.
    ///
    /// Money is what is known by now of the moment at which the window ended; whoever had left by then paid nothing.
    package func measured(
        _ goal: MeanGoal, metrics: [Metric], zone: Zone, in experiments: [Int64]
    ) throws -> [Measured] {
        let values =
            if let name = goal.metric {
                try usage(of: metrics.first { $0.name == name } ?? Metric(name), goal, zone, experiments)
            } else {
                try revenue(goal, experiments)
            }
        return values.sorted { ($0.knownAt, $0.enteredAt) < ($1.knownAt, $1.enteredAt) }
    }

    private func entries(of experiments: [Int64]) -> String {
        """
        FROM report_entry AS r LEFT JOIN account AS a ON a.id = r.account_id
        WHERE r.experiment_id IN (\(experiments.map(String.init).joined(separator: ", "))) AND r.has_goal = 1
            AND r.arm <> 'global_holdout' AND r.known_at <= :as_of
        """
    }

    private static func measured(_ row: Statement) throws -> Measured {
        Measured(
            account: row.integer("account_id"), experimentID: row.integer("experiment_id"),
            arm: Arm(try row.word("arm"), row.optionalText("variant")),
            stratum: row.text("stratum") ?? "", enteredAt: row.instant("entered_at"),
            knownAt: row.instant("known_at"))
    }

    private func revenue(_ goal: MeanGoal, _ experiments: [Int64]) throws -> [Measured] {
        var values: [Measured] = []
        try connection.forEach(
            """
            SELECT r.account_id, r.experiment_id, r.arm, r.variant, r.stratum, r.entered_at, r.known_at, \(mrr("r.entered_at")) AS before,
                CASE WHEN a.id IS NULL OR a.erased_at < r.until THEN NULL
                    WHEN \(attribute("status", at: "r.until")) = 'churned' THEN 0 ELSE \(mrr("r.until")) END AS after
            \(entries(of: experiments))
            """, ["as_of": .instant(asOf)]
        ) { row in
            var value = try Self.measured(row)
            value.before = row.optionalInteger("before").map { Double($0) }
            let after = row.optionalInteger("after").map { Double($0) }
            value.value =
                goal.figure == .revenueChange ? after.flatMap { after in value.before.map { after - $0 } } : after
            values.append(value)
        }
        return values
    }

    /// An entry with the days that lie wholly in its window.
    private struct Window {
        var measured: Measured
        var created: Day?
        var days: ClosedRange<Int>
    }

    private func usage(
        of metric: Metric, _ goal: MeanGoal, _ zone: Zone, _ experiments: [Int64]
    ) throws -> [Measured] {
        let id = try connection.first("SELECT id FROM metric WHERE name = :name", ["name": .text(metric.name)])?["id"]
            .integer
        let begun = try id.flatMap { id in
            try connection.first("SELECT min(day) AS day FROM metric_day WHERE metric_id = :id", ["id": .integer(id)])?[
                "day"
            ].integer.map { Int($0) }
        }
        var values: [Measured] = []
        var windows: [Window] = []
        func read() throws {
            values += try measured(windows, of: metric, goal, id: id, begun: begun ?? .max)
            windows.removeAll(keepingCapacity: true)
        }
        try connection.forEach(
            """
            SELECT r.account_id, r.experiment_id, r.arm, r.variant, r.stratum, r.entered_at, r.until, r.known_at,
                CASE WHEN a.erased_at IS NULL THEN a.created_at END AS created_at
            \(entries(of: experiments)) ORDER BY r.account_id
            """, ["as_of": .instant(asOf)]
        ) { row in
            let measured = try Self.measured(row)
            let first = zone.day(of: measured.enteredAt).number + 1
            let window = Window(
                measured: measured,
                created: row.optionalInstant("created_at").map { zone.day(of: $0) },
                days: first...max(first, zone.day(of: row.instant("until")).number - 1))
            if let last = windows.last,
                last.measured.account / SeriesKey.blockSize != measured.account / SeriesKey.blockSize
            {
                try read()
            }
            windows.append(window)
        }
        if !windows.isEmpty { try read() }
        return values
    }

    /// Of accounts of one block.
    private func measured(
        _ windows: [Window], of metric: Metric, _ goal: MeanGoal, id: Int64?, begun: Int
    ) throws -> [Measured] {
        let before = 28
        guard let id, let first = windows.map(\.days.lowerBound).min(), let last = windows.map(\.days.upperBound).max()
        else { return windows.map(\.measured) }
        // What is stored counts, whether or not its day was complete.
        var context = EvaluationContext(
            dataMap: DataMap(), now: Zone.utc.start(of: Day(number: last + 2)), zone: .utc,
            lastCompleteDay: [metric.name: Day(number: last)])
        context.metricIDs = [metric.name: id]
        var needs = Needs()
        needs.metrics[metric.name] = last - first + before + 4
        let block = try BlockLoader(connection, context).load(windows.map(\.measured.account), needs)
        let places = Dictionary(uniqueKeysWithValues: zip(block.ids, block.ids.indices))
        return windows.map { window in
            func figure(_ days: ClosedRange<Int>, _ kind: MeanGoal.Figure) -> Double? {
                let stored = places[window.measured.account].flatMap {
                    block.total(of: metric.name, account: $0, days: days.count, endingAt: Day(number: days.upperBound))
                }
                let wasThere =
                    metric.absent == .zero && days.lowerBound >= begun
                    && window.created.map { $0.number <= days.upperBound } ?? false
                guard let total = stored ?? (wasThere ? (0, 0) : nil) else { return nil }
                guard case .average = kind else { return total.sum }
                return total.sum / Double(metric.absent == .zero ? days.count : max(1, total.days))
            }
            var measured = window.measured
            measured.value = figure(window.days, goal.figure)
            // Two days before the entry, so that nothing of the playbook is in them.
            let last = window.days.lowerBound - 3
            measured.before = figure(last - before + 1...last, .average(metric: metric.name))
            return measured
        }
    }
}
