package import Playbooks

/// What letting a held playbook go came to.
package struct Release: Sendable, Equatable {
    /// A hold by hand has ended; the safety rules look at the next match as at every other.
    package private(set) var endsHoldByHand = false
    /// The next match is let through, whatever its size.
    package private(set) var letsThrough = false
    /// Whether an occurrence of a campaign waits for it.
    private var hasWaiting = false
    /// The attributes and metrics whose values are no longer in doubt, for any playbook.
    package private(set) var believed: [String] = []

    /// Whether there was anything to let go.
    package var isDone: Bool { endsHoldByHand || letsThrough || !believed.isEmpty }

    /// Lets a playbook go; call in a write transaction.
    ///
    /// One that no cycle has seen yet asks on its first run, and may be released before it: `plan` has shown it.
    ///
    /// - Parameter reads: what the playbook reads; whoever looks at it and lets it go believes these values.
    package init(of playbook: String, reading reads: Term.Reads, at now: Instant, _ connection: Connection) throws {
        let arguments: [String: SQLValue] = ["name": .text(playbook), "at": .instant(now)]
        try connection.execute(
            "INSERT INTO playbook (name, state) VALUES (:name, 'draft') ON CONFLICT (name) DO NOTHING",
            ["name": .text(playbook)])
        endsHoldByHand =
            try connection.execute(
                """
                UPDATE playbook SET held_until = NULL, held_by_hand = NULL WHERE name = :name AND held_until > :at
                """, arguments) > 0
        if endsHoldByHand { return }
        let canary = try connection.execute(
            """
            UPDATE canary SET stage = 3 WHERE stage < 3
                AND playbook_id = (SELECT id FROM playbook WHERE name = :name)
            """, ["name": .text(playbook)])
        let held = try connection.execute(
            """
            UPDATE playbook SET released_at = coalesce(released_at, :at), let_through = 1, held_at = NULL,
                held_because = NULL
            WHERE name = :name AND (held_at IS NOT NULL OR released_at IS NULL)
            """, arguments)
        letsThrough = canary > 0 || held > 0
        hasWaiting =
            try connection.first(
                """
                SELECT o.at FROM occurrence AS o JOIN playbook AS p ON p.id = o.playbook_id
                WHERE p.name = :name AND o.state = 'held' AND p.next_at = o.at
                """, ["name": .text(playbook)]) != nil
        believed =
            try DoubtfulAttributes.believe(reads.attributes.sorted(), connection)
            + DoubtfulMetrics.believe(reads.metrics, connection)
    }

    /// For the person who has let it go.
    package func sentence(of playbook: String) -> String {
        if endsHoldByHand {
            return "\(playbook) takes in again; the safety rules look at its next match as at every other"
        }
        let parts = [
            letsThrough
                ? "\(playbook) is released: its \(hasWaiting ? "occurrence that is held" : "next match") is let through, whatever "
                    + "its size" : nil,
            believed.isEmpty
                ? nil
                : "\(believed.joined(separator: ", ")) \(believed.count == 1 ? "is" : "are") believed as of now; "
                    + "enrollments that wait for that go on, in every playbook",
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }
}
