import Playbooks

/// What files say of whether somebody wants messages.
enum WishWord {
    /// Usual names of columns in which yes means that nothing is wanted.
    static let optOutNames = [
        "unsubscribed", "unsubscribed_from_all_email", "unsubscribed_from_all_emails", "unsubscribed_from_emails",
        "unsubscribed_from_email", "email_unsubscribed", "is_unsubscribed", "has_unsubscribed", "unsubscribed_at",
        "unsubscribed_on", "unsubscribe_date", "unsubscribe_time", "unsub_time", "opted_out", "opt_out", "optout",
        "optedout", "opted_out_of_email", "opted_out_email", "email_opt_out", "email_optout", "email_opted_out",
        "has_opted_out_of_email", "hasoptedoutofemail", "opt_out_date", "opted_out_at", "opted_out_on",
        "do_not_contact", "donotcontact", "do_not_email", "donotemail", "no_email", "no_emails",
        "abgemeldet", "abgemeldet_am", "newsletter_abgemeldet", "keine_e_mails", "keine_emails", "kein_newsletter",
        "werbewiderspruch", "désabonné", "désinscrit", "desabonne", "ne_pas_contacter", "dado_de_baja", "no_contactar",
        "uitgeschreven", "afgemeld", "disiscritto", "cancelou_inscrição", "descadastrado",
    ]

    /// Usual names of columns in which yes means that messages are wanted.
    static let optInNames = [
        "email_subscribed", "marketing_status", "email_marketing_status",
        "subscription_to_emails", "email_subscription_status", "email_marketing_consent",
        "email_marketing_consent_state", "marketing_consent", "email_consent", "accepts_marketing",
        "accepts_email_marketing", "email_opt_in", "opt_in", "optin", "opted_in", "marketing_opt_in", "email_optin",
        "marketing_emails", "newsletter_consent", "einwilligung", "werbeeinwilligung", "newsletter_einwilligung",
        "consentement", "consentimiento", "toestemming", "consenso", "consentimento",
    ]

    private static let out: Set<String> = [
        "unsubscribed", "unsubscribe", "not_subscribed", "never_subscribed", "non_subscribed", "opted_out", "opt_out",
        "optout", "optedout", "out", "do_not_contact", "do_not_email", "dnc", "revoked", "withdrawn", "declined",
        "denied", "refused", "cleaned", "complained", "suppressed", "no_consent", "abgemeldet", "widerrufen",
        "désabonné", "désinscrit", "dado_de_baja", "baja", "uitgeschreven", "afgemeld", "disiscritto", "descadastrado",
        "globally_unsubscribed", "unsubscribed_from_all", "redacted",
    ]
    private static let within: Set<String> = [
        "subscribed", "opted_in", "opt_in", "optin", "in", "granted", "given", "confirmed", "consented", "active",
        "double_opt_in", "single_opt_in", "pending", "unconfirmed", "transactional", "angemeldet", "abonné", "inscrit",
        "suscrito", "ingeschreven", "iscritto", "inscrito", "never_unsubscribed",
    ]

    /// Whether nothing is wanted; nil when the text says neither.
    ///
    /// - Parameter isOptIn: whether yes means that messages are wanted.
    static func isOut(_ text: Cell, isOptIn: Bool, _ time: WrittenTime) -> Bool? {
        if text.count == 1, text[0] &- 0x30 < 2 { return (text[0] == 0x31) != isOptIn }
        let word = text.string
        if let isYes = BooleanWord.value(of: word) { return isYes != isOptIn }
        let simple = ColumnMap.simplified(word)
        if out.contains(simple) { return true }
        if within.contains(simple) { return false }
        if Placeholder.isOne(word) { return false }
        // The day on which it was said.
        return !isOptIn && time.instant(text) != nil ? true : nil
    }

    /// Words of a contact's status that mean nothing but that: `declined` and `baja` may be said of other things.
    private static let outOfStatus: Set<String> = [
        "unsubscribed", "opted_out", "opt_out", "optout", "do_not_contact", "do_not_email", "cleaned", "complained",
        "abgemeldet", "désabonné", "désinscrit", "uitgeschreven", "afgemeld", "disiscritto", "descadastrado",
        "globally_unsubscribed", "unsubscribed_from_all",
    ]

    /// Whether a contact's status says that nothing is wanted.
    static func saysOut(_ text: Cell) -> Bool {
        text.count > 2 && text.count < 40 && outOfStatus.contains(ColumnMap.simplified(text.string))
    }

    /// Whether a column's name sounds like a wish.
    static func isLikeAWish(_ name: String) -> Bool {
        let name = ColumnMap.simplified(name)
        return ["unsubscri", "opted_out", "opt_out", "optout", "do_not_contact", "do_not_email", "abgemeldet"].contains
        {
            name.contains($0)
        }
    }
}
