package import Playbooks

/// Settles what a dead owner left behind; called by whoever has `runner.lock`, and so knows that every other owner is dead.
package struct Recovery {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// A touch whose attempt had begun when its owner died: the request may or may not have arrived.
    package struct Orphan: Sendable {
        package var id: Int64
        package var fence: Int64
        package var enrollmentID: Int64
        package var channel: String
        package var attempts: Int
        package var firstAttemptAt: Instant
    }

    /// Gives back what a program claimed that kept its claims in the table.
    package func releaseClaims() throws -> Int {
        try connection.execute(
            """
            UPDATE touch SET state = 'pending', fence = fence + 1, owner = NULL,
                claimed_at = CASE WHEN ambiguous = 1 THEN claimed_at END
            WHERE state = 'claimed'
            """)
    }

    /// Lets touches go that are to be tried again later than anything is put off: the clock was wrong when that was written.
    package func bringBackRetries(within longest: TimeSpan, of processNow: Instant) throws {
        let moments: [String: SQLValue] = ["now": .instant(processNow), "limit": .instant(processNow + longest)]
        try Outbox(connection).forEachRetryLevel { level in
            try connection.execute(
                """
                UPDATE touch SET retry_at = :now
                WHERE \(Outbox.isRetrying) AND channel = :channel AND waiting = :waiting AND priority = :priority
                    AND retry_at > :limit
                """, level.merging(moments) { $1 })
        }
    }

    /// Lets touches that are to be tried again wait less: in a simulation so much time has passed at once.
    package func bringForwardRetries(by span: TimeSpan) throws {
        try connection.execute(
            "UPDATE touch SET retry_at = retry_at - :span WHERE \(Outbox.isRetrying)",
            ["span": .integer(span.milliseconds)])
    }

    /// Touches that may have arrived and whose channel is gone: nobody repeats them as they were.
    ///
    /// - Returns: how many.
    package func settleDoubtful(ofGoneChannel channel: String) throws -> Int {
        // One for each index of pending touches: together they would read every touch ever made.
        try [Outbox.isFresh, Outbox.isRetrying, "state = 'pending' AND waiting = 1"].reduce(0) { count, place in
            try count
                + connection.execute(
                    """
                    UPDATE touch SET state = 'unknown', fence = fence + 1, retry_at = NULL, error = NULL,
                        reason = 'it may have arrived, and its channel ' || :channel || ' is gone'
                    WHERE \(place) AND channel = :channel AND ambiguous = 1
                    """, ["channel": .text(channel)])
        }
    }

    package func orphans() throws -> [Orphan] {
        try connection.query(
            """
            SELECT id, fence, enrollment_id, channel, attempts, first_attempt_at FROM touch WHERE state = 'sending'
            ORDER BY id
            """
        ).map { row in
            Orphan(
                id: row["id"].integer ?? 0, fence: row["fence"].integer ?? 0,
                enrollmentID: row["enrollment_id"].integer ?? 0, channel: row["channel"].text ?? "",
                attempts: Int(row["attempts"].integer ?? 0),
                firstAttemptAt: row["first_attempt_at"].instant ?? Instant(milliseconds: 0))
        }
    }
}
