import Playbooks

/// What the columns about a person become.
extension AccountDraft {
    /// Of several columns of addresses the one that is called so; what few people answer for is our own side.
    mutating func addContact() {
        let addresses = file.usable.filter { index in
            let guess = file.guesses[index]
            return (!taken.contains(index) || index == key) && guess.isEmail && guess.distinct * 2 > guess.emails
        }
        let named = file.columns(["contact_email"] + AccountImport.emailSynonyms).first { addresses.contains($0) }
        let filled = addresses.max { (file.guesses[$0].emails, $1) < (file.guesses[$1].emails, $0) }
        if let index = (named ?? filled).map({ file.standIns(of: $0)[0] }) {
            let standIns = file.standIns(of: index)
            if standIns.count > 1 { notes.append(file.note(ofStandIns: standIns)) }
            defer { taken.formUnion(standIns) }
            let guess = file.guesses[index]
            let none = guess.filled - guess.emails
            let remark = none > 0 ? " (\(none) of \(guess.filled) are no addresses)" : ""
            notes.append("\"\(file.header[index])\" is the account's contact: contact_email\(remark)")
            taken.insert(index)
            let isFound =
                !file.isOfObjects && AccountImport.emailSynonyms.contains(ColumnMap.simplified(file.header[index]))
                && file.columns(AccountImport.emailSynonyms).count == 1 && index != key
            if standIns.count > 1 {
                let quoted = standIns.map { ImportHint.quoted(file.header[$0]) }
                lines.append("  contact_email: { column: [\(quoted.joined(separator: ", "))] }")
            } else if !isFound, index == key || ColumnMap.simplified(file.header[index]) != "contact_email" {
                lines.append("  contact_email: { column: \(ImportHint.quoted(file.header[index])) }")
            }
        } else {
            notes.append("no column holds addresses: bring contacts with: keeptouch import contacts FILE")
        }
        noteRepresentatives(named ?? filled)
        // Beside a column of companies that of names is about people.
        let ofCompanies = file.columns(AccountColumnNames.name.filter { $0 != "name" }).contains { $0 != key }
        let ofPeople =
            ofCompanies && named ?? filled != nil ? ["name", "full_name", "nom", "nombre", "nome", "naam"] : []
        let beside = (named ?? filled).map { file.siblings(of: $0) } ?? []
        let besideAddress =
            beside.filter { index in
                !taken.contains(index) && index != key
                    && ["name", "full_name", "display_name"].contains(file.bareName(index))
            } + ((named ?? filled).map { file.names(beside: $0) } ?? []).filter { !taken.contains($0) && $0 != key }
        let parts = [PersonNames.first, PersonNames.last].compactMap { names in
            free(names).first { file.guesses[$0].filled > 0 && file.guesses[$0].type == .text }
        }
        // Beside the names of people a contact is what the account is called, where nothing else is: so in Xero.
        let isOfAccounts = parts.count == 2 && !file.columns(AccountColumnNames.name).contains { $0 != key }
        let people =
            (besideAddress
            + free(["contact_name"] + AccountImport.nameSynonyms + Self.ofOwners + ofPeople + ["full_name"]))
            .first { index in
                let guess = file.guesses[index]
                return guess.filled > 0 && guess.type == .text && !representatives.contains(index)
                    && !file.isOfCompanies(index)
                    && !(isOfAccounts && AccountColumnNames.otherNames.contains { file.columns([$0]).contains(index) })
                    && (guess.filled < 20 || guess.distinct * 3 > guess.filled)
            }
        if people == nil, parts.count == 2, named ?? filled != nil {
            taken.formUnion(parts)
            notes.append(
                "\(parts.map { "\"\(file.header[$0])\"" }.joined(separator: " and ")) are the account's contact: contact_name"
            )
        }
        guard let people else { return }
        taken.insert(people)
        person = people
        notes.append("\"\(file.header[people])\" is the account's contact: contact_name")
        if ColumnMap.simplified(file.header[people]) != "contact_name",
            file.isOfObjects || !AccountImport.nameSynonyms.contains(ColumnMap.simplified(file.header[people]))
                || file.columns(AccountImport.nameSynonyms).first != people
                || file.columns(AccountImport.nameSynonyms).count > 1
        {
            lines.append("  contact_name: { column: \(ImportHint.quoted(file.header[people])) }")
        }
    }

    mutating func addWishes() {
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

    /// Columns about persons are read with the contacts.
    mutating func leavePeople() {
        let names =
            PersonNames.first + PersonNames.last + AccountImport.emailSynonyms + WishWord.optOutNames
            + WishWord.optInNames + [
                "name", "full_name", "user_id", "contact_id", "person_id", "signed_up", "first_seen", "last_seen",
                "role", "title",
                "job_title", "timezone", "time_zone", "locale", "language", "type", "has_hard_bounced",
            ]
        taken.formUnion(free(names))
        // Each row says it of its person, and not of the company.
        let ofCompanies = ["account", "company", "customer", "org", "client", "plan", "subscription", "tenant"]
        taken.formUnion(
            file.usable.filter { index in
                let words = file.simpleName(index).split(separator: "_")
                let isOfPeople = words.contains { ["user", "contact", "person", "member", "employee"].contains($0) }
                switch PresenceWord.column(file.header[index]) {
                case .gone, .there: return !words.contains { word in ofCompanies.contains { word.hasPrefix($0) } }
                case .status: return isOfPeople
                case nil: return false
                }
            })
    }

    /// Columns that may name the contact as well as the one of our own people who answers for the account.
    private static let ofOwners = [
        "owner", "owner_name", "account_owner", "account_owner_name", "inhaber", "inhaberin",
    ]
    /// Columns that name our own people.
    private static let ofRepresentatives = [
        "csm", "csm_name", "customer_success_manager", "account_manager", "account_executive", "account_rep",
        "sales_rep",
        "assigned_to", "responsible", "betreuer", "kundenbetreuer", "record_owner", "company_owner", "hubspot_owner",
    ]

    /// Of names that stand beside addresses and are not theirs: who answers for an account is no contact of it.
    private mutating func noteRepresentatives(_ email: Int?) {
        let ours = free(Self.ofOwners).filter { index in
            !(email.map { file.areNames(index, of: $0) || file.siblings(of: $0).contains(index) } ?? false)
        }
        // They are declared like any other column, and named so that nobody misses them among the contacts.
        representatives = Set(ours)
        let named = (ours + free(Self.ofRepresentatives)).filter { file.guesses[$0].filled > 0 }
        guard !named.isEmpty else { return }
        let names = named.map { "\"\(file.header[$0])\"" }.joined(separator: ", ")
        notes.append(
            "\(names) \(named.count == 1 ? "is" : "are") taken for your own people, who answer for accounts, and not for contacts; if "
                + "one names the contact, say: attributes: { contact_name: { column: \"...\" } }")
    }
}
