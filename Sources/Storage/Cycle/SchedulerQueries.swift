package import Playbooks

/// What a scheduler asks between cycles; an index or a handful of rows answers each question.
package struct SchedulerQueries {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Whether events of these kinds that may trigger have arrived behind an id.
    package func hasNews(of kinds: [String], after id: Int64) throws -> Bool {
        guard !kinds.isEmpty else { return false }
        let list = BoundList("kind", kinds)
        return try connection.first(
            """
            SELECT 1 FROM event WHERE id > :after AND history = 0
                AND +kind_id IN (SELECT id FROM event_kind WHERE name IN (\(list.names))) LIMIT 1
            """, list.arguments.merging(["after": .integer(id)]) { $1 }) != nil
    }

    package func newestOutcome() throws -> Int64 {
        try connection.integer("SELECT coalesce(max(id), 0) FROM outcome")
    }

    /// Whether an outcome behind an id came to an enrollment that stands in a `wait_for`.
    package func isOutcomeAwaited(after id: Int64) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM outcome AS o JOIN enrollment AS e ON e.id = o.enrollment_id
            WHERE o.id > :after AND e.state = 'active' AND e.waiting = 1 LIMIT 1
            """, ["after": .integer(id)]) != nil
    }

    /// When an enrollment is due next, after a moment up to which all that could move has moved.
    package func nextDue(after now: Instant) throws -> Instant? {
        try connection.first(
            "SELECT min(due_at) FROM enrollment WHERE state = 'active' AND due_at IS NOT NULL AND due_at > :now",
            ["now": .instant(now)])?[0].instant
    }

    /// The last occurrence that a playbook has had; nil where it has had none.
    package func lastOccurrence(of playbookID: Int64) throws -> Instant? {
        try connection.first(
            "SELECT max(at) AS at FROM occurrence WHERE playbook_id = :playbook AND state = 'done'",
            ["playbook": .integer(playbookID)])?["at"].instant
    }

    /// How an occurrence was recorded; nil when it was not.
    package func state(ofOccurrence at: Instant, of playbookID: Int64) throws -> OccurrenceState? {
        try connection.first(
            "SELECT state FROM occurrence WHERE playbook_id = :playbook AND at = :at",
            ["playbook": .integer(playbookID), "at": .instant(at)])?["state"].word()
    }
}

/// What became of an occurrence of a schedule.
package enum OccurrenceState: String, Sendable, CaseIterable {
    case done, missed, held
}
