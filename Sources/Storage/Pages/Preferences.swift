package import Playbooks

/// What a contact still wants to get by email, and the changes that the contact makes to it.
///
/// Only what the contact has left can be taken back here: an address that bounced or complained stays suppressed.
package struct Preferences: Sendable, Equatable {
    package var contact: Int64
    package var account: Int64
    package var enrollment: Int64?
    /// The touch whose link was followed.
    package var touch: Int64?
    /// The contact's address, and the one that the touch went to when that is another.
    package var addresses: [String]
    package var locale: String?
    /// The categories that the contact has left.
    package var left: Set<String>
    /// Whether the contact has left all of them, also those to come.
    package var hasLeftAll: Bool
    /// Whether nothing is sent for another reason.
    package var isBlocked: Bool

    /// Nil when there is no such contact any more.
    package static func read(
        contact: Int64, touch: Int64?, _ connection: Connection
    ) throws -> Preferences? {
        guard
            let row = try connection.first(
                """
                SELECT c.account_id, c.address, t.recipient, t.id, t.enrollment_id,
                    coalesce(c.locale, a.locale) AS locale
                FROM contact AS c JOIN account AS a ON a.id = c.account_id
                LEFT JOIN touch AS t ON t.id = :touch AND t.contact_id = c.id AND t.kind = 'email'
                WHERE c.id = :contact
                """, ["contact": .integer(contact), "touch": .optional(touch)])
        else { return nil }
        let addresses = Set([row["address"].text, row["recipient"].text].compactMap { $0 }).sorted()
        var preferences = Preferences(
            contact: contact, account: row["account_id"].integer ?? 0, enrollment: row["enrollment_id"].integer,
            touch: row["id"].integer, addresses: addresses, locale: row["locale"].text, left: [], hasLeftAll: false,
            isBlocked: false)
        let suppressed = try connection.query(
            "SELECT category, reason FROM suppression WHERE address = :first OR address = :second",
            ["first": .optional(addresses.first), "second": .optional(addresses.last)])
        for row in suppressed {
            let category = row["category"].text ?? ""
            if category.isEmpty, row["reason"].text != Suppressions.unsubscribed { preferences.isBlocked = true }
            if category.isEmpty, row["reason"].text == Suppressions.unsubscribed { preferences.hasLeftAll = true }
            if !category.isEmpty { preferences.left.insert(category) }
        }
        return preferences
    }

    package func wants(_ category: String) -> Bool { !isBlocked && !hasLeftAll && !left.contains(category) }

    /// Leaves one category, or all of them when it is nil.
    package func leave(_ category: String?, at now: Instant, _ connection: Connection) throws {
        var isNew = false
        for address in addresses {
            // What is suppressed already for a graver reason keeps that reason.
            let added = try connection.execute(
                """
                INSERT INTO suppression (address, category, reason, at) VALUES (:address, :category, :reason, :now)
                ON CONFLICT (address, category) DO NOTHING
                """,
                [
                    "address": .text(address), "category": .text(category ?? ""),
                    "reason": .text(Suppressions.unsubscribed),
                    "now": .instant(now),
                ])
            isNew = isNew || added > 0
        }
        if isNew { try record(.unsubscribed, category, at: now, connection) }
    }

    /// Takes back that the contact has left one category, or all of them when it is nil.
    package func rejoin(_ category: String?, at now: Instant, _ connection: Connection) throws {
        var isChanged = false
        for address in addresses {
            let removed = try connection.execute(
                "DELETE FROM suppression WHERE address = :address AND category = :category AND reason = :reason",
                [
                    "address": .text(address), "category": .text(category ?? ""),
                    "reason": .text(Suppressions.unsubscribed),
                ])
            isChanged = isChanged || removed > 0
        }
        if isChanged { try record(.resubscribed, category, at: now, connection) }
    }

    /// Gets exactly these categories from now on.
    ///
    /// - Parameter categories: all that there are.
    package func keep(
        _ wanted: Set<String>, of categories: [String], at now: Instant, _ connection: Connection
    ) throws {
        guard !wanted.isEmpty else { return try leave(nil, at: now, connection) }
        try rejoin(nil, at: now, connection)
        for category in categories {
            if wanted.contains(category) {
                try rejoin(category, at: now, connection)
            } else {
                try leave(category, at: now, connection)
            }
        }
    }

    private func record(
        _ kind: Outcome.Kind, _ category: String?, at now: Instant, _ connection: Connection
    ) throws {
        let what = category ?? "*"
        try Outcome(
            kind, account: account, enrollment: enrollment, touch: touch, at: now,
            detail: Outcome.detail(["category": what]),
            dedup: "\(kind.rawValue):c\(contact):\(what):\(now.milliseconds)"
        ).record(connection)
    }
}
