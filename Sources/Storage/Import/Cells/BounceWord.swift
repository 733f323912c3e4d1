import Playbooks

/// What columns about contacts say of whether mail arrives, or was called spam: `Hard bounced`, `Bounce type`.
enum BounceWord {
    /// Usual names of columns in which yes, a day or a cause means that mail does not arrive.
    static let bounceNames: Set<String> = [
        "bounced", "is_bounced", "has_bounced", "bounce", "email_bounced", "email_bounce", "hard_bounce",
        "hard_bounced", "has_hard_bounced", "email_hard_bounced", "hardbounce", "hardbounced", "bounced_at",
        "bounced_on", "bounce_date", "hard_bounced_at", "hard_bounce_date", "email_bounced_date", "email_bounce_date",
        "bounce_type", "bounce_category", "bounce_status", "email_hard_bounce_reason", "email_hard_bounce_reason_enum",
        "hard_bounce_reason", "email_bounced_reason", "email_bounce_reason", "bounced_reason", "bounce_reason",
        "email_invalid", "invalid_email", "undeliverable", "bounced_hard", "bounced_hard_count", "hard_bounces",
        "hard_bounce_count", "email_verification", "email_verification_status", "email_validation",
        "email_validation_status", "email_deliverability", "deliverability",
    ]
    /// The same of mail that somebody has called spam.
    static let complaintNames: Set<String> = [
        "marked_email_as_spam", "has_marked_email_as_spam", "marked_as_spam", "spam_complaint", "spam_report",
        "reported_spam", "complained",
    ]

    /// What yes means in a column of that name; nil where it is about something else.
    static func meaning(ofColumn name: String) -> SuppressionReason? {
        bounceNames.contains(name) ? .hardBounce : complaintNames.contains(name) ? .complaint : nil
    }

    /// Why nothing may be sent, messages of `service` neither; nil where the cell is no more than a wish.
    ///
    /// - Parameter column: what yes means in the column.
    static func harm(_ text: String, column: SuppressionReason?) -> SuppressionReason? {
        switch SuppressionWord.reason(text) {
        case .hardBounce: .hardBounce
        case .complaint: .complaint
        case .unsubscribed, .nothing: nil
        case nil: column
        }
    }
}

extension WishWord {
    /// Columns of words of which one may ask for no messages, and the others say nothing.
    static let tagNames: Set<String> = [
        "tags", "tag", "labels", "label", "segments", "groups", "etiketten", "schlagworte", "étiquettes", "etiquetas",
        "etichette",
    ]

    /// Whether a cell of a column holds back; nil when it says neither.
    ///
    /// - Parameter column: its name, simplified.
    static func isOut(_ text: Cell, in column: String, isOptIn: Bool, _ time: WrittenTime) -> Bool? {
        if tagNames.contains(column) {
            return text.string.split(whereSeparator: { ",;|\n".contains($0) }).contains { asksForNone(String($0)) }
        }
        let plain = isOut(text, isOptIn: isOptIn, time)
        if reasonNames.contains(column) { return plain ?? true }
        // How often mail came back.
        if plain == nil, BounceWord.meaning(ofColumn: column) != nil, text.count <= 2, let count = Int(text.string) {
            return count > 0
        }
        guard plain == nil, BounceWord.meaning(ofColumn: column) != nil,
            let reason = SuppressionWord.reason(text.string)
        else { return plain }
        return reason != .nothing
    }
}
