/// How values and the program's own words are written in one language; English for languages that are not here.
struct Language: Sendable {
    let code: String
    let months: [String]
    /// `3. März`: what stands between the day and the month; nil where the month comes first.
    let dayJoin: String?
    let decimal: String
    let group: String
    let percent: String
    /// Whether the currency stands before the amount.
    let currencyLeads: Bool
    let yes: String
    let no: String
    /// One and many of days, hours, minutes, seconds.
    let units: [(one: String, many: String)]
    let unsubscribe: String

    static func named(_ locale: String?) -> Language {
        guard let locale else { return english }
        let code = locale.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return all.first { $0.code == code } ?? english
    }

    static let english = Language(
        code: "en",
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ],
        dayJoin: nil, decimal: ".", group: ",", percent: "%", currencyLeads: true, yes: "yes", no: "no",
        units: [("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        unsubscribe: "Unsubscribe")

    private static let all = [
        english,
        Language(
            code: "de",
            months: [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November",
                "Dezember",
            ],
            dayJoin: ". ", decimal: ",", group: ".", percent: "\u{a0}%", currencyLeads: false, yes: "ja", no: "nein",
            units: [("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")],
            unsubscribe: "Abbestellen"),
        Language(
            code: "fr",
            months: [
                "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                "novembre",
                "décembre",
            ],
            dayJoin: " ", decimal: ",", group: "\u{202f}", percent: "\u{a0}%", currencyLeads: false, yes: "oui",
            no: "non",
            units: [("jour", "jours"), ("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")],
            unsubscribe: "Se désabonner"),
        Language(
            code: "es",
            months: [
                "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
                "noviembre", "diciembre",
            ],
            dayJoin: " de ", decimal: ",", group: ".", percent: "\u{a0}%", currencyLeads: false, yes: "sí", no: "no",
            units: [("día", "días"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
            unsubscribe: "Cancelar la suscripción"),
        Language(
            code: "it",
            months: [
                "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
                "ottobre",
                "novembre", "dicembre",
            ],
            dayJoin: " ", decimal: ",", group: ".", percent: "%", currencyLeads: false, yes: "sì", no: "no",
            units: [("giorno", "giorni"), ("ora", "ore"), ("minuto", "minuti"), ("secondo", "secondi")],
            unsubscribe: "Annulla l'iscrizione"),
        Language(
            code: "nl",
            months: [
                "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
                "november", "december",
            ],
            dayJoin: " ", decimal: ",", group: ".", percent: "%", currencyLeads: true, yes: "ja", no: "nee",
            units: [("dag", "dagen"), ("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")],
            unsubscribe: "Afmelden"),
        Language(
            code: "pt",
            months: [
                "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
                "novembro", "dezembro",
            ],
            dayJoin: " de ", decimal: ",", group: ".", percent: "%", currencyLeads: false, yes: "sim", no: "não",
            units: [("dia", "dias"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
            unsubscribe: "Cancelar inscrição"),
    ]
}
