import Foundation
import Playbooks

/// What the name of a column says of its amounts, in whatever language: whether customers pay them time and again, and for
/// how long.
struct MoneyName {
    /// Nil where the name does not say.
    let interval: BillingInterval.Name?
    /// Whether it is called an amount, a price, a payment: money of some kind.
    private let isMoney: Bool
    /// Whether it is called a fee or a rent, which is paid time and again.
    private let isFee: Bool
    /// Whether it is about a subscription or a plan, which may be its amount as well as its number.
    private let isOfSubscription: Bool
    /// Whether it is something else than what is paid now: a total to date, a balance, a tax, what was or may be.
    let isOther: Bool
    /// Whether it is what customers turn over, or may be.
    let isTurnover: Bool
    /// Whether it is for one of several.
    let isOfUnit: Bool

    /// Whether it is money that is paid, for whatever time.
    var isPaid: Bool { (isMoney || isFee) && !isOther && !isTurnover }
    var isOfMoney: Bool { isMoney || isFee || isTurnover || isOther }
    /// Whether it is paid time and again.
    var isRecurring: Bool { isPaid && (isFee || isOfSubscription) }
    /// Whether it is paid time and again, if it is money at all.
    var mayRecur: Bool { (isRecurring || isOfSubscription) && !isOther }

    init(_ name: String) {
        let words = Self.words(of: name)
        let joined = words.joined(separator: " ")
        func holds(_ known: Words) -> Bool { words.contains(where: known.fits) }
        isMoney = holds(Self.money)
        isFee = holds(Self.fees)
        isOfSubscription = holds(Self.subscriptions)
        isOfUnit = holds(Self.units)
        let isOfTax = holds(Self.taxes) && !holds(Self.besideTaxes)
        isOther = isOfTax || holds(Self.others) || Self.toDate.contains { joined.contains($0) }
        interval =
            words.lazy.compactMap(Self.interval).first
            ?? (joined.hasSuffix("p a") ? .year : joined.hasSuffix("p m") ? .month : nil)
        // What recurs, or is of a month, is no turnover of theirs.
        isTurnover = holds(Self.turnover) && !isFee && interval != .month
    }

    /// `Subscription fee`, `subscriptionFee` and `SUBSCRIPTION_FEE` are the same words.
    private static func words(of name: String) -> [String] {
        var spaced = ""
        var isLower = false
        for character in name {
            if character.isUppercase, isLower { spaced.append(" ") }
            isLower = character.isLowercase
            spaced.append(character)
        }
        return ColumnMap.simplified(spaced).split(separator: "_").map(String.init)
    }

    /// Words, whole or by what they begin or hold.
    private struct Words {
        var whole: Set<String>
        var parts: [String]

        func fits(_ word: String) -> Bool { whole.contains(word) || parts.contains { word.contains($0) } }
    }

    /// The longer ones first: a quarter of a year has a year in its name.
    private static func interval(of word: String) -> BillingInterval.Name? {
        intervals.first { $0.words.fits(word) }?.name
    }

    private static let intervals: [(name: BillingInterval.Name, words: Words)] = [
        (
            .halfYear,
            Words(
                whole: ["biannual"],
                parts: ["semiannual", "halfyear", "halbj", "semestr", "halfjaar", "halvår", "półrocz"])
        ),
        (
            .quarter,
            Words(
                whole: ["qtr", "qtrly"],
                parts: ["quarter", "quartal", "viertelj", "trimestr", "kwarta", "kvartal"])
        ),
        (
            .week,
            Words(
                whole: ["week", "weekly", "wk", "woche", "wochen"],
                parts: ["wöchentl", "wochen", "hebdo", "semanal", "settiman", "wekelijks", "tygodn", "veckov"])
        ),
        (
            .month,
            Words(
                whole: ["month", "months", "mo", "mth", "mtl", "mrr", "mois", "mes", "mese", "mês", "mensal", "maand"],
                parts: [
                    "monthly", "monat", "mensu", "mensil", "mensali", "maandel", "maandb", "maandp", "miesięcz",
                    "månad",
                    "måned",
                ])
        ),
        (
            .year,
            Words(
                whole: ["year", "yr", "arr", "acv", "an", "année", "año", "anno", "ano", "annum", "rok", "år", "jaar"],
                parts: [
                    "annual", "yearly", "jahr", "jährl", "jaehrl", "annuel", "anual", "jaarl", "jaarb", "jaarp",
                    "roczn", "årlig", "årsavg", "årspris", "årskost",
                ])
        ),
    ]

    private static let fees = Words(
        whole: [
            "fee", "fees", "dues", "rent", "mrr", "arr", "acv", "canone", "cuota", "recurring", "retainer", "abokosten",
        ],
        parts: [
            "beitrag", "gebühr", "gebuehr", "redevance", "cotisation", "contribut", "mensualit", "mensualid",
            "mensalid",
            "avgift", "opłata", "wiederkehr", "récurrent", "recurrent", "ricorrent", "recorrent", "pauschale",
        ])

    private static let subscriptions = Words(
        whole: [
            "sub", "subs", "abo", "abos", "plan", "rate", "membership", "licence", "license", "contract", "vertrag",
        ],
        parts: [
            "subscription", "abonnement", "abonament", "abbonament", "suscripci", "assinatura", "prenumeration",
            "lizenz",
            "abopreis", "abobetrag", "forfait",
        ])

    /// What was paid in all.
    private static let toDate = [
        "total spen", "total rev", "total paid", "total pay", "total charg", "total sales", "total value", "total bill",
        "gesamtumsatz", "to date", "so far", "one time", "one off", "in total", "à ce jour", "bis heute",
    ]

    private static let money = Words(
        whole: [
            "amount", "price", "cost", "costs", "charge", "charges", "payment", "payments", "pays", "spend", "revenue",
            "value", "billing", "sum", "kosten", "rata", "prix", "coût", "tarif", "tarifa", "coste", "costo", "prezzo",
            "cena", "kwota", "pris", "prijs", "omzet", "valor", "preço", "money",
        ],
        parts: [
            "betrag", "preis", "miete", "montant", "importe", "importo", "precio", "bedrag", "prijs", "belopp", "beløb",
            "spris", "hinta", "maksu", "platba", "poplat",
            "umsatz", "rechnungss", "loyer", "kostnad", "price", "ingreso", "revenu",
        ])

    private static let turnover = Words(
        whole: ["revenue", "revenues", "turnover", "sales", "omzet", "ventas", "fatturato", "ca"],
        parts: ["umsatz", "facturación", "facturacion", "chiffre", "omsättning", "omsetning"])

    private static let others = Words(
        whole: [
            "ltv", "clv", "cltv", "tcv", "lifetime", "spent", "paid", "due", "open", "balance", "saldo",
            "solde", "discount", "rabatt", "remise", "descuento", "credit", "refund", "refunds", "setup", "onboarding",
            "application", "overdue", "unpaid", "budget", "funding", "limit", "debt", "arrears", "count", "number",
            "id",
            "code", "currency", "name", "status", "type", "date", "method", "new", "change", "delta", "lost", "churned",
            "expansion", "contraction", "growth", "previous", "last", "target", "potential", "expected", "initial",
            "starting", "max", "min", "average", "avg", "forecast", "goal", "risk", "old", "quote", "gesamt",
            "volume", "margin", "profit", "commission", "deposit", "kaution", "anzahl", "einrichtung", "quantity",
            "qty", "menge",
            "interval", "frequency", "period", "cycle", "exchange", "conversion", "churn", "response", "usage",
            "hourly",
            "reason", "owner", "active", "users", "seats", "days", "renewal", "term",
        ],
        parts: ["outstanding", "refund", "lifetime", "einmal", "offen", "forecast"])

    private static let taxes = Words(
        whole: ["tax", "vat", "mwst", "ust", "iva", "btw", "tva", "moms"], parts: ["steuer"])

    /// `Fee (ex VAT)` is a fee.
    private static let besideTaxes = Words(
        whole: [
            "ex", "exc", "excl", "exkl", "incl", "inc", "inkl", "plus", "zzgl", "net", "netto", "before", "without",
            "hors",
            "sans", "sin", "con", "fee", "mrr", "arr",
        ], parts: [])

    private static let units = Words(
        whole: [
            "unit", "seat", "user", "license", "licence", "stück", "lizenz", "siège", "puesto", "piece", "unitaire",
        ],
        parts: ["einzelpreis", "unitario", "stückpreis"])
}
