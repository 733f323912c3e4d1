import Decisions
package import Playbooks

/// From match to goal, by the version of a playbook, as of a moment.
package struct PlaybookFunnel {
    private let connection: Connection
    private let arguments: [String: SQLValue]

    /// - Parameter lateness: how long after its window the goal may still be learned.
    package init(_ connection: Connection, playbookID: Int64, lateness: TimeSpan, asOf: Instant) {
        self.connection = connection
        arguments = [
            "playbook": .integer(playbookID), "as_of": .instant(asOf),
            "watch": .integer(PlaybookEntries.watch.milliseconds), "lateness": .integer(lateness.milliseconds),
            "watched": .integer(PlaybookEntries.watch.milliseconds + DataMap.usualLateness.milliseconds),
        ]
    }

    package struct Version: Sendable {
        package var id: Int64
        package var hash: String
        package var source: String
        package var seenAt: Instant
        /// Enrollments, and matches without one that were first decided on while it was the newest.
        package var matched = 0
        /// Enrollments in any arm; the rest counts only treated ones.
        package var entered = 0
        package var treated = 0
        /// Enrollments with at least one such touch.
        package var sent = 0
        package var delivered = 0
        package var clicked = 0
        package var replied = 0
        /// Of whom it is known whether they reached the goal, how many of them did, and of whom it is not known yet.
        package var goalMatured = 0
        package var goals = 0
        package var goalOpen = 0
        /// Of whom it is known whether they were kept for 90 days, how many of them were, and of whom it is not known yet.
        package var keptMatured = 0
        package var kept = 0
        package var keptOpen = 0
    }

    /// The matches that did not enter, with their last verdict and when they were first decided on; of an account that had
    /// entered before by the same condition, when the verdict came that stands now.
    private static let notEntered = """
        SELECT d.verdict, d.reason, CASE WHEN d.entered = 1 THEN d.at ELSE d.first END AS at FROM (
            SELECT l.verdict, l.reason, l.at, l.first, l.match_key, CASE WHEN EXISTS (
                    SELECT 1 FROM enrollment AS e WHERE e.playbook_id = :playbook AND e.account_id = l.account_id
                        AND e.match_key = l.match_key AND e.entered_at <= :as_of) THEN 1 ELSE 0 END AS entered
            FROM (
                SELECT account_id, match_key, verdict, reason, at,
                    min(at) OVER (PARTITION BY account_id, match_key) AS first,
                    row_number() OVER (PARTITION BY account_id, match_key ORDER BY at DESC, cycle_id DESC) AS place
                FROM decision
                WHERE playbook_id = :playbook AND at <= :as_of AND NOT \(Match.isByHand("match_key"))
            ) AS l WHERE l.place = 1 AND l.verdict NOT IN ('enrolled', 'holdout', 'global_holdout')
        ) AS d WHERE d.entered = 0 AND (d.verdict <> 'already' OR d.match_key <> '')
            OR d.entered = 1 AND d.match_key = '' AND d.verdict <> 'already'
        """

    /// The oldest first.
    package func versions() throws -> [Version] {
        var versions = try connection.query(
            """
            SELECT id, hash, source, seen_at FROM playbook_version
            WHERE playbook_id = :playbook AND seen_at <= :as_of ORDER BY seen_at, id
            """, arguments
        ).map { row in
            Version(
                id: row[0].integer ?? 0, hash: row[1].text ?? "", source: row[2].text ?? "",
                seenAt: row[3].instant ?? Instant(milliseconds: 0))
        }
        func fill(_ sql: String, _ set: (inout Version, Row) -> Void) throws {
            for row in try connection.query(sql, arguments) {
                guard let index = versions.firstIndex(where: { $0.id == row[0].integer }) else { continue }
                set(&versions[index], row)
            }
        }
        func int(_ value: SQLValue) -> Int { Int(value.integer ?? 0) }
        // Every entry is a match of its own, also of an account that had entered before and matched anew.
        try fill(
            """
            SELECT (SELECT v.id FROM playbook_version AS v WHERE v.playbook_id = :playbook AND v.seen_at <= f.at
                    ORDER BY v.seen_at DESC, v.id DESC LIMIT 1) AS version, sum(f.matches)
            FROM (SELECT at, count(*) AS matches FROM (\(Self.notEntered)) AS n GROUP BY at) AS f GROUP BY version
            """
        ) { $0.matched = int($1[1]) }
        try fill(
            """
            SELECT e.version_id, count(*), count(*) FILTER (WHERE e.arm = 'treated'),
                count(*) FILTER (WHERE e.arm = 'treated' AND e.goal_until + :lateness <= :as_of),
                count(*) FILTER (WHERE e.arm = 'treated' AND e.goal_until + :lateness <= :as_of AND e.goal_at <= e.goal_until),
                count(*) FILTER (WHERE e.arm = 'treated' AND e.goal_until + :lateness > :as_of),
                count(*) FILTER (WHERE e.arm = 'treated' AND e.entered_at + :watched <= :as_of),
                count(*) FILTER (WHERE e.arm = 'treated' AND e.entered_at + :watched > :as_of)
            FROM enrollment AS e WHERE e.playbook_id = :playbook AND e.entered_at <= :as_of
                AND NOT \(Match.isByHand("e.match_key"))
            GROUP BY e.version_id
            """
        ) { version, row in
            (version.entered, version.treated) = (int(row[1]), int(row[2]))
            version.matched += version.entered
            (version.goalMatured, version.goals, version.goalOpen) = (int(row[3]), int(row[4]), int(row[5]))
            (version.keptMatured, version.keptOpen) = (int(row[6]), int(row[7]))
            version.kept = version.keptMatured
        }
        try fill(
            """
            SELECT e.version_id, count(DISTINCT e.id) FROM enrollment AS e
            JOIN event AS v ON v.account_id = e.account_id AND v.at >= e.entered_at AND v.at <= e.entered_at + :watch
            WHERE e.playbook_id = :playbook AND e.arm = 'treated' AND e.entered_at + :watched <= :as_of
                AND NOT \(Match.isByHand("e.match_key")) AND v.kind_id = (SELECT id FROM event_kind WHERE name = 'churned') AND v.received_at <= :as_of
            GROUP BY e.version_id
            """
        ) { $0.kept -= int($1[1]) }
        try fill(
            """
            SELECT e.version_id, count(DISTINCT e.id) FROM enrollment AS e
            JOIN touch AS t ON t.enrollment_id = e.id AND t.state = 'sent' AND t.settled_at <= :as_of
            WHERE e.playbook_id = :playbook AND e.arm = 'treated' AND NOT \(Match.isByHand("e.match_key"))
            GROUP BY e.version_id
            """
        ) { $0.sent = int($1[1]) }
        try fill(
            """
            SELECT e.version_id, count(DISTINCT e.id),
                count(DISTINCT CASE WHEN o.kind = 'clicked' THEN e.id END),
                count(DISTINCT CASE WHEN o.kind = 'replied' THEN e.id END)
            FROM enrollment AS e JOIN touch AS t ON t.enrollment_id = e.id
            JOIN outcome AS o ON o.touch_id = t.id AND o.at <= :as_of
                AND o.kind IN ('delivered', 'opened', 'clicked', 'replied')
            WHERE e.playbook_id = :playbook AND e.arm = 'treated' AND NOT \(Match.isByHand("e.match_key"))
            GROUP BY e.version_id
            """
        ) { version, row in
            (version.delivered, version.clicked, version.replied) = (int(row[1]), int(row[2]), int(row[3]))
        }
        return versions
    }

    /// Enrollments that people asked for, which nothing else counts.
    package struct ByHand: Sendable, Equatable {
        package var entered = 0
        package var treated = 0
        package var goals = 0
    }

    package func byHand() throws -> ByHand {
        let row = try connection.first(
            """
            SELECT count(*) AS entered, count(*) FILTER (WHERE arm = 'treated') AS treated,
                count(*) FILTER (WHERE arm = 'treated' AND goal_at <= :as_of) AS goals
            FROM enrollment
            WHERE playbook_id = :playbook AND entered_at <= :as_of AND \(Match.isByHand("match_key"))
            """, arguments)
        func count(_ name: String) -> Int { Int(row?[name].integer ?? 0) }
        return ByHand(entered: count("entered"), treated: count("treated"), goals: count("goals"))
    }

    package struct Loss: Sendable {
        /// A verdict, or a touch's state; `open` for touches that have not ended.
        package var what: String
        package var reason: String
        package var count: Int
    }

    /// What the last verdict on each match was, of those that did not enter, with the most frequent reason.
    package func kept() throws -> [Loss] {
        let found = try connection.query(
            """
            SELECT verdict, CASE reason WHEN 'erased' THEN '' ELSE reason END AS cause, count(*) AS count
            FROM (\(Self.notEntered)) AS n GROUP BY verdict, cause
            """, arguments)
        let causes = Self.byCause(found.map { ($0["verdict"].text ?? "", $0["cause"].text ?? "", $0["count"]) })
        return Dictionary(grouping: causes, by: \.what).map { verdict, causes in
            Loss(
                what: verdict, reason: causes.first { !$0.reason.isEmpty }?.reason ?? "",
                count: causes.reduce(0) { $0 + $1.count })
        }.sorted { ($1.count, $0.what) < ($0.count, $1.what) }
    }

    /// The most frequent first.
    private static func byCause(_ rows: [(what: String, reason: String, count: SQLValue)]) -> [Loss] {
        struct Key: Hashable {
            var what: String
            var cause: LossCause
        }
        var counts: [Key: Int] = [:]
        for row in rows {
            counts[Key(what: row.what, cause: LossCause(row.reason)), default: 0] += Int(row.count.integer ?? 0)
        }
        return counts.map { Loss(what: $0.key.what, reason: $0.key.cause.text, count: $0.value) }.sorted {
            ($1.count, $0.what, $0.reason) < ($0.count, $1.what, $1.reason)
        }
    }

    /// Touches of treated enrollments that did not go out, by state and cause; the most frequent first.
    package func lost() throws -> [Loss] {
        let found = try connection.query(
            """
            SELECT state, reason, count(*) AS count FROM (
                SELECT CASE WHEN settled_at <= :as_of THEN state ELSE 'open' END AS state,
                    CASE WHEN settled_at <= :as_of THEN coalesce(reason, error, '') ELSE '' END AS reason
                FROM touch WHERE playbook_id = :playbook AND ghost = 0 AND due_at <= :as_of
            ) AS t WHERE state <> 'sent' GROUP BY state, reason
            """, arguments)
        return Self.byCause(found.map { ($0["state"].text ?? "", $0["reason"].text ?? "", $0["count"]) })
    }

    /// All touches of treated enrollments that were due.
    package func touches() throws -> Int {
        Int(
            try connection.integer(
                "SELECT count(*) FROM touch WHERE playbook_id = :playbook AND ghost = 0 AND due_at <= :as_of", arguments
            ))
    }
}
