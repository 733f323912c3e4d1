import Playbooks

/// Finds accounts and people by what somebody remembers: a key, the beginning of a name, an address.
package struct AccountSearch {
    package struct Hit: Sendable, Equatable {
        package var key: String
        package var name: String?
        package var isActive: Bool
        /// Minor units a month.
        package var mrr: Int64?
        package var stage: String?
        /// By what it was found, when not by its own key or name.
        package var person: String?
    }

    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    private static let columns = "a.id, a.key, a.name, a.status, a.mrr, a.stage"

    /// At most so many; exact keys and addresses first.
    package func find(_ text: String, limit: Int) throws -> [Hit] {
        var hits: [Hit] = []
        func add(_ rows: [Row], person: (Row) -> String? = { _ in nil }) {
            for row in rows where hits.count < limit && !hits.contains(where: { $0.key == row["key"].text }) {
                hits.append(hit(row, person: person(row)))
            }
        }
        add(
            try connection.query(
                "SELECT \(Self.columns) FROM account AS a WHERE a.key = :text", ["text": .text(text)]))
        if let address = EmailAddress.normalized(text) {
            add(
                try connection.query(
                    """
                    SELECT \(Self.columns), c.email FROM contact AS c JOIN account AS a ON a.id = c.account_id
                    WHERE c.address = :address ORDER BY a.key LIMIT :limit
                    """, ["address": .text(address), "limit": .integer(Int64(limit))])
            ) { $0["email"].text }
        }
        if let number = PhoneNumber.normalized(text) {
            add(
                try connection.query(
                    """
                    SELECT \(Self.columns), c.phone FROM contact AS c JOIN account AS a ON a.id = c.account_id
                    WHERE c.phone = :number ORDER BY a.key LIMIT :limit
                    """, ["number": .text(number), "limit": .integer(Int64(limit))])
            ) { $0["phone"].text }
        }
        let range = Self.range(of: text.lowercased(), limit: limit)
        add(
            try connection.query(
                """
                SELECT \(Self.columns) FROM account AS a
                WHERE lower(a.name) >= :first AND lower(a.name) < :last AND a.name IS NOT NULL
                ORDER BY lower(a.name) LIMIT :limit
                """, range))
        add(
            try connection.query(
                "SELECT \(Self.columns) FROM account AS a WHERE a.key >= :first AND a.key < :last ORDER BY a.key LIMIT :limit",
                Self.range(of: text, limit: limit)))
        add(
            try connection.query(
                """
                SELECT \(Self.columns), c.name AS person FROM contact AS c JOIN account AS a ON a.id = c.account_id
                WHERE lower(c.name) >= :first AND lower(c.name) < :last AND c.name IS NOT NULL
                ORDER BY lower(c.name) LIMIT :limit
                """, range)
        ) { $0["person"].text }
        return hits
    }

    /// Accounts by key, behind one.
    package func page(after key: String?, churned: Bool?, stage: String?, limit: Int) throws -> [Hit] {
        var values: [String: SQLValue] = ["after": .text(key ?? ""), "limit": .integer(Int64(limit))]
        guard let stage else {
            // Written out, so that SQLite sees which accounts a partial index holds.
            let status = churned.map { $0 ? " AND a.status = 'churned'" : " AND a.status = 'active'" } ?? ""
            return try connection.query(
                "SELECT \(Self.columns) FROM account AS a WHERE a.key > :after\(status) ORDER BY a.key LIMIT :limit",
                values
            ).map { hit($0, person: nil) }
        }
        values["stage"] = .text(stage)
        // The index has the keys of a stage and a status in their order.
        let statuses = churned.map { [$0 ? "churned" : "active"] } ?? ["active", "churned"]
        let hits = try statuses.flatMap { status in
            try connection.query(
                """
                SELECT \(Self.columns) FROM account AS a
                WHERE a.stage = :stage AND a.status = :status AND a.key > :after ORDER BY a.key LIMIT :limit
                """, values.merging(["status": .text(status)]) { $1 }
            ).map { hit($0, person: nil) }
        }
        return Array(hits.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.prefix(limit))
    }

    private func hit(_ row: Row, person: String?) -> Hit {
        Hit(
            key: row["key"].text ?? "", name: row["name"].text, isActive: row["status"].text == "active",
            mrr: row["mrr"].integer, stage: row["stage"].text, person: person)
    }

    /// All texts that begin with this one.
    private static func range(of text: String, limit: Int) -> [String: SQLValue] {
        [
            "first": .text(text), "last": .text(text + "\u{10ffff}"), "limit": .integer(Int64(limit)),
        ]
    }
}
