import Playbooks

/// What the columns of amounts become.
extension AccountDraft {
    mutating func addMoney() {
        let amounts = file.usable.filter { file.guesses[$0].isMoney }
        let said = notes.count
        noteTurnover(amounts)
        if let inCents = free(money: AccountColumnNames.mrr).first(where: {
            amounts.contains($0) && file.isOfTable($0) && file.unit(of: $0) == nil && areWhole($0)
        }) {
            notes.append(
                "\"\(file.header[inCents])\" may be in cents and is not taken for the monthly revenue; if it is, say: attributes: "
                    + "{ mrr: { column: \(ImportHint.quoted(file.header[inCents])), unit: cents } }; if it is in whole "
                    + "\(file.guesses[inCents].currencies.first?.key ?? "units"), without the unit")
        } else if let index = free(money: AccountColumnNames.mrr).first(where: { amounts.contains($0) }) {
            mrr = Revenue(column: index)
        } else if let index = free(money: AccountColumnNames.arr).first(where: {
            amounts.contains($0) && !file.isOfTable($0)
        }) {
            mrr = Revenue(column: index, period: .interval(.year))
            note(part: .year, of: index)
        } else if let (index, interval) = amountByName(amounts) {
            mrr = Revenue(column: index, period: interval == .month ? nil : .interval(BillingInterval(interval)))
            note(part: interval, of: index)
        } else if let index = free(money: AccountColumnNames.mrr).first(where: { file.guesses[$0].isMostlyMoney }) {
            mrr = Revenue(column: index)
            let others = file.guesses[index].notMoney
            let words = others.prefix(6).map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
            notes.append(
                "\"\(file.header[index])\": \(words)\(others.count > 6 ? ", ..." : "") \(others.count == 1 ? "is no amount" : "are no amounts") "
                    + "and will be left out")
        } else {
            mrr = amountOfAnInterval(amounts) ?? (notes.count == said ? amountOfAMonth(amounts) : nil)
        }
        noteOtherRevenue(amounts)
        guard let mrr else {
            if notes.count == said { noteNoRevenue(amounts) }
            return
        }
        var attribute = Attribute("mrr", .money)
        attribute.form.period = mrr.period
        attribute.form.times = mrr.times
        attribute.form.decimal = decimal(of: mrr.column)
        attribute.form.unit = mrr.isInCents ? .cents : file.unit(of: mrr.column)
        noteThousands(mrr.column, &attribute)
        noteCurrencies(mrr.column)
        let remark: String? =
            switch mrr.period {
            case .interval(let interval):
                interval.name.map { "of what is paid for a \($0.rawValue) the part of a month" }
            case .column(let name, _):
                "the part of a month, by \"\(name)\"" + (mrr.times.map { ", times \"\($0)\"" } ?? "")
            case nil: mrr.times.map { "times \"\($0)\"" }
            }
        add(attribute, mrr.column, remark.map { [$0] } ?? [])
    }

    /// The columns that nothing has taken and that have one of the names, whatever stands beside it of currencies, units
    /// and taxes.
    private func free(money names: [String]) -> [Int] {
        var exact = free(names)
        if names == AccountColumnNames.mrr {
            exact += file.usable.filter { index in
                let name = file.simpleName(index)
                let isInCurrency =
                    file.guesses[index].hasCurrency || CurrencyCell.currency(inName: file.header[index]) != nil
                return !taken.contains(index) && !exact.contains(index)
                    && (AccountColumnNames.namesMRR(name)
                        || isInCurrency && AccountColumnNames.mrrInCurrency.contains(name))
            }
        }
        return exact
            + names.flatMap { name in
                file.usable.filter {
                    !taken.contains($0) && !exact.contains($0)
                        && AccountColumnNames.core(ofMoney: file.header[$0]) == name
                }
            }
    }

    /// Of several columns of revenue one is taken, which is said; what may be a month's or a year's is not taken by itself.
    private mutating func noteOtherRevenue(_ amounts: [Int]) {
        let revenue = amounts.filter { index in
            let name = file.simpleName(index)
            return !taken.contains(index) && index != mrr?.column && file.guesses[index].filled > 0
                && (AccountColumnNames.namesMRR(name) || AccountColumnNames.namesAnnualMRR(name)
                    || (AccountColumnNames.mrr + AccountColumnNames.arr).contains(
                        AccountColumnNames.core(ofMoney: file.header[index])))
        }
        guard let other = revenue.first else { return }
        var attribute = Attribute("mrr", .money)
        attribute.form.column = file.header[other]
        attribute.form.period =
            AccountColumnNames.namesMRR(file.simpleName(other))
                || AccountColumnNames.mrr.contains(AccountColumnNames.core(ofMoney: file.header[other]))
            ? nil : .interval(.year)
        let line = "attributes: { mrr: \(ImportHint.declaration(of: attribute, isBuiltIn: true)) }"
        guard let mrr else {
            guard AccountColumnNames.namesAnnualMRR(file.simpleName(other)) else { return }
            notes.append(
                "\"\(file.header[other])\" may be a year's revenue or a month's, and is not taken for mrr; if it is a year's, say: \(line); "
                    + "if it is a month's, without per")
            return
        }
        let names = revenue.map { "\"\(file.header[$0])\"" }.joined(separator: " nor ")
        let chosen = file.guesses[mrr.column]
        notes.append(
            "\"\(file.header[mrr.column])\" (filled in \(chosen.filled) of \(chosen.count) rows) is taken for the revenue, and not \(names); "
                + "to take that one instead, say: \(line)")
    }

    /// Amounts such as `1.2k` are thousands by themselves, so that a name that says so, too, says it of them alone.
    private mutating func noteThousands(_ column: Int, _ attribute: inout Attribute) {
        let guess = file.guesses[column]
        guard guess.thousands > 0 else { return }
        if attribute.form.unit == .thousands { attribute.form.unit = nil }
        notes.append(
            "\"\(file.header[column])\": \(guess.thousands) of \(guess.filled) amounts end in k and are read as thousands (1.2k is 1,200)"
                + (guess.thousands < guess.filled ? ", the others as they are" : ""))
    }

    private mutating func noteNoRevenue(_ amounts: [Int]) {
        let others = amounts.filter { index in
            let guess = file.guesses[index]
            let name = MoneyName(file.header[index])
            return !taken.contains(index) && !guess.isMoment && !name.isOther
                && (guess.hasCurrency || guess.usesComma != nil || guess.type == .number && name.isPaid)
        }
        let months = file.calendar?.columns.filter { others.contains($0) } ?? []
        let likely = months.count >= 2 ? file.newestOfCalendar.map { [$0] } ?? [] : Array(others.prefix(3))
        let names = likely.map { "\"\(file.header[$0])\"" }.joined(separator: ", ")
        var advice = likely.isEmpty ? "" : " (amounts may stand in \(names))"
        if months.count >= 2 {
            advice = " (\(months.count) columns are called after months or days; the newest is \(names))"
        }
        let totals = amounts.filter { !taken.contains($0) && MoneyName(file.header[$0]).isOther }
        if likely.isEmpty, let total = totals.first {
            advice = " (\"\(file.header[total])\" is not taken for it)"
        }
        var attribute = Attribute("mrr", .money)
        attribute.form.column = likely.first.map { file.header[$0] } ?? "..."
        var isInDoubt = false
        if let first = likely.first {
            isInDoubt = mayBeCents(first)
            attribute.form.decimal = file.style(of: first).mark
            attribute.form.unit = isInDoubt ? .cents : file.unit(of: first)
            attribute.form.period = interval.map { .column(file.header[$0]) }
        }
        notes.append(
            Self.noRevenue + "\(advice): what is asked about mrr is missing, until one does, "
                + "\(attribute.form.period == nil ? "with per: year or per: quarter where it is for one: " : "")attributes: { mrr: "
                + "\(ImportHint.declaration(of: attribute, isBuiltIn: true)) }\(isInDoubt ? "; without the unit, if it is not in cents" : "")"
        )
    }

    static let noRevenue = "no column says what accounts pay in a month (mrr)"

    /// Amounts in several currencies are not added up.
    private mutating func noteCurrencies(_ column: Int) {
        guard let index = file.columns(CurrencyCell.names).first
        else { return }
        let codes = file.guesses[index].words.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard codes.count > 1, let first = codes.first else { return }
        let others = codes.dropFirst().prefix(8).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        notes.append(
            "\"\(file.header[index])\": most amounts are in \(first.key) (\(first.value)), others in \(others); all money is counted "
                + "in one currency, and amounts in another are left out: bring a column with all of them in one")
    }

    /// What customers turn over is not what they pay.
    private mutating func noteTurnover(_ amounts: [Int]) {
        guard let index = free(AccountColumnNames.turnover).first(where: { amounts.contains($0) }) else { return }
        let name = ImportHint.quoted(file.header[index])
        notes.append(
            "\(name) is taken for what the customer itself turns over, and not for the monthly revenue; if it is what they pay "
                + "you in a year, say: attributes: { mrr: { column: \(name), per: year } }")
    }

    /// Whether whole numbers may be cents, as the tables of a billing system have them: `plan_amount` 4900.
    private func mayBeCents(_ index: Int) -> Bool {
        file.unit(of: index) == nil && file.header[index].contains("_")
            && file.header[index] == ColumnMap.simplified(file.header[index]) && areWhole(index)
            && file.guesses[index].numbers.allSatisfy { $0 == 0 || $0 >= 100 }
    }

    /// Whether no amount has a fraction, a sign or a code.
    private func areWhole(_ index: Int) -> Bool {
        let words = file.guesses[index].words.keys
        return !words.isEmpty && words.allSatisfy { $0.allSatisfy(\.isNumber) }
    }

    /// The column that says for how long an amount is paid: by its name, or by its words alone, as those of a plan may.
    private var interval: Int? {
        file.columns(AccountColumnNames.interval).first { tellsIntervals($0, atLeast: 0.8) }
            ?? file.usable.first { index in
                !taken.contains(index) && tellsIntervals(index, atLeast: 1)
                    && file.guesses[index].words.keys.contains { $0.count > 4 }
            }
    }

    private func tellsIntervals(_ index: Int, atLeast share: Double) -> Bool {
        let words = file.guesses[index].words
        let known = words.reduce(0) { $0 + (BillingInterval($1.key) == nil ? 0 : $1.value) }
        return known > 0 && Double(known) >= share * Double(words.values.reduce(0, +))
    }

    /// An amount whose name says for how long it is paid: `Quarterly fee`, `Jahresbeitrag`, `Fee p.a.`
    private func amountByName(_ amounts: [Int]) -> (Int, BillingInterval.Name)? {
        let named = amounts.compactMap { index -> (index: Int, interval: BillingInterval.Name)? in
            let name = MoneyName(file.header[index])
            guard !taken.contains(index), !file.isOfTable(index), file.guesses[index].filled > 0, !name.isOfUnit,
                !AccountColumnNames.namesAnnualMRR(file.simpleName(index)),
                let interval = name.interval, name.isPaid || name.mayRecur && looksPaid(index)
            else { return nil }
            return (index, interval)
        }
        return BillingInterval.Name.allCases.lazy.compactMap { interval in named.first { $0.interval == interval } }
            .first
            .map { ($0.index, $0.interval) }
    }

    /// Whether amounts have a currency or a fraction, which no count has.
    private func looksPaid(_ index: Int) -> Bool {
        file.guesses[index].hasCurrency || file.guesses[index].usesComma != nil
    }

    /// An amount that is paid time and again, where nothing says for how long: it is taken for a month's, and that is said.
    private mutating func amountOfAMonth(_ amounts: [Int]) -> Revenue? {
        // Somewhere it says of years or quarters: `Pro (yearly)`.
        let isOfSeveral = file.usable.contains { index in
            !amounts.contains(index) && !file.guesses[index].isMoment && file.guesses[index].distinct <= 40
                && file.guesses[index].words.keys.contains { word in
                    word.split { !$0.isLetter }.contains {
                        $0.count > 4 && BillingInterval($0).map { $0 != .month } ?? false
                    }
                }
        }
        let isCounted = file.columns(AccountColumnNames.interval + AccountColumnNames.intervalCount).contains {
            file.guesses[$0].distinct > 1
        }
        guard !isOfSeveral, !isCounted,
            let index = amounts.first(where: { index in
                let name = MoneyName(file.header[index])
                return !taken.contains(index) && name.interval == nil && !file.isOfTable(index) && !name.isOfUnit
                    && !mayBeCents(index)
                    && file.guesses[index].filled > 0 && (name.isRecurring || name.mayRecur && looksPaid(index))
            })
        else { return nil }
        let column = ImportHint.quoted(file.header[index])
        notes.append(
            "\(column) is taken for what is paid in a month, for nothing says for how long; if it is for a quarter or a year, say: "
                + "attributes: { mrr: { column: \(column), per: year } }, or per: quarter")
        return Revenue(column: index)
    }

    /// Says which part of an amount falls on a month.
    private mutating func note(part interval: BillingInterval.Name, of index: Int) {
        let part: String? =
            switch interval {
            case .month: nil
            case .quarter: "a third"
            case .halfYear: "a sixth"
            case .year: "a twelfth"
            case .week: "52 twelfths"
            }
        guard let part else { return }
        notes.append("the monthly revenue (mrr) is \(part) of \"\(file.header[index])\"")
    }

    /// An amount beside a column that says for how long it is paid, and perhaps one that says how many of it.
    private mutating func amountOfAnInterval(_ amounts: [Int]) -> Revenue? {
        let named = amounts.filter { index in
            let name = MoneyName(file.header[index])
            return !taken.contains(index) && (name.isPaid || name.mayRecur && looksPaid(index))
        }
        let recurring = named.filter { MoneyName(file.header[$0]).mayRecur }
        guard let interval,
            let amount = (recurring + free(money: AccountColumnNames.amount).filter(amounts.contains) + named).first
        else { return nil }
        let count = file.columns(AccountColumnNames.intervalCount + AccountColumnNames.interval).first { index in
            index != interval && file.guesses[index].isNumber
                && file.guesses[index].words.keys.contains { $0 != "1" }
        }
        let quantities = file.usable.filter {
            file.simpleName($0).hasSuffix("_quantity") || file.simpleName($0).hasSuffix("_qty")
        }
        let several = (file.columns(AccountColumnNames.quantity) + quantities).first { index in
            file.guesses[index].isNumber && file.guesses[index].words.keys.contains { $0 != "1" }
        }
        var revenue = Revenue(
            column: amount, period: .column(file.header[interval], count: count.map { file.header[$0] }),
            times: several.map { file.header[$0] }, isInCents: isOfStripe)
        let isOfUnit = MoneyName(file.header[amount]).isOfUnit || isOfStripe
        if mayBeCents(amount), !isOfStripe {
            let times = isOfUnit ? several.map { ", times: \(ImportHint.quoted(file.header[$0]))" } ?? "" : ""
            notes.append(
                "\"\(file.header[amount])\" may be in cents and is not taken for the revenue; if it is, say: attributes: { mrr: { column: "
                    + "\(ImportHint.quoted(file.header[amount])), unit: cents, per: { column: "
                    + "\(ImportHint.quoted(file.header[interval])) }\(times) } }; if it is not, without the unit")
            return nil
        }
        if revenue.isInCents {
            notes.append("\"\(file.header[amount])\" is in cents, as Stripe writes amounts (unit: cents)")
        }
        guard let several, !isOfUnit else { return revenue }
        // Whether it is the price of one or of all nobody knows.
        revenue.times = nil
        notes.append(
            "\"\(file.header[amount])\" is not taken for the revenue, for it may be the price of one of \"\(file.header[several])\" or of "
                + "all (then without times); say: attributes: { mrr: { column: \(ImportHint.quoted(file.header[amount])), per: { column: "
                + "\(ImportHint.quoted(file.header[interval])) }, times: \(ImportHint.quoted(file.header[several])) } }"
        )
        return nil
    }

    /// Whether the rows are objects of Stripe's, whose amounts are in minor units always.
    private var isOfStripe: Bool {
        file.columns(["object"]).contains { index in
            let words = Set(file.guesses[index].words.keys)
            return !words.isEmpty
                && words.isSubset(of: ["subscription", "subscription_item", "customer", "invoice", "plan", "price"])
        }
    }
}

/// Where the monthly revenue stands, and of what it is made.
struct Revenue {
    var column: Int
    /// What the amount is paid for; a month when it is nil.
    var period: ColumnForm.Period?
    /// The column that says how many of it.
    var times: String?
    var isInCents = false
}
