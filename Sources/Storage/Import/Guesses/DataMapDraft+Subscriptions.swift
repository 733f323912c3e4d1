import Playbooks

/// What files become that say of accounts what the file of accounts does not: their subscriptions, and accounts of their own.
extension DataMapDraft {
    /// A row for each subscription: who has one that runs is a customer, and pays the sum over those.
    mutating func addSubscriptions(_ file: FileGuess, _ account: Int) {
        let names = ["status", "churned_at", "cancel_requested_at", "service_end_at", "churn_reason"]
        let draft = AccountDraft(file, key: account)
        if draft.mrr != nil, accounts.mrr == nil { ofAmounts.append(draft) }
        forgetNobodyLeft()
        if draft.mrr != nil { notes.removeAll { $0.hasPrefix(AccountDraft.noRevenue) } }
        let said = draft.columns(
            of: names
                + ["mrr", "created_at"].filter { name in !accounts.attributes.values.contains { $0.name == name } })
        for note in draft.notes where !note.hasPrefix("no column") { notes.append("\(file.name): \(note)") }
        note(file, "subscriptions: who has one that runs is a customer, and pays the sum over those")
        addImport(file, "subscriptions", .accounts, ["contact: no"], [pair("key", file, account)] + said)
    }

    /// Another file says who has left.
    mutating func forgetNobodyLeft() { notes.removeAll { $0.hasPrefix(AccountDraft.nobodyLeft) } }

    /// Accounts of a file of their own, as where those who have left stand apart.
    mutating func addOtherAccounts(_ file: FileGuess, _ key: Int) {
        let draft = AccountDraft(file, key: key)
        guard draft.attributes.values.contains(where: { ["status", "churned_at"].contains($0.name) }) else {
            note(
                file,
                "it seems to list accounts that have left, and no column says so; it was left out, so that nobody writes to them. "
                    + "To have them, bring a column with the day on which each left (churned_at)")
            return
        }
        forgetNobodyLeft()
        let said = draft.columns(of: Attribute.builtIn.map(\.name).filter { $0 != "key" })
        for note in draft.notes where !note.hasPrefix("no column says what") { notes.append("\(file.name): \(note)") }
        note(file, "accounts that \(accounts.file.name) does not have")
        addImport(file, "former", .accounts, [], [pair("key", file, key)] + said + draft.contactColumns)
    }
}

extension AccountDraft {
    /// The entries of `columns:` for what columns became, in this order.
    fileprivate func columns(of names: [String]) -> [String] {
        names.compactMap { name in
            attributes.first { $0.value.name == name }.map { index, attribute in
                var attribute = attribute
                attribute.form.column = file.header[index]
                return "\(name): \(ImportHint.declaration(of: attribute, isBuiltIn: true))"
            }
        }
    }

    /// The entries for the account's contact.
    fileprivate var contactColumns: [String] {
        lines.filter { $0.hasPrefix("  contact_") }.map { String($0.dropFirst(2)) }
    }
}

extension FileGuess {
    private static let titles: Set<String> = [
        "subscription", "subscriptions", "subs", "abo", "abos", "abonnement", "abonnements", "suscripciones",
        "abbonamenti",
        "assinaturas", "abonnementen", "licenses", "licences", "lizenzen", "contracts", "verträge", "vertraege",
        "contrats",
        "contratos", "contratti",
    ]

    /// Whether the file's name says that its rows are subscriptions.
    var isCalledSubscriptions: Bool { title.split(separator: "_").contains { Self.titles.contains(String($0)) } }

    /// Whether it has a row for each subscription, with how it stands.
    var isOfSubscriptions: Bool {
        let isNamed =
            isCalledSubscriptions || !columns(["subscription_id", "subscription_uuid", "subscriptions_id"]).isEmpty
            || columns(["id"]).contains { index in
                guesses[index].filled > 0 && guesses[index].words.keys.allSatisfy { $0.hasPrefix("sub_") }
            }
        guard isNamed else { return false }
        return StatusGuess(self, free: { self.columns($0) })?.attribute != nil
            || columns(AccountColumnNames.churned).contains { guesses[$0].isMoment }
    }

    /// The column of the keys, where the rows are accounts and none of them is in the file of accounts.
    func keyOfOtherAccounts(than key: ColumnGuess) -> Int? {
        guard FileRole.likeness(of: self) >= 5,
            [
                "churned", "former", "cancel", "inactive", "lost", "ex_", "gekündigt", "ehemalig", "left", "anciens",
                "bajas",
            ]
            .contains(where: { title.contains($0) }),
            let index = columns(AccountColumnNames.key).first(where: { guesses[$0].isNearlyUnique }),
            guesses[index].hashes.isDisjoint(with: key.hashes)
        else { return nil }
        return index
    }
}
