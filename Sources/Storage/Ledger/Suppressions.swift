import Decisions
package import Playbooks

/// The addresses that are not written to any more, for one category or for all.
package enum Suppressions {
    /// The contact's own wish; messages of the category `service` go on.
    package static let unsubscribed = "unsubscribed"
    /// That many messages in a row.
    package static let softBounces = 5
    package static let softBounced = "\(softBounces) soft bounces in a row"
    package static let hardBounce = "hard bounce"
    package static let notWritten = "the provider does not write to it"
    package static let complaint = "complaint"
    /// A file has something in a column of such wishes that is neither yes nor no; lifted when it says no.
    package static let unclear = "a wish that is not understood"
    /// The word by which a number has ended text messages, those of `service` too; the opposite word lifts it.
    package static let stopped = "STOP"
    static let erased = Block.Suppression.erased
    /// What is known of an address and not of a person: all else goes with the contact to a new address.
    static let ofAddress = [softBounced, hardBounce, notWritten, erased]

    /// A person's own words as a reason; where they are among those by which the program decides, they are marked as a
    /// person's, so that "unsubscribed" by hand is not lifted by the contact.
    static func byHand(_ words: String) -> String {
        [unsubscribed, complaint, stopped, erased, softBounced, hardBounce, notWritten, unclear].contains(words)
            ? "by hand: \(words)" : words
    }

    /// Adds an address; a reason that later events may lift never takes the place of one that they may not.
    ///
    /// - Parameter category: nil for all of them.
    package static func add(
        _ address: String, category: String?, reason: String, at: Instant, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at) VALUES (:address, :category, :reason, :at)
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason,
                at = CASE WHEN excluded.at > suppression.at THEN excluded.at ELSE suppression.at END
            WHERE suppression.reason = excluded.reason OR suppression.reason = :unclear
                OR (excluded.reason <> :left AND excluded.reason <> :soft AND
                (excluded.reason <> :stop OR suppression.reason = :left OR suppression.reason = :soft))
            """,
            [
                "address": .text(address), "category": .text(category ?? ""), "reason": .text(reason),
                "at": .instant(at), "left": .text(unsubscribed), "soft": .text(softBounced), "stop": .text(stopped),
                "unclear": .text(unclear),
            ])
    }

    /// Whoever left a category of one of these names has left that of the new one.
    package static func rename(_ names: [String], to category: String, _ connection: Connection) throws {
        for name in names {
            let arguments: [String: SQLValue] = ["old": .text(name), "new": .text(category)]
            try connection.execute(
                """
                INSERT INTO suppression (address, category, reason, at)
                SELECT address, :new, reason, at FROM suppression WHERE category = :old
                ON CONFLICT (address, category) DO NOTHING
                """, arguments)
            try connection.execute("DELETE FROM suppression WHERE category = :old", ["old": .text(name)])
        }
    }

    /// The categories that people have left and that are none of these, with how many people.
    package static func gone(but known: [String], _ connection: Connection) throws -> [(category: String, people: Int)]
    {
        try connection.query(
            """
            SELECT value AS category, count AS people FROM flow_count
            WHERE what = 'suppression' AND slot = 0 AND value <> '' ORDER BY value
            """
        ).map { ($0["category"].text ?? "", Int($0["people"].integer ?? 0)) }
            .filter { $0.category != "service" && !known.contains($0.category) }
    }

    package struct Entry: Sendable, Hashable {
        package var address: String
        /// "" for all of them.
        package var category: String
        package var reason: String
        package var at: Instant

        fileprivate init(_ row: Statement) {
            address = row.text("address") ?? ""
            category = row.text("category") ?? ""
            reason = row.text("reason") ?? ""
            at = row.instant("at")
        }
    }

    /// Tells them in the order of their addresses; of a person who was erased there is a hash.
    package static func forEach(_ connection: Connection, _ body: (Entry) throws -> Void) throws {
        try connection.forEach("SELECT address, category, reason, at FROM suppression ORDER BY address, category") {
            try body(Entry($0))
        }
    }

    /// A part of them, in the same order.
    ///
    /// - Parameters:
    ///   - category: only those of this one, or "" for those of all.
    ///   - beginning: of the address.
    package static func page(
        category: String?, beginning: String?, from offset: Int, limit: Int, _ connection: Connection
    ) throws -> [Entry] {
        var entries: [Entry] = []
        try connection.forEach(
            """
            SELECT address, category, reason, at FROM suppression
            WHERE (CAST(:category AS TEXT) IS NULL OR category = :category)
                AND (CAST(:beginning AS TEXT) IS NULL OR substr(address, 1, length(CAST(:beginning AS TEXT))) = :beginning)
            ORDER BY address, category LIMIT :limit OFFSET :offset
            """,
            [
                "category": .optional(category), "beginning": .optional(beginning), "limit": .integer(Int64(limit)),
                "offset": .integer(Int64(offset)),
            ]
        ) { entries.append(Entry($0)) }
        return entries
    }

    /// False when the address was not suppressed. One that was erased may be written to again, too.
    package static func remove(_ address: String, category: String?, _ connection: Connection) throws -> Bool {
        let hash = try ErasureKey.isNeeded(connection) ? ErasureKey.read(connection).hash(address) : address
        return try connection.execute(
            """
            DELETE FROM suppression
            WHERE (address = :address OR address = :hash) AND (category = :category OR CAST(:category AS TEXT) IS NULL)
            """, ["address": .text(address), "hash": .text(hash), "category": .optional(category)]) > 0
    }
}
