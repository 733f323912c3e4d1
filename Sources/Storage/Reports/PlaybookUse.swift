package import Playbooks

/// How much a playbook was used lately, for what to do next.
package struct PlaybookUse: Sendable, Equatable {
    package var entered: Int
    /// Touches that were due, and those of them that caps used up.
    package var touches: Int
    package var capped: Int
    /// When anybody last entered.
    package var lastEntry: Instant?

    /// Why a safety rule holds it, and how many matches wait for its release.
    package var heldBecause: String?
    package var waiting: Int

    /// - Parameter since: how far back it is looked.
    package init(_ connection: Connection, of playbook: Int64, since: Instant, asOf now: Instant) throws {
        let arguments: [String: SQLValue] = [
            "playbook": .integer(playbook), "since": .instant(since), "now": .instant(now),
        ]
        let entries = try connection.first(
            """
            SELECT count(*) FILTER (WHERE entered_at > :since) AS entered, max(entered_at) AS last
            FROM enrollment WHERE playbook_id = :playbook AND entered_at <= :now
            """, arguments)
        let touches = try connection.first(
            """
            SELECT count(*) AS touches, count(*) FILTER (WHERE state = 'capped') AS capped
            FROM touch WHERE playbook_id = :playbook AND ghost = 0 AND due_at > :since AND due_at <= :now
            """, arguments)
        let hold = try connection.first(
            """
            SELECT p.held_because, (SELECT count(*) FROM standing AS s WHERE s.playbook_id = p.id AND s.verdict = 'held') AS waiting
            FROM playbook AS p WHERE p.id = :playbook AND p.held_at <= :now
            """, ["playbook": .integer(playbook), "now": .instant(now)])
        heldBecause = hold?["held_because"].text
        waiting = Int(hold?["waiting"].integer ?? 0)
        entered = Int(entries?["entered"].integer ?? 0)
        lastEntry = entries?["last"].instant
        self.touches = Int(touches?["touches"].integer ?? 0)
        capped = Int(touches?["capped"].integer ?? 0)
    }
}
