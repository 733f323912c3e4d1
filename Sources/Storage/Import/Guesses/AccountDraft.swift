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
                "date_de_renouvellement", "contract_end", "contract_end_date", "contract_ends", "contract_ends_at",
                "term_end",
                "term_end_date", "end_date", "vertragsende", "laufzeitende", "fin_de_contrat", "fin_du_contrat",
                "renovación", "fecha_de_renovación", "verlengingsdatum", "verlenging", "einddatum_contract",
                "data_di_rinnovo",
                "data_rinnovo", "data_de_renovação",
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
                "anzahl_plätze", "arbeitsplätze", "nutzer", "anzahl_nutzer", "licencias", "sièges", "licenties",
                "aantal_licenties", "licenze", "licenças",
            ]
        ),
        ("users", .number, ["users", "active_users", "user_count", "number_of_users", "seats_used"]),
        ("health", .number, ["health", "health_score", "customer_health", "account_health"]),
    ]

    let file: FileGuess
    var lines: [String] = []
    var notes: [String] = []
    /// Names that are declared.
    var names: Set<String>
    var key: Int?
    var mrr: Revenue?
    var taken: Set<Int> = []
    /// The attributes that columns become.
    private(set) var attributes: [Int: Attribute] = [:]
    /// Texts by which other files may name accounts: nearly each of them is another.
    var joins: [AccountJoin.Attribute] {
        attributes.filter { index, attribute in
            let guess = file.guesses[index]
            return index != key && attribute.type == .text && guess.isNearlyUnique && guess.filled >= 2
        }.map { AccountJoin.Attribute(name: $1.name, column: file.header[$0], values: file.guesses[$0].folded) }
            .sorted { $0.name < $1.name }
    }
    /// The column that names the account's contact.
    var person: Int?
    /// Columns that name our own people.
    var representatives: Set<Int> = []

    /// - Parameters:
    ///   - key: the column that names accounts, where it is known.
    ///   - others: files of the same export, which may name accounts by a column of it.
    init(_ file: FileGuess, key: Int? = nil, beside others: [FileGuess] = []) {
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
        if let key {
            self.key = key
            add(Attribute("key", .text), key)
        } else {
            addKey(beside: others)
        }
        if isOfPeople { leavePeople() }
        addStatus()
        addMoments()
        addMoney()
        if !isOfPeople {
            addContact()
            addWishes()
        }
        addOthers()
        addDeclared()
        noteNobodyLeft()
        noteDeleted()
        noteTests()
    }

    // MARK: Built-in attributes

    /// Whether it has a row for each subscription; then the customers are the accounts.
    var isOfSubscriptions: Bool {
        !file.columns([
            "subscription_id", "subscription_uuid", "subscription_code", "subscription_number", "subscription_key",
            "abo_id",
            "abonummer",
        ]).isEmpty
            || !file.columns(["account_code"]).isEmpty && !file.columns(["plan_code"]).isEmpty
            || file.columns(["id"]).contains { index in
                file.guesses[index].filled > 0 && file.guesses[index].words.keys.allSatisfy { $0.hasPrefix("sub_") }
                    || file.isCalledSubscriptions
                        && !file.columns(["customer_id", "customers_id", "account_id", "customer_code"]).isEmpty
            }
    }

    /// Whether it has a row for each person, with the id of the company: then the companies are the accounts.
    var isOfPeople: Bool {
        guard !isOfSubscriptions,
            let company = file.columns(["company_id", "account_id", "organization_id", "org_id"]).first,
            let email = file.usable.first(where: { file.guesses[$0].isEmail })
        else { return false }
        let guess = file.guesses[company]
        let isOwn =
            !file.columns(["user_id", "contact_id", "person_id", "first_name", "last_name"]).isEmpty
            || file.columns(["id", "record_id"]).contains { $0 != company && file.guesses[$0].isUnique }
        let namesBoth = !file.columns(["company", "company_name"]).isEmpty && !file.columns(["name"]).isEmpty
        return isOwn && guess.filled * 5 >= guess.count * 4 && (guess.repeats > 0 || namesBoth)
            && file.guesses[email].repeats == 0
    }

    private mutating func addStatus() {
        guard let guess = StatusGuess(file, free: free) else { return }
        notes += guess.notes
        if var attribute = guess.attribute {
            let words = file.guesses[guess.column].words.keys
            if !words.contains(where: { StatusWords.meaning(of: $0) == .gone }),
                attribute.form.map.values.contains("active") || words.contains(where: { $0.lowercased() == "active" }),
                let day = dayOfLeaving
            {
                for word in words where StatusWords.meaning(of: word) == .active {
                    attribute.form.map[word.lowercased()] = ""
                }
                notes.append(
                    "\"\(file.header[guess.column])\" says of nobody that they have left, and \"\(file.header[day])\" says it of "
                        + "\(file.guesses[day].days): the day counts, and not the word for customers")
            }
            add(attribute, guess.column)
        }
        let trials = file.guesses[guess.column].words.filter {
            ["trialing", "trialling", "in_trial", "trial"].contains(ColumnMap.simplified($0.key))
        }
        guard isOfSubscriptions, let trial = trials.max(by: { $0.value < $1.value }) else { return }
        notes.append(
            "\"\(file.header[guess.column])\": \"\(trial.key)\" (\(trial.value)) counts as a customer here, and for billing webhooks only "
                + "with billing: { trials: customers }; if it is none, map it to churned")
    }

    private mutating func addOthers() {
        for (name, names) in [
            ("name", AccountColumnNames.name + otherNames),
            ("churn_reason", ["churn_reason", "cancellation_reason", "cancelation_reason", "cancel_reason"]),
            ("stage", ["stage", "lifecycle_stage"]), ("timezone", ["timezone", "time_zone", "tz"]),
            ("locale", ["locale", "language", "lang"]),
        ] {
            if name == "timezone" { noteZones(free(names)) }
            guard
                let index = free(names).first(where: { index in
                    switch name {
                    case "timezone": file.guesses[index].isZone
                    // What subscriptions are called is the name of their plan.
                    case "name": !isOfSubscriptions || file.guesses[index].distinct * 2 > file.guesses[index].filled
                    default: true
                    }
                })
            else { continue }
            add(Attribute(name, .text), index)
        }
        // The key may be all that there is of a name.
        if let key, AccountColumnNames.name.contains(file.simpleName(key)),
            file.columns(AccountColumnNames.name).allSatisfy({ $0 == key || !taken.contains($0) })
        {
            lines.append("  name: { column: \(ImportHint.quoted(file.header[key])) }")
        }
        if attributes.values.contains(where: { $0.name == "name" }) == false,
            !lines.contains(where: { $0.hasPrefix("  name:") })
        {
            if let person, !mayBeCalledOtherwise {
                lines.append("  name: { column: \(ImportHint.quoted(file.header[person])) }")
                notes.append(
                    "no column says what accounts are called, and they are called as their contact is: "
                        + "\"\(file.header[person])\"")
                return
            }
            notes.append(
                "no column says what accounts are called (name), and a message that names them is held until one does: "
                    + "attributes: { name: { column: \"...\" } }")
        }
        if let index = free(["stage_since"]).first, file.guesses[index].isMoment {
            add(moment: Attribute("stage_since", .instant), index)
        }
    }

    /// Whether some text, which nothing has taken, tells accounts apart: it may be their name.
    private var mayBeCalledOtherwise: Bool {
        file.usable.contains { index in
            let guess = file.guesses[index]
            return !taken.contains(index) && guess.type == .text && guess.isNearlyUnique && !guess.isEmail
                && !FileGuess.isOfNames(file.simpleName(index)) && !FileGuess.isOfPlaces(file.simpleName(index))
        }
    }

    /// Names that may as well be those of something else, of columns that tell most accounts apart.
    private var otherNames: [String] {
        let called = file.usable.filter { file.isOfCompanies($0) }.map { file.simpleName($0) }
        return (AccountColumnNames.otherNames + called).filter { name in
            file.columns([name]).contains { index in
                let guess = file.guesses[index]
                return index != key && guess.type == .text && !guess.isEmail && guess.filled * 2 > guess.count
                    && guess.distinct * 2 > guess.filled
            }
        }
    }

    /// Zones of which nobody knows where they are.
    private mutating func noteZones(_ columns: [Int]) {
        guard
            let index = columns.first(where: { file.guesses[$0].isZone })
                ?? columns.first(where: { file.guesses[$0].filled > 0 })
        else { return }
        let unknown = file.guesses[index].noZones
        guard !unknown.isEmpty else { return }
        let words = unknown.prefix(8).map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
        let map = unknown.prefix(8).map { "\(ImportHint.quoted($0.key)): <zone>" }.joined(separator: ", ")
        notes.append(
            "\"\(file.header[index])\": nobody is certain which zone \(words) \(unknown.count == 1 ? "is" : "are"); such accounts have that "
                + "of the workspace until data.yaml says: attributes: { timezone: { column: \(ImportHint.quoted(file.header[index])), "
                + "map: { \(map) } } }")
    }

    // MARK: Declared attributes

    private mutating func addDeclared() {
        for (name, type, names) in Self.known {
            guard let index = free(names).first(where: { file.guesses[$0].type == type }) else { continue }
            self.names.insert(name)
            noteContractEnd(name, index)
            var attribute = file.guesses[index].attribute(name)
            attribute.track = name == "health" || name == "users"
            declare(attribute, index)
        }
        var left = 0
        for index in file.usable where !taken.contains(index) {
            // Objects have many members; those of lists are about something else than the account.
            if file.isOfObjects, file.header[index].contains(".0.") || attributes.count >= Self.mostOfObjects {
                left += 1
                continue
            }
            if file.guesses[index].filled == 0 {
                notes.append("\"\(file.header[index])\" is left out: it is empty")
                continue
            }
            declare(file.guesses[index].attribute(freeName(file.header[index], index)), index)
        }
        guard left > 0 else { return }
        notes.append(
            "\(left) more members of its objects are left out; what is needed of them is declared by its path: column: \"billing.plan\""
        )
    }

    private static let mostOfObjects = 30

    private mutating func declare(_ attribute: Attribute, _ index: Int) {
        var attribute = attribute
        if attribute.type == .number || attribute.type == .money { attribute.form.decimal = decimal(of: index) }
        add(attribute, index, attribute.type == .date || attribute.type == .instant ? question(index) : [])
    }

    // MARK: Lines

    /// The columns that nothing has taken and that have one of the names, in the order of the names.
    func free(_ names: [String]) -> [Int] { file.columns(names).filter { !taken.contains($0) } }

    mutating func add(moment attribute: Attribute, _ index: Int) {
        var attribute = attribute
        attribute.form.formats = file.guesses[index].declaredFormats
        add(attribute, index, question(index))
    }

    mutating func add(_ attribute: Attribute, _ index: Int, _ remarks: [String] = []) {
        taken.insert(index)
        attributes[index] = attribute
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
        let others = file.dayOrder == nil ? file.guesses[index].otherFormats : []
        return others.isEmpty ? [] : ["or \(others.joined(separator: ", "))? every value can be read so"]
    }

    mutating func decimal(of index: Int) -> ColumnForm.DecimalMark? {
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
