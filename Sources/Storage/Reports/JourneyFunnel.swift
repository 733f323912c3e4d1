package import Decisions
package import Playbooks
package import Statistics

/// How accounts pass through a journey, as of a moment; the figures by step are those of `StageBenchmarks`.
package struct JourneyFunnel {
    private let connection: Connection
    private let now: Instant

    package init(_ connection: Connection, asOf now: Instant) {
        self.connection = connection
        self.now = now
    }

    /// How many of the accounts that came to a journey's first stage behind one moment and up to another have reached each
    /// stage, in their order.
    ///
    /// Who was there before anybody looked does not count.
    package func reached(_ journey: Journey, from: Instant, until: Instant) throws -> [Int] {
        let rows = try connection.query(
            "SELECT e.stage, count(*) \(Self.passed) GROUP BY e.stage", arguments(journey, from, until))
        let counts = Dictionary(rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) }, uniquingKeysWith: +)
        return journey.stages.map { counts[$0.name] ?? 0 }
    }

    /// The accounts that `reached` counts in a stage, each with when it came there.
    package func whoReached(
        _ stage: String, of journey: Journey, from: Instant, until: Instant
    ) throws -> [Int64: [AccountList.Reason]] {
        var found: [Int64: [AccountList.Reason]] = [:]
        try connection.forEach(
            "SELECT e.account_id, e.at \(Self.passed) AND e.stage = :stage",
            arguments(journey, from, until).merging(["stage": .text(stage)]) { $1 }
        ) { found[$0.integer("account_id")] = [.init("came to \(stage)", since: $0.instant("at"))] }
        return found
    }

    /// Entries `e` into a journey's stages, of the accounts that came to its first one in a time.
    private static let passed = """
        FROM stage_entry AS f JOIN stage_entry AS e ON e.account_id = f.account_id AND e.journey = f.journey
        WHERE f.journey = :journey AND f.stage = :first AND f.at > :from AND f.at <= :until AND f.how <> 'found'
            AND e.at <= :now \(StageRows.known)
        """

    private func arguments(_ journey: Journey, _ from: Instant, _ until: Instant) -> [String: SQLValue] {
        [
            "journey": .text(journey.name), "first": .text(journey.stages.first?.name ?? ""), "from": .instant(from),
            "until": .instant(until), "now": .instant(now),
        ]
    }

    /// The entries of which only the day is known on which they were first seen, by stage.
    package func found(_ journey: Journey) throws -> [(stage: String, accounts: Int)] {
        let rows = try connection.query(
            """
            SELECT stage, count(*) FROM stage_entry WHERE journey = :journey AND how = 'found' AND at <= :now
            GROUP BY stage
            """, ["journey": .text(journey.name), "now": .instant(now)])
        let counts = Dictionary(rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) }, uniquingKeysWith: +)
        return journey.stages.compactMap { stage in counts[stage.name].map { (stage.name, $0) } }
    }

    /// How many accounts are in a stage, and how many of them for longer than they should.
    package func open(_ key: StageKey, later: [String], limit: TimeSpan?) throws -> (accounts: Int, stuck: Int) {
        let stage = StageRows.Standing(key, later: later)
        let row = try connection.first(
            """
            SELECT count(*), count(*) FILTER (WHERE e.at < :overdue)
            FROM stage_entry AS e JOIN account AS a ON a.id = e.account_id
            WHERE \(stage.sql(at: ":now")) AND \(StageRows.active)
            """,
            stage.arguments.merging([
                "now": .instant(now), "overdue": .integer(limit.map { (now - $0).milliseconds } ?? .min),
            ]) { $1 })
        return (Int(row?[0].integer ?? 0), Int(row?[1].integer ?? 0))
    }

    /// What an account of a journey that had not churned pays on average, in minor units; 0 when nobody knows.
    package func meanMRR(_ journey: String) throws -> Double {
        try connection.first(
            """
            SELECT CAST(avg(coalesce((SELECT CAST(h.previous AS bigint) FROM history AS h WHERE h.attribute = 'mrr'
                AND h.account_id = a.id AND h.at > :now ORDER BY h.at LIMIT 1), a.mrr)) AS double precision)
            FROM account AS a WHERE a.id IN (
                    SELECT e.account_id FROM stage_entry AS e WHERE e.journey = :journey AND e.at <= :now)
                AND (a.churned_at IS NULL OR a.churned_at > :now)
            """, ["journey": .text(journey), "now": .instant(now)])?[0].real ?? 0
    }

    /// Who came into a stage in each of the last weeks of which one can tell, and moved on in time; the oldest first.
    ///
    /// - Parameter patience: how long they have.
    package func weeks(_ key: StageKey, to next: String, patience: TimeSpan, count: Int) throws -> [Proportion] {
        let matured = now - patience
        let week = TimeSpan.days(7)
        let rows = try connection.query(
            """
            SELECT (:matured - e.at) / :week, count(*),
                count(*) FILTER (WHERE n.at <= :now AND n.at - e.at <= :patience)
            FROM stage_entry AS e LEFT JOIN stage_entry AS n
                ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next
            WHERE e.journey = :journey AND e.stage = :stage AND e.at > :oldest AND e.at <= :matured AND e.how <> 'found'
                \(StageRows.known)
                AND coalesce(n.how, '') <> 'found'
            GROUP BY 1
            """,
            [
                "journey": .text(key.journey), "stage": .text(key.stage), "next": .text(next), "now": .instant(now),
                "patience": .integer(patience.milliseconds), "matured": .instant(matured),
                "week": .integer(week.milliseconds),
                "oldest": .integer(matured.milliseconds - Int64(count) * week.milliseconds),
            ])
        var weeks = Array(repeating: Proportion(successes: 0, total: 0), count: count)
        for row in rows {
            guard let age = row[0].integer.flatMap({ Int(exactly: $0) }), (0..<count).contains(age) else { continue }
            weeks[count - 1 - age] = Proportion(
                successes: Int(row[2].integer ?? 0), total: Int(row[1].integer ?? 0))
        }
        return weeks
    }
}
