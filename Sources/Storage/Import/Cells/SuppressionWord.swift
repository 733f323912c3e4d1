import Playbooks

/// What email tools say of why an address gets no mail: Mailchimp, SendGrid, Postmark, Mailgun, Amazon SES, Brevo,
/// HubSpot, Klaviyo, Mandrill, SparkPost and others.
enum SuppressionWord {
    /// A longer text is what a mail server answered.
    private static let longestWord = 40

    /// What a word, a status code (`5.1.1`, `550`) or the answer of a mail server means; nil when nobody knows.
    static func reason(_ text: String) -> SuppressionReason? {
        if let ofCode = reason(ofCode: text) { return ofCode }
        let lower = text.lowercased()
        let letters = String(lower.filter(\.isLetter))
        guard !letters.isEmpty else { return nil }
        if text.count > longestWord { return reason(ofAnswer: letters) }
        func has(_ parts: [String]) -> Bool { parts.contains { letters.contains($0) } }
        if has(harmless) || letters.contains("block") && !has(blockedByWish) { return .nothing }
        if has(["spam", "complain", "abuse", "junk"]) { return .complaint }
        if has(undeliverable) { return .hardBounce }
        return has(unwanted) ? .unsubscribed : nil
    }

    /// Whether a word says that the address gets messages: such a row of a list suppresses nobody.
    static func isWilling(_ text: String) -> Bool {
        willing.contains(String(text.lowercased().filter(\.isLetter)))
    }

    private static let willing: Set<String> = [
        "subscribed", "active", "optin", "optedin", "resubscribed", "resubscribe", "confirmed", "doubleoptin",
        "notunsubscribed", "notsuppressed",
    ]

    /// Codes of SMTP (RFC 3463): what begins with 4 is for now, 5.2.2 a full mailbox, 5.7 a policy against the sender.
    static func reason(ofCode text: String) -> SuppressionReason? {
        if let enhanced = text.wholeMatch(of: /([245])\.([0-9]{1,3})\.([0-9]{1,3})/) {
            guard enhanced.1 == "5" else { return .nothing }
            return enhanced.2 == "7" || enhanced.2 == "2" && enhanced.3 == "2" ? .nothing : .hardBounce
        }
        guard let code = Int(text), (400..<700).contains(code) else { return nil }
        return code < 500 || code == 552 ? .nothing : .hardBounce
    }

    /// The answer of a mail server that says that the address is not to blame; nil when it says nothing of the kind.
    private static func reason(ofAnswer letters: String) -> SuppressionReason? {
        let causes = [
            "full", "quota", "block", "spam", "reputation", "policy", "temporar", "greylist", "ratelimit", "tooold",
            "toomany", "tryagain",
        ]
        return causes.contains { letters.contains($0) } ? .nothing : nil
    }

    private static let harmless = [
        "soft", "transient", "temporar", "undetermined", "challenge", "autorespon", "dnserror", "spamnotification",
        "notspam", "full", "quota", "deferred", "greylist", "ratelimit",
    ]
    private static let blockedByWish = ["blocklist", "blockedby", "adminblock", "userblock", "contactblock"]
    private static let undeliverable = [
        "hard", "bounce", "invalid", "cleaned", "undeliver", "permanent", "nosuch", "unknownuser", "userunknown",
        "badmailbox", "notexist", "rebotad", "rebond", "rimbalz", "unzustellbar", "onbestelbaar",
    ]
    private static let unwanted = [
        "unsub", "optout", "optedout", "optingout", "manual", "blocklist", "blockedby", "adminblock", "userblock",
        "contactblock", "blacklist", "suppress", "donotcontact", "donotemail", "donotmail", "gdpr", "rgpd", "dsgvo",
        "compliance", "abgemeldet", "abmeld", "widerspruch", "widerruf", "werbesperre", "désinscri", "desinscri",
        "désabonn", "desabonn", "uitgeschreven", "afgemeld", "afmeld", "disiscri", "descadastr", "dadodebaja",
        "desuscri", "desinscr", "wypis", "avregistr", "avmeld", "frameld",
    ]

    /// What the name of a file says of all its addresses: `suppression_bounces`, `unsubscribed_members_export`.
    static func reason(ofTitle title: String) -> SuppressionReason? {
        func has(_ parts: [String]) -> Bool { parts.contains { title.contains($0) } }
        if has(["soft_bounce", "softbounce", "transient"]) || title.split(separator: "_").contains("blocks") {
            return .nothing
        }
        if has(["spam_report", "spam_complain", "complaint", "abuse_report", "marked_as_spam"]) { return .complaint }
        let undeliverable = [
            "bounces", "bounced", "hard_bounce", "invalid_email", "cleaned", "rejets_définitif", "rejets_definitif",
            "rebotad", "rimbalzat", "unzustellbar",
        ]
        if has(undeliverable) { return .hardBounce }
        let ofWishes = [
            "unsub", "opt_out", "optout", "opted_out", "suppress", "do_not_contact", "do_not_email", "do_not_mail",
            "donotcontact", "blocklist", "blacklist", "blocked_contacts", "abmeldung", "abgemeldet", "werbesperre",
            "désinscri", "desinscri", "désabonn", "desabonn", "uitgeschreven", "uitschrijv", "afmelding", "afgemeld",
            "disiscri", "descadastr", "desuscri", "desinscr", "wypis", "avregistr", "avmeld", "afmeldt", "frameld",
            "odhlás",
            "odhlas", "leiratkoz", "bajas_newsletter", "bajas_de_correo", "bajas_de_email",
            "nicht_mehr_anschreiben",
            "nicht_anschreiben", "nicht_kontaktieren", "nicht_mehr_mailen", "sperrliste", "objection", "widerspr",
            "robinson",
            "no_mail", "no_email", "no_contact", "dont_contact", "don_t_contact", "dont_email", "don_t_email",
            "never_email",
            "stop_mail", "stop_email", "stopp_mail", "mailstop", "dnc", "exclusion_list", "lista_de_exclus",
            "no_contactar",
            "no_enviar", "ne_pas_contacter", "ne_plus_contacter", "liste_rouge", "niet_mailen", "niet_benaderen",
            "non_contattare",
            "não_contatar", "nao_contatar", "gdpr_delet", "gdpr_request", "erasure",
        ]
        // Who cancels a newsletter goes on paying.
        let ofMailings = [
            "newsletter", "mailing_list", "mailinglist", "boletin", "boletín", "nieuwsbrief", "verteiler",
        ]
        let ofLeaving = [
            "cancel", "baja", "remov", "abbestell", "kündig", "kuendig", "résili", "resili", "opzeg", "disdet",
        ]
        return has(ofWishes) || has(ofMailings) && has(ofLeaving) ? .unsubscribed : nil
    }

    /// What the name of a column says that only such a list has.
    static func reason(ofColumn name: String) -> SuppressionReason? {
        switch name {
        case "clean_time", "bounced_at", "bounce_type", "bounce_category", "bounce_time", "hard_bounced_at": .hardBounce
        case "unsub_time", "unsubscribe_time", "unsubscribe_date", "unsubscribed_at", "unsubscribed_on",
            "suppression_reason", "suppressionreason", "suppressed_at", "suppressed_on", "suppression_date",
            "suppression_type", "opt_out_date", "opted_out_at", "opted_out_on", "blocked_on", "blocklisted_at":
            .unsubscribed
        default: nil
        }
    }
}
