package import Decisions
package import Playbooks

/// What a cycle leaves behind besides verdicts and touches: cursors, holds, occurrences, tallies.
package struct CycleRecords {
    private let connection: Connection
    private let cycleID: Int64
    private let now: Instant

    package init(_ connection: Connection, cycleID: Int64, now: Instant) {
        self.connection = connection
        self.cycleID = cycleID
        self.now = now
    }

    /// Begins a cycle; one that was killed half-way is marked.
    package static func begin(_ connection: Connection, now: Instant, processNow: Instant) throws -> Int64 {
        try connection.execute("UPDATE cycle SET state = 'interrupted' WHERE state = 'applying'")
        return try connection.integer(
            "INSERT INTO cycle (now, began_at, state) VALUES (:now, :process, 'applying') RETURNING id",
            ["now": .instant(now), "process": .instant(processNow)])
    }

    /// How far apart the last cycles were, in the middle; nil before there were two.
    ///
    /// Cycles of one moment count as one: a run decides again on what follows at once.
    package static func usualGap(_ connection: Connection) throws -> TimeSpan? {
        var moments: [Int64] = []
        for row in try connection.query("SELECT now FROM cycle ORDER BY id DESC LIMIT 30") {
            guard let moment = row["now"].integer, moment != moments.last else { continue }
            moments.append(moment)
        }
        let gaps = zip(moments.prefix(10), moments.dropFirst()).map { $0 - $1 }.sorted()
        return gaps.isEmpty ? nil : TimeSpan(milliseconds: gaps[gaps.count / 2])
    }

    package static func end(
        _ connection: Connection, cycle: Int64, summary: String, processNow: Instant
    ) throws {
        try connection.execute(
            "UPDATE cycle SET state = 'done', ended_at = :process, summary = :summary WHERE id = :cycle",
            ["cycle": .integer(cycle), "process": .instant(processNow), "summary": .text(summary)])
    }

    /// How many accounts the audience of a playbook held when it was last counted.
    package static func lastAudience(_ connection: Connection, of playbookID: Int64) throws -> Int? {
        try connection.first(
            """
            SELECT audience FROM tally WHERE playbook_id = :playbook AND audience > 0 ORDER BY cycle_id DESC LIMIT 1
            """, ["playbook": .integer(playbookID)])?["audience"].integer.map { Int($0) }
    }

    /// How many accounts there are.
    package static func accounts(_ connection: Connection) throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM account"))
    }

    /// Moves a matched playbook on; a new hold is kept until somebody releases it. A release of a first match that is gone
    /// by then lets no other one through.
    ///
    /// - Parameter isStale: the data were late, so that nothing has been decided: what came since the last match is
    ///   looked at again.
    package func recordMatch(
        of playbookID: Int64, eventCursor: Int64, hold: String?, lasts: Bool, isStale: Bool, matched: Int, fresh: Int,
        audience: Int, verdicts: String
    ) throws {
        try connection.execute(
            """
            INSERT INTO tally (cycle_id, playbook_id, now, matched, fresh, audience, verdicts, held_because, let_through)
            VALUES (:cycle, :playbook, :now, :matched, :fresh, :audience, :verdicts, :hold,
                (SELECT let_through FROM playbook WHERE id = :playbook))
            """,
            [
                "cycle": .integer(cycleID), "playbook": .integer(playbookID), "now": .instant(now),
                "matched": .integer(Int64(matched)), "fresh": .integer(Int64(fresh)),
                "audience": .integer(Int64(audience)), "verdicts": .text(verdicts), "hold": .optional(hold),
            ])
        try connection.execute(
            """
            UPDATE playbook SET last_match_at = CASE WHEN :stale = 1 THEN last_match_at ELSE :now END,
                event_cursor = CASE WHEN :stale = 1 THEN event_cursor ELSE :cursor END,
                released_at = CASE WHEN let_through = 1 AND CAST(:hold AS text) IS NULL AND :matched = 0 AND EXISTS (
                    SELECT 1 FROM tally WHERE playbook_id = :playbook AND held_because IS NOT NULL)
                    AND NOT EXISTS (
                    SELECT 1 FROM tally WHERE playbook_id = :playbook AND held_because IS NULL AND matched > 0)
                    THEN NULL ELSE released_at END,
                let_through = CASE WHEN CAST(:hold AS text) IS NULL THEN 0 ELSE let_through END,
                held_at = CASE WHEN :lasts = 1 THEN coalesce(held_at, :now) ELSE held_at END,
                held_because = CASE WHEN :lasts = 1 THEN :hold ELSE held_because END,
                held_by_hand = CASE WHEN held_until <= :now THEN NULL ELSE held_by_hand END,
                held_until = CASE WHEN held_until <= :now THEN NULL ELSE held_until END
            WHERE id = :playbook
            """,
            [
                "playbook": .integer(playbookID), "now": .instant(now), "cursor": .integer(eventCursor),
                "lasts": .integer(lasts ? 1 : 0), "matched": .integer(Int64(matched)),
                "stale": .integer(isStale ? 1 : 0), "hold": .optional(hold),
            ])
    }

    /// Ends a hold whose reason is over.
    package func endHold(of playbookID: Int64) throws {
        try connection.execute(
            "UPDATE playbook SET held_at = NULL, held_because = NULL WHERE id = :playbook",
            ["playbook": .integer(playbookID)])
    }

    /// - Parameter reason: why it is held, or is missed; one that was held before it was missed was missed for that.
    package func recordOccurrence(
        of playbookID: Int64, at: Instant, state: OccurrenceState, matched: Int, because reason: String? = nil
    ) throws {
        try connection.execute(
            """
            INSERT INTO occurrence (playbook_id, at, state, matched, reason)
            VALUES (:playbook, :at, :state, :matched, :reason)
            ON CONFLICT (playbook_id, at) DO UPDATE SET state = excluded.state,
                reason = CASE excluded.state WHEN 'missed' THEN coalesce(occurrence.reason, excluded.reason)
                    ELSE excluded.reason END,
                matched = CASE WHEN excluded.matched > occurrence.matched THEN excluded.matched ELSE occurrence.matched END
            """,
            [
                "playbook": .integer(playbookID), "at": .instant(at), "state": .word(state),
                "matched": .integer(Int64(matched)), "reason": .optional(reason),
            ])
    }

    /// First-time matches of cycles that were not held, summed from each of the moments to the one before it.
    ///
    /// - Parameter moments: the newest first; the first sum reaches up to the present.
    /// - Returns: one sum for each moment; nil where no cycle was.
    package static func freshCounts(
        _ connection: Connection, of playbookID: Int64, since moments: [Instant]
    ) throws -> [Int?] {
        var arguments: [String: SQLValue] = ["playbook": .integer(playbookID)]
        let cases = moments.enumerated().map { index, moment in
            arguments["moment_\(index)"] = .instant(moment)
            return "WHEN now >= :moment_\(index) THEN \(index)"
        }
        let rows = try connection.query(
            """
            SELECT part, sum(fresh) FROM (
                SELECT fresh, CASE \(cases.joined(separator: " ")) END AS part FROM tally
                WHERE playbook_id = :playbook AND held_because IS NULL AND (let_through = 0 OR now < :moment_0)
            ) AS parts WHERE part IS NOT NULL GROUP BY part
            """, arguments)
        var counts = [Int?](repeating: nil, count: moments.count)
        for row in rows {
            if let part = row[0].integer { counts[Int(part)] = Int(row[1].integer ?? 0) }
        }
        return counts
    }

    /// How many accounts matched anew since a moment, without what was held, together with those of this cycle.
    package static func freshAccounts(
        _ connection: Connection, of playbookID: Int64, since moment: Instant, with accounts: [Int64]
    ) throws -> Int {
        var known = Set(accounts)
        try connection.forEach(
            """
            SELECT DISTINCT account_id FROM standing WHERE playbook_id = :playbook AND since >= :since AND since NOT IN (
                SELECT now FROM tally WHERE playbook_id = :playbook AND (held_because IS NOT NULL OR let_through = 1))
            """, ["playbook": .integer(playbookID), "since": .instant(moment)]
        ) { known.insert($0.integer(0)) }
        return known.count
    }

    /// How many accounts matched at the last occurrence of a campaign that was let through, at whichever of its looks most did.
    ///
    /// - Parameter occurrence: the one that is looked at now; those before it count.
    package static func lastMatched(
        _ connection: Connection, of playbookID: Int64, before occurrence: Instant
    ) throws -> Int? {
        try connection.first(
            """
            SELECT matched FROM occurrence WHERE playbook_id = :playbook AND state = 'done' AND at < :at
            ORDER BY at DESC LIMIT 1
            """, ["playbook": .integer(playbookID), "at": .instant(occurrence)])?[0].integer.map { Int($0) }
    }

    /// Whether a person has let a match of the playbook through since a moment.
    package static func wasLetThrough(_ connection: Connection, of playbookID: Int64, since: Instant) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM tally WHERE playbook_id = :playbook AND let_through = 1 AND now >= :since LIMIT 1",
            ["playbook": .integer(playbookID), "since": .instant(since)]) != nil
    }

    /// The newest event that the database holds.
    package static func newestEvent(_ connection: Connection) throws -> Int64 {
        try connection.integer("SELECT coalesce(max(id), 0) FROM event")
    }

    /// Up to which event a cycle at a moment has looked, when an earlier one had looked up to another: no further than one
    /// that came after that moment, and may have happened after it.
    package static func eventCursor(after cursor: Int64, at now: Instant, _ connection: Connection) throws -> Int64 {
        let later = try connection.first(
            "SELECT min(id) AS id FROM event WHERE id > :cursor AND received_at > :now",
            ["cursor": .integer(cursor), "now": .instant(now)])
        if let later = later?["id"].integer { return max(cursor, later - 1) }
        return try newestEvent(connection)
    }

    /// Touches by state; a state that none is in is left out.
    package static func touchCounts(_ connection: Connection) throws -> [TouchState: Int] {
        try FlowCounts(connection).touches()
    }
}

extension CycleRecords {
    /// The time zones that accounts and contacts name.
    package static func zonesInUse(_ connection: Connection) throws -> [String] {
        try connection.query(
            """
            SELECT timezone FROM account WHERE timezone IS NOT NULL
            UNION SELECT timezone FROM contact WHERE timezone IS NOT NULL
            """
        ).compactMap { $0[0].text }
    }
}
