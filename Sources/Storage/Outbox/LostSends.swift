import Decisions
package import Playbooks

/// What is done with touches once a person has said what a doubtful database is; each call is part of a transaction.
package struct LostSends {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// A restored database makes these messages again for so long; what comes later is another one.
    private static let memory = TimeSpan.days(30)
    /// How far the numbers of rows are moved on, so that none is given twice: links, keys at providers and delivery events
    /// name them. By lot, for the same back-up may be put back again.
    package static let gaps: ClosedRange<Int64> = 1_000_000...100_000_000

    /// Whether nothing is known to have left in a time that was lost; asked before the touches of a look.
    package var isEmpty: Bool {
        get throws { try connection.first("SELECT 1 FROM lost_send LIMIT 1") == nil }
    }

    /// Whether a message like this one has left in a time that was lost; it then counts as sent, once.
    package func take(_ touch: TouchCandidate) throws -> Bool {
        return try take(touch.print) || take(touch.earlierPrint)
    }

    private func take(_ print: String) throws -> Bool {
        let print: [String: SQLValue] = ["print": .text(print)]
        guard
            try connection.execute("UPDATE lost_send SET count = count - 1 WHERE print = :print AND count > 0", print)
                > 0
        else { return false }
        try connection.execute("DELETE FROM lost_send WHERE print = :print AND count = 0", print)
        return true
    }

    /// Forgets what is too old to be made again.
    package func clean(at now: Instant) throws {
        try connection.execute("DELETE FROM lost_send WHERE at < :limit", ["limit": .instant(now - Self.memory)])
    }

    /// What became of a restored database's touches.
    package struct Restored: Sendable, Equatable {
        /// Touches of the database that have left, or may have, since it was saved.
        package var unknown = 0
        /// Messages that have left and that the database has no touch for.
        package var lost = 0
    }

    /// Settles a back-up that was put back: what left since is not sent again.
    ///
    /// - Parameters:
    ///   - entries: the requests that are known to have left since it was saved.
    ///   - areAll: whether no others can have left; else whatever could have left is in doubt.
    ///   - gap: one of `gaps`.
    package func settleRestored(_ entries: [SendLog.Entry], areAll: Bool, at now: Instant, gap: Int64) throws
        -> Restored
    {
        var restored = Restored()
        let touches = Dictionary(entries.map { ($0.touch, $0.print) }) { first, _ in first }
        for (touch, print) in touches.sorted(by: { $0.key < $1.key }) {
            if try connection.first("SELECT 1 FROM touch WHERE id = :id", ["id": .integer(touch)]) != nil {
                restored.unknown += try markUnknown("id = :id", ["id": .integer(touch)])
            } else {
                restored.lost += 1
                try connection.execute(
                    """
                    INSERT INTO lost_send (print, count, at) VALUES (:print, 1, :now)
                    ON CONFLICT (print) DO UPDATE SET count = lost_send.count + 1, at = excluded.at
                    """, ["print": .text(print), "now": .instant(now)])
            }
        }
        if !areAll { restored.unknown += try markUnknown("not_before <= :now", ["now": .instant(now)]) }
        try moveNumbersOn(by: gap, behind: touches.keys.max() ?? 0)
        return restored
    }

    /// Holds every playbook until a person releases it, for as long as lost messages are remembered.
    package func holdAll(at now: Instant) throws {
        try Meta.unsureSince.write(String(now.milliseconds), connection)
        try connection.execute("UPDATE playbook SET released_at = NULL, let_through = 0")
    }

    /// Whether playbooks that nobody has released since are held, because nobody knows what has left.
    package func isUnsure(at now: Instant) throws -> Bool { try unsureSince(at: now) != nil }

    /// When a back-up was put back of which nobody knows what has left since; nil when that is long over.
    package func unsureSince(at now: Instant) throws -> Instant? {
        try Meta.instant(of: .unsureSince, connection).flatMap { now - $0 < Self.memory ? $0 : nil }
    }

    private func markUnknown(_ condition: String, _ arguments: [String: SQLValue]) throws -> Int {
        try connection.execute(
            """
            UPDATE touch SET state = 'unknown', fence = fence + 1, error = NULL,
                reason = '\(Touch.mayHaveLeft)'
            WHERE \(condition) AND (state = 'pending' OR state = 'claimed' OR state = 'sending' OR state = 'held')
            """, arguments)
    }

    /// Settles a copy: the database that it was made of goes on with everything that was begun.
    ///
    /// - Returns: how many touches and enrollments ended.
    package func settleCopy(at now: Instant, gap: Int64) throws -> (touches: Int, enrollments: Int) {
        let touches = try connection.execute(
            """
            UPDATE touch SET state = 'cancelled', fence = fence + 1, settled_at = :now,
                reason = 'this database is a copy: the other one sends it'
            WHERE state = 'pending' OR state = 'claimed' OR state = 'sending' OR state = 'held'
            """, ["now": .instant(now)])
        let enrollments = try connection.execute(
            """
            UPDATE enrollment SET state = 'ended', ended_at = :now, end_reason = 'copied', due_at = NULL, waiting = 0
            WHERE state = 'active'
            """, ["now": .instant(now)])
        try moveNumbersOn(by: gap)
        return (touches, enrollments)
    }

    /// Gives no number again that a lost row may have had.
    ///
    /// - Parameters:
    ///   - gap: one of `gaps`.
    ///   - touch: the highest number of a touch that is known to have left.
    package func moveNumbersOn(by gap: Int64, behind touch: Int64 = 0) throws {
        let tables = ["account", "contact", "event", "enrollment", "touch", "change"]
        guard connection.dialect.engine == .sqlite else {
            for table in tables {
                _ = try connection.first(
                    """
                    SELECT setval('\(table)_id_seq', max(last_value, CAST(:from AS bigint)) + CAST(:gap AS bigint))
                    FROM \(table)_id_seq
                    """, ["from": .integer(table == "touch" ? touch : 0), "gap": .integer(gap)])
            }
            return
        }
        try connection.execute(
            """
            UPDATE sqlite_sequence SET seq = max(seq, CASE name WHEN 'touch' THEN :touch ELSE 0 END) + :gap
            WHERE name IN ('account', 'contact', 'event', 'enrollment', 'touch', 'change')
            """, ["touch": .integer(touch), "gap": .integer(gap)])
        // Tables without a row yet have no number to go on from.
        for table in tables {
            try connection.execute(
                """
                INSERT INTO sqlite_sequence (name, seq) SELECT :table, :from
                WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :table)
                """, ["table": .text(table), "from": .integer(touch + gap)])
        }
    }
}
