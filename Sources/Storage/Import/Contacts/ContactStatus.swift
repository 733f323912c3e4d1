import Playbooks

/// Whether the column "status" of a file of contacts is about the people, or about what their company has subscribed to.
enum ContactStatus {
    private static let subscriptions: Set<String> = [
        "subscription_id", "subscription_uuid", "subscription_number", "subscription_code", "subscription_key",
        "subscription_item_id", "stripe_subscription_id", "abo_id", "abonummer", "current_period_start",
        "current_period_end", "current_period_ends_at", "current_term_end", "current_term_ends_at", "next_billing_date",
        "next_billing_at", "next_billed_at", "trial_end", "trial_ends_at", "cancel_at_period_end",
    ]
    private static let intervals: Set<String> = Set(AccountColumnNames.interval).subtracting(["term", "period"])
    private static let amounts: Set<String> = Set(AccountColumnNames.amount + AccountColumnNames.mrr)
        .subtracting(["value", "total"])

    /// Whether the columns are those of a list of subscriptions: with the id of each, or with an amount for a period.
    static func isOfSubscriptions(_ header: [String]) -> Bool {
        let names = Set(header.map(FileGuess.simplified))
        return !names.isDisjoint(with: subscriptions)
            || !names.isDisjoint(with: intervals) && !names.isDisjoint(with: amounts)
    }

    /// What is to be told where a status is passed over.
    static func warning(_ column: String) -> String {
        "\"\(column)\" is the status of subscriptions, and says nothing of whether the people are still there; if it does, "
            + "say: imports: { contacts: { columns: { status: \(ImportHint.quoted(column)) } } }"
    }
}

extension WishWord {
    /// Words of a contact's status with which email tools say that mail does not arrive, or is not wanted.
    private static let unreachable: Set<String> = [
        "bounced", "hard_bounced", "hard_bounce", "bounce", "hardbounce", "hardbounced", "invalid", "invalid_email",
        "undeliverable", "undelivered", "spam", "spam_complaint", "marked_as_spam", "reported_spam", "complaint",
        "abuse",
        "suppressed", "blacklisted", "blocklisted", "blacklist", "do_not_mail", "no_mail", "unsub", "unsubscribe",
        "not_subscribed", "non_subscribed", "never_subscribed", "optedout", "globally_suppressed", "rebotado",
        "rebotada",
        "rebond", "rimbalzato", "unzustellbar", "onbestelbaar",
    ]
    /// Words that say that nobody has agreed yet, or that nobody knows.
    private static let unconfirmed: Set<String> = [
        "unconfirmed", "not_confirmed", "unverified", "not_verified", "pending", "pending_confirmation",
        "awaiting_confirmation",
        "waiting", "invited", "opt_in_pending", "pending_opt_in", "awaiting_opt_in", "soft_bounced", "soft_bounce",
        "blocked", "quarantined", "unbestätigt", "ausstehend", "non_confirmé", "no_confirmado", "sin_confirmar",
        "non_confermato", "não_confirmado", "niet_bevestigd",
    ]

    static func isUnreachable(_ word: String) -> Bool { unreachable.contains(word) }

    /// Whether a word, simplified, is one of a contact's status.
    static func isOfStatus(_ word: String) -> Bool { unreachable.contains(word) || unconfirmed.contains(word) }

    /// What a contact's status says of messages; nil where it says nothing of them.
    static func meaning(ofStatus text: Cell) -> Meaning? {
        if saysOut(text) { return .out }
        guard (3..<40).contains(text.count) else { return nil }
        let word = ColumnMap.simplified(text.string)
        return unreachable.contains(word) ? .out : unconfirmed.contains(word) ? .unclear : nil
    }
}
