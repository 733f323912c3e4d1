package import Playbooks

/// A data map guessed from an export of accounts: which column is what, and how it is written.
package struct DataMapGuess {
    /// The text of a `data.yaml`; importing the same file with it rejects none of the rows that were looked at.
    package let yaml: String
    /// Rows that were looked at.
    package let rows: Int

    /// Looks at the first rows of a source.
    ///
    /// - Throws: `ImportError` when it cannot be read as a table.
    package init(
        from source: ImportSource, configuration: Configuration, now: Instant, mostRows: Int = 10_000
    ) throws {
        let reader = try Importer.reader(of: source)
        guard let header = reader.header else {
            throw ImportError("\(source.name): a data map is guessed from CSV, whose first line names the columns")
        }
        let context = ImportContext(
            dataMap: DataMap(), configuration: configuration, now: now, options: ImportOptions())
        var guesses = header.map { _ in ColumnGuess(zone: context.zone, minorDigits: context.minorDigits) }
        var record = Record()
        var rows = 0
        reading: while rows < mostRows {
            switch try reader.next(&record) {
            case .end: break reading
            case .bad: continue
            case .row:
                rows += 1
                for index in header.indices { guesses[index].look(at: record.cells[index]) }
            }
        }
        self.rows = rows
        var draft = DataMapDraft(header: header, guesses: guesses)
        draft.addKey()
        draft.addBuiltIns(latest: context.latest)
        draft.addContact()
        draft.addDeclared()
        yaml = draft.text(source.name, rows: rows)
    }
}

/// A data map while it is being guessed, line by line.
private struct DataMapDraft {
    /// Usual names of the built-in attributes in exports, simplified.
    private static let synonyms: [(attribute: String, names: [String])] = [
        (
            "name",
            [
                "name", "company", "company_name", "account_name", "customer_name", "organization", "organisation",
                "client",
            ]
        ),
        ("status", ["status", "account_status", "customer_status", "subscription_status"]),
        (
            "created_at",
            [
                "created_at", "created", "signup_date", "sign_up_date", "signed_up_at", "signed_up", "signup",
                "created_date",
                "creation_date", "customer_since", "registration_date", "registered_at", "join_date", "joined",
                "start_date",
            ]
        ),
        ("churned_at", ["churned_at", "churn_date", "canceled_at", "cancelled_at", "cancellation_date"]),
        ("churn_reason", ["churn_reason", "cancellation_reason", "cancelation_reason"]),
        ("cancel_requested_at", ["cancel_requested_at", "cancel_request_date"]),
        ("service_end_at", ["service_end_at", "service_end", "contract_end", "end_date"]),
        ("mrr", ["mrr", "monthly_revenue", "monthly_recurring_revenue", "monthly_amount"]),
        ("stage", ["stage", "lifecycle_stage"]), ("stage_since", ["stage_since"]),
        ("timezone", ["timezone", "time_zone", "tz"]), ("locale", ["locale", "language", "lang"]),
    ]
    private static let keyNames = [
        "key", "account_key", "customer_key", "account_id", "customer_id", "company_id", "org_id", "organization_id",
        "tenant_id", "client_id", "id", "account", "customer", "account_number", "customer_number", "user_id",
    ]
    private let header: [String]
    private let guesses: [ColumnGuess]
    private var lines: [String] = []
    private var notes: [String] = []
    private var taken: Set<Int> = []
    private var names: Set<String>

    init(header: [String], guesses: [ColumnGuess]) {
        self.header = header
        self.guesses = guesses
        names = Set(Attribute.builtIn.map(\.name)).union(EventKind.builtIn.map(\.name))
        // Empty and repeated names cannot be found again.
        taken = Set(
            header.indices.filter { index in
                header[index].isEmpty || header.count { $0 == header[index] } > 1
            })
        for index in taken.sorted() {
            notes.append(
                "column \(index + 1) is left out: its name is \(header[index].isEmpty ? "empty" : "not the only one")")
        }
    }

    /// The account's key: a usual name, else the first column whose values are all there and all different.
    mutating func addKey() {
        let usable = header.indices.filter { !taken.contains($0) && guesses[$0].count > 0 && guesses[$0].empty == 0 }
        let named = Self.keyNames.compactMap { name in
            usable.first { ColumnMap.simplified(header[$0]) == name && guesses[$0].isUnique }
        }
        let found = named.first ?? usable.first { guesses[$0].isUnique }
        guard let index = found else {
            notes.append("no column tells accounts apart; add one and name it: key: { column: \"...\" }")
            return
        }
        add(builtIn: "key", index)
    }

    mutating func addBuiltIns(latest: Int64) {
        for (name, synonyms) in Self.synonyms {
            guard let type = Attribute.builtIn.first(where: { $0.name == name })?.type else { continue }
            if let found = columns(named: synonyms).first(where: { fits($0, name, type, latest) }) {
                add(builtIn: name, found)
            }
        }
    }

    /// The columns that are still free and have one of the names, in the order of the names.
    private func columns(named names: [String]) -> [Int] {
        names.flatMap { name in
            header.indices.filter { !taken.contains($0) && ColumnMap.simplified(header[$0]) == name }
        }
    }

    private func fits(_ index: Int, _ name: String, _ type: ValueType, _ latest: Int64) -> Bool {
        let guess = guesses[index]
        switch name {
        case "status": return !guess.distinct.isEmpty && Set(guess.distinct).isSubset(of: ["active", "churned"])
        case "timezone": return guess.isZone
        case "churned_at", "cancel_requested_at": return guess.isMoment && guess.latest <= latest
        default: break
        }
        switch type {
        case .instant: return guess.isMoment
        case .money: return guess.isMoney
        default: return true
        }
    }

    private mutating func add(builtIn name: String, _ index: Int) {
        taken.insert(index)
        var attribute = Attribute(name, .text)
        if header[index] != name { attribute.column = header[index] }
        if Attribute.builtIn.first(where: { $0.name == name })?.type == .instant {
            attribute.format = guesses[index].format
        }
        if attribute.column == nil, attribute.format == nil { return }
        let question = attribute.format == nil ? "" : question(index)
        lines.append("  \(name): \(ImportHint.declaration(of: attribute, isBuiltIn: true))\(question)")
    }

    /// The one contact of the common case needs no declaration; a column that only looks like it gets another name.
    mutating func addContact() {
        for (name, synonyms) in [
            ("contact_email", AccountImport.emailSynonyms), ("contact_name", AccountImport.nameSynonyms),
        ] {
            guard let found = columns(named: [name] + synonyms).first else { continue }
            if name == "contact_email", !guesses[found].isEmail { continue }
            taken.insert(found)
            notes.append("\"\(header[found])\" is the account's contact: \(name)")
        }
    }

    mutating func addDeclared() {
        for index in header.indices where !taken.contains(index) {
            let name = freeName(header[index], index)
            var attribute = guesses[index].attribute(name)
            if header[index] != name { attribute.column = header[index] }
            lines.append("  \(name): \(ImportHint.declaration(of: attribute))\(question(index))")
        }
    }

    private func question(_ index: Int) -> String {
        let formats = guesses[index].ambiguousFormats
        return formats.isEmpty
            ? "" : "  # or \(formats.dropFirst().joined(separator: ", "))? every value can be read so"
    }

    /// A name of small letters, digits and `_` that nothing else has.
    private mutating func freeName(_ column: String, _ index: Int) -> String {
        let ascii = ColumnMap.simplified(column).unicodeScalars.filter { $0.isASCII }
        var name = String(String.UnicodeScalarView(ascii))
        if name.isEmpty { name = "column_\(index + 1)" }
        if let first = name.unicodeScalars.first, !("a"..."z").contains(first) { name = "n_" + name }
        let contact = ["contact_email", "contact_name"] + AccountImport.emailSynonyms + AccountImport.nameSynonyms
        if names.contains(name) || isReserved(name) || contact.contains(name) { name = "account_" + name }
        var free = name
        var number = 2
        while !names.insert(free).inserted {
            free = "\(name)_\(number)"
            number += 1
        }
        return free
    }

    func text(_ source: String, rows: Int) -> String {
        var text =
            "# Guessed from the first \(rows) rows of \(source.split(separator: "/").last ?? ""): check the types.\n"
        for note in notes { text += "# \(note.split(whereSeparator: \.isNewline).joined(separator: " "))\n" }
        return text + (lines.isEmpty ? "" : "attributes:\n" + lines.joined(separator: "\n") + "\n")
    }
}
