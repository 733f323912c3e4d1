package import Playbooks

/// The messages of the built-in channel `inbox`: sending one is writing it here, and the product fetches it.
package enum Inbox {
    /// How long a message is shown.
    package static let life = TimeSpan.days(30)
    /// As many are shown at once, the newest.
    private static let most: Int64 = 50

    /// - Parameter body: a JSON object.
    package static func put(
        _ body: String, account: Int64, contact: Int64, touch: Int64, at now: Instant, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO inbox (account_id, contact_id, touch_id, at, body)
            VALUES (:account, :contact, :touch, :now, :body) ON CONFLICT DO NOTHING
            """,
            [
                "account": .integer(account), "contact": .integer(contact), "touch": .integer(touch),
                "now": .instant(now), "body": .text(body),
            ])
    }

    /// Whose inbox it is.
    package struct Owner: Sendable, Equatable {
        package var account: Int64
        package var contact: Int64
        package var locale: String?
        /// False for a contact who left and an account that churned, which are shown nothing.
        package var isActive: Bool
    }

    /// Nil when there is no such contact.
    package static func owner(account: String, contact: String, _ connection: Connection) throws -> Owner? {
        try connection.first(
            """
            SELECT a.id, c.id, coalesce(c.locale, a.locale),
                CASE WHEN a.status = 'active' AND c.status = 'active' THEN 1 ELSE 0 END
            FROM contact AS c JOIN account AS a ON a.id = c.account_id
            WHERE a.key = :account AND c.key = :contact
            """, ["account": .text(account), "contact": .text(contact)]
        ).map { row in
            Owner(
                account: row[0].integer ?? 0, contact: row[1].integer ?? 0, locale: row[2].text,
                isActive: row[3].integer == 1)
        }
    }

    /// A message as it is shown.
    package struct Entry: Sendable {
        package var touch: Int64
        package var at: Instant
        package var body: String
        package var isRead: Bool
    }

    /// What is neither dismissed nor older than `life`, the newest first.
    package static func entries(of owner: Owner, now: Instant, _ connection: Connection) throws -> [Entry] {
        guard owner.isActive else { return [] }
        return try connection.query(
            """
            SELECT touch_id, at, body, opened_at FROM inbox
            WHERE account_id = :account AND contact_id = :contact AND dismissed_at IS NULL AND at > :since
            ORDER BY at DESC, touch_id DESC LIMIT :most
            """,
            [
                "account": .integer(owner.account), "contact": .integer(owner.contact),
                "since": .instant(now - life), "most": .integer(most),
            ]
        ).map { row in
            Entry(
                touch: row[0].integer ?? 0, at: row[1].instant ?? Instant(milliseconds: 0), body: row[2].text ?? "{}",
                isRead: row[3].integer != nil)
        }
    }

    /// What a contact does with a message.
    package enum Act: String, Sendable, CaseIterable {
        case read, dismiss, click

        var outcome: Outcome.Kind {
            switch self {
            case .read: .opened
            case .dismiss: .dismissed
            case .click: .clicked
            }
        }
    }

    /// Records an act, once; false when the contact has no such message.
    ///
    /// - Parameter url: the link that was followed.
    package static func note(
        _ act: Act, touch: Int64, by owner: Owner, url: String? = nil, at now: Instant, _ connection: Connection
    ) throws -> Bool {
        let known = try connection.execute(
            """
            UPDATE inbox SET opened_at = coalesce(opened_at, :now),
                dismissed_at = CASE WHEN :dismissed = 1 THEN coalesce(dismissed_at, :now) ELSE dismissed_at END
            WHERE account_id = :account AND contact_id = :contact AND touch_id = :touch
            """,
            [
                "now": .instant(now), "dismissed": .integer(act == .dismiss ? 1 : 0),
                "account": .integer(owner.account), "contact": .integer(owner.contact), "touch": .integer(touch),
            ])
        guard known == 1 else { return false }
        let enrollment = try connection.first(
            "SELECT enrollment_id FROM touch WHERE id = :touch", ["touch": .integer(touch)])?[0].integer
        try Outcome(
            act.outcome, account: owner.account, enrollment: enrollment, touch: touch, at: now,
            detail: Outcome.detail(url.map { ["url": $0] } ?? [:]), dedup: "inbox:t\(touch):\(act.rawValue)"
        ).record(connection)
        return true
    }
}
