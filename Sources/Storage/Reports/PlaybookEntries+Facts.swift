import Decisions
package import Playbooks

extension PlaybookEntries {
    /// What a report must say beside the figures of a period.
    package struct Facts: Sendable {
        /// Accounts that entered in the four weeks before, or since the start when that is later, and those days.
        package var recent = 0
        package var days = 1.0
        /// Entries of accounts that had entered before, in any period.
        package var again = 0
        /// Entries that had no goal, or had one, other than those of the period; they count in no table.
        package var otherwise = 0
        /// Entries whose account has been erased since.
        package var erased = 0
        /// When the account that fills a plan matures, if it has entered.
        package var fullAt: Instant?

        /// Accounts that enter in a day, at the present pace.
        package var perDay: Double { Double(recent) / days }

        package init() {}
    }

    /// How many accounts entered for the first time and into an arm, in a day of the last four weeks; nil when nobody has.
    package func pace() throws -> Double? {
        let since = asOf - .days(28)
        let row = try connection.first(
            """
            SELECT count(*) FILTER (WHERE entered_at > :since) AS recent, min(entered_at) AS first
            FROM report_entry WHERE arm <> 'global_holdout'
            """, ["since": .instant(since)])
        guard let row, let first = row["first"].instant, let recent = row["recent"].integer, recent > 0 else {
            return nil
        }
        let days = Double((asOf - max(first, since)).milliseconds) / 86_400_000
        return Double(recent) / max(1, days.rounded(.up))
    }

    /// - Parameter planned: how many matured accounts of the playbook's own arms fill the plan.
    package func facts(of period: Period, planned: Int?) throws -> Facts {
        var facts = Facts()
        let since = max(asOf - .days(28), period.startedAt)
        let scope: [String: SQLValue] = [
            "experiment": .integer(period.experimentID), "since": .instant(since), "as_of": .instant(asOf),
            "playbook": .integer(playbookID), "has_goal": .integer(period.hasGoal ? 1 : 0),
        ]
        let row = try connection.first(
            """
            SELECT count(*) FILTER (WHERE entered_at > :since AND arm <> 'global_holdout'), coalesce(sum(is_erased), 0),
                count(*) FILTER (WHERE has_goal <> :has_goal)
            FROM report_entry WHERE experiment_id = :experiment
            """, scope)
        facts.recent = Int(row?[0].integer ?? 0)
        facts.erased = Int(row?[1].integer ?? 0)
        facts.otherwise = Int(row?[2].integer ?? 0)
        facts.days = max(1, Double((asOf - since).milliseconds) / 86_400_000)
        let all = try connection.integer(
            """
            SELECT count(*) FROM enrollment
            WHERE playbook_id = :playbook AND experiment_id = :experiment AND entered_at <= :as_of
            """, scope)
        facts.again = max(0, Int(all) - period.entered)
        if let planned, planned > 0 {
            facts.fullAt = try connection.first(
                """
                SELECT known_at FROM report_entry
                WHERE experiment_id = :experiment AND has_goal = :has_goal AND arm <> 'global_holdout'
                ORDER BY known_at LIMIT 1 OFFSET :before
                """,
                scope.merging(["before": .integer(Int64(planned - 1))]) { $1 })?[0].instant
        }
        return facts
    }

    /// The goals, or those kept, among the entries of all arms whose outcome was known before a moment: the history that
    /// a plan and a prior begin with.
    ///
    /// - Parameter experiments: the periods that measured the same; nil for all.
    package func history(
        before moment: Instant, hasGoal: Bool, in experiments: [Int64]? = nil
    ) throws -> Count {
        var count = Count()
        let hit = hasGoal ? "goal_at IS NOT NULL" : "left_at IS NULL OR left_at > until OR left_known_at > :moment"
        let scope = experiments.map { "AND experiment_id IN (\($0.map(String.init).joined(separator: ", ")))" } ?? ""
        let row = try connection.first(
            """
            SELECT count(*), count(*) FILTER (WHERE \(hit)) FROM report_entry
            WHERE known_at <= :moment AND has_goal = :has_goal AND entered_at < :moment \(scope)
            """, ["moment": .instant(moment), "has_goal": .integer(hasGoal ? 1 : 0)])
        count.matured = Int(row?[0].integer ?? 0)
        count.hits = Int(row?[1].integer ?? 0)
        return count
    }

    /// The entries whose time is not over, by the week in which it will be: when for the first and the last of them.
    package func maturing(in period: Period) throws -> [(first: Instant, last: Instant, accounts: Int)] {
        try connection.query(
            """
            SELECT min(known_at) AS first, max(known_at) AS last, count(*) AS accounts FROM report_entry
            WHERE experiment_id = :experiment AND has_goal = :has_goal AND known_at > :as_of AND arm <> 'global_holdout'
            GROUP BY (known_at - :as_of) / \(Self.week) ORDER BY last
            """,
            [
                "experiment": .integer(period.experimentID), "as_of": .instant(asOf),
                "has_goal": .integer(period.hasGoal ? 1 : 0),
            ]
        ).compactMap { row in
            guard let first = row["first"].instant, let last = row["last"].instant else { return nil }
            return (first, last, Int(row["accounts"].integer ?? 0))
        }
    }

    /// A text that a message had in a period, and when it was first sent.
    package struct Edit: Sendable, Hashable {
        package var message: String
        package var since: Instant
    }

    /// The texts that took the place of earlier ones, in the order of time.
    package func edits(in period: Period) throws -> [Edit] {
        let rows = try connection.query(
            """
            SELECT t.message, min(t.claimed_at) AS since FROM report_entry AS r JOIN touch AS t ON t.enrollment_id = r.id
            WHERE r.experiment_id = :experiment AND t.message_hash IS NOT NULL AND t.claimed_at <= :as_of
            GROUP BY t.message, t.message_hash ORDER BY since, t.message
            """, ["experiment": .integer(period.experimentID), "as_of": .instant(asOf)])
        var seen: Set<String> = []
        return rows.compactMap { row in
            guard let message = row["message"].text, let since = row["since"].instant else { return nil }
            return seen.insert(message).inserted ? nil : Edit(message: message, since: since)
        }
    }

    /// How the arms got the message, by whether they reached the goal: of those matured.
    package func reached(_ period: Period, matured at: Instant) throws -> [Arm: (reached: Count, not: Count)] {
        var arguments = scope(of: period, at: at)
        arguments["as_of"] = .instant(asOf)
        var result: [Arm: (reached: Count, not: Count)] = [:]
        try connection.forEach(
            """
            SELECT arm, variant, reached, count(*), sum(hit) FROM (
                SELECT r.arm, r.variant, CASE WHEN \(hit(period)) THEN 1 ELSE 0 END AS hit,
                    CASE WHEN EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = r.id AND t.state = 'sent'
                        AND t.settled_at <= :as_of AND NOT EXISTS (SELECT 1 FROM outcome AS o
                            WHERE o.touch_id = t.id AND o.kind = 'bounced' AND o.at <= :as_of)) THEN 1 ELSE 0 END AS reached
                FROM report_entry AS r
                WHERE r.experiment_id = :experiment AND r.has_goal = :has_goal AND r.known_at <= :at
            ) AS f GROUP BY arm, variant, reached
            """, arguments
        ) { statement in
            let row = statement.row
            var count = Count()
            count.matured = Int(row[3].integer ?? 0)
            count.hits = Int(row[4].integer ?? 0)
            let arm = Arm(try row[0].word(), row[1].text)
            var pair = result[arm] ?? (Count(), Count())
            if row[2].integer == 1 { pair.reached = count } else { pair.not = count }
            result[arm] = pair
        }
        return result
    }

    /// Sums over the matured entries of an arm, of a metric's daily mean in the four weeks that end two days before the
    /// entry, whatever the zone, and of the goal.
    package struct Usage: Sendable {
        package var arm: Arm
        /// False for those that have no value in these weeks.
        package var isKnown: Bool
        package var count: Int
        package var sum: Double
        package var squares: Double
        /// Of the figure before, over those that reached the goal.
        package var products: Double
        package var goals: Int

        fileprivate var order: String { "\(arm.arm.rawValue)/\(arm.variant ?? "")/\(isKnown)" }
    }

    /// Nil when the metric has never been imported.
    ///
    /// Where a day without a row is zero, so are four weeks without one: of an account that was there when they ended, once
    /// the metric comes in.
    package func usage(of metric: Metric, in period: Period, matured at: Instant) throws -> [Usage]? {
        guard
            let id = try connection.first("SELECT id FROM metric WHERE name = :name", ["name": .text(metric.name)])?[0]
                .integer
        else { return nil }
        var sums: [UsageKey: Usage] = [:]
        try forEachBlock(ofMatured: period, at: at) { try add($0, of: metric, id, to: &sums) }
        return sums.values.sorted { $0.order < $1.order }
    }

    private struct UsageKey: Hashable {
        var arm: Arm
        var isKnown: Bool
    }

    /// An entry whose outcome was known, and whether it reached the goal, or was kept where there is none.
    struct Matured {
        var account: Int64
        var at: Instant
        var created: Instant?
        var arm: Arm
        var isHit: Bool

        /// Of UTC.
        var day: Int { Self.day(at) }
        var createdDay: Int? { created.map(Self.day) }

        private static func day(_ moment: Instant) -> Int { Int(moment.milliseconds / 86_400_000) }
    }

    /// Calls the body with the entries of each block of accounts, by account, without the global holdout.
    func forEachBlock(
        ofMatured period: Period, at: Instant, _ body: ([Matured]) throws -> Void
    ) throws {
        var entries: [Matured] = []
        try connection.forEach(
            """
            SELECT r.account_id, r.entered_at, r.arm, r.variant,
                (SELECT a.created_at FROM account AS a WHERE a.id = r.account_id) AS created_at,
                CASE WHEN \(hit(period)) THEN 1 ELSE 0 END AS hit
            FROM report_entry AS r \(connection.dialect.inOrder)
            WHERE r.experiment_id = :experiment AND r.known_at <= :at AND r.has_goal = :has_goal
                AND r.arm <> 'global_holdout'
            ORDER BY r.account_id
            """, scope(of: period, at: at)
        ) { row in
            let entry = Matured(
                account: row.integer("account_id"), at: row.instant("entered_at"),
                created: row.optionalInstant("created_at"),
                arm: Arm(try row.word("arm"), row.optionalText("variant")), isHit: row.integer("hit") == 1)
            if let last = entries.last, last.account / SeriesKey.blockSize != entry.account / SeriesKey.blockSize {
                try body(entries)
                entries.removeAll(keepingCapacity: true)
            }
            entries.append(entry)
        }
        if !entries.isEmpty { try body(entries) }
    }

    /// Whether an entry `r` reached the goal, or was kept as far as anybody knew at `:at`.
    func hit(_ period: Period) -> String {
        period.hasGoal
            ? "r.goal_at IS NOT NULL" : "(r.left_at IS NULL OR r.left_at > r.until OR r.left_known_at > :at)"
    }

    func scope(of period: Period, at: Instant) -> [String: SQLValue] {
        [
            "experiment": .integer(period.experimentID), "at": .instant(at),
            "has_goal": .integer(period.hasGoal ? 1 : 0), "playbook": .integer(playbookID),
        ]
    }

    /// Takes in entries of one block of accounts.
    private func add(
        _ entries: [Matured], of metric: Metric, _ id: Int64, to sums: inout [UsageKey: Usage]
    ) throws {
        guard let first = entries.map(\.day).min(), let last = entries.map(\.day).max() else { return }
        let begun =
            metric.absent == .zero
            ? try connection.first(
                "SELECT min(day) AS day FROM metric_day WHERE metric_id = :metric", ["metric": .integer(id)])?["day"]
                .integer.map { Int($0) } ?? .max : .max
        // What is stored counts, whether or not its day was complete.
        var context = EvaluationContext(
            dataMap: DataMap(), now: Zone.utc.start(of: Day(number: last)), zone: .utc,
            lastCompleteDay: [metric.name: Day(number: last - 2)])
        context.metricIDs = [metric.name: id]
        var needs = Needs()
        needs.metrics[metric.name] = last - first + Self.usageDays
        let block = try BlockLoader(connection, context).load(entries.map(\.account), needs)
        let places = Dictionary(uniqueKeysWithValues: zip(block.ids, block.ids.indices))
        for entry in entries {
            let stored = places[entry.account].flatMap {
                block.sum(of: metric.name, account: $0, days: Self.usageDays, endingAt: Day(number: entry.day - 2))
            }
            let wasThere =
                entry.day - 1 - Self.usageDays >= begun && entry.createdDay.map { $0 <= entry.day - 2 } ?? false
            let sum = stored ?? (wasThere ? 0 : nil)
            let mean = sum.map { $0 / Double(Self.usageDays) }
            let key = UsageKey(arm: entry.arm, isKnown: mean != nil)
            var usage =
                sums[key]
                ?? Usage(
                    arm: entry.arm, isKnown: mean != nil, count: 0, sum: 0, squares: 0, products: 0, goals: 0)
            usage.count += 1
            usage.sum += mean ?? 0
            usage.squares += (mean ?? 0) * (mean ?? 0)
            usage.products += entry.isHit ? mean ?? 0 : 0
            usage.goals += entry.isHit ? 1 : 0
            sums[key] = usage
        }
    }

    /// Four weeks.
    private static let usageDays = 28
}
