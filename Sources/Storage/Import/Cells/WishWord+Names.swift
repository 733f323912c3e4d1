/// What the names of columns say of wishes.
extension WishWord {
    /// Whether a column's name sounds like a wish, and whether yes then means that messages are wanted; nil when it does not.
    package static func soundsLikeOptIn(_ name: String) -> Bool? {
        let name = ColumnMap.simplified(name)
        func has(_ parts: [String]) -> Bool { parts.contains { name.contains($0) } }
        let words = name.split(separator: "_").map(String.init)
        let isRefused = words.contains(where: negations.contains) || has(refusals)
        if has(outNames) || words.contains("baja") && has(["mail", "correo", "newsletter"]) { return false }
        let isOfMail = words.contains(where: ofMail.contains)
        if isOfMail, isRefused { return false }
        guard has(inNames) || isOfMail && words.contains(where: permissions.contains) else { return nil }
        return !isRefused
    }

    /// Whether a column's name speaks of messages or of a consent at all, so that what it says may be a wish.
    static func speaksOfMessages(_ name: String) -> Bool {
        let words = ColumnMap.simplified(name).split(separator: "_").map(String.init)
        if words.contains(where: besideMessages.contains) { return false }
        return words.contains { word in ofMail.contains(word) || ofMessages.contains { word.contains($0) } }
    }

    private static let negations: Set<String> = [
        "no", "not", "non", "dont", "don", "without", "kein", "keine", "keinen", "nicht", "ohne", "pas", "sans",
        "aucun", "sin", "geen", "niet", "zonder", "senza", "não", "nao", "sem", "stop", "refuse", "refused", "declined",
        "never", "nie", "inga", "ingen", "inget", "inte", "ikke", "ne", "jamais", "nunca", "mai", "nooit", "bad",
        "invalid", "off", "ended", "removed", "baja",
    ]
    /// Beginnings of words by which something is taken back or refused.
    private static let refusals = [
        "abbestell", "abgelehnt", "withdraw", "withdrew", "revok", "revoc", "révoqu", "widerruf", "widersproch",
        "retir",
        "ritirat", "ingetrokken", "intrek", "delet", "erase", "erasure", "objection", "objected", "exclu", "esclus",
        "ausgeschlossen", "rifiut", "refus", "rechaz", "recus", "reject", "declin", "denied", "restrict", "blocked",
        "gesperrt", "sperre", "lösch", "forgotten", "opposition", "oposición", "opposizione", "verwijder", "geweigerd",
        "cancel", "annul", "eliminad", "supprim", "expired", "disabled", "unticked", "unchecked",
    ]
    private static let outNames = [
        "unsub", "opted_out", "opt_out", "optout", "do_not_contact", "do_not_email", "do_not_mail", "no_email",
        "abgemeldet", "abmeld", "werbesperre", "mailsperre", "mail_sperre", "newslettersperre", "newsletter_sperre",
        "kontaktsperre", "widerspruch", "désabonn", "desabonn", "désinscri", "desinscri", "uitgeschreven", "afgemeld",
        "disiscri", "descadastr", "bounced", "hard_bounce", "bounce_reason", "as_spam", "spam_complain", "suppress",
        "blacklist", "blocklist", "robinson", "avregistr", "avmeld", "afmeldt", "frameld", "wypisan", "wypis_",
        "odhlás",
        "odhlas", "leiratkoz", "kielto",
    ]
    private static let inNames = [
        "subscribed", "subscription_status", "newsletter", "opt_in", "optin", "opted_in", "consent", "einwillig",
        "consenso", "toestemming", "mail_permission", "marketing_permission", "permission_to", "accepts_",
        "email_status", "e_mail_status", "mailing_status", "marketing_contact", "marketing_email", "marketing_status",
        "gdpr", "dsgvo", "rgpd", "to_mail", "mail_ok", "wants_mail", "publicidad", "angeschrieben", "be_emailed",
        "email_allowed", "emails_allowed", "mailing_allowed", "mail_allowed", "mailing_list", "email_notification",
        "boletín", "boletin", "boletim", "nieuwsbrief", "infolettre", "lettre_d_info", "nyhetsbrev", "nyhedsbrev",
        "uutiskirje", "zgoda",
        "samtyck", "samtykk", "suscrito", "suscrita", "werbung_erlaubt", "marketingstatus", "werbestatus",
        "mail_frequency", "mail_verific",
        "mail_valid",
    ]
    private static let ofMail: Set<String> = [
        "mail", "mails", "email", "emails", "mailing", "mailings", "emailing", "emailings", "newsletter",
        "newsletters", "marketing", "contact", "contacts", "contacted", "werbung", "kontakt", "correo", "correos",
        "écrire", "contacter", "envoyer", "contactar", "contatar", "enviar", "contattare", "inviare", "scrivere",
        "kontaktieren", "anschreiben", "schreiben", "mailen", "benaderen", "utskick", "mejl", "mejla", "kontakta",
        "kontakte", "wysyłać", "kontaktować", "pisać", "send",
        "courriel", "courriels", "comunicaciones", "comunicazioni", "comunicações", "communications",
    ]
    private static let permissions: Set<String> = [
        "can", "may", "ok", "okay", "allow", "allows", "allowed", "erlaubt", "permitted", "accept", "accepts",
        "accepted", "accepte", "acepta", "accetta", "aceita", "akzeptiert", "receive", "receives", "recibe", "recibir",
        "receber", "recebe", "reçoit", "recevoir", "riceve", "ricevere", "ontvangen", "ontvangt", "erhält", "want",
        "wants", "autorise", "autorizza", "autoriza", "darf", "agreed", "agrees",
    ]
    private static let ofMessages = [
        "mail", "newsletter", "consent", "subscrib", "optin", "optout", "einwillig", "werbe", "gdpr", "dsgvo", "rgpd",
        "lgpd", "boletín", "boletin", "boletim", "nieuwsbrief", "infolettre", "consenso", "toestemming", "zgoda",
        "nyhetsbrev", "nyhedsbrev", "uutiskirje", "rundschreiben", "rundbrief", "marketing", "suscrit", "abonniert",
        "abonné",
    ]
    /// Words of columns that say where mail goes, or who sends it.
    private static let besideMessages: Set<String> = [
        "domain", "provider", "client", "host", "server", "service", "tool", "name", "role", "phone", "manager",
        "owner", "type", "title", "source", "channel", "campaign", "budget", "template", "count", "number", "id",
        "plan", "address", "subject", "language", "country", "city", "integration", "last", "first", "spend",
    ]
}
