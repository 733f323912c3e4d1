/// For how long an amount is paid: `monthly`, `Yearly`, `every 3 months`, `12 months`.
package struct BillingInterval: Sendable, Hashable {
    /// A month is `months` / `parts` of it: 1 / 12 for a month of a year, 52 / 12 for one of a week.
    private let months: Int64
    private let parts: Int64

    package static let month = BillingInterval(months: 1, parts: 1)
    package static let year = BillingInterval(months: 1, parts: 12)

    private init(months: Int64, parts: Int64) {
        (self.months, self.parts) = (months, parts)
    }

    /// Nil for a word that names none; capitals do not count.
    package init?(_ text: some StringProtocol) {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            .filter {
                !["every", "per", "each", "alle", "pro", "tous", "les", "par", "cada", "por", "billed"].contains($0)
            }
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

    private static let units: [(interval: BillingInterval, names: Set<String>)] = [
        (
            BillingInterval(months: 1, parts: 1),
            [
                "month", "months", "monthly", "mo", "mon", "m", "monat", "monate", "monatlich", "mois", "mensuel",
                "mensuelle", "mes", "meses", "mensual", "mensile", "mese", "mensal", "mês", "maand", "maandelijks",
                "mtl",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 12),
            [
                "year", "years", "yearly", "annual", "annually", "yr", "y", "jahr", "jahre", "jährlich", "jaehrlich",
                "an",
                "ans", "année", "annuel", "annuelle", "año", "años", "anual", "annuale", "anno", "ano", "jaar",
                "jaarlijks",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 3),
            [
                "quarter", "quarters", "quarterly", "q", "quartal", "quartalsweise", "vierteljährlich",
                "vierteljaehrlich",
                "trimestre", "trimestriel", "trimestrielle", "trimestral",
            ]
        ),
        (
            BillingInterval(months: 1, parts: 6),
            [
                "semiannual", "semiannually", "biannual", "biannually", "halbjährlich", "halbjaehrlich", "semestre",
                "semestriel", "semestrielle", "semestral",
            ]
        ),
        (
            BillingInterval(months: 52, parts: 12),
            ["week", "weeks", "weekly", "woche", "wochen", "wöchentlich", "semaine"]
        ),
        (BillingInterval(months: 365, parts: 12), ["day", "days", "daily", "tag", "tage", "täglich", "jour", "jours"]),
    ]
}
