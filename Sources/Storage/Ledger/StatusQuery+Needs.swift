import Decisions
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

    /// When the server of the database could not be reached, if it was lately.
    package func outage(now: Instant) throws -> Outage? {
        try Outage(connection).flatMap { now - $0.to < .days(1) ? $0 : nil }
    }

    /// The categories that people have left and that are none of these, with how many people.
    package func goneCategories(but known: [String]) throws -> [(category: String, people: Int)] {
        try Suppressions.gone(but: known, connection)
    }

    /// The drafts of which enrollments go on, with how many.
    package func draftsAtWork() throws -> [(playbook: String, running: Int)] {
        try connection.query(
            """
            SELECT p.name, CAST(sum(f.count) AS bigint) AS running FROM playbook AS p
            JOIN flow_count AS f ON f.what = 'here' AND f.owner = p.id
            WHERE p.state = 'draft' GROUP BY p.name ORDER BY p.name
            """
        ).map { ($0["name"].text ?? "", $0.count("running")) }
    }

    /// How many touches only a person can settle, or mend the cause of.
    package func stuck() throws -> (unknown: Int, held: Int) {
        let touches = try FlowCounts(connection).touches()
        return (touches[.unknown] ?? 0, touches[.held] ?? 0)
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

    /// The versions of a playbook, the newest first.
    package func versions(of playbook: Int64, limit: Int = 50) throws -> [Version] {
        try connection.query(
            """
            SELECT id, hash, source, files, seen_at FROM playbook_version
            WHERE playbook_id = :playbook ORDER BY id DESC LIMIT :limit
            """, ["playbook": .integer(playbook), "limit": .integer(Int64(limit))]
        ).map { row in
            Version(
                id: row["id"].integer ?? 0, hash: row["hash"].text ?? "", source: row["source"].text ?? "",
                files: row["files"].text, seenAt: row["seen_at"].instant ?? Instant(milliseconds: 0))
        }
    }

    package struct Version: Sendable {
        package var id: Int64
        package var hash: String
        package var source: String
        /// The files beside it that it was read with, as JSON.
        package var files: String?
        package var seenAt: Instant
    }

    /// Customers now: how many, and what they pay a month in minor units.
    package func customers() throws -> (count: Int, mrr: Int64) {
        let kept = FlowCounts(connection)
        return (Int(try kept.sum(.account, value: "active")), try kept.sum(.mrr, value: "active"))
    }
}
