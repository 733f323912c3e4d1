/// For how long an amount is paid: `monthly`, `Yearly`, `every 3 months`, `12 months`.
package struct BillingInterval: Sendable, Hashable {
    /// A month is `months` / `parts` of it: 1 / 12 for a month of a year, 52 / 12 for one of a week.
    private let months: Int64
    private let parts: Int64

    package static let month = BillingInterval(months: 1, parts: 1)
    package static let year = BillingInterval(months: 1, parts: 12)

    /// Those that `per:` names.
    package enum Name: String, CaseIterable, Sendable {
        case month, quarter, year, week
        case halfYear = "half_year"
    }

    package init(_ name: Name) {
        switch name {
        case .week: self.init(months: 52, parts: 12)
        case .month: self = .month
        case .quarter: self.init(months: 1, parts: 3)
        case .halfYear: self.init(months: 1, parts: 6)
        case .year: self = .year
        }
    }

    package var name: Name? { Name.allCases.first { BillingInterval($0) == self } }

    private init(months: Int64, parts: Int64) {
        (self.months, self.parts) = (months, parts)
    }

    /// Nil for a word that names none; capitals do not count.
    package init?(_ text: some StringProtocol) {
        let words = text.lowercased().replacing("p.a.", with: "annual").replacing("p.m.", with: "monthly")
            .split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { !Self.besides.contains($0) }
        let count: Int64
        let unit: String
        switch words.count {
        case 1:
            (count, unit) = (1, words[0])
        case 2:
            guard let number = Int64(words[0]), (1...120).contains(number) else { return nil }
            (count, unit) = (number, words[1])
        default: return nil
        }
        guard let one = Self.units.first(where: { $0.names.contains(unit) })?.interval else { return nil }
        self.init(months: one.months, parts: one.parts * count)
    }

    /// Of an amount that is paid once an interval the part that falls on a month, rounded to whole minor units.
    package func monthly(_ minor: Int64) -> Int64 {
        let (product, overflows) = minor.multipliedReportingOverflow(by: months)
        guard !overflows else { return minor / parts }
        let half = product < 0 ? -parts / 2 : parts / 2
        return (product + half) / parts
    }

    private static let besides: Set<String> = [
        "every", "per", "each", "alle", "pro", "tous", "toutes", "les", "le", "par", "cada", "por", "ogni", "elke",
        "co",
        "varje", "hver", "billed", "billing", "paid", "payment", "payments", "plan", "pago", "paiement", "zahlung",
        "im", "a", "an", "al",
    ]

    private static let units: [(interval: BillingInterval, names: Set<String>)] = [
        (
            BillingInterval(months: 1, parts: 1),
            [
                "month", "months", "monthly", "mo", "mon", "m", "monat", "monate", "monatlich", "mois", "mensuel",
                "mensuelle", "mes", "meses", "mensual", "mensile", "mese", "mensal", "mês", "maand", "maandelijks",
                "mtl", "mth", "mths", "mensuellement", "mensualmente", "mensilmente", "mensalmente", "mesi", "maanden",
                "maandelijkse", "miesięcznie", "miesięczny", "miesięczna", "miesiąc", "månad", "månadsvis",
                "måned", "månedlig", "månedsvis",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 12),
            [
                "year", "years", "yearly", "annual", "annually", "yr", "y", "jahr", "jahre", "jährlich", "jaehrlich",
                "an",
                "ans", "année", "annuel", "annuelle", "año", "años", "anual", "annuale", "anno", "ano", "jaar",
                "jaarlijks", "jaarlijkse", "jahresweise", "jährliche", "annum", "annualmente", "annuellement",
                "anualmente",
                "rocznie", "roczny", "roczna", "rok", "år", "årlig", "årligen", "årligt", "årsvis",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 3),
            [
                "quarter", "quarters", "quarterly", "q", "quartal", "quartalsweise", "vierteljährlich",
                "vierteljaehrlich",
                "trimestre", "trimestriel", "trimestrielle", "trimestral", "trimestrale", "trimestralmente",
                "trimestri",
                "qtr", "qtrly", "kwartaal", "kwartalen", "kwartalnie", "kwartalny", "kwartał", "kvartal", "kvartalsvis",
                "kvartalsvist",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 6),
            [
                "semiannual", "semiannually", "biannual", "biannually", "halbjährlich", "halbjaehrlich", "semestre",
                "semestriel", "semestrielle", "semestral", "semestrale", "semestralmente", "halfyearly", "halfjaar",
                "halfjaarlijks", "półrocznie", "półroczny", "halvår", "halvårsvis", "halvårlig", "halbjahr",
            ]
        ),
        (
            BillingInterval(months: 52, parts: 12),
            [
                "week", "weeks", "weekly", "wk", "woche", "wochen", "wöchentlich", "semaine", "hebdomadaire", "semanal",
                "semana", "settimanale", "settimana", "wekelijks", "tygodniowo", "tydzień", "vecka", "veckovis",
            ]
        ),
        (BillingInterval(months: 365, parts: 12), ["day", "days", "daily", "tag", "tage", "täglich", "jour", "jours"]),
    ]
}
