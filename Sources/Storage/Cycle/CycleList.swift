package import Playbooks

/// The cycles as people look at them, the newest first.
package struct CycleList {
    package struct Entry: Sendable {
        package var id: Int64
        package var now: Instant
        package var beganAt: Instant
        package var endedAt: Instant?
        package var state: CycleState
        /// What `run --format json` prints.
        package var summary: String?
    }

    package struct Tally: Sendable {
        package var playbook: String
        package var matched: Int
        package var audience: Int
        package var fresh: Int
        /// Counts by verdict, as JSON.
        package var verdicts: String
        package var heldBecause: String?
    }

    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    package func entries(before: Int64? = nil, limit: Int) throws -> [Entry] {
        try connection.query(
            "SELECT * FROM cycle WHERE id < :before ORDER BY id DESC LIMIT :limit",
            ["before": .integer(before ?? .max), "limit": .integer(Int64(limit))]
        ).map(Self.entry)
    }

    package func entry(_ id: Int64) throws -> Entry? {
        try connection.first("SELECT * FROM cycle WHERE id = :id", ["id": .integer(id)]).map(Self.entry)
    }

    /// The last one that looked for matches of a playbook.
    package func lastMatch(of playbook: String) throws -> Entry? {
        try connection.first(
            """
            SELECT * FROM cycle WHERE id = (SELECT max(t.cycle_id) FROM tally AS t
                WHERE t.playbook_id = (SELECT id FROM playbook WHERE name = :playbook))
            """, ["playbook": .text(playbook)]
        ).map(Self.entry)
    }

    package func tallies(of cycle: Int64) throws -> [Tally] {
        try connection.query(
            """
            SELECT p.name, t.matched, t.audience, t.fresh, t.verdicts, t.held_because FROM playbook AS p
            JOIN tally AS t ON t.playbook_id = p.id AND t.cycle_id = :cycle ORDER BY p.name
            """, ["cycle": .integer(cycle)]
        ).map { row in
            Tally(
                playbook: row["name"].text ?? "", matched: row.count("matched"), audience: row.count("audience"),
                fresh: row.count("fresh"), verdicts: row["verdicts"].text ?? "{}", heldBecause: row["held_because"].text
            )
        }
    }

    private static func entry(_ row: Row) throws -> Entry {
        Entry(
            id: row["id"].integer ?? 0, now: row["now"].instant ?? Instant(milliseconds: 0),
            beganAt: row["began_at"].instant ?? Instant(milliseconds: 0), endedAt: row["ended_at"].instant,
            state: try row["state"].word(), summary: row["summary"].text)
    }
}
