package import Playbooks

/// The newest event of each kind.
package struct EventFigures: Sendable {
    package var newest: [(kind: String, at: Instant?, receivedAt: Instant?)] = []

    package init(_ connection: Connection) throws {
        newest = try connection.query("SELECT id, name FROM event_kind ORDER BY name").map { kind in
            // The index leads to the newest of each account, not of all: of the last events a few thousand are looked at.
            let row = try connection.first(
                """
                SELECT max(at) AS at, max(received_at) AS received_at FROM (
                    SELECT kind_id, at, received_at FROM event ORDER BY id DESC LIMIT 5000) AS newest
                WHERE kind_id = :kind
                """, ["kind": kind["id"]])
            return (kind["name"].text ?? "", row?["at"].instant, row?["received_at"].instant)
        }
    }
}
