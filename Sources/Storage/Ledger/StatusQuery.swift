import Decisions
package import Playbooks

/// What is going on, counted for `status`.
package struct StatusQuery {
    let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Whether somebody must say what database this is.
    package func isDoubtful() throws -> Bool { try Doubt(connection) != nil }

    package struct OfPlaybook: Sendable {
        package var id: Int64
        package var name: String
        package var state: Playbook.State
        package var active: Int
        package var ended: Int
        package var goals: Int
        package var holdout: Int
        package var open: Int
        package var sent: Int
        package var heldBecause: String?
        package var lastMatchAt: Instant?
        package var nextAt: Occurrence?
    }

    /// A moment of a schedule; where it is `local`, the wall-clock time that each contact's clock shows, read as UTC.
    package struct Occurrence: Sendable, Hashable {
        package var at: Instant
        package var isLocal: Bool

        /// As `schedule` in the table of playbooks holds it.
        init(_ at: Instant, schedule: String?) {
            self.at = at
            isLocal = schedule?.hasSuffix(" local") == true
        }

        /// For people, on the clock of a zone unless it is local: `2026-03-08 10:00 local`.
        package func text(in zone: Zone) -> String { isLocal ? "\(at.text(in: .utc)) local" : at.text(in: zone) }
    }

    /// Why a playbook is held at `:now`, by a person or by a safety rule.
    static let heldBecause = "CASE WHEN held_until > :now THEN held_by_hand ELSE held_because END"

    /// With what others have counted of each, by its id.
    package func playbooks(now: Instant, _ counts: [Int64: PlaybookCounts]) throws -> [OfPlaybook] {
        try connection.query(
            """
            SELECT id, name, state, \(Self.heldBecause) AS held_because,
                last_match_at, next_at, schedule
            FROM playbook ORDER BY name
            """, ["now": .instant(now)]
        ).map { row in
            let id = row["id"].integer ?? 0
            let found = counts[id] ?? PlaybookCounts()
            return OfPlaybook(
                id: id, name: row["name"].text ?? "", state: try row["state"].word(), active: found.active,
                ended: found.entered - found.active, goals: found.goals, holdout: found.heldOut,
                open: found.touches(TouchState.allCases.filter { !$0.isSettled }), sent: found.touches([.sent]),
                heldBecause: row["held_because"].text, lastMatchAt: row["last_match_at"].instant,
                nextAt: Self.next(row))
        }
    }

    /// When a playbook comes round next; nil for one that is not live, whose last plans are no plans any more.
    private static func next(_ row: Row) -> Occurrence? {
        guard row["state"].text == Playbook.State.live.rawValue else { return nil }
        return row["next_at"].instant.map { Occurrence($0, schedule: row["schedule"].text) }
    }

    /// Counted now, in a pass over enrollments and touches.
    package func playbooks(now: Instant) throws -> [OfPlaybook] {
        try connection.query(
            """
            SELECT p.id, p.name, p.state, coalesce(e.active, 0) AS active, coalesce(e.ended, 0) AS ended,
                coalesce(e.goals, 0) AS goals, coalesce(e.holdout, 0) AS holdout, coalesce(t.waiting, 0) AS waiting,
                coalesce(t.sent, 0) AS sent, \(Self.heldBecause) AS held_because,
                p.last_match_at, p.next_at, p.schedule
            FROM playbook AS p
            LEFT JOIN (SELECT playbook_id, count(*) FILTER (WHERE state = 'active') AS active,
                    count(*) FILTER (WHERE state = 'ended') AS ended, count(goal_at) AS goals,
                    count(*) FILTER (WHERE arm <> 'treated') AS holdout
                FROM enrollment GROUP BY \(connection.dialect.unindexed("playbook_id"))) AS e ON e.playbook_id = p.id
            LEFT JOIN (SELECT playbook_id, count(*) FILTER (WHERE settled_at IS NULL) AS waiting,
                    count(*) FILTER (WHERE state = 'sent') AS sent
                FROM touch GROUP BY \(connection.dialect.unindexed("playbook_id"))) AS t ON t.playbook_id = p.id
            ORDER BY p.name
            """, ["now": .instant(now)]
        ).map { row in
            func count(_ name: String) -> Int { Int(row[name].integer ?? 0) }
            return OfPlaybook(
                id: row["id"].integer ?? 0, name: row["name"].text ?? "", state: try row["state"].word(),
                active: count("active"), ended: count("ended"), goals: count("goals"), holdout: count("holdout"),
                open: count("waiting"),
                sent: count("sent"), heldBecause: row["held_because"].text, lastMatchAt: row["last_match_at"].instant,
                nextAt: Self.next(row))
        }
    }

    /// Active enrollments that stand at one step of one version.
    package struct Place: Sendable {
        package var playbook: String
        /// The text of the version that they walk.
        package var source: String
        package var variant: String?
        package var step: Int
        package var count: Int
    }

    package func places() throws -> [Place] {
        try connection.query(
            """
            SELECT p.name, v.source, e.variant, e.step, e.count
            FROM (SELECT playbook_id, version_id, variant, step, count(*) AS count FROM enrollment
                WHERE state = 'active' GROUP BY playbook_id, version_id, variant, step) AS e
            JOIN playbook AS p ON p.id = e.playbook_id JOIN playbook_version AS v ON v.id = e.version_id
            ORDER BY p.name, e.step, v.id, e.variant
            """
        ).map { row in
            Place(
                playbook: row["name"].text ?? "", source: row["source"].text ?? "", variant: row["variant"].text,
                step: Int(row["step"].integer ?? 0), count: Int(row["count"].integer ?? 0))
        }
    }

    package struct Totals: Sendable {
        package var accounts: Int
        package var contacts: Int
        package var events: Int
        package var suppressed: Int
    }

    package func totals() throws -> Totals {
        func count(_ table: String) throws -> Int { Int(try connection.integer("SELECT count(*) FROM \(table)")) }
        return Totals(
            accounts: try count("account"), contacts: try count("contact"), events: try count("event"),
            suppressed: try count("suppression"))
    }

    /// Scope, reason and moment of what is paused.
    package func pauses() throws -> [(scope: String, reason: String, at: Instant)] {
        try connection.query("SELECT scope, reason, at FROM pause ORDER BY scope").map {
            ($0[0].text ?? "", $0[1].text ?? "", $0[2].instant ?? Instant(milliseconds: 0))
        }
    }

    /// How many occurrences of campaigns were missed.
    package func missedCount() throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'"))
    }

    /// The occurrences of campaigns that were missed, the newest first.
    ///
    /// - Returns: with why, where they were held; nil where nothing ran.
    package func missed(limit: Int = 5) throws -> [(playbook: String, at: Occurrence, reason: String?)] {
        try connection.query(
            """
            SELECT p.name, o.at, p.schedule, o.reason FROM occurrence AS o JOIN playbook AS p ON p.id = o.playbook_id
            WHERE o.state = 'missed' ORDER BY o.at DESC, p.name LIMIT :limit
            """, ["limit": .integer(Int64(limit))]
        ).map {
            (
                $0["name"].text ?? "",
                Occurrence($0["at"].instant ?? Instant(milliseconds: 0), schedule: $0["schedule"].text),
                $0["reason"].text
            )
        }
    }

    package func lastCycle() throws -> (now: Instant, state: CycleState)? {
        try connection.first("SELECT now, state FROM cycle ORDER BY id DESC LIMIT 1").map {
            ($0["now"].instant ?? Instant(milliseconds: 0), try $0["state"].word())
        }
    }
}
