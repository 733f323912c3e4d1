package import Playbooks

/// A playbook as the database knows it, for reports.
package struct KnownPlaybook: Sendable {
    package var id: Int64
    package var name: String
    package var state: Playbook.State
    package var liveSince: Instant?

    package static func named(_ name: String, _ connection: Connection) throws -> KnownPlaybook? {
        try connection.first(
            "SELECT id, name, state, live_since FROM playbook WHERE name = :name", ["name": .text(name)]
        ).map { try KnownPlaybook($0) }
    }

    package static func all(_ connection: Connection) throws -> [KnownPlaybook] {
        try connection.query("SELECT id, name, state, live_since FROM playbook ORDER BY name").map {
            try KnownPlaybook($0)
        }
    }

    private init(_ row: Row) throws {
        id = row["id"].integer ?? 0
        name = row["name"].text ?? ""
        state = try row["state"].word()
        liveSince = row["live_since"].instant
    }

    /// New matches a day over the four weeks before a moment, by the tallies of cycles; nil when there is none.
    package func matchesPerDay(before moment: Instant, _ connection: Connection) throws -> Double? {
        let row = try connection.first(
            """
            SELECT sum(fresh), min(now), max(now) FROM tally
            WHERE playbook_id = :playbook AND now > :since AND now <= :moment
            """,
            ["playbook": .integer(id), "since": .instant(moment - .days(28)), "moment": .instant(moment)])
        guard let row, let fresh = row[0].real, let first = row[1].instant else { return nil }
        return fresh / max(1, (Double((moment - first).milliseconds) / 86_400_000).rounded(.up))
    }
}
