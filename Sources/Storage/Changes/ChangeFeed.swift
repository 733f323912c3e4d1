package import Playbooks

/// The ledger of changes as others read it: by cursor, the oldest first.
package struct ChangeFeed {
    private let connection: Connection

    /// How many one question gets at most.
    package static let most = 10_000
    /// How long changes are kept where the workspace does not say otherwise.
    package static let standardMemory = TimeSpan.days(30)

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// The changes behind an id.
    ///
    /// - Parameter kinds: only these; nil for all.
    package func changes(after id: Int64, limit: Int, kinds: Set<Change.Kind>? = nil) throws -> [Change] {
        let among = kinds.map { kinds in
            " AND c.type IN (" + kinds.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ") + ")"
        }
        return try connection.query(
            """
            SELECT c.id, c.type, c.at, a.key AS account, p.name AS playbook, coalesce(c.step, t.step) AS step,
                k.key AS contact, c.detail
            FROM change AS c JOIN account AS a ON a.id = c.account_id LEFT JOIN touch AS t ON t.id = c.touch_id
            LEFT JOIN playbook AS p ON p.id = coalesce(c.playbook_id, t.playbook_id)
            LEFT JOIN contact AS k ON k.id = t.contact_id
            WHERE c.id > :after\(among ?? "") ORDER BY c.id LIMIT :limit
            """, ["after": .integer(id), "limit": .integer(Int64(min(limit, Self.most)))]
        ).map { row in
            Change(
                id: row["id"].integer ?? 0, kind: try row["type"].word(),
                at: row["at"].instant ?? Instant(milliseconds: 0), account: row["account"].text ?? "",
                playbook: row["playbook"].text, step: row["step"].text, contact: row["contact"].text,
                detail: row["detail"].text)
        }
    }

    /// The id of the newest change that was ever written; 0 before the first.
    package func newest() throws -> Int64 {
        try connection.integer(connection.dialect.newestChange)
    }

    /// The id of the oldest change that is kept; nil when none is.
    package func oldest() throws -> Int64? {
        try connection.first("SELECT min(id) AS id FROM change")?["id"].integer
    }

    /// Whether changes behind an id have been dropped because of their age.
    package func isDropped(after id: Int64) throws -> Bool {
        try Meta.changesDropped.read(connection).flatMap { Int64($0) }.map { $0 > id } ?? false
    }

    /// Drops changes from the beginning, up to the first that is not as old as that.
    ///
    /// - Parameter most: how many at most.
    /// - Returns: how many were dropped.
    package func drop(before moment: Instant, most: Int) throws -> Int {
        let young = try connection.first(
            "SELECT id FROM change WHERE at >= :moment ORDER BY id LIMIT 1", ["moment": .instant(moment)])
        guard let first = try oldest() else { return 0 }
        let end = try young?["id"].integer ?? newest() + 1
        let last = min(end - 1, first + Int64(most) - 1)
        guard last >= first else { return 0 }
        let arguments: [String: SQLValue] = ["last": .integer(last)]
        try connection.execute(
            """
            UPDATE receiver SET lost = lost + (SELECT count(*) FROM change WHERE id > receiver.cursor AND id <= :last)
            WHERE cursor < :last
            """, arguments)
        let dropped = try connection.execute("DELETE FROM change WHERE id <= :last", arguments)
        try Meta.changesDropped.write(String(last), connection)
        return dropped
    }
}
