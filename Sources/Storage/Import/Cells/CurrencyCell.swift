import Playbooks

/// In which currency the amounts of a row are, by another column or by what their own is called: those in another one
/// than the workspace counts in are refused, and never taken one to one.
struct CurrencyCell {
    static let name = "currency"
    static let names = [
        "currency", "currency_code", "currency_iso_code", "currencyisocode", "iso_currency", "amount_currency",
        "plan_currency", "billing_currency", "mrr_currency", "arr_currency", "subscription_currency", "price_currency",
        "currency_iso", "ccy", "währung", "waehrung", "devise", "moneda", "divisa", "valuta", "moeda",
    ]

    /// `Account Currency`, `MRR (converted) Currency` and `Currency of MRR`, but no rate of exchange.
    static func isOfCurrencies(_ title: String) -> Bool {
        let words = Set(ColumnMap.simplified(title).split(separator: "_").map(String.init))
        return !words.isDisjoint(with: [
            "currency", "währung", "waehrung", "devise", "moneda", "divisa", "valuta", "moeda",
        ])
            && words.isDisjoint(with: [
                "rate", "exchange", "conversion", "symbol", "kurs", "taux", "name", "type", "value", "amount",
            ])
    }

    private let currency: String
    private let place: Int?
    /// What the column of currencies is called.
    private let title: String
    /// Amounts: where they lie among the columns, their attribute, and what their column is called.
    private let amounts: [(index: Int, attribute: String, column: String, place: Int)]
    /// Of those whose column names another currency: which.
    private let foreign: [Int: String]

    /// The column to be looked for, where no attribute is called so.
    static func wanted(beside declared: [String]) -> [WantedColumn] {
        declared.contains(name) ? [] : [WantedColumn(name, synonyms: names)]
    }

    /// Nil where neither a column nor the name of one says anything of currencies.
    init?(_ attributes: [Attribute], _ columns: StagedColumns, _ map: ColumnMap, _ currency: String) {
        amounts = attributes.filter { $0.type == .money }.compactMap { attribute in
            guard let index = columns.index(of: attribute.name), let place = columns.all[index].place else {
                return nil
            }
            return (index, attribute.name, map.isPerRow ? attribute.name : map.header[place], place)
        }
        guard !amounts.isEmpty else { return nil }
        let ofAmounts = Set(amounts.map(\.place))
        let named =
            map.isPerRow
            ? nil
            : map.header.firstIndex { Self.names.contains(ColumnMap.simplified($0)) }
                ?? map.header.indices.first { place in
                    Self.isOfCurrencies(map.header[place]) && !ofAmounts.contains(place)
                }
        place = map.place(of: Self.name) ?? named
        title = place.map { map.header[$0] } ?? ""
        self.currency = currency
        foreign = Dictionary(
            uniqueKeysWithValues: amounts.compactMap { amount in
                guard let named = Self.currency(inName: amount.column), !Self.isSame(named, currency) else {
                    return nil
                }
                return (amount.index, named)
            })
        guard place != nil || !foreign.isEmpty else { return nil }
    }

    /// Takes out of a row the amounts in another currency.
    ///
    /// - Parameter leaveOut: told of each; nil refuses the row.
    func settle(
        _ record: Record, _ scalars: inout ContiguousArray<Scalar>, _ present: inout Int64,
        _ leaveOut: ((Rejection) -> Void)?
    ) throws {
        let word = place.map { record.cells[$0].trimmed.string } ?? ""
        let isOther = !word.isEmpty && !Placeholder.isOne(word) && !Self.isSame(word, currency)
        guard isOther || !foreign.isEmpty else { return }
        for amount in amounts {
            guard case .integer(let units) = scalars[amount.index], units != 0 else { continue }
            // Amounts that a CRM has converted are in none of the row's currency.
            let isOfRow = isOther && !ColumnMap.simplified(amount.column).split(separator: "_").contains("converted")
            // What the amount itself names counts before what its column is called.
            let isOfColumn = foreign[amount.index] != nil && !namesItself(record.cells[amount.place].trimmed)
            guard isOfRow || isOfColumn else { continue }
            let reason =
                isOfRow
                ? "is in \(word) (\"\(title)\")" : "is in \(foreign[amount.index] ?? "") (\"\(amount.column)\")"
            let rejection = Rejection(
                .currency, amount.attribute,
                reason + ", and the workspace counts in \(currency) (currency: of keeptouch.yaml)", value: word)
            guard let leaveOut else { throw rejection }
            leaveOut(rejection)
            scalars[amount.index] = .null
            present &= ~(1 << Int64(amount.index))
        }
    }

    private func namesItself(_ amount: Cell) -> Bool {
        MoneyText(currency: currency, digits: 2, mark: nil).sign(of: amount) != nil
    }

    /// Whether a code, a sign or a word is that of a currency.
    static func isSame(_ word: String, _ currency: String) -> Bool {
        let text = word.trimmingBlanks
        if text.uppercased() == currency || MoneyText.currencies(of: text)?.contains(currency) == true { return true }
        let words = text.split { !$0.isLetter && !$0.isCurrencySymbol }.map(String.init)
        if words.contains(where: { $0.uppercased() == currency }) { return true }
        guard !words.contains(where: { Currency.isCode($0.uppercased()) }), let last = words.last?.lowercased() else {
            return false
        }
        return Self.words.first { $0.words.contains(last) }?.currencies.contains(currency) ?? false
    }

    private static let words: [(words: Set<String>, currencies: Set<String>)] = [
        (["euro", "euros"], ["EUR"]), (["pound", "pounds", "sterling"], ["GBP"]), (["yen"], ["JPY"]),
        (["dollar", "dollars"], ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]), (["franc", "francs", "franken"], ["CHF"]),
        (["rupee", "rupees"], ["INR"]), (["real", "reais"], ["BRL"]), (["zloty", "złoty"], ["PLN"]),
        (["krona", "kronor", "kroner", "krone"], ["SEK", "NOK", "DKK"]),
    ]

    private static let usual: Set<String> = [
        "USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "INR", "BRL", "MXN", "SEK", "NOK", "DKK", "PLN",
        "CZK",
        "HUF", "SGD", "HKD", "ZAR", "TRY", "ILS", "KRW",
    ]

    /// The currency that the name of a column says: `MRR EUR`, `MRR (€)`, `mrr_usd`.
    static func currency(inName name: String) -> String? {
        let signs: [String] = ["€", "£", "¥", "₹", "₺", "₩"]
        if let sign = signs.first(where: { name.contains($0) }) { return sign }
        let words = name.split { !$0.isLetter && !$0.isNumber }.map { $0.uppercased() }
        guard words.count > 1 else { return name.contains("$") ? "$" : nil }
        return words.last { usual.contains($0) } ?? (name.contains("$") ? "$" : nil)
    }
}
