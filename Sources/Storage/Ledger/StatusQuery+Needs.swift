package import Decisions
package import Playbooks

/// What needs a person.
extension StatusQuery {
    /// The playbooks that a safety rule or a person holds, the longest held first.
    package func held(now: Instant) throws -> [(playbook: String, since: Instant?, reason: String)] {
        try connection.query(
            """
            SELECT name, held_at, \(Self.heldBecause) AS held_because FROM playbook
            WHERE \(Self.heldBecause) IS NOT NULL ORDER BY held_at, name
            """, ["now": .instant(now)]
        ).map { ($0["name"].text ?? "", $0["held_at"].instant, $0["held_because"].text ?? "") }
    }

    /// Why enrollments stand still that nobody has paused, as the last cycle found it.
    package func standingStill() throws -> [String] {
        (try Meta.standingStill.read(connection) ?? "").split(separator: "\n").map(String.init)
    }

    /// The categories that people have left and that are none of these, with how many people.
    package func goneCategories(but known: [String]) throws -> [(category: String, people: Int)] {
        try Suppressions.gone(but: known, connection)
    }

    /// How many touches only a person can settle, or mend the cause of.
    package func stuck() throws -> (unknown: Int, held: Int) {
        // Each state by itself, so that the partial index answers.
        (
            Int(try connection.integer("SELECT count(*) FROM touch WHERE state = 'unknown'")),
            Int(try connection.integer("SELECT count(*) FROM touch WHERE state = 'held'"))
        )
    }

    /// How many rows and events wait for an account that nobody has told of.
    package func waitingRows() throws -> Int { Int(try connection.integer("SELECT count(*) FROM waiting_row")) }

    /// The id and state of a playbook as the runner saw it last.
    package func known(_ playbook: String, now: Instant) throws -> KnownState? {
        try connection.first(
            """
            SELECT id, state, version_id, live_since, last_match_at, next_at, schedule, held_at,
                \(Self.heldBecause) AS held_because, released_at
            FROM playbook WHERE name = :name
            """, ["name": .text(playbook), "now": .instant(now)]
        ).map { row in
            KnownState(
                id: row["id"].integer ?? 0, state: try row["state"].word(), versionID: row["version_id"].integer,
                liveSince: row["live_since"].instant, lastMatchAt: row["last_match_at"].instant,
                nextAt: row["next_at"].instant.map { Occurrence($0, schedule: row["schedule"].text) },
                heldAt: row["held_at"].instant, heldBecause: row["held_because"].text,
                isReleased: row["released_at"].integer != nil)
        }
    }

    package struct KnownState: Sendable {
        package var id: Int64
        package var state: Playbook.State
        package var versionID: Int64?
        package var liveSince: Instant?
        package var lastMatchAt: Instant?
        package var nextAt: Occurrence?
        package var heldAt: Instant?
        package var heldBecause: String?
        package var isReleased: Bool
    }

    /// The versions of a playbook, the newest first, with how many entered by each and walk it still.
    package func versions(of playbook: Int64) throws -> [Version] {
        try connection.query(
            """
            SELECT v.id, v.hash, v.source, v.seen_at,
                (SELECT count(*) FROM enrollment AS e WHERE e.playbook_id = v.playbook_id AND e.version_id = v.id)
                    AS entered,
                (SELECT count(*) FROM enrollment AS e WHERE e.playbook_id = v.playbook_id AND e.version_id = v.id
                    AND e.state = 'active') AS active
            FROM playbook_version AS v WHERE v.playbook_id = :playbook ORDER BY v.id DESC LIMIT 50
            """, ["playbook": .integer(playbook)]
        ).map { row in
            Version(
                id: row["id"].integer ?? 0, hash: row["hash"].text ?? "", source: row["source"].text ?? "",
                seenAt: row["seen_at"].instant ?? Instant(milliseconds: 0), entered: row.count("entered"),
                active: row.count("active"))
        }
    }

    package struct Version: Sendable {
        package var id: Int64
        package var hash: String
        package var source: String
        package var seenAt: Instant
        package var entered: Int
        package var active: Int
    }

    /// Accounts in a playbook, the newest entries first.
    ///
    /// - Parameters:
    ///   - step: the index at which they stand; all of them when nil, those that ended, too.
    ///   - before: only entries of lower ids.
    package func enrollments(
        of playbook: Int64, step: Int? = nil, arm: Arm? = nil, activeOnly: Bool, before: Int64?, limit: Int
    ) throws -> [Enrolled] {
        var conditions = ["e.playbook_id = :playbook", "e.id < :before"]
        var values: [String: SQLValue] = [
            "playbook": .integer(playbook), "before": .integer(before ?? .max), "limit": .integer(Int64(limit)),
        ]
        if let step {
            conditions.append("e.step = :step")
            values["step"] = .integer(Int64(step))
        }
        if let arm {
            conditions.append("e.arm = :arm")
            values["arm"] = .word(arm)
        }
        if activeOnly { conditions.append("e.state = 'active'") }
        return try connection.query(
            """
            SELECT e.id, a.key, a.name, e.arm, e.variant, e.entered_at, e.state, e.step, e.due_at, e.ended_at,
                e.end_reason, e.goal_at, v.hash
            FROM (SELECT * FROM enrollment AS e WHERE \(conditions.joined(separator: " AND "))
                ORDER BY e.id DESC LIMIT :limit) AS e
            JOIN account AS a ON a.id = e.account_id LEFT JOIN playbook_version AS v ON v.id = e.version_id
            ORDER BY e.id DESC
            """, values
        ).map { row in
            Enrolled(
                id: row["id"].integer ?? 0, account: row["key"].text ?? "", name: row["name"].text,
                arm: try row["arm"].word(), variant: row["variant"].text,
                enteredAt: row["entered_at"].instant ?? Instant(milliseconds: 0), step: row.count("step"),
                dueAt: row["due_at"].instant, endedAt: row["ended_at"].instant, endReason: row["end_reason"].text,
                goalAt: row["goal_at"].instant, version: row["hash"].text ?? "")
        }
    }

    package struct Enrolled: Sendable {
        package var id: Int64
        package var account: String
        package var name: String?
        package var arm: Arm
        package var variant: String?
        package var enteredAt: Instant
        package var step: Int
        package var dueAt: Instant?
        package var endedAt: Instant?
        package var endReason: String?
        package var goalAt: Instant?
        package var version: String
    }

    /// How many entered a playbook since a moment.
    package func entries(since moment: Instant) throws -> [String: Int] {
        let rows = try connection.query(
            """
            SELECT p.name, count(*) AS n FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.entered_at >= :since GROUP BY p.name
            """, ["since": .instant(moment)])
        return Dictionary(rows.map { ($0["name"].text ?? "", $0.count("n")) }) { first, _ in first }
    }

    /// Customers now: how many, and what they pay a month in minor units.
    package func customers() throws -> (count: Int, mrr: Int64) {
        let row = try connection.first(
            "SELECT count(*) AS n, coalesce(sum(mrr), 0) AS mrr FROM account WHERE status = 'active'")
        return (row?.count("n") ?? 0, row?["mrr"].integer ?? 0)
    }
}
