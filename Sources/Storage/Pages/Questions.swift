package import Playbooks

/// A touch that asked something, and the answers that came to it.
package struct Questions: Sendable, Equatable {
    package var touch: Int64
    package var enrollment: Int64?
    package var account: Int64
    package var accountKey: String
    package var contactKey: String?
    package var playbook: String
    package var message: String
    package var locale: String?
    /// When the first answer came; nil before.
    package var answeredAt: Instant?
    package var answers: Int

    /// Answers may be changed as long, and as often.
    private static let patience = TimeSpan.days(7)
    private static let most = 20

    /// Nil when there is no such touch.
    ///
    /// - Parameter event: the kind of event that answers are recorded as.
    package static func read(touch: Int64, event: String?, _ connection: Connection) throws -> Questions? {
        guard
            let row = try connection.first(
                """
                SELECT t.enrollment_id, t.account_id, a.key AS account, c.key AS contact,
                    p.name AS playbook, t.message, coalesce(c.locale, a.locale) AS locale
                FROM touch AS t JOIN account AS a ON a.id = t.account_id JOIN playbook AS p ON p.id = t.playbook_id
                LEFT JOIN contact AS c ON c.id = t.contact_id
                WHERE t.id = :touch
                """, ["touch": .integer(touch)])
        else { return nil }
        let answers = try connection.first(
            """
            SELECT count(*) AS count, min(e.received_at) AS first
            FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
            WHERE k.name = :event AND e.dedup >= :first AND e.dedup < :last
            """,
            ["event": .optional(event), "first": .text(prefix(touch)), "last": .text("ask:t\(touch);")])
        return Questions(
            touch: touch, enrollment: row["enrollment_id"].integer, account: row["account_id"].integer ?? 0,
            accountKey: row["account"].text ?? "", contactKey: row["contact"].text,
            playbook: row["playbook"].text ?? "", message: row["message"].text ?? "", locale: row["locale"].text,
            answeredAt: answers?["first"].instant, answers: Int(answers?["count"].integer ?? 0))
    }

    private static func prefix(_ touch: Int64) -> String { "ask:t\(touch):" }

    /// What makes an answer one: the same one given twice is one event.
    ///
    /// - Parameter name: of the answer with its comment.
    package func eventID(of name: String) -> String { Self.prefix(touch) + name }

    package func isOpen(at now: Instant) -> Bool {
        guard let answeredAt else { return true }
        return now - answeredAt < Self.patience && answers < Self.most
    }

    /// Records that the touch was answered.
    package func note(_ answer: String, name: String, at now: Instant, _ connection: Connection) throws {
        try Outcome(
            .answered, account: account, enrollment: enrollment, touch: touch, at: now,
            detail: Outcome.detail(["answer": answer]), dedup: "answered:t\(touch):\(name)"
        ).record(connection)
    }
}
