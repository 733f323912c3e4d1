import Playbooks

/// An address that an email tool does not write to, as one row of a list says it.
struct ListedSuppression {
    /// Normalized.
    var address: String
    var reason: SuppressionReason
    /// Since when; nil where the list does not say.
    var at: Instant?
}

/// Suppresses what lists name, once: a list that stays as it was undoes no later wish, and nothing done by hand.
struct ListedSuppressions {
    private let connection: Connection
    private let now: Instant
    private let erased: ErasureKey?

    init(_ connection: Connection, now: Instant) throws {
        self.connection = connection
        self.now = now
        erased = try ErasureKey.isNeeded(connection) ? ErasureKey.read(connection) : nil
    }

    /// False when the list says nothing new; call in a write transaction.
    func take(_ row: ListedSuppression) throws -> Bool {
        // Whoever was erased stays a hash, and suppressed.
        if let erased, try isSuppressed(erased.hash(row.address)) { return false }
        let isNews =
            try connection.execute(
                """
                INSERT INTO listed_suppression (address, reason, at) VALUES (:address, :reason, :at)
                ON CONFLICT (address, reason) DO UPDATE SET at = excluded.at WHERE excluded.at > listed_suppression.at
                """,
                [
                    "address": .text(row.address), "reason": .text(row.reason.rawValue),
                    "at": .integer(row.at?.milliseconds ?? 0),
                ]) > 0
        guard isNews, try !hasComeBack(row) else { return false }
        try Suppressions.add(
            row.address, category: nil, reason: Self.word(row.reason), at: row.at ?? now, connection)
        return true
    }

    private static func word(_ reason: SuppressionReason) -> String {
        switch reason {
        case .hardBounce: Suppressions.hardBounce
        case .complaint: Suppressions.complaint
        case .unsubscribed, .nothing: Suppressions.unsubscribed
        }
    }

    private func isSuppressed(_ address: String) throws -> Bool {
        try connection.first("SELECT 1 FROM suppression WHERE address = :address", ["address": .text(address)]) != nil
    }

    /// Whether the person has chosen messages again, here, since the list's moment.
    private func hasComeBack(_ row: ListedSuppression) throws -> Bool {
        guard row.reason == .unsubscribed, let at = row.at else { return false }
        return try connection.first(
            """
            SELECT 1 FROM touch AS t JOIN outcome AS o ON o.touch_id = t.id AND o.kind = 'resubscribed'
            WHERE t.recipient = :address AND t.claimed_at IS NOT NULL AND o.at > :at LIMIT 1
            """, ["address": .text(row.address), "at": .instant(at)]) != nil
    }
}
