import Basics

/// How values and the program's own words are written in one language; English for languages that are not here.
struct Language: Sendable {
    let code: String
    let months: [String]
    /// A day of the year: `{month} {day}`, `{day}. {month}`.
    var date: String
    /// What is written with a day of another year, behind it, or before it where the month is a number: `, {year}`.
    var year = " {year}"
    var decimal: String
    var group: String
    var percent: String
    /// Whether the currency stands before the amount, and whether a space stands between them then.
    var currencyLeads: Bool
    var currencySpaces = false
    let yes: String
    let no: String
    /// Days, hours, minutes, seconds: one, and many; between them a few, where that is another word.
    var units: [(one: String, many: String)]
    var fewUnits: [String]?
    var unsubscribe: String

    /// The largest unit first, as in Chinese and Japanese.
    var yearLeads: Bool { year.hasPrefix("{year}") }

    static func named(_ locale: String?) -> Language {
        LanguageTag.lookup(locale) { tag in all[tag] != nil }.flatMap { all[$0] } ?? english
    }

    /// How values are written in a message for a contact: as the message's language has it, in the contact's region where
    /// that speaks it, too.
    ///
    /// - Parameter tag: of the message's language.
    static func of(_ tag: String, for locale: String?) -> Language {
        guard let locale, LanguageTag.primary(locale) == LanguageTag.primary(tag) else { return named(tag) }
        return named(locale)
    }

    static let english = Language(
        code: "en",
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ],
        date: "{month} {day}", year: ", {year}", decimal: ".", group: ",", percent: "%", currencyLeads: true,
        yes: "yes", no: "no",
        units: [("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        unsubscribe: "Unsubscribe")

    private static let languages: [Language] = [
        english,
        Language(
            code: "de",
            months: [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November",
                "Dezember",
            ],
            date: "{day}. {month}", decimal: ",", group: ".", percent: "\u{a0}%", currencyLeads: false, yes: "ja",
            no: "nein",
            units: [("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")],
            unsubscribe: "Abbestellen"),
        Language(
            code: "fr",
            months: [
                "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                "novembre",
                "décembre",
            ],
            date: "{day} {month}", decimal: ",", group: "\u{202f}", percent: "\u{a0}%", currencyLeads: false,
            yes: "oui",
            no: "non",
            units: [("jour", "jours"), ("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")],
            unsubscribe: "Se désabonner"),
        Language(
            code: "es",
            months: [
                "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
                "noviembre", "diciembre",
            ],
            date: "{day} de {month}", year: " de {year}", decimal: ",", group: ".", percent: "\u{a0}%",
            currencyLeads: false, yes: "sí",
            no: "no",
            units: [("día", "días"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
            unsubscribe: "Cancelar la suscripción"),
        Language(
            code: "it",
            months: [
                "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
                "ottobre",
                "novembre", "dicembre",
            ],
            date: "{day} {month}", decimal: ",", group: ".", percent: "%", currencyLeads: false, yes: "sì", no: "no",
            units: [("giorno", "giorni"), ("ora", "ore"), ("minuto", "minuti"), ("secondo", "secondi")],
            unsubscribe: "Annulla l'iscrizione"),
        Language(
            code: "nl",
            months: [
                "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
                "november", "december",
            ],
            date: "{day} {month}", decimal: ",", group: ".", percent: "%", currencyLeads: true, yes: "ja", no: "nee",
            units: [("dag", "dagen"), ("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")],
            unsubscribe: "Afmelden"),
        Language(
            code: "pt",
            months: [
                "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
                "novembro", "dezembro",
            ],
            date: "{day} de {month}", year: " de {year}", decimal: ",", group: ".", percent: "%", currencyLeads: false,
            yes: "sim",
            no: "não",
            units: [("dia", "dias"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
            unsubscribe: "Cancelar inscrição"),
        Language(
            code: "sv",
            months: [
                "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
                "november", "december",
            ],
            date: "{day} {month}", decimal: ",", group: "\u{a0}", percent: "\u{a0}%", currencyLeads: false, yes: "ja",
            no: "nej",
            units: [("dag", "dagar"), ("timme", "timmar"), ("minut", "minuter"), ("sekund", "sekunder")],
            unsubscribe: "Avsluta prenumerationen"),
        Language(
            code: "da",
            months: [
                "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
                "november", "december",
            ],
            date: "{day}. {month}", decimal: ",", group: ".", percent: "\u{a0}%", currencyLeads: false, yes: "ja",
            no: "nej",
            units: [("dag", "dage"), ("time", "timer"), ("minut", "minutter"), ("sekund", "sekunder")],
            unsubscribe: "Afmeld"),
        Language(
            code: "nb",
            months: [
                "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober",
                "november", "desember",
            ],
            date: "{day}. {month}", decimal: ",", group: "\u{a0}", percent: "\u{a0}%", currencyLeads: false, yes: "ja",
            no: "nei",
            units: [("dag", "dager"), ("time", "timer"), ("minutt", "minutter"), ("sekund", "sekunder")],
            unsubscribe: "Meld deg av"),
        Language(
            code: "pl",
            months: [
                "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
                "października", "listopada", "grudnia",
            ],
            date: "{day} {month}", decimal: ",", group: "\u{a0}", percent: "%", currencyLeads: false, yes: "tak",
            no: "nie",
            units: [("dzień", "dni"), ("godzina", "godzin"), ("minuta", "minut"), ("sekunda", "sekund")],
            fewUnits: ["dni", "godziny", "minuty", "sekundy"], unsubscribe: "Zrezygnuj z subskrypcji"),
        Language(
            code: "ja", months: (1...12).map { "\($0)月" }, date: "{month}{day}日", year: "{year}年", decimal: ".",
            group: ",",
            percent: "%", currencyLeads: true, yes: "はい", no: "いいえ",
            units: [("日", "日"), ("時間", "時間"), ("分", "分"), ("秒", "秒")], unsubscribe: "配信停止"),
        Language(
            code: "zh", months: (1...12).map { "\($0)月" }, date: "{month}{day}日", year: "{year}年", decimal: ".",
            group: ",",
            percent: "%", currencyLeads: true, yes: "是", no: "否",
            units: [("天", "天"), ("小时", "小时"), ("分钟", "分钟"), ("秒", "秒")], unsubscribe: "退订"),
    ]

    private func with(_ change: (inout Language) -> Void) -> Language {
        var language = self
        change(&language)
        return language
    }

    /// By their tags, regions that differ from their language with them.
    private static let all: [String: Language] = {
        var all = Dictionary(uniqueKeysWithValues: languages.map { ($0.code, $0) })
        func region(_ tags: [String], _ change: (inout Language) -> Void) {
            for tag in tags { all[tag] = all[LanguageTag.primary(tag)]?.with(change) }
        }
        region(["en-gb", "en-au", "en-nz", "en-ie", "en-in", "en-za"]) {
            ($0.date, $0.year) = ("{day} {month}", " {year}")
        }
        region(["de-at"]) { ($0.currencyLeads, $0.currencySpaces) = (true, true) }
        region(["de-ch", "de-li"]) {
            ($0.currencyLeads, $0.currencySpaces, $0.group, $0.decimal, $0.percent) = (true, true, "’", ".", "%")
        }
        region(["es-mx", "es-us"]) { ($0.decimal, $0.group, $0.currencyLeads) = (".", ",", true) }
        region(["pt-br"]) { ($0.currencyLeads, $0.currencySpaces, $0.percent) = (true, true, "%") }
        region(["zh-hant", "zh-tw", "zh-hk"]) {
            $0.units = [("天", "天"), ("小時", "小時"), ("分鐘", "分鐘"), ("秒", "秒")]
            $0.unsubscribe = "取消訂閱"
        }
        all["no"] = all["nb"]
        return all
    }()
}
