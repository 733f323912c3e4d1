package import Playbooks

/// The moments at which a runner under a virtual clock has something to do.
package enum TrialClock {
    /// The next moment at which an enrollment is due or a touch may go out; nil when nothing waits.
    package static func next(after now: Instant, _ connection: Connection) throws -> Instant? {
        try connection.first(
            """
            SELECT min(at) FROM (
                SELECT min(due_at) AS at FROM enrollment WHERE state = 'active' AND due_at > :now
                UNION ALL
                SELECT min(not_before) FROM touch WHERE state = 'pending' AND not_before > :now
            ) AS moments
            """, ["now": .instant(now)])?[0].instant
    }

    /// Whether a touch may go out by now.
    package static func hasTouches(at now: Instant, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM touch WHERE state = 'pending' AND not_before <= :now LIMIT 1", ["now": .instant(now)]) != nil
    }

    /// Whether an enrollment waits for the next cycle.
    package static func hasDue(at now: Instant, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM enrollment WHERE state = 'active' AND due_at IS NOT NULL AND due_at <= :now LIMIT 1",
            ["now": .instant(now)]) != nil
    }

    /// Whether a touch is still to be settled.
    package static func hasOpenTouches(_ connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM touch WHERE settled_at IS NULL LIMIT 1") != nil
    }

    /// The moments at which events of a kind come in, each rounded up to a whole `step`, in order.
    package static func arrivals(
        of event: String, from start: Instant, until end: Instant, step: TimeSpan, _ connection: Connection
    ) throws -> [Instant] {
        try connection.query(
            """
            SELECT DISTINCT (e.at + :step - 1) / :step AS place FROM event AS e
            WHERE e.kind_id = (SELECT id FROM event_kind WHERE name = :event) AND e.at > :start AND e.at <= :end
            ORDER BY place
            """,
            [
                "event": .text(event), "start": .instant(start), "end": .instant(end),
                "step": .integer(step.milliseconds),
            ]
        ).compactMap { $0[0].integer.map { Instant(milliseconds: $0 * step.milliseconds) } }
    }
}
