import Playbooks

/// The column that tells accounts apart.
extension AccountDraft {
    private static func isOfPeople(_ name: String) -> Bool {
        name == "name"
            || (PersonNames.first + PersonNames.last + ["full_name", "contact_name", "contact"]).contains(name)
            || AccountImport.nameSynonyms.contains(name)
    }

    mutating func addKey(beside others: [FileGuess]) {
        let usable = file.usable.filter { file.guesses[$0].filled > 0 }
        func isKey(_ index: Int) -> Bool {
            let guess = file.guesses[index]
            let name = file.simpleName(index)
            if FileGuess.isOfPlaces(name) { return false }
            // Amounts and counts that come once each tell nothing apart, unless they stand first or are called numbers.
            let isFigure =
                guess.hasCurrency || AccountColumnNames.namesMoney(name)
                || guess.type == .number && index != file.usable.first && !FileGuess.isOfNames(name)
                    && !file.namesNumber(index)
            return !guess.isMoment && !guess.isEmail && !guess.isBoolean && guess.filled == guess.count && !isFigure
                && !Self.isOfPeople(name)
        }
        let ofCustomers = file.columns([
            "customer_id", "account_id", "company_id", "account_code", "customer_code", "customer_key", "account_key",
            "client_id", "organization_id", "org_id", "customers_id", "customer", "account",
        ]).first { index in
            let guess = file.guesses[index]
            return isOfSubscriptions && guess.filled == guess.count || isOfPeople && guess.filled * 5 >= guess.count * 4
        }
        let named = numberOfCustomers(isKey, beside: others)
        let unique = usable.first { file.guesses[$0].isUnique && isKey($0) }
        // What people are called comes twice; what nearly always comes once tells them apart, too.
        let near = usable.first { file.guesses[$0].isNearlyUnique && isKey($0) && file.guesses[$0].filled >= 20 }
        let address = usable.first { file.guesses[$0].isEmail && file.guesses[$0].isNearlyUnique }
        // Beside the name of a company, another one is that of a person.
        let title = usable.last { AccountColumnNames.name.contains(file.simpleName($0)) }
        let ownName = title.flatMap { file.guesses[$0].isUnique ? $0 : nil }
        let nearName = title.flatMap { file.guesses[$0].isNearlyUnique ? $0 : nil }
        // Several rows of some are still rows of accounts, if the column is called so.
        let repeated = file.columns(AccountColumnNames.key).first {
            isKey($0) && file.guesses[$0].repeats * 4 <= file.guesses[$0].filled
        }
        // Rows that repeat the name with the id are of accounts, though each has another address.
        let repeatedWhole = file.columns(AccountColumnNames.key).first { index in
            isKey(index) && file.isNamedForAccounts(index, nil) && file.columns(PersonNames.first).isEmpty
                && file.columns(AccountColumnNames.name).contains {
                    file.guesses[$0].distinct == file.guesses[index].distinct
                }
                && file.guesses[index].distinct >= 2
        }
        guard
            let index = ofCustomers ?? named ?? unique ?? near ?? ownName ?? repeatedWhole ?? address ?? nearName
                ?? repeated
        else {
            notes.append(
                "no column tells accounts apart; add one and name it: attributes: { key: { column: \"...\" } }")
            return
        }
        key = index
        let guess = file.guesses[index]
        var remarks: [String] = []
        if guess.repeats > 0 {
            if index == repeatedWhole {
                notes.append(
                    "\"\(file.header[index])\": \(guess.repeats) of \(guess.filled) rows name an account that another row does, too; "
                        + "of each the last row counts. If the newest stand first, sort the file the other way round; if the rows are "
                        + "people, bring them as a file of contacts")
            }
            let others = file.columns(["subscription_id", "subscription", "id"]).contains { $0 != index }
            remarks.append(
                "\(guess.repeats) \(guess.repeats == 1 ? "repeat" : "repeats"); the last row counts"
                    + (others ? ", and one that runs before one that has ended" : "")
                    + (isOfSubscriptions ? "; mrr is the sum over those that run" : ""))
        }
        if guess.rounded > 0 {
            notes.append(
                "\"\(file.header[index])\": \(guess.rounded) of \(guess.filled) keys are numbers that a spreadsheet has rounded, such as "
                    + "7.213E+12, and are refused, for one may stand for several; export again, and let no spreadsheet save it"
            )
        }
        if guess.filled < guess.count {
            let without = guess.count - guess.filled
            remarks.append("\(without) rows have none and are refused")
            if isOfPeople {
                notes.append(
                    "\(without) \(without == 1 ? "row names" : "rows name") no company in \"\(file.header[index])\" and will be "
                        + "refused: leads are no customers")
            }
        }
        if guess.isEmail {
            notes.append(
                "accounts are told apart by the addresses in \"\(file.header[index])\": under a new address one is another account, so "
                    + "that a column with ids is better")
        }
        add(Attribute("key", .text), index, remarks)
    }

    /// The column that numbers customers: by its name, by other files that have it, too, or by its digits. A customer beside
    /// its number is a name.
    private func numberOfCustomers(_ isKey: (Int) -> Bool, beside others: [FileGuess]) -> Int? {
        let called = file.columns(AccountColumnNames.key).filter { file.guesses[$0].isNearlyUnique }
        let usable = file.usable.filter { file.guesses[$0].isNearlyUnique && !file.isName($0) }
        return called.first { !file.isName($0) }
            ?? usable.first { file.namesNumber($0) && isKey($0) }
            ?? usable.first { file.isShared($0, with: others) }
            ?? usable.first {
                FileGuess.isOfNames(file.simpleName($0)) && !file.simpleName($0).contains("_") && isKey($0)
            }
            ?? usable.first {
                file.guesses[$0].isNumbered && !MoneyName(file.header[$0]).isOfMoney
                    && !FileGuess.isOfPlaces(file.simpleName($0))
            }
            ?? called.first
    }
}
