package import Decisions
package import Playbooks

/// The first entry of each account into one playbook, as of a moment: what reports compare the arms by.
///
/// Later entries are left out, because what came first has changed the account already. Only what was known at the
/// moment counts, so that the same question has the same answer on any later day. Lives in temporary tables.
package struct PlaybookEntries {
    /// Accounts of one arm and variant.
    package struct Arm: Hashable, Sendable {
        package var arm: Decisions.Arm
        package var variant: String?

        package init(_ arm: Decisions.Arm, _ variant: String?) {
            self.arm = arm
            self.variant = variant
        }
    }

    /// What may become of an entry. Its window is the goal's, or so many days from the entry.
    package enum Figure: Hashable, Sendable {
        case goal
        /// What the verdict rests on: the goal, or the account kept where there is none.
        case outcome
        /// A secondary goal by its name.
        case also(String)
        case churned(days: Int)
        /// MRR lower, or higher, than at entry; churned accounts are neither.
        case contracted(days: Int), expanded(days: Int)
        /// `bounced`, `complained`, `unsubscribed` of the account, by whatever touch, and `rejected` of the entry's own
        /// touches, within the goal's window.
        case harm(String)
        /// A touch was sent and did not bounce. Needs no time to mature.
        case reached
        /// A touch passed its claim: it went out, or would have for a holdout. Needs no time to mature.
        case wouldSend
    }

    /// How many had the time, how many of those it happened to, and how many have time left.
    package struct Count: Sendable, Hashable {
        package var matured = 0
        package var hits = 0
        package var open = 0

        package init() {}
    }

    /// Without a goal an entry is watched for so long, and staying is what counts.
    package static let watch = TimeSpan.days(90)

    let connection: Connection
    package let playbookID: Int64
    package let asOf: Instant
    /// How long after its window facts of an entry may still come; only then is its outcome known.
    package let lateness: TimeSpan

    package init(_ connection: Connection, playbookID: Int64, lateness: TimeSpan, asOf: Instant) throws {
        self.connection = connection
        self.playbookID = playbookID
        self.lateness = lateness
        self.asOf = asOf
        try collect()
    }

    static let table = TemporaryTable(
        name: "report_entry",
        definition: """
            CREATE TEMP TABLE IF NOT EXISTS report_entry (
                id INTEGER NOT NULL, account_id INTEGER NOT NULL, experiment_id INTEGER NOT NULL,
                version_id INTEGER NOT NULL, arm TEXT NOT NULL, variant TEXT, entered_at INTEGER NOT NULL,
                has_goal INTEGER NOT NULL, until INTEGER NOT NULL, known_at INTEGER NOT NULL, goal_at INTEGER,
                left_at INTEGER, left_known_at INTEGER, is_erased INTEGER NOT NULL, stratum TEXT NOT NULL)
            """, index: "CREATE INDEX report_entry_by_id ON report_entry (id)")

    private func collect() throws {
        try connection.renew(Self.table)
        try connection.execute(
            """
            INSERT INTO report_entry
            SELECT e.id, e.account_id, e.experiment_id, e.version_id, e.arm, e.variant, e.entered_at,
                CASE WHEN e.goal_until IS NULL THEN 0 ELSE 1 END, coalesce(e.goal_until, e.entered_at + :watch),
                coalesce(e.goal_until, e.entered_at + :watch) + :lateness,
                CASE WHEN e.goal_at <= :as_of AND e.goal_at <= e.goal_until THEN e.goal_at END, NULL, NULL,
                CASE WHEN a.id IS NULL OR a.erased_at IS NOT NULL THEN 1 ELSE 0 END, coalesce(g.stratum, '')
            FROM enrollment AS e LEFT JOIN account AS a ON a.id = e.account_id
                LEFT JOIN assignment AS g ON g.experiment_id = e.experiment_id AND g.account_id = e.account_id
            WHERE e.playbook_id = :playbook AND e.entered_at <= :as_of AND NOT \(Match.isByHand("e.match_key"))
                AND NOT EXISTS (
                SELECT 1 FROM enrollment AS f WHERE f.account_id = e.account_id AND f.playbook_id = e.playbook_id
                    AND f.entered_at < e.entered_at)
            ORDER BY e.entered_at / 86400000, e.account_id
            """,
            [
                "playbook": .integer(playbookID), "as_of": .instant(asOf),
                "watch": .integer(Self.watch.milliseconds), "lateness": .integer(lateness.milliseconds),
            ])
        try connection.index(Self.table)
        // The first time that an account left since its entry, as far as anybody knew.
        try connection.execute(
            """
            UPDATE report_entry SET left_at = c.at, left_known_at = c.known_at
            FROM (
                SELECT x.id, min(v.at) AS at, min(max(v.at, v.received_at)) AS known_at
                FROM report_entry AS x JOIN event AS v ON v.account_id = x.account_id AND v.at >= x.entered_at
                WHERE v.kind_id = (SELECT id FROM event_kind WHERE name = 'churned')
                    AND v.at <= :as_of AND v.received_at <= :as_of
                GROUP BY x.id
            ) AS c WHERE c.id = report_entry.id
            """, ["as_of": .instant(asOf)])
    }

    /// A period of the playbook's experiment in which somebody entered, or may.
    package struct Period: Sendable {
        package var experimentID: Int64
        package var number: Int
        /// As it was written when the period began.
        package var design: String
        package var startedAt: Instant
        /// All arms, the global holdout included.
        package var entered: Int
        package var hasGoal: Bool
    }

    /// The periods in the order of time.
    ///
    /// - Parameter experiment: the experiment's name, whose last period is there even when nobody has entered yet.
    package func periods(of experiment: String) throws -> [Period] {
        try connection.query(
            """
            SELECT x.id, x.period, x.design, x.started_at, count(r.id), coalesce(max(r.has_goal), 0)
            FROM experiment AS x LEFT JOIN report_entry AS r ON r.experiment_id = x.id
            WHERE x.started_at <= :as_of AND (x.name = :name OR r.id IS NOT NULL)
                AND x.name <> 'global holdout'
            GROUP BY x.id, x.period, x.design, x.started_at ORDER BY x.started_at, x.id
            """, ["name": .text(experiment), "as_of": .instant(asOf)]
        ).map { row in
            Period(
                experimentID: row[0].integer ?? 0, number: Int(row[1].integer ?? 0), design: row[2].text ?? "",
                startedAt: row[3].instant ?? asOf, entered: Int(row[4].integer ?? 0), hasGoal: row[5].integer == 1)
        }
    }

    /// How many entries of an arm matured by each weekly look, and how many of those had reached the goal, or had left.
    package struct Weekly: Sendable {
        package var arm: Arm
        /// 1 for the first week after the start, and so on.
        package var week: Int
        package var matured: Int
        package var goals: Int
        /// Within which the arm was drawn; empty without strata.
        package var stratum = ""
    }

    /// The goal reached, or the account kept where there is no goal, by the week after the start in which it was known.
    ///
    /// A leaving that became known later still takes back in that week what had counted as kept.
    package func weekly(_ period: Period) throws -> [Weekly] {
        let hit =
            period.hasGoal
            ? "CASE WHEN goal_at IS NOT NULL THEN known_at END"
            : "CASE WHEN left_at <= until THEN max(known_at, left_known_at) END"
        let rows = try connection.query(
            """
            WITH moment AS (
                SELECT arm, variant, stratum, known_at, \(hit) AS hit FROM report_entry
                WHERE experiment_id = :experiment AND has_goal = :has_goal
            )
            SELECT arm, variant, week, sum(matured), sum(hits), stratum FROM (
                SELECT arm, variant, stratum, \(Self.week(of: "known_at")) AS week, count(*) AS matured, 0 AS hits FROM moment
                WHERE known_at <= :as_of GROUP BY arm, variant, stratum, week
                UNION ALL
                SELECT arm, variant, stratum, \(Self.week(of: "hit")) AS week, 0 AS matured, count(*) AS hits FROM moment
                WHERE hit <= :as_of AND known_at <= :as_of GROUP BY arm, variant, stratum, week
            ) AS w GROUP BY arm, variant, stratum, week ORDER BY week, arm, variant, stratum
            """,
            [
                "experiment": .integer(period.experimentID), "start": .instant(period.startedAt),
                "as_of": .instant(asOf), "has_goal": .integer(period.hasGoal ? 1 : 0),
            ])
        return try rows.map { row in
            let (matured, hits) = (Int(row[3].integer ?? 0), Int(row[4].integer ?? 0))
            return Weekly(
                arm: Arm(try row[0].word(), row[1].text), week: Int(row[2].integer ?? 1), matured: matured,
                goals: period.hasGoal ? hits : matured - hits, stratum: row[5].text ?? "")
        }
    }

    /// How many accounts each arm has of each stratum, over everybody who entered.
    package func strata(of period: Period) throws -> [String: [Arm: Count]] {
        var found: [String: [Arm: Count]] = [:]
        try connection.forEach(
            """
            SELECT stratum, arm, variant, count(*) AS accounts FROM report_entry
            WHERE experiment_id = :experiment AND arm <> 'global_holdout' GROUP BY stratum, arm, variant
            """, ["experiment": .integer(period.experimentID)]
        ) { row in
            var count = Count()
            count.matured = Int(row.integer("accounts"))
            found[row.text("stratum") ?? "", default: [:]][Arm(try row.word("arm"), row.optionalText("variant"))] =
                count
        }
        return found
    }

    /// The length of a week, in milliseconds.
    package static let week: Int64 = 7 * 86_400_000

    /// A figure by arm, over the entries whose outcome was known at a moment; the others are open.
    package func counts(of figure: Figure, in period: Period, matured at: Instant) throws -> [Arm: Count] {
        let (judged, arguments) = judged(figure, in: period, matured: at)
        var counts: [Arm: Count] = [:]
        try connection.forEach(
            """
            SELECT arm, variant, count(*) FILTER (WHERE mature = 1), count(*) FILTER (WHERE mature = 1 AND hit = 1),
                count(*) FILTER (WHERE mature = 0)
            FROM (\(judged)) AS f GROUP BY arm, variant
            """, arguments
        ) { statement in
            let row = statement.row
            var count = Count()
            count.matured = Int(row[2].integer ?? 0)
            count.hits = Int(row[3].integer ?? 0)
            count.open = Int(row[4].integer ?? 0)
            counts[Arm(try row[0].word(), row[1].text)] = count
        }
        return counts
    }

    /// The same by the week after the start in which the outcome of an entry was known; a week without any is not there.
    package func weekly(of figure: Figure, in period: Period) throws -> [Int: [Arm: Count]] {
        var arguments: [String: SQLValue] = [
            "experiment": .integer(period.experimentID), "as_of": .instant(asOf),
            "has_goal": .integer(period.hasGoal ? 1 : 0), "start": .instant(period.startedAt),
        ]
        let sql = spell(figure, in: period, &arguments)
        var weeks: [Int: [Arm: Count]] = [:]
        try connection.forEach(
            """
            SELECT arm, variant, week, count(*) AS matured, sum(hit) AS hits FROM (
                SELECT r.arm, r.variant, \(Self.week(of: sql.until)) AS week,
                    CASE WHEN \(sql.hit) THEN 1 ELSE 0 END AS hit
                FROM report_entry AS r
                WHERE r.experiment_id = :experiment AND r.has_goal = :has_goal AND \(sql.until) <= :as_of
            ) AS f GROUP BY arm, variant, week
            """, arguments
        ) { row in
            var count = Count()
            count.matured = Int(row.integer("matured"))
            count.hits = Int(row.integer("hits"))
            weeks[Int(row.integer("week")), default: [:]][Arm(try row.word("arm"), row.optionalText("variant"))] = count
        }
        return weeks
    }

    /// From 1 for the first week after the start.
    private static func week(of moment: String) -> String {
        "max(1, (\(moment) - :start + \(week - 1)) / \(week))"
    }

    /// One entry of a figure, as `counts` counts it.
    package struct Judged: Sendable, Hashable {
        package var account: Int64
        package var arm: Arm
        package var enteredAt: Instant
        /// When its outcome is known.
        package var until: Instant
        package var isMature: Bool
        package var isHit: Bool
    }

    /// The entries that `counts` counts, one by one.
    package func forEach(
        of figure: Figure, in period: Period, matured at: Instant, _ body: (Judged) throws -> Void
    ) throws {
        let (judged, arguments) = judged(figure, in: period, matured: at)
        try connection.forEach(judged, arguments) { row in
            try body(
                Judged(
                    account: row.integer("account_id"), arm: Arm(try row.word("arm"), row.optionalText("variant")),
                    enteredAt: row.instant("entered_at"), until: row.instant("due"),
                    isMature: row.integer("mature") == 1, isHit: row.integer("hit") == 1))
        }
    }

    private func judged(
        _ figure: Figure, in period: Period, matured at: Instant
    ) -> (sql: String, arguments: [String: SQLValue]) {
        var arguments: [String: SQLValue] = [
            "experiment": .integer(period.experimentID), "at": .instant(at), "as_of": .instant(asOf),
            "has_goal": .integer(period.hasGoal ? 1 : 0),
        ]
        let sql = spell(figure, in: period, &arguments)
        return (
            """
            SELECT r.account_id, r.arm, r.variant, r.entered_at, \(sql.until) AS due,
                CASE WHEN \(sql.until) <= :at THEN 1 ELSE 0 END AS mature, CASE WHEN \(sql.hit) THEN 1 ELSE 0 END AS hit
            FROM report_entry AS r
            WHERE r.experiment_id = :experiment AND r.has_goal = :has_goal AND \(sql.until) IS NOT NULL
            """, arguments
        )
    }

    private func spell(
        _ figure: Figure, in period: Period, _ arguments: inout [String: SQLValue]
    ) -> (until: String, hit: String) {
        switch figure {
        case .outcome: return ("r.known_at", hit(period))
        case .goal: return ("r.known_at", "r.goal_at IS NOT NULL")
        case .also(let name):
            arguments["name"] = .text(name)
            return (
                "r.known_at",
                """
                EXISTS (SELECT 1 FROM outcome AS o WHERE o.dedup = 'also:' || CAST(r.id AS TEXT) || ':' || :name
                    AND o.at <= r.until AND o.at <= :as_of)
                """
            )
        case .churned(let days):
            arguments["days"] = .integer(Int64(days) * 86_400_000)
            arguments["late"] = .integer(DataMap.usualLateness.milliseconds)
            return ("r.entered_at + :days + :late", "r.left_at <= r.entered_at + :days")
        case .contracted(let days), .expanded(let days):
            arguments["days"] = .integer(Int64(days) * 86_400_000)
            arguments["late"] = .integer(DataMap.usualLateness.milliseconds)
            let sign = if case .contracted = figure { "<" } else { ">" }
            let (before, after) = (mrr("r.entered_at"), mrr("r.entered_at + :days"))
            // Of who had left by then it is not asked.
            return (
                "CASE WHEN r.left_at <= r.entered_at + :days THEN NULL ELSE r.entered_at + :days + :late END",
                "\(after) \(sign) \(before)"
            )
        case .harm("rejected"):
            return (
                "r.known_at",
                """
                EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = r.id AND t.state = 'rejected'
                    AND t.settled_at <= r.until AND t.settled_at <= :as_of)
                """
            )
        case .harm(let kind):
            arguments["kind"] = .text(kind)
            return (
                "r.known_at",
                """
                EXISTS (SELECT 1 FROM outcome AS o WHERE o.account_id = r.account_id AND o.at >= r.entered_at
                    AND o.at <= r.until AND o.at <= :as_of AND o.kind = :kind)
                """
            )
        case .reached:
            return (
                "r.entered_at",
                """
                EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = r.id AND t.state = 'sent'
                    AND t.settled_at <= :as_of AND NOT EXISTS (SELECT 1 FROM outcome AS o
                        WHERE o.touch_id = t.id AND o.kind = 'bounced' AND o.at <= :as_of))
                """
            )
        case .wouldSend:
            return (
                "r.entered_at",
                """
                EXISTS (SELECT 1 FROM touch AS t WHERE t.enrollment_id = r.id AND t.claimed_at <= :as_of)
                """
            )
        }
    }

    /// What an account paid at a moment: what the first later change replaced, or what it pays now.
    func mrr(_ moment: String) -> String { attribute("mrr", at: moment) }

    /// The same of any attribute that keeps its history.
    func attribute(_ name: String, at moment: String) -> String {
        let later =
            "FROM history AS h WHERE h.attribute = '\(name)' AND h.account_id = r.account_id AND h.at > \(moment)"
        let previous = name == "mrr" ? "CAST(h.previous AS bigint)" : "h.previous"
        return """
            (CASE WHEN EXISTS (SELECT 1 \(later)) THEN (SELECT \(previous) \(later) ORDER BY h.at LIMIT 1)
                ELSE (SELECT a.\(name) FROM account AS a WHERE a.id = r.account_id) END)
            """
    }
}
