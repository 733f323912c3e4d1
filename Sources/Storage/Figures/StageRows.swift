package import Decisions
package import Playbooks
package import Statistics

/// Where the stages that accounts came into are counted. What was there before anybody looked (`found`) counts nowhere,
/// neither does the way there, of which nobody knows how long it took.
package protocol StageSource {
    /// Of those who came into a stage behind `from` and up to `until`, how many moved on within their patience: who came
    /// behind `recent`, and who came before.
    func conversions(
        _ key: StageKey, to next: String, patience: TimeSpan, from oldest: Instant, recent: Instant,
        until matured: Instant
    ) throws -> (recent: Proportion, past: Proportion)

    /// How long those stayed who came into a stage behind one moment and up to another.
    func stays(
        in key: StageKey, to next: String, from: Instant, until: Instant, now: Instant
    ) throws -> [Lifetime]

    /// The first of the days up to one on which a step was a weak point against its past without a break; nil when it was none.
    func weakSince(_ key: StageKey, until day: Day) throws -> Day?
}

/// The rows of `stage_entry`.
struct StageRows: StageSource {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Of an erased account nobody knows how it would have gone on.
    static let known = "AND e.account_id NOT IN (SELECT id FROM account WHERE erased_at IS NOT NULL)"

    /// Accounts `a` that are customers at `:now`.
    static let active = "(a.churned_at > :now OR a.churned_at IS NULL AND a.status = 'active')"

    /// Who is in a stage: it came into it, and into none behind it.
    struct Standing {
        private let later: BoundList
        let arguments: [String: SQLValue]

        init(_ key: StageKey, later names: [String]) {
            later = BoundList("later", names)
            arguments = later.arguments.merging(["journey": .text(key.journey), "stage": .text(key.stage)]) { $1 }
        }

        /// Of entries `e`, those whose account was there at a moment.
        func sql(at moment: String) -> String {
            """
            e.journey = :journey AND e.stage = :stage AND e.at <= \(moment)
                AND NOT EXISTS (SELECT 1 FROM stage_entry AS n WHERE n.account_id = e.account_id
                    AND n.journey = e.journey AND n.stage IN (\(later.names)) AND n.at <= \(moment))
            """
        }
    }

    package func conversions(
        _ key: StageKey, to next: String, patience: TimeSpan, from oldest: Instant, recent: Instant,
        until matured: Instant
    ) throws -> (recent: Proportion, past: Proportion) {
        let row = try connection.first(
            """
            SELECT count(*) FILTER (WHERE e.at > :recent), count(*) FILTER (WHERE e.at > :recent AND n.at - e.at <= :patience),
                count(*) FILTER (WHERE e.at <= :recent),
                count(*) FILTER (WHERE e.at <= :recent AND n.at - e.at <= :patience)
            FROM stage_entry AS e LEFT JOIN stage_entry AS n
                ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next
            WHERE e.journey = :journey AND e.stage = :stage AND e.at > :oldest AND e.at <= :matured AND e.how <> 'found'
                \(Self.known)
                AND coalesce(n.how, '') <> 'found'
            """,
            [
                "journey": .text(key.journey), "stage": .text(key.stage), "next": .text(next),
                "recent": .instant(recent), "oldest": .instant(oldest),
                "matured": .instant(matured), "patience": .integer(patience.milliseconds),
            ])
        func count(_ index: Int) -> Int { Int(row?[index].integer ?? 0) }
        return (Proportion(successes: count(1), total: count(0)), Proportion(successes: count(3), total: count(2)))
    }

    package func weakSince(_ key: StageKey, until day: Day) throws -> Day? {
        try connection.first(
            """
            SELECT min(day) AS first FROM benchmark
            WHERE audience = :journey AND metric = :stage AND name = 'weak_past' AND value = 1 AND day <= :day
                AND day > coalesce((SELECT max(day) FROM benchmark WHERE audience = :journey AND metric = :stage
                    AND name = 'weak_past' AND value = 0 AND day <= :day), 0)
            """,
            ["journey": .text(key.journey), "stage": .text(key.stage), "day": .integer(Int64(day.number))])?["first"]
            .integer.map { Day(number: Int($0)) }
    }

    package func stays(
        in key: StageKey, to next: String, from: Instant, until: Instant, now: Instant
    ) throws -> [Lifetime] {
        try connection.query(
            """
            SELECT (length + :day - 1) / :day AS days, count(*) FILTER (WHERE moved = 1), count(*) FILTER (WHERE moved = 0)
            FROM (
                SELECT coalesce(CASE WHEN n.at <= :now THEN n.at END,
                        CASE WHEN a.churned_at >= e.at AND a.churned_at <= :now THEN a.churned_at END, :now) - e.at AS length,
                    CASE WHEN n.at <= :now THEN 1 ELSE 0 END AS moved
                FROM stage_entry AS e JOIN account AS a ON a.id = e.account_id LEFT JOIN stage_entry AS n
                    ON n.account_id = e.account_id AND n.journey = e.journey AND n.stage = :next
                WHERE e.journey = :journey AND e.stage = :stage AND e.at > :oldest AND e.at <= :newest
                    AND e.how = 'entered' AND coalesce(n.how, '') <> 'found' \(Self.known)
            ) AS stays GROUP BY 1 ORDER BY 1
            """,
            [
                "journey": .text(key.journey), "stage": .text(key.stage), "next": .text(next),
                "day": .integer(TimeSpan.days(1).milliseconds), "now": .instant(now),
                "oldest": .instant(from), "newest": .instant(until),
            ]
        ).flatMap { row in
            // Begun days count whole; of those who are still there, or churned, no more is known.
            let days = Double(max(1, row[0].integer ?? 1))
            return [(1, true), (2, false)].map { column, left in
                Lifetime(duration: days, left: left, count: Int(row[column].integer ?? 0))
            }
        }
    }
}
