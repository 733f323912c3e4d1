package import Playbooks

/// The newest event of each kind.
package struct EventFigures: Sendable {
    package var newest: [(kind: String, at: Instant?, receivedAt: Instant?)] = []

    package init(_ connection: Connection) throws {
        // The index leads to the newest of each account, not of all: of the last events a few thousand are looked at, once
        // for all kinds.
        newest = try connection.query(
            """
            SELECT k.name, n.at, n.received_at FROM event_kind AS k LEFT JOIN (
                SELECT kind_id, max(at) AS at, max(received_at) AS received_at FROM (
                    SELECT kind_id, at, received_at FROM event ORDER BY id DESC LIMIT 5000) AS newest
                GROUP BY kind_id) AS n ON n.kind_id = k.id
            ORDER BY k.name
            """
        ).map { ($0["name"].text ?? "", $0["at"].instant, $0["received_at"].instant) }
    }
}
