import Playbooks

/// What the columns of an export of accounts become: built-in attributes, the account's contact, declared attributes.
struct AccountDraft {
    /// Names of declared attributes that the library's playbooks know, with their usual names in exports.
    private static let known: [(name: String, type: ValueType, names: [String])] = [
        (
            "renewal_at", .date,
            [
                "renewal_at", "renewal_date", "renewal", "renews_on", "renews_at", "next_renewal", "next_renewal_date",
                "contract_renewal", "contract_renewal_date", "verlängerung_am", "verlaengerung_am", "verlängerung",
                "verlaengerung", "verlängerungsdatum", "vertragsverlängerung", "nächste_verlängerung", "renouvellement",
                "date_de_renouvellement", "renovación", "fecha_de_renovación",
            ]
        ),
        (
            "plan", .text,
            [
                "plan", "subscription_plan", "plan_name", "tier", "package", "subscription", "product_plan", "tarif",
                "paket", "abo", "abomodell", "formule", "offre", "forfait", "tarifa", "plan_contratado",
            ]
        ),
        (
            "seats", .number,
            [
                "seats", "licenses", "licences", "seat_count", "number_of_seats", "seats_purchased",
                "number_of_licenses", "number_of_licences", "license_count", "lizenzen", "anzahl_lizenzen", "plätze",
                "anzahl_plätze", "arbeitsplätze", "nutzer", "anzahl_nutzer", "licencias", "sièges",
            ]
        ),
        ("users", .number, ["users", "active_users", "user_count", "number_of_users", "seats_used"]),
        ("health", .number, ["health", "health_score", "customer_health", "account_health"]),
    ]

    let file: FileGuess
    private(set) var lines: [String] = []
    private(set) var notes: [String] = []
    /// Names that are declared.
    private(set) var names: Set<String>
    private(set) var key: Int?
    /// The column of the monthly amounts, which may be yearly ones.
    private(set) var mrr: (column: Int, period: ColumnForm.Period?)?
    private var taken: Set<Int> = []

    init(_ file: FileGuess) {
        self.file = file
        names = Set(Attribute.builtIn.map(\.name)).union(EventKind.builtIn.map(\.name))
        for index in file.header.indices where !file.usable.contains(index) {
            taken.insert(index)
            guard file.guesses[index].filled > 0 else { continue }
            if file.header[index].isEmpty {
                notes.append("column \(index + 1) is left out: its name is empty")
            } else if file.header.firstIndex(of: file.header[index]) == index {
                notes.append("column \(index + 1) is left out: its name is written otherwise before")
            }
        }
        addKey()
        addStatus()
        addMoments()
        addMoney()
        addContact()
        addWishes()
        addOthers()
        addDeclared()
    }

    // MARK: Built-in attributes

    /// Whether it has a row for each subscription; then the customers are the accounts.
    private var isOfSubscriptions: Bool {
        !file.columns(["subscription_id"]).isEmpty
            || file.columns(["id"]).contains { index in
                file.guesses[index].filled > 0 && file.guesses[index].words.keys.allSatisfy { $0.hasPrefix("sub_") }
            }
    }

    private mutating func addKey() {
        let usable = file.usable.filter { file.guesses[$0].filled > 0 }
        func isKey(_ index: Int) -> Bool {
            let guess = file.guesses[index]
            return !guess.isMoment && !guess.isEmail && !guess.isBoolean && guess.filled == guess.count
        }
        let ofCustomers = file.columns(["customer_id", "account_id", "company_id"]).first {
            isOfSubscriptions && file.guesses[$0].filled == file.guesses[$0].count
        }
        let named = file.columns(AccountColumnNames.key).first { file.guesses[$0].isNearlyUnique }
        let unique = usable.first { file.guesses[$0].isUnique && isKey($0) }
        // What people are called comes twice; what nearly always comes once tells them apart, too.
        let near = usable.first { file.guesses[$0].isNearlyUnique && isKey($0) && file.guesses[$0].filled >= 20 }
        let address = usable.first { file.guesses[$0].isEmail && file.guesses[$0].isNearlyUnique }
        guard let index = ofCustomers ?? named ?? unique ?? near ?? address else {
            notes.append(
                "no column tells accounts apart; add one and name it: attributes: { key: { column: \"...\" } }")
            return
        }
        key = index
        let guess = file.guesses[index]
        var remarks: [String] = []
        if guess.repeats > 0 {
            let others = file.columns(["subscription_id", "subscription", "id"]).contains { $0 != index }
            remarks.append(
                "\(guess.repeats) \(guess.repeats == 1 ? "repeat" : "repeats"); the last row counts"
                    + (others ? ", and one that runs before one that has ended" : "")
                    + (isOfSubscriptions ? "; mrr is the sum over those that run" : ""))
        }
        if guess.filled < guess.count { remarks.append("\(guess.count - guess.filled) rows have none and are refused") }
        add(Attribute("key", .text), index, remarks)
    }

    private mutating func addStatus() {
        guard let guess = StatusGuess(file, free: free) else { return }
        notes += guess.notes
        if let attribute = guess.attribute { add(attribute, guess.column) }
        let trials = file.guesses[guess.column].words.filter {
            ["trialing", "trialling", "in_trial", "trial"].contains(ColumnMap.simplified($0.key))
        }
        guard isOfSubscriptions, let trial = trials.max(by: { $0.value < $1.value }) else { return }
        notes.append(
            "\"\(file.header[guess.column])\": \"\(trial.key)\" (\(trial.value)) counts as a customer here, and for billing webhooks only "
                + "with billing: { trials: customers }; if it is none, map it to churned")
    }

    private mutating func addMoments() {
        var isDated = false
        // Where billing says of each subscription when it ended, the day of its cancellation is that of the request.
        let ended = ["ended_at", "ended_on"]
        let hasEnds = isOfSubscriptions && free(ended).contains { file.guesses[$0].isMoment && file.guesses[$0].isPast }
        for (name, names) in [
            ("churned_at", hasEnds ? ended : AccountColumnNames.churned), ("created_at", AccountColumnNames.created),
            (
                "cancel_requested_at",
                (hasEnds ? ["canceled_at", "cancelled_at"] : []) + [
                    "cancel_requested_at", "cancel_request_date", "cancellation_requested", "kündigung_eingegangen_am",
                    "kündigungseingang",
                ]
            ),
            (
                "service_end_at",
                [
                    "service_end_at", "service_end", "contract_end", "contract_end_date", "end_date", "kündigung_zum",
                    "kuendigung_zum", "gekündigt_zum", "vertragsende", "laufzeitende",
                ]
            ),
        ] {
            let isPast = name != "service_end_at"
            guard
                let index = free(names).first(where: {
                    file.guesses[$0].isMoment && (!isPast || file.guesses[$0].isPast)
                })
            else { continue }
            add(moment: Attribute(name, .instant), index)
            isDated = isDated || name == "created_at"
        }
        guard !isDated else { return }
        let others = file.usable.filter { !taken.contains($0) && file.guesses[$0].isPast }.prefix(3)
        let advice =
            others.isEmpty
            ? "" : " (dates that are past stand in \(others.map { "\"\(file.header[$0])\"" }.joined(separator: ", ")))"
        notes.append(
            "no column says since when accounts are customers\(advice): what is asked about created_at is missing, and "
                + "playbooks that ask find nobody, until one does: attributes: { created_at: { column: \"...\" } }")
    }

    private mutating func addMoney() {
        let amounts = file.usable.filter { file.guesses[$0].isMoney }
        noteTurnover(amounts)
        if let inCents = free(AccountColumnNames.mrr).first(where: { amounts.contains($0) && file.isOfTable($0) }) {
            notes.append(
                "\"\(file.header[inCents])\" may be in cents and is not taken for the monthly revenue; if it is in whole "
                    + "\(file.guesses[inCents].currencies.first?.key ?? "units"), say: attributes: { mrr: { column: "
                    + "\(ImportHint.quoted(file.header[inCents])) } }")
        } else if let index = free(AccountColumnNames.mrr).first(where: { amounts.contains($0) }) {
            mrr = (index, nil)
        } else if let index = free(AccountColumnNames.arr).first(where: { amounts.contains($0) && !file.isOfTable($0) })
        {
            mrr = (index, .interval(.year))
            notes.append("the monthly revenue (mrr) is a twelfth of \"\(file.header[index])\"")
        } else if let index = free(AccountColumnNames.mrr).first(where: { file.guesses[$0].isMostlyMoney }) {
            mrr = (index, nil)
            let others = file.guesses[index].notMoney
            let words = others.prefix(6).map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
            notes.append(
                "\"\(file.header[index])\": \(words)\(others.count > 6 ? ", ..." : "") \(others.count == 1 ? "is no amount" : "are no amounts") "
                    + "and will be left out")
        } else {
            mrr = amountOfAnInterval(amounts)
        }
        guard let mrr else { return }
        var attribute = Attribute("mrr", .money)
        attribute.form.period = mrr.period
        attribute.form.decimal = decimal(of: mrr.column)
        let remark: String? =
            switch mrr.period {
            case .interval: "a year's revenue, divided by 12"
            case .column(let name): "the part of a month, by \"\(name)\""
            case nil: nil
            }
        add(attribute, mrr.column, remark.map { [$0] } ?? [])
    }

    /// What customers turn over is not what they pay.
    private mutating func noteTurnover(_ amounts: [Int]) {
        guard let index = free(AccountColumnNames.turnover).first(where: { amounts.contains($0) }) else { return }
        let name = ImportHint.quoted(file.header[index])
        notes.append(
            "\(name) is taken for what the customer itself turns over, and not for the monthly revenue; if it is what they pay "
                + "you in a year, say: attributes: { mrr: { column: \(name), per: year } }")
    }

    /// An amount beside a column that says for how long it is paid.
    private mutating func amountOfAnInterval(_ amounts: [Int]) -> (column: Int, period: ColumnForm.Period?)? {
        let interval = file.columns(AccountColumnNames.interval).first { index in
            let words = file.guesses[index].words.keys
            return !words.isEmpty && words.allSatisfy { BillingInterval($0) != nil }
        }
        guard let interval, let amount = free(AccountColumnNames.amount).first(where: { amounts.contains($0) }) else {
            return nil
        }
        let several = file.columns(["quantity", "qty", "menge", "quantité", "cantidad"]).first { index in
            file.guesses[index].words.keys.contains { $0 != "1" }
        }
        if let several {
            notes.append(
                "\"\(file.header[amount])\" is not taken for the revenue: there are several of it by "
                    + "\"\(file.header[several])\"; bring a column with the amount of all, and say: "
                    + "attributes: { mrr: { column: \"...\", per: { column: \(ImportHint.quoted(file.header[interval])) } } }"
            )
            return nil
        }
        return (amount, .column(file.header[interval]))
    }

    private mutating func addOthers() {
        for (name, names) in [
            ("name", AccountColumnNames.name),
            ("churn_reason", ["churn_reason", "cancellation_reason", "cancelation_reason", "cancel_reason"]),
            ("stage", ["stage", "lifecycle_stage"]), ("timezone", ["timezone", "time_zone", "tz"]),
            ("locale", ["locale", "language", "lang"]),
        ] {
            guard let index = free(names).first(where: { name != "timezone" || file.guesses[$0].isZone }) else {
                continue
            }
            add(Attribute(name, .text), index)
        }
        // The key may be all that there is of a name.
        if let key, AccountColumnNames.name.contains(file.simpleName(key)),
            file.columns(AccountColumnNames.name).allSatisfy({ $0 == key || !taken.contains($0) })
        {
            lines.append("  name: { column: \(ImportHint.quoted(file.header[key])) }")
        }
        if let index = free(["stage_since"]).first, file.guesses[index].isMoment {
            add(moment: Attribute("stage_since", .instant), index)
        }
    }

    // MARK: The contact

    /// Of several columns of addresses the one that is called so; what few people answer for is our own side.
    private mutating func addContact() {
        let addresses = file.usable.filter { index in
            let guess = file.guesses[index]
            return (!taken.contains(index) || index == key) && guess.isEmail && guess.distinct * 2 > guess.emails
        }
        let named = file.columns(["contact_email"] + AccountImport.emailSynonyms).first { addresses.contains($0) }
        let filled = addresses.max { (file.guesses[$0].emails, $1) < (file.guesses[$1].emails, $0) }
        if let index = named ?? filled {
            let guess = file.guesses[index]
            let none = guess.filled - guess.emails
            let remark = none > 0 ? " (\(none) of \(guess.filled) are no addresses)" : ""
            notes.append("\"\(file.header[index])\" is the account's contact: contact_email\(remark)")
            taken.insert(index)
            let isFound =
                AccountImport.emailSynonyms.contains(ColumnMap.simplified(file.header[index]))
                && file.columns(AccountImport.emailSynonyms).count == 1 && index != key
            if !isFound, ColumnMap.simplified(file.header[index]) != "contact_email" {
                lines.append("  contact_email: { column: \(ImportHint.quoted(file.header[index])) }")
            }
        } else {
            notes.append("no column holds addresses: bring contacts with: keeptouch import contacts FILE")
        }
        let people = free(["contact_name"] + AccountImport.nameSynonyms).first { index in
            let guess = file.guesses[index]
            return guess.filled > 0 && guess.type == .text && (guess.filled < 20 || guess.distinct * 3 > guess.filled)
        }
        guard let people else { return }
        taken.insert(people)
        notes.append("\"\(file.header[people])\" is the account's contact: contact_name")
        if ColumnMap.simplified(file.header[people]) != "contact_name",
            file.columns(AccountImport.nameSynonyms).first != people
                || file.columns(AccountImport.nameSynonyms).count > 1
        {
            lines.append("  contact_name: { column: \(ImportHint.quoted(file.header[people])) }")
        }
    }

    private mutating func addWishes() {
        let guess = WishGuess(file, names: Attribute.wishesOfAccount, free: free)
        notes += guess.notes
        for line in guess.lines {
            lines.append(
                "  "
                    + (line.hasSuffix("}")
                        ? line : line.replacing(": \"", with: ": { column: \"", maxReplacements: 1) + " }"))
        }
        taken.formUnion(guess.columns.map(\.index))
    }

    // MARK: Declared attributes

    private mutating func addDeclared() {
        for (name, type, names) in Self.known {
            guard let index = free(names).first(where: { file.guesses[$0].type == type }) else { continue }
            self.names.insert(name)
            var attribute = file.guesses[index].attribute(name)
            attribute.track = name == "health" || name == "users"
            declare(attribute, index)
        }
        for index in file.usable where !taken.contains(index) {
            if file.guesses[index].filled == 0 {
                notes.append("\"\(file.header[index])\" is left out: it is empty")
                continue
            }
            declare(file.guesses[index].attribute(freeName(file.header[index], index)), index)
        }
    }

    private mutating func declare(_ attribute: Attribute, _ index: Int) {
        var attribute = attribute
        if attribute.type == .number || attribute.type == .money { attribute.form.decimal = decimal(of: index) }
        add(attribute, index, attribute.type == .date || attribute.type == .instant ? question(index) : [])
    }

    // MARK: Lines

    /// The columns that nothing has taken and that have one of the names, in the order of the names.
    private func free(_ names: [String]) -> [Int] { file.columns(names).filter { !taken.contains($0) } }

    private mutating func add(moment attribute: Attribute, _ index: Int) {
        var attribute = attribute
        attribute.form.formats = file.guesses[index].declaredFormats
        add(attribute, index, question(index))
    }

    private mutating func add(_ attribute: Attribute, _ index: Int, _ remarks: [String] = []) {
        taken.insert(index)
        var attribute = attribute
        if file.header[index] != attribute.name { attribute.form.column = file.header[index] }
        let isBuiltIn = Attribute.builtIn.contains { $0.name == attribute.name }
        if isBuiltIn, attribute.form.isPlain, remarks.isEmpty { return }
        let declared = ImportHint.declaration(of: attribute, isBuiltIn: isBuiltIn)
        let remark = remarks.isEmpty ? "" : "  # " + remarks.joined(separator: "; ")
        lines.append(
            isBuiltIn && attribute.form.isPlain
                ? "  # \(attribute.name): \(remarks.joined(separator: "; "))"
                : "  \(attribute.name): \(declared)\(remark.split(whereSeparator: \.isNewline).joined(separator: " "))")
    }

    private mutating func question(_ index: Int) -> [String] {
        if let doubt = file.doubt(about: index) { notes.append(doubt) }
        let others = file.guesses[index].otherFormats
        return others.isEmpty ? [] : ["or \(others.joined(separator: ", "))? every value can be read so"]
    }

    private mutating func decimal(of index: Int) -> ColumnForm.DecimalMark? {
        let style = file.style(of: index)
        if let note = style.note { notes.append(note) }
        return style.mark
    }

    /// A name of small letters, digits and `_` that nothing else has.
    private mutating func freeName(_ column: String, _ index: Int) -> String {
        var name = ColumnMap.declarable(column)
        if name.count > 60 { name = String(name.prefix(56)) }
        if name.isEmpty { name = "column_\(index + 1)" }
        if let first = name.unicodeScalars.first, !("a"..."z").contains(first) { name = "n_" + name }
        let contact = ["contact_email", "contact_name"] + AccountImport.emailSynonyms + AccountImport.nameSynonyms
        if names.contains(name) || isReserved(name) || contact.contains(name) { name = "account_" + name }
        return names.insertFree(name)
    }
}
