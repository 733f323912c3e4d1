import Playbooks

/// What a file of people becomes.
extension DataMapDraft {
    mutating func addContacts(_ file: FileGuess, _ account: Int) {
        var columns = [accountPair(file, account)]
        var taken: Set<Int> = [account]
        func take(_ names: [String], where fits: (Int) -> Bool = { _ in true }) -> Int? {
            file.columns(names).first { !taken.contains($0) && file.guesses[$0].filled > 0 && fits($0) }
        }
        let email =
            take(["email", "email_address", "e_mail", "work_email", "mail", "contact_email"]) {
                file.guesses[$0].isEmail
            }
            ?? file.usable.first { !taken.contains($0) && file.guesses[$0].isEmail }
            // The address names the account, too.
            ?? (file.guesses[account].isEmail ? account : nil)
        // One full name says more than its parts.
        let names =
            take(["name", "full_name", "contact_name"]) == nil
            ? [PersonNames.first, PersonNames.last].compactMap { take($0) } : []
        let addresses = email.map { file.standIns(of: $0) } ?? []
        taken.formUnion(addresses)
        if addresses.count > 1 {
            columns.append(
                "email: { column: [\(addresses.map { ImportHint.quoted(file.header[$0]) }.joined(separator: ", "))] }")
            notes.append("\(file.name): \(file.note(ofStandIns: addresses))")
        } else if let email {
            columns.append(pair("email", file, email))
        }
        if case let several = file.guesses[account].lists.count, several > 0 {
            notes.append(
                "\(file.name): \(several) cells of \"\(file.header[account])\" name several accounts, of which the first counts"
            )
        }
        for (name, found) in [
            (
                "key",
                take(["contact_id", "contact_key", "user_id", "person_id"]) { file.guesses[$0].isNearlyUnique }
                    ?? take(Self.otherKeys) { file.guesses[$0].isUnique && !file.numbersRows($0) }
            ),
            ("name", names.count == 2 ? nil : take(["name", "full_name", "contact_name", "contact"]) ?? names.first),
            ("first_name", names.count == 2 ? names.first : nil), ("last_name", names.count == 2 ? names.last : nil),
            ("timezone", take(["timezone", "time_zone", "tz"]) { file.guesses[$0].isZone }),
            ("locale", take(["locale", "language"])),
        ] {
            guard let found else { continue }
            taken.insert(found)
            columns.append(pair(name, file, found))
        }
        if let role = take(["role", "contact_role", "contact_type", "rolle", "funktion"]) {
            taken.insert(role)
            columns.append(rolePair(file, role))
        }
        // The column "status" is read for wishes, too.
        let wishes = WishGuess(
            file, statuses: StatusGuess.names.filter { $0 != "status" }, names: Attribute.wishesOfContact,
            free: { file.columns($0).filter { !taken.contains($0) } })
        notes += wishes.notes
        columns += wishes.lines
        taken.formUnion(wishes.columns.map(\.index))
        addPresence(file, file.usable.filter { !taken.contains($0) }, &columns)
        if let title = take(["title", "job_title", "position"]) {
            contactAttributes.append("  title: { type: text, column: \(ImportHint.quoted(file.header[title])) }")
        }
        notes.removeAll { $0.hasPrefix("no column holds addresses") }
        note(file, "contacts")
        noteSubscriptions(file, account)
        addImport(file, "contacts", .contacts, [], columns)
    }

    /// Columns that say who has left; one that is called "status" is read without a word.
    private mutating func addPresence(_ file: FileGuess, _ free: [Int], _ columns: inout [String]) {
        guard !ContactStatus.isOfSubscriptions(file.header) else { return }
        let presence = PresenceGuess(file, free: free)
        notes += presence.notes.map { "\(file.name): \($0)" }
        let names = presence.columns.map { file.header[$0] }
        guard let first = names.first, names != ["status"] else { return }
        let quoted = names.map(ImportHint.quoted).joined(separator: ", ")
        columns.append(names.count == 1 ? "status: \(ImportHint.quoted(first))" : "status: { column: [\(quoted)] }")
    }

    /// Names of columns that tell people apart in some tools, and number the rows of other files.
    private static let otherKeys = [
        "record_id", "contact_record_id", "contact_uuid", "person_uuid", "user_uuid", "user_key", "person_key",
        "member_id",
        "subscriber_id", "subscriber_key", "customer_contact_id", "vid", "contact_vid", "external_id", "kontakt_id",
        "kontaktnummer", "ansprechpartner_id", "id_contact", "id_contacto", "id_contatto", "contactpersoon_id", "id",
        "uuid",
        "guid",
    ]

    /// What a file of people says of what their companies pay is not read with them.
    mutating func noteSubscriptions(_ file: FileGuess, _ account: Int) {
        let amounts = file.columns(AccountColumnNames.mrr + AccountColumnNames.amount).filter {
            file.guesses[$0].isMoney && $0 != account
        }
        guard let amount = amounts.first, accounts.file.path == nil || file.path != accounts.file.path else { return }
        let interval = file.columns(AccountColumnNames.interval).first { index in
            let words = file.guesses[index].words.keys
            return !words.isEmpty && words.allSatisfy { BillingInterval($0) != nil }
        }
        let others = file.columns(["status", "subscription_status", "plan", "plan_name", "product"])
        let named = ([amount] + [interval].compactMap { $0 } + others).map { "\"\(file.header[$0])\"" }
        var note =
            "\(file.name): \(named.joined(separator: ", ")) say something of accounts, and are not read with contacts"
        if !file.guesses[account].hashes.isDisjoint(with: keys), let path = file.path {
            let period = interval.map { ", per: { column: \(ImportHint.quoted(file.header[$0])) }" } ?? ""
            let status =
                file.columns(["status", "subscription_status"]).first.map { ", \(pair("status", file, $0))" } ?? ""
            note +=
                "; if they are to count, say: imports: { subscriptions: { kind: accounts, file: \(ImportHint.quoted(path)), columns: { "
                + "\(pair("key", file, account)), mrr: { column: \(ImportHint.quoted(file.header[amount]))\(period) }\(status) } } }"
        }
        if let by = join(of: file)?.by {
            note +=
                "; if they are to count, let \(ImportHint.quoted(by.column)) be the key: attributes: { key: { column: "
                + "\(ImportHint.quoted(by.column)) } }"
        }
        notes.append(note)
    }

    /// What the library's playbooks call the roles of a file: `Billing Contact` is who gets bills.
    private func rolePair(_ file: FileGuess, _ index: Int) -> String {
        let words = file.guesses[index].words.keys.sorted().compactMap { word in
            ContactRole.name(of: word).map { (word, $0) }
        }.filter { $0.lowercased() != $1 }
        guard !words.isEmpty else { return pair("role", file, index) }
        let map = words.map { "\(ImportHint.scalar($0)): \($1)" }.joined(separator: ", ")
        return "role: { column: \(ImportHint.quoted(file.header[index])), map: { \(map) } }"
    }

    /// By what a file names accounts, where it is not by their key.
    mutating func noteJoin(_ file: FileGuess, _ account: Int) {
        let join = join(of: file)
        if let digits = join?.digits {
            notes.append(
                "\(file.name): \(file.guesses[account].distinct) keys in \"\(file.header[account])\" differ from those of "
                    + "\(accounts.file.name) in zeros before them, which spreadsheets drop; they are read as numbers of "
                    + "\(digits == 1 ? "as few digits as they need" : "\(digits) digits") (digits: \(digits))")
            return
        }
        guard let by = join?.by else {
            noteNoJoin(file, account)
            return
        }
        notes.append(
            "\(file.name): accounts are found by \"\(file.header[account])\", which holds what \"\(by.column)\" of "
                + "\(accounts.file.name) does (by: \(by.name))")
    }

    /// A file whose rows name no account that the file of accounts has.
    private mutating func noteNoJoin(_ file: FileGuess, _ account: Int) {
        let guess = file.guesses[account]
        guard !keys.isEmpty, !guess.isEmail, guess.namedThings.isDisjoint(with: keys), guess.filled >= 2 else { return }
        notes.append(
            "\(file.name): nothing in \"\(file.header[account])\" is a key of \(accounts.file.name), and its rows will be refused; if "
                + "another column of both tells which belong together, say: account: { column: \"...\", by: <the attribute> }"
        )
    }
}

/// What the roles of contacts are called in exports, and in the library's playbooks.
enum ContactRole {
    static func name(of word: String) -> String? {
        let plain = ColumnMap.simplified(word)
        return roles.first { $0.words.contains(plain) }?.name
    }

    private static let roles: [(name: String, words: Set<String>)] = [
        (
            "owner",
            [
                "owner", "account_owner", "workspace_owner", "primary", "primary_contact", "main_contact", "inhaber",
                "inhaberin",
                "hauptkontakt", "hauptansprechpartner", "propriétaire", "proprietario", "contact_principal",
            ]
        ),
        (
            "billing",
            [
                "billing", "billing_contact", "finance", "finance_contact", "accounting", "accounts_payable",
                "invoice_contact",
                "rechnung", "rechnungskontakt", "buchhaltung", "facturation", "facturación",
            ]
        ),
        (
            "admin",
            [
                "admin", "administrator", "account_admin", "workspace_admin", "admin_contact", "it_admin",
                "administrateur",
            ]
        ),
    ]
}
