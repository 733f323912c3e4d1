/// What programs of sales and billing, in several languages, call those who are customers and those who are not.
///
/// Who owes money, tries the product or pauses is still a customer. Capitals, blanks and dashes do not count.
enum StatusWords {
    enum Meaning {
        case active
        case gone
        /// Nobody's customer yet: a lead, or a subscription that was never paid.
        case notYet
    }

    static func meaning(of word: String) -> Meaning? {
        let word = ColumnMap.simplified(word)
        // WooCommerce writes `wc-active`.
        return meanings[word] ?? (word.hasPrefix("wc_") ? meanings[String(word.dropFirst(3))] : nil)
            ?? PresenceWord.accountHasLeft(word).map { $0 ? .gone : .active } ?? meaning(ofMore: word)
    }

    private static let open: Set<Substring> = ["end", "pending", "requested", "soon", "not"]

    /// What a word says first, and how: `churned_voluntary`, `active_at_risk`; who only asks to leave is still there.
    private static func meaning(ofMore word: String) -> Meaning? {
        let words = word.split(separator: "_")
        guard words.count > 1, open.isDisjoint(with: words) else {
            return nil
        }
        switch words[0] {
        case "churned", "cancelled", "canceled", "terminated": return .gone
        case "active": return .active
        default: return nil
        }
    }

    /// Whether a word says that somebody was a customer once: `Former customer`, `Ehemaliger Kunde`.
    static func isOfThePast(_ word: String) -> Bool {
        ColumnMap.simplified(word).split(separator: "_").contains { word in
            ofThePast.contains { word == $0 } || ["ehemalig", "voormalig", "früher"].contains { word.hasPrefix($0) }
        }
    }

    private static let ofThePast: Set<Substring> = [
        "former", "ex", "past", "previous", "lost", "ancien", "ancienne", "antiguo", "antigo", "oud", "tidigare",
        "tidligere", "były", "entinen", "bývalý",
    ]

    /// What an account's status becomes.
    static func status(of word: String) -> String? { meaning(of: word).map { $0 == .active ? "active" : "churned" } }

    /// What a contact's status becomes.
    static func statusOfContact(_ word: String) -> String? {
        switch meaning(of: word) {
        case .active: "active"
        case .gone: "left"
        case .notYet, nil: nil
        }
    }

    private static let meanings: [String: Meaning] = {
        var meanings: [String: Meaning] = [:]
        for (words, meaning) in [(active, Meaning.active), (gone, .gone), (notYet, .notYet)] {
            for word in words { meanings[ColumnMap.simplified(word)] = meaning }
        }
        return meanings
    }()

    private static let active = [
        // English, and the billing systems'
        "customer direct", "customer channel", "suspended", "in kündigung", "in kuendigung", "kündigung vorgemerkt",
        "suspendu", "suspendue", "active", "live", "paying", "paid", "current", "customer", "current customer",
        "active customer", "client",
        "subscribed", "enabled", "open", "trialing", "trialling", "trial", "in trial", "on trial", "free trial",
        "past due", "unpaid", "overdue", "delinquent", "dunning", "renewed", "renewing", "paused", "non renewing",
        "pending cancellation", "pending cancel", "cancelling", "canceling", "cancels at period end",
        "in good standing", "churn risk", "at risk", "not renewing", "will not renew",
        "onboarded", "onboarding", "in onboarding", "implementing", "implementation", "launched", "under contract",
        "in contract", "contracted", "unter vertrag", "vertrag aktiv", "sous contrat", "bajo contrato", "con contrato",
        "onder contract", "sotto contratto", "em contrato", "evangelista", "befürworter", "fürsprecher", "ambassadeur",
        "promotor", "evangelizador",
        "good standing", "renewal due", "notice given", "notice received", "under notice", "on hold", "en préavis",
        "de alta", "alta",
        "activated", "ongoing", "running", "evangelist", "free", "freemium",
        // Opportunities that were won
        "closed won", "closedwon", "won",
        // German
        "aktiv", "laufend", "zahlend", "bezahlt", "kunde", "kundin", "bestandskunde", "test", "testphase",
        "probezeit", "probe", "überfällig", "ueberfaellig", "im verzug", "verlängert", "pausiert", "aktiver kunde",
        // French
        "actif", "en cours", "payant", "payante", "payé", "essai", "en essai", "période d'essai", "impayé",
        "cliente", "en pause", "renouvelé",
        // Spanish
        "activo", "activa", "vigente", "en prueba", "prueba", "pagado", "al corriente", "moroso", "impagado",
        "pausado", "renovado",
        // Dutch
        "actief", "klant", "betalend", "betaald", "proef", "proefperiode", "op proef", "lopend", "gepauzeerd",
        "achterstallig", "verlengd",
        // Italian
        "attivo", "attiva", "in prova", "prova", "pagante", "pagato", "in corso", "insoluto", "in pausa", "rinnovato",
        // Portuguese
        "ativo", "ativa", "em teste", "teste", "adimplente", "inadimplente", "pago", "em andamento",
        // Swedish, Danish, Norwegian, Polish, Finnish, Czech
        "kund", "befintlig kund", "aktiv kund", "löpande", "pågående", "aktiv kunde", "eksisterende kunde", "løbende",
        "løpende", "klient", "aktywny klient", "obecny klient", "w trakcie", "asiakas", "aktiivinen", "voimassa",
        "zákazník", "aktivní",
    ]

    private static let gone = [
        "lapsed", "gone", "zrezygnował", "zrezygnowała", "rozwiązana", "zakończony", "zakończona", "anulowany",
        "anulowana", "avslutad", "uppsagd", "opsagt", "afsluttet", "avsluttet", "oppsagt", "past client", "past",
        "previous customer", "previous client", "lost client", "lost deal", "former client",
        "ex kunde", "left", "churned customer", "inactive customer", "inactive client",
        "abgesprungen", "gekündigter kunde", "kündigung", "abgewandert", "ancien", "ancienne", "ex",
        "no longer a customer",
        "churned", "churn", "cancelled", "canceled", "cancelled customer", "canceled customer", "closed", "terminated",
        "former", "former customer", "past customer", "ex customer", "lost customer", "lost", "expired", "ended",
        "deactivated", "inactive", "deleted", "disabled", "archived", "discontinued", "not renewed", "non renewed",
        "closed lost", "closedlost", "incomplete expired", "unsubscribed", "stopped",
        "gekündigt", "gekuendigt", "beendet", "abgelaufen", "ausgelaufen", "inaktiv", "ehemalig", "ehemaliger kunde",
        "ehemalige kundin", "exkunde", "ex kunde", "altkunde", "verloren", "storniert", "geschlossen", "deaktiviert",
        "gelöscht", "geloescht", "nicht verlängert",
        "résilié", "résiliée", "resilie", "annulé", "annulée", "annule", "inactif", "terminé", "terminée", "expiré",
        "expirée", "perdu", "perdue", "fermé", "fermée", "clos", "clôturé", "ancien client", "ex client", "désactivé",
        "désabonné", "supprimé", "arrêté",
        "cancelado", "cancelada", "inactivo", "inactiva", "baja", "de baja", "dado de baja", "terminado", "finalizado",
        "expirado", "caducado", "perdido", "perdida", "cerrado", "cerrada", "ex cliente", "excliente",
        "antiguo cliente", "anulado", "desactivado", "eliminado",
        "opgezegd", "beëindigd", "beeindigd", "geannuleerd", "inactief", "verlopen", "gestopt", "verloren", "gesloten",
        "ex klant", "oud klant", "voormalige klant", "vertrokken", "gedeactiveerd",
        "disdetto", "disdetta", "annullato", "annullata", "cancellato", "cancellata", "inattivo", "inattiva", "cessato",
        "cessata", "terminato", "scaduto", "scaduta", "perso", "persa", "chiuso", "chiusa", "disattivato",
        "tidigare kund", "före detta kund", "f d kund", "avslutat", "uppsagt", "förlorad", "tidligere kunde", "ophørt",
        "mistet", "tapt", "avslutta", "rezygnacja", "były klient", "rozwiązany", "wypowiedziany", "wypowiedziana",
        "wygasły", "wygasła", "zamknięty", "utracony", "entinen asiakas", "irtisanottu", "päättynyt", "epäaktiivinen",
        "bývalý zákazník", "zrušeno", "zrušený", "ukončeno", "ukončený", "neaktivní",
        "inativo", "inativa", "encerrado", "encerrada", "desativado", "rescindido", "cancelou", "antigo cliente",
    ]

    private static let notYet = [
        "marketing qualifizierter lead", "vertriebsqualifizierter lead", "lead qualifié marketing",
        "lead qualifié vente",
        "lead qualifié ventes", "lead qualifié pour le marketing", "lead qualifié pour la vente", "lead calificado",
        "neukunde in anbahnung",
        "potential", "qualified", "demo booked", "demo scheduled", "demo", "contacted", "evaluating", "evaluation",
        "in evaluation", "in negotiation", "negotiating", "quoted", "discovery", "interested", "not interested",
        "bad fit",
        "disqualified", "unqualified", "nurturing", "potential customer", "potential client", "prospective customer",
        "qualified lead", "new lead", "leads", "prospects",
        "not a customer", "non customer", "partner", "vendor", "supplier", "competitor", "lieferant", "fournisseur",
        "proveedor",
        "incomplete", "future", "draft", "in approval process", "lead",
        "marketing qualified lead",
        "marketingqualifiedlead", "mql",
        "sales qualified lead", "salesqualifiedlead", "sql", "opportunity", "prospect", "prospecting", "qualification",
        "needs analysis", "value proposition", "id decision makers", "perception analysis", "proposal",
        "proposal price quote", "negotiation", "negotiation review", "interessent", "interessentin", "angebot", "piste",
        "prospecto", "interesado",
        "potentiële klant", "interessato", "potenziale cliente", "potencial cliente",
    ]
}
