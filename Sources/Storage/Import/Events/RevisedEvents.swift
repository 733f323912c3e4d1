import Playbooks

/// Events that a file has told otherwise since they came: a score that follows a night later, an amount that was 0.
///
/// Playbooks look at them once more, as long as they are not too old; who has an answer to one gets no other.
struct RevisedEvents {
    /// No playbook waits for longer.
    private static let kept = TimeSpan.days(90)

    private let connection: Connection
    private var isTidy = false

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Call in the write transaction that changes the event.
    mutating func add(_ event: Int64, at now: Instant) throws {
        if !isTidy {
            try connection.execute(
                "DELETE FROM revised_event WHERE at < :oldest", ["oldest": .instant(now - Self.kept)])
            isTidy = true
        }
        try connection.execute(
            """
            INSERT INTO revised_event (event_id, at) VALUES (:event, :at)
            ON CONFLICT (event_id) DO UPDATE SET at = excluded.at
            """, ["event": .integer(event), "at": .instant(now)])
    }
}
