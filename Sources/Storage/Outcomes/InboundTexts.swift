import Decisions
package import Playbooks

/// A text message that somebody has sent; what it says is looked at and not kept.
package struct InboundText: Sendable, Hashable {
    /// Whose phone it is from, as the provider writes it.
    package var sender: String
    /// What it asks for; nil for any other text.
    package var word: StopWord?
    /// When it came in; nil when nobody says.
    package var at: Instant?
    /// What makes it one; the same message told twice has the same.
    package var id: String
    /// Whether the number may be written as it is dialed in its country; providers write them internationally, some
    /// without the `+`.
    package var mayBeNational = false

    package init(from sender: String, word: StopWord?, at: Instant? = nil, id: String) {
        self.sender = sender
        self.word = word
        self.at = at
        self.id = id
    }
}

/// Takes in text messages: a word ends them for the number or lets them begin again, and anything else is a reply to the
/// newest touch of the channel that went to the number in the last 30 days.
package struct InboundTexts {
    private let connection: Connection
    private let channel: String
    private let workspace: String
    /// Whose national numbers are meant.
    private let country: PhoneCountry?
    private let now: Instant

    package init(
        _ connection: Connection, channel: String, workspace: String, country: PhoneCountry? = nil, now: Instant
    ) {
        self.connection = connection
        self.channel = channel
        self.workspace = workspace
        self.country = country
        self.now = now
    }

    @discardableResult
    package func take(_ text: InboundText) throws -> Notices.Taken {
        guard let number = number(of: text) else { return .unmatched }
        if try ErasureKey.knows(number, connection) { return .known }
        let at = min(text.at ?? now, now)
        let touch = try newest(to: number, at: at)
        guard let word = text.word else { return try takeReply(text, from: number, to: touch) }
        if let touch {
            let outcome = Outcome(
                word == .stop ? .unsubscribed : .resubscribed, account: touch.account, enrollment: touch.enrollment,
                touch: touch.id, at: at, detail: "{\"category\":\"*\"}", dedup: "\(channel):text:\(text.id)")
            guard try outcome.record(connection) else { return .known }
        }
        switch word {
        case .stop: try Suppressions.add(number, category: nil, reason: Suppressions.stopped, at: at, connection)
        case .start:
            // A bounce, a complaint or somebody's decision is nothing that a word undoes; that the provider refused the
            // number, because it has said STOP there, is.
            try connection.execute(
                """
                DELETE FROM suppression WHERE address = :number AND category = '' AND at <= :at
                    AND (reason = :reason OR substr(reason, 1, length(:channel)) = :channel)
                """,
                [
                    "number": .text(number), "reason": .text(Suppressions.stopped), "channel": .text(channel + ": "),
                    "at": .instant(at),
                ])
        }
        return .recorded
    }

    private func number(of text: InboundText) -> String? {
        if text.mayBeNational, let number = PhoneNumber.normalized(text.sender, in: country) { return number }
        return PhoneNumber.normalized(text.sender.hasPrefix("+") ? text.sender : "+" + text.sender)
    }

    private func takeReply(_ text: InboundText, from number: String, to touch: Touch?) throws -> Notices.Taken {
        guard let touch else { return .unmatched }
        var notice = Notice(.replied, id: "text:\(text.id)", body: "")
        (notice.touch, notice.address, notice.at) = ("t\(touch.id)", number, text.at)
        return try Notices(connection, channel: channel, of: [], workspace: workspace, now: now).take(notice)
    }

    private struct Touch {
        var id: Int64
        var account: Int64
        var enrollment: Int64
    }

    private func newest(to number: String, at moment: Instant) throws -> Touch? {
        try connection.first(
            """
            SELECT id, account_id, enrollment_id FROM touch
            WHERE recipient = :number AND claimed_at > :since AND claimed_at <= :at AND channel = :channel
                AND kind = 'sms' AND ghost = 0 AND state IN ('sent', 'sending', 'unknown')
            ORDER BY claimed_at DESC, id DESC LIMIT 1
            """,
            [
                "number": .text(number), "since": .instant(moment - Replies.memory), "at": .instant(moment),
                "channel": .text(channel),
            ]
        ).map {
            Touch(
                id: $0["id"].integer ?? 0, account: $0["account_id"].integer ?? 0,
                enrollment: $0["enrollment_id"].integer ?? 0)
        }
    }
}
