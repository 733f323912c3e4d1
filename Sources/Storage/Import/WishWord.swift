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
        "werbesperre", "mailsperre", "e_mail_sperre", "newslettersperre", "newsletter_sperre", "baja_de_emails",
        "baja_de_correos", "baja_newsletter", "désabonné_newsletter", "désinscrit_newsletter",
        // Whom mail does not reach, or annoys.
        "email_bounced", "hard_bounced", "has_hard_bounced", "email_hard_bounced", "marked_email_as_spam",
        "has_marked_email_as_spam", "marked_as_spam", "spam_complaint",
    ]

    /// Usual names of columns in which yes means that messages are wanted.
    static let optInNames = [
        "email_subscribed", "marketing_status", "email_marketing_status",
        "subscription_to_emails", "email_subscription_status", "email_marketing_consent",
        "email_marketing_consent_state", "marketing_consent", "email_consent", "accepts_marketing",
        "accepts_email_marketing", "email_opt_in", "opt_in", "optin", "opted_in", "marketing_opt_in", "email_optin",
        "marketing_emails", "newsletter_consent", "einwilligung", "werbeeinwilligung", "newsletter_einwilligung",
        "consentement", "consentimiento", "toestemming", "consenso", "consentimento",
        "subscribed", "is_subscribed", "newsletter", "newsletter_subscribed", "newsletter_opt_in", "opt_in_newsletter",
        "newsletter_optin", "optin_newsletter", "email_permission", "marketing_permission", "gdpr_consent",
        "rgpd_consent", "dsgvo_einwilligung", "consentement_e_mail", "consentement_email", "consentement_rgpd",
        "consentement_newsletter", "consentimiento_email", "consentimiento_rgpd", "acepta_emails",
        "marketing_contact_status", "newsletter_abonniert",
    ]

    private static let out: Set<String> = [
        "unsubscribed", "unsubscribe", "not_subscribed", "never_subscribed", "non_subscribed", "opted_out", "opt_out",
        "optout", "optedout", "out", "do_not_contact", "do_not_email", "dnc", "revoked", "withdrawn", "declined",
        "denied", "refused", "cleaned", "complained", "suppressed", "no_consent", "abgemeldet", "widerrufen",
        "désabonné", "désinscrit", "dado_de_baja", "baja", "uitgeschreven", "afgemeld", "disiscritto", "descadastrado",
        "globally_unsubscribed", "unsubscribed_from_all", "redacted", "non_marketing_contact", "bounced",
        "hard_bounced", "hard_bounce", "spam", "blocked", "blacklisted", "désabonnée", "désinscrite",
    ]
    private static let within: Set<String> = [
        "subscribed", "opted_in", "opt_in", "optin", "in", "granted", "given", "confirmed", "consented", "active",
        "double_opt_in", "single_opt_in", "pending", "unconfirmed", "transactional", "angemeldet", "abonné", "inscrit",
        "suscrito", "ingeschreven", "iscritto", "inscrito", "never_unsubscribed", "marketing_contact", "abonnée",
        "inscrite", "soft_bounced", "soft_bounce", "valid", "verified", "deliverable",
    ]
    /// A mark in a list that somebody keeps by hand.
    private static let marks: Set<String> = ["x", "xx", "✓", "✔", "✗", "☑", "☒"]

    /// Whether nothing is wanted; nil when the text says neither.
    ///
    /// - Parameter isOptIn: whether yes means that messages are wanted.
    static func isOut(_ text: Cell, isOptIn: Bool, _ time: WrittenTime) -> Bool? {
        if text.count == 1, text[0] &- 0x30 < 2 { return (text[0] == 0x31) != isOptIn }
        let word = text.string
        if let isYes = marks.contains(word.lowercased()) ? true : BooleanWord.value(of: word) {
            return isYes != isOptIn
        }
        let simple = ColumnMap.simplified(word)
        if out.contains(simple) { return true }
        if within.contains(simple) { return false }
        // A database's day of nothing.
        if Placeholder.isOne(word) || word.hasPrefix("0000-00-00") { return false }
        // The day on which it was said.
        return time.instant(text) != nil ? !isOptIn : nil
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

    /// Whether a column's name sounds like a wish, and whether yes then means that messages are wanted; nil when it does not.
    static func soundsLikeOptIn(_ name: String) -> Bool? {
        let name = ColumnMap.simplified(name)
        func has(_ parts: [String]) -> Bool { parts.contains { name.contains($0) } }
        let words = name.split(separator: "_")
        if has(outNames) || words.contains("baja") && has(["mail", "correo", "newsletter"]) { return false }
        return has(inNames) ? true : nil
    }

    private static let outNames = [
        "unsubscri", "opted_out", "opt_out", "optout", "do_not_contact", "do_not_email", "do_not_mail", "no_email",
        "abgemeldet", "abmeld", "werbesperre", "mailsperre", "mail_sperre", "newslettersperre", "newsletter_sperre",
        "widerspruch", "désabonn", "desabonn", "désinscri", "desinscri", "uitgeschreven", "afgemeld", "disiscri",
        "descadastr", "bounced", "as_spam", "spam_complain",
    ]
    private static let inNames = [
        "subscribed", "subscription_status", "newsletter", "opt_in", "optin", "opted_in", "consent", "einwillig",
        "consenso", "toestemming", "mail_permission", "marketing_permission", "permission_to", "accepts_",
        "email_status", "e_mail_status", "mailing_status", "marketing_contact", "marketing_email", "marketing_status",
        "gdpr", "dsgvo", "rgpd",
    ]

    /// Whether the words of a column called "status" or the like are those of a mailing list, and not of customers.
    static func isOfAList(_ words: some Collection<String>) -> Bool {
        let simple = words.map(ColumnMap.simplified)
        return simple.contains { outOfStatus.contains($0) || $0.hasSuffix("_subscribed") }
            && simple.allSatisfy { $0 != "active" && (out.contains($0) || within.contains($0)) }
    }
}
