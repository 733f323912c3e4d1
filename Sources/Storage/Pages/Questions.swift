import Basics
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

    /// Nil when there is no such touch, or none any more of a person: of who was erased nothing new is kept.
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
                WHERE t.id = :touch AND a.erased_at IS NULL AND substr(t.recipient, 1, length(CAST(:erased AS TEXT))) <> :erased
                """, ["touch": .integer(touch), "erased": .text(ErasureKey.prefix)])
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
    /// - Parameter name: of the answer.
    package func eventID(of name: String) -> String { Self.prefix(touch) + name }

    package func isOpen(at now: Instant) -> Bool {
        guard let answeredAt else { return true }
        return now - answeredAt < Self.patience && answers < Self.most
    }

    /// Lets an answer that was given before count as the last one, and say what was added to it; no playbook that has
    /// answered its event answers it again.
    ///
    /// - Parameters:
    ///   - kind: of the event.
    ///   - comment: the property and what it says by now; nil where nothing was said.
    package func confirm(
        _ name: String, kind: String, comment: (property: String, text: String)?, at now: Instant,
        _ connection: Connection
    ) throws {
        let answers: [String: SQLValue] = [
            "kind": .text(kind), "first": .text(Self.prefix(touch)), "last": .text("ask:t\(touch);"),
        ]
        guard
            let event = try connection.first(
                """
                SELECT e.id, e.at, e.properties FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
                WHERE k.name = :kind AND e.dedup = :dedup AND e.account_id = :account
                """, ["kind": .text(kind), "dedup": .text(eventID(of: name)), "account": .integer(account)]),
            let id = event["id"].integer, let at = event["at"].instant
        else { return }
        let newest = try connection.first(
            """
            SELECT max(e.at) AS at FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
            WHERE k.name = :kind AND e.dedup >= :first AND e.dedup < :last AND e.id <> :id
            """, answers.merging(["id": .integer(id)]) { $1 })
        if let newest = newest?["at"].instant, newest >= at, now > at {
            try connection.execute(
                "UPDATE event SET at = :now WHERE id = :id", ["id": .integer(id), "now": .instant(now)])
        }
        guard let comment, let text = event["properties"].text,
            case .object(var members)? = JSON(parsing: Array(text.utf8)),
            members.first(where: { $0.key == comment.property })?.value != .text(comment.text)
        else { return }
        members.removeAll { $0.key == comment.property }
        members.append(JSON.Member(comment.property, .text(comment.text)))
        try connection.execute(
            "UPDATE event SET properties = :properties WHERE id = :id",
            ["id": .integer(id), "properties": .text(JSON.object(members).encodedText)])
        var revised = RevisedEvents(connection)
        try revised.add(id, at: now)
    }

    /// Records that the touch was answered.
    package func note(_ answer: String, name: String, at now: Instant, _ connection: Connection) throws {
        try Outcome(
            .answered, account: account, enrollment: enrollment, touch: touch, at: now,
            detail: Outcome.detail(["answer": answer]), dedup: "answered:t\(touch):\(name)"
        ).record(connection)
    }
}
