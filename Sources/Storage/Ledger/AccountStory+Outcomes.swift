import Decisions
package import Playbooks

extension Ledger {
    /// What came of a touch, each kind at its first time.
    package struct Consequence: Sendable {
        package var kind: String
        package var at: Instant
        /// The reason of a bounce, the link of a click.
        package var detail: String?
    }

    /// In the order in which they happened.
    package func outcomes(of touch: Int64) throws -> [Consequence] {
        try connection.query(
            """
            SELECT kind, at, detail FROM outcome AS o WHERE touch_id = :touch AND NOT EXISTS (
                SELECT 1 FROM outcome AS e WHERE e.touch_id = o.touch_id AND e.kind = o.kind
                AND (e.at < o.at OR (e.at = o.at AND e.id < o.id)))
            ORDER BY at, id
            """, ["touch": .integer(touch)]
        ).map {
            Consequence(
                kind: $0[0].text ?? "", at: $0[1].instant ?? Instant(milliseconds: 0), detail: $0[2].text)
        }
    }
}

extension Ledger {
    /// What came of each of these touches, in their order: one question for a hundred of them.
    package func outcomes(of entries: [Entry]) throws -> [[Consequence]] {
        var found: [Int64: [Consequence]] = [:]
        var rest = entries.map(\.id)[...]
        while !rest.isEmpty {
            let ids = BoundList("touch", rest.prefix(100).map { .integer($0) })
            rest = rest.dropFirst(100)
            var known: [Int64: Set<String>] = [:]
            try connection.forEach(
                """
                SELECT touch_id, kind, at, detail FROM outcome WHERE touch_id IN (\(ids.names))
                ORDER BY touch_id, at, id
                """, ids.arguments
            ) { row in
                let (touch, kind) = (row.integer("touch_id"), row.text("kind") ?? "")
                guard known[touch, default: []].insert(kind).inserted else { return }
                found[touch, default: []].append(
                    Consequence(kind: kind, at: row.instant("at"), detail: row.optionalText("detail")))
            }
        }
        return entries.map { found[$0.id] ?? [] }
    }
}

extension AccountStory {
    package func outcomes(of touch: Int64) throws -> [Ledger.Consequence] {
        try Ledger(connection).outcomes(of: touch)
    }

    /// What people did with the account by hand, in the order of time.
    package func hands() throws -> [Ledger.Consequence] {
        let kinds = BoundList("kind", Exclusion.Kind.allCases.map(\.rawValue) + ["included"])
        return try connection.query(
            """
            SELECT kind, at, detail FROM outcome WHERE account_id = :account AND touch_id IS NULL
                AND kind IN (\(kinds.names)) ORDER BY at, id
            """, kinds.arguments.merging(["account": .integer(accountID)]) { $1 }
        ).map {
            Ledger.Consequence(
                kind: $0["kind"].text ?? "", at: $0["at"].instant ?? Instant(milliseconds: 0), detail: $0["detail"].text
            )
        }
    }

    /// An address of a contact that is not written to.
    package struct Suppression: Sendable {
        package var address: String
        /// Nil for all of them.
        package var category: String?
        package var reason: String
        package var at: Instant
    }

    package func suppressions() throws -> [Suppression] {
        try connection.query(
            """
            SELECT DISTINCT s.address, s.category, s.reason, s.at FROM contact AS c
            JOIN suppression AS s ON s.address IN (c.address, c.phone) WHERE c.account_id = :account ORDER BY s.address, s.category
            """, ["account": .integer(accountID)]
        ).map { row in
            Suppression(
                address: row[0].text ?? "", category: row[1].text.flatMap { $0.isEmpty ? nil : $0 },
                reason: row[2].text ?? "", at: row[3].instant ?? Instant(milliseconds: 0))
        }
    }
}
