package import Playbooks

/// The addresses that are not written to any more, for one category or for all.
package enum Suppressions {
    /// - Parameter category: nil for all of them.
    package static func add(
        _ address: String, category: String?, reason: String, at: Instant, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at) VALUES (:address, :category, :reason, :at)
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason
            """,
            [
                "address": .text(address), "category": .text(category ?? ""), "reason": .text(reason),
                "at": .instant(at),
            ])
    }

    /// False when the address was not suppressed.
    package static func remove(_ address: String, category: String?, _ connection: Connection) throws -> Bool {
        try connection.execute(
            "DELETE FROM suppression WHERE address = :address AND (category = :category OR :category IS NULL)",
            ["address": .text(address), "category": .optional(category)]) > 0
    }
}
