import Playbooks

/// What files say of whether somebody wants messages.
package enum WishWord {
    /// What one cell means.
    enum Meaning: Equatable {
        /// Nothing is wanted.
        case out
        /// Messages are wanted, or not refused.
        case within
        /// Something was written where people write that they want nothing: the address is held back until it is known.
        case unclear
    }

    /// Usual names of columns in which yes means that nothing is wanted.
    package static let optOutNames = withoutJoints(
        [
            "unsubscribed", "unsubscribed_from_all_email", "unsubscribed_from_all_emails", "unsubscribed_from_emails",
            "unsubscribed_from_email", "email_unsubscribed", "is_unsubscribed", "has_unsubscribed", "unsubscribed_at",
            "unsubscribed_on", "unsubscribe_date", "unsubscribe_time", "unsub_time", "opted_out", "opt_out", "optout",
            "optedout", "opted_out_of_email", "opted_out_email", "email_opt_out", "email_optout", "email_opted_out",
            "has_opted_out_of_email", "hasoptedoutofemail", "opt_out_date", "opted_out_at", "opted_out_on",
            "do_not_contact", "donotcontact", "do_not_email", "donotemail", "no_email", "no_emails",
            "abgemeldet", "abgemeldet_am", "newsletter_abgemeldet", "keine_e_mails", "keine_emails", "kein_newsletter",
            "werbewiderspruch", "désabonné", "désinscrit", "desabonne", "ne_pas_contacter", "dado_de_baja",
            "no_contactar",
            "uitgeschreven", "afgemeld", "disiscritto", "cancelou_inscrição", "descadastrado",
            "werbesperre", "mailsperre", "e_mail_sperre", "newslettersperre", "newsletter_sperre", "baja_de_emails",
            "baja_de_correos", "baja_newsletter", "désabonné_newsletter", "désinscrit_newsletter",
            // Whom mail does not reach, or annoys.
            "suppressed", "is_suppressed", "email_suppressed", "suppression", "blacklisted", "is_blacklisted",
            "blacklist", "email_blacklisted",
            "blocklisted",
            "dnc", "no_mail", "no_mails", "no_mailing", "no_mailings", "no_newsletter", "do_not_mail", "donotmail",
            "do_not_contact_by_email", "keine_mails", "keine_mail", "keine_werbung", "unsub",
            // HubSpot and Freshsales, and what comes when `init` has seen an empty column.
            "hs_email_optout", "hs_email_opt_out", "global_unsubscribe", "global_unsubscribed", "globally_unsubscribed",
            "unsubscribe", "email_unsubscribe", "unsubscribed_from_all", "unsubscribed_all", "do_not_disturb",
            "opted_out_of_email_marketing_information", "opted_out_of_email_one_to_one",
            "opted_out_of_email_customer_service_communication", "newsletter_abbestellt", "nl_abbestellt", "abbestellt",
            "nicht_anschreiben", "nicht_kontaktieren", "nicht_mailen", "lista_de_exclusión", "lista_de_exclusion",
            "exclusión", "no_enviar", "non_inviare_email", "non_inviare_e_mail", "non_contattare", "não_enviar",
            "não_contatar", "nao_enviar", "niet_mailen", "niet_benaderen", "geen_nieuwsbrief", "geen_mail",
            "geen_e_mail",
            "geen_email", "ne_pas_envoyer", "mail_stop", "mailstop", "stop", "stopp", "stop_mailing",
            "exclude_from_mailing",
            "bad_email", "kontaktsperre", "kein_mailing",
            "keine_mailings", "geen_mailing", "geen_mailings", "stop_emails", "stop_email", "stop_mails", "never_email",
            "never_mail", "never_contact", "removed_from_list", "removed_from_mailing_list", "excluded_from_mailings",
            "excluded_from_mailing", "exclude_from_newsletter", "marketing_blocked", "refuse_les_e_mails",
            "refuse_les_emails", "consent_withdrawn", "consent_withdrawn_at", "consent_revoked", "consent_revoked_at",
            "opt_in_revoked", "einwilligung_widerrufen", "consentement_retiré", "consenso_revocato",
            "consentimiento_retirado", "toestemming_ingetrokken", "dado_de_baja_del_boletín", "rifiuta_newsletter",
        ] + BounceWord.bounceNames.union(BounceWord.complaintNames).union(reasonNames).sorted())

    /// Usual names of columns that say why mail does not arrive: any text means that it does not.
    package static let reasonNames = [
        "email_hard_bounce_reason", "email_hard_bounce_reason_enum", "hard_bounce_reason", "email_bounced_reason",
        "email_bounce_reason", "bounced_reason", "bounce_reason", "email_bounced_date", "email_bounce_date",
        "bounced_at", "bounced_on", "email_quarantine_reason", "unsubscribe_reason", "opt_out_reason",
    ]

    /// Usual names of columns in which yes means that messages are wanted.
    package static let optInNames = withoutJoints([
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
        "marketing_contact_status", "newsletter_abonniert", "boletín", "boletin", "recibe_boletín", "recibe_boletin",
        "suscrito_al_boletín", "boletim", "recebe_boletim", "nieuwsbrief", "infolettre", "lettre_d_information",
        "can_be_emailed", "can_be_mailed", "can_be_contacted", "can_email", "can_contact", "may_be_emailed",
        "may_email",
        "may_contact", "may_be_contacted", "email_allowed", "emails_allowed", "mail_allowed", "mailing_allowed",
        "mailings_allowed", "emailing_allowed", "contact_allowed", "allow_email", "allow_emails", "allows_email",
        "ok_to_email", "email_ok", "contactable", "mailable", "emailable", "email_erlaubt", "e_mail_erlaubt",
        "darf_kontaktiert_werden", "darf_angeschrieben_werden", "werbung_erlaubt", "ok_to_mail", "mail_ok", "mails_ok",
        "wants_mail", "wants_mails", "wants_email", "wants_emails", "acepta_publicidad",
        "aceita_e_mails", "aceita_emails", "mailing", "mailings", "permission", "permissions", "emails", "e_mails",
        "marketing_preference", "marketing_preferences", "communication", "communications", "communication_preference",
        "contact_preference", "email_preference", "email_valid", "valid_email", "marketing", "emailing",
        "email_subscription", "receive_emails", "receives_emails", "receive_email", "recibir_correos", "recibe_correos",
        "accepte_les_e_mails", "accepte_les_emails", "e_mail_werbung_erlaubt", "acepta_comunicaciones_comerciales",
        "acepta_comunicaciones", "suscrito", "suscrita", "aceita_receber_e_mails", "aceita_receber_emails",
        "can_we_email", "can_we_contact", "okay_to_contact", "ok_to_contact", "okay_to_email",
        "zgoda_marketingowa", "nyhetsbrev", "double_opt_in", "email_frequency", "mail_frequency",
        "newsletter_frequency", "contact_frequency", "communication_frequency", "newsletter_ok", "newsletter_okay",
    ])

    /// The same names as programs write them, too: `emailOptOut`.
    private static func withoutJoints(_ names: [String]) -> [String] {
        let joined = names.map { $0.replacing("_", with: "") }
        return names + Set(joined).subtracting(names).sorted()
    }

    private static let out: Set<String> = [
        "unsubscribed", "unsubscribe", "not_subscribed", "never_subscribed", "non_subscribed", "opted_out", "opt_out",
        "optout", "optedout", "out", "do_not_contact", "do_not_email", "dnc", "revoked", "withdrawn", "declined",
        "denied", "refused", "refusé", "refusée", "rechazado", "rifiutato", "recusado", "abgelehnt", "geweigerd",
        "cleaned", "complained", "suppressed", "no_consent", "abgemeldet", "widerrufen",
        "désabonné", "désinscrit", "dado_de_baja", "baja", "uitgeschreven", "afgemeld", "disiscritto", "descadastrado",
        "globally_unsubscribed", "unsubscribed_from_all", "redacted", "non_marketing_contact", "bounced",
        "hard_bounced", "hard_bounce", "spam", "blocked", "blacklisted", "désabonnée", "désinscrite",
        "stop", "stopped", "do_not_mail", "no_mail", "unsub", "unsubbed",
        "opted_out_of_all", "optedout_all", "removed", "abmeldung", "gesperrt", "sperre", "blacklist", "objected",
        "do_not_allow", "not_allowed", "disallowed",
        "objection", "de_baja", "widersprochen", "retiré", "retirée", "révoqué", "revocado", "revocato", "revogado",
        "ingetrokken", "wypisany", "wypisana", "avregistrerad", "avmeldt", "afmeldt", "frameldt",
    ]
    private static let within: Set<String> = [
        "subscribed", "opted_in", "opt_in", "optin", "in", "granted", "given", "confirmed", "consented", "active",
        "accepté", "acceptée", "aceptado", "accettato", "aceito", "akzeptiert", "zugestimmt", "geaccepteerd",
        "double_opt_in", "single_opt_in", "transactional", "angemeldet", "abonné", "inscrit",
        "suscrito", "ingeschreven", "iscritto", "inscrito", "never_unsubscribed", "marketing_contact", "abonnée",
        "inscrite", "soft_bounced", "soft_bounce", "valid", "verified", "deliverable", "allowed", "ok", "okay",
        "not_unsubscribed", "not_opted_out", "not_suppressed", "not_bounced", "clean", "email", "e_mail", "all",
        "allow", "risky", "catch_all", "accept_all", "legitimate_interest", "legitimate_interests",
        "berechtigtes_interesse",
        "intérêt_légitime", "interés_legítimo", "gerechtvaardigd_belang", "interesse_legittimo", "interesse_legítimo",
        "erteilt", "liegt_vor", "gegeben", "abonniert", "bestellt", "accordé", "accordée", "donné", "otorgado",
        "concedido", "verleend", "gegeven", "concesso", "rilasciato", "concedida", "udzielona", "wyrażona", "de_alta",
        "alta", "zapisany", "zapisana", "prenumererar", "påmeldt", "tilmeldt",
        "daily", "weekly", "biweekly", "fortnightly", "monthly", "quarterly", "yearly", "immediately", "instantly",
        "realtime", "täglich", "wöchentlich", "monatlich", "quotidien", "hebdomadaire", "mensuel", "diario", "semanal",
        "mensual", "dagelijks", "wekelijks", "maandelijks", "giornaliero", "settimanale", "mensile", "diário", "mensal",
        "everything",
    ]
    /// Of what somebody wants to get.
    private static let nothing: Set<String> = [
        "none", "nothing", "never", "keine", "keins", "nichts", "nie", "aucun", "aucune", "rien", "ninguno", "ninguna",
        "nada",
        "nessuno", "nessuna", "geen", "niets", "nenhum", "nenhuma",
    ]
    /// What somebody wants none of, in a column of what is refused.
    private static let everything: Set<String> = [
        "all", "everything", "all_emails", "all_email", "all_e_mails", "all_mail", "all_mails", "all_messages", "any",
        "email", "e_mail", "emails", "e_mails", "mail", "mails", "alle", "alles", "tous", "tout", "toutes", "todo",
        "todos", "todas", "tudo", "tutto", "tutti", "tutte",
    ]
    /// What a setting is in, and numbers of spreadsheets.
    private static let switches: [String: Bool] = [
        "enabled": true, "disabled": false, "activated": true, "deactivated": false, "aktiviert": true,
        "deaktiviert": false, "activé": true, "désactivé": false, "activado": true, "desactivado": false,
        "1.0": true, "0.0": false, "1,0": true, "0,0": false,
    ]
    /// A mark in a list that somebody keeps by hand.
    private static let marks: Set<String> = [
        "x", "xx", "✓", "✔", "✔️", "✅", "☑", "☑️", "☒", "checked", "ticked", "marked",
    ]
    /// What says no beside a mark, and alone is a mark as well: a cross.
    private static let crosses: Set<String> = ["x", "xx", "✗", "✘", "✕", "✖", "✖️", "❌", "☒"]
    private static let checks: Set<String> = ["✓", "✔", "✔️", "✅", "☑", "☑️"]

    /// The crosses among the words of a column that has checks, too.
    static func crosses(among words: some Collection<String>) -> [String] {
        words.contains(where: checks.contains) ? words.filter { crosses.contains($0.lowercased()) }.sorted() : []
    }

    /// Whether a word only ticks a box: `x`, `yes`, `checked`.
    static func isTick(_ word: String) -> Bool {
        marks.contains(word.lowercased()) || word == "1" || BooleanWord.value(of: word) == true
    }

    /// Says in a request that the sender has been told of a cell that is not understood.
    static let held = "told, and held back"

    /// What a cell says. A consent that is asked for, as `pending` and `invited` say, is none yet.
    ///
    /// - Parameter isOptIn: whether yes means that messages are wanted.
    static func meaning(_ text: Cell, isOptIn: Bool, _ time: WrittenTime) -> Meaning {
        isOut(text, isOptIn: isOptIn, time).map { $0 ? .out : .within } ?? .unclear
    }

    /// Whether nothing is wanted; nil when the text says neither.
    ///
    /// - Parameter isOptIn: whether yes means that messages are wanted.
    static func isOut(_ text: Cell, isOptIn: Bool, _ time: WrittenTime) -> Bool? {
        if text.count == 1, text[0] &- 0x30 < 2 { return (text[0] == 0x31) != isOptIn }
        let word = text.string
        let lower = word.lowercased()
        if let isYes = marks.contains(lower) ? true : switches[lower] ?? BooleanWord.value(of: word) {
            return isYes != isOptIn
        }
        let simple = ColumnMap.simplified(word)
        if ["unchecked", "not_checked", "unticked"].contains(simple) || ["☐", "□", "⬜"].contains(word) {
            return isOptIn
        }
        if !isOptIn, everything.contains(simple) { return true }
        if out.contains(simple) { return true }
        if within.contains(simple) { return false }
        if nothing.contains(simple) { return isOptIn }
        if asksForNone(word) { return true }
        // A database's day of nothing.
        if Placeholder.isOne(word) || word.hasPrefix("0000-00-00") { return false }
        // The day on which it was said, however that is written.
        return time.instant(text) != nil || isOfDay(text) ? !isOptIn : nil
    }

    /// Whether nothing is wanted, in a list of addresses: a day says there when somebody was added, and not what they want.
    static func isOut(said text: Cell, isOptIn: Bool) -> Bool? {
        if text.isEmpty || text.count(where: { $0 &- 0x30 < 10 }) > 1 { return nil }
        return isOut(text, isOptIn: isOptIn, WrittenTime(zone: .utc))
    }

    /// Whether the text begins with three numbers as a day does: `01.03.2025 10:00`.
    private static func isOfDay(_ text: Cell) -> Bool {
        var numbers = 0
        var digits = 0
        for byte in text.prefix(11) {
            if byte &- 0x30 < 10 {
                digits += 1
                if digits > 4 { return false }
                continue
            }
            guard digits > 0 else { break }
            numbers += 1
            digits = 0
            if ![UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-")].contains(byte) { break }
        }
        return numbers + (digits > 0 ? 1 : 0) >= 3
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

    /// Whether a remark asks for no messages: `DO NOT EMAIL!!`.
    static func asksForNone(_ text: String) -> Bool {
        guard text.count > 5 else { return false }
        let words = ColumnMap.simplified(text)
        return [
            "do_not_email", "do_not_contact", "do_not_mail", "don_t_email", "dont_email", "don_t_contact",
            "no_more_email",
            "no_email", "no_mail", "no_newsletter", "unsubscrib", "opted_out", "opt_out", "nicht_anschreiben",
            "nicht_kontaktieren", "keine_mail", "keine_e_mail", "kein_newsletter", "ne_pas_contacter", "no_contactar",
            "non_contattare", "niet_mailen", "geen_mail", "não_contatar",
        ].contains { words.contains($0) }
    }

    /// Whether words are those by which email tools say how each of their people stands, with those who are active.
    static func isOfPeople(_ words: some Collection<String>) -> Bool {
        let simple = words.map(ColumnMap.simplified)
        return simple.count > 1 && simple.contains { outOfStatus.contains($0) || isUnreachable($0) }
            && simple.allSatisfy {
                out.contains($0) || within.contains($0) || isOfStatus($0) || StatusWords.meaning(of: $0) != nil
            }
    }

    /// Whether the words of a column called "status" or the like are those of a mailing list, and not of customers.
    static func isOfAList(_ words: some Collection<String>) -> Bool {
        let simple = words.map(ColumnMap.simplified)
        return simple.contains { outOfStatus.contains($0) || $0.hasSuffix("_subscribed") }
            && simple.allSatisfy { $0 != "active" && (out.contains($0) || within.contains($0)) }
    }
}
