/// By which column of a file its rows name accounts, and by what of the accounts.
struct AccountJoin {
    /// A text of accounts that tells them apart as well as their key does.
    struct Attribute {
        var name: String
        /// The column of the file of accounts.
        var column: String
        var values: Set<Int>
    }

    let column: Int
    /// The attribute; nil for the key, or the address of a contact.
    let by: Attribute?
    /// How many digits keys have, where this column or theirs has lost the zeros before them; nil where neither has.
    var digits: Int?
}

extension FileGuess {
    /// The column that names accounts: the one most of whose values are keys of accounts, or another text of theirs, or
    /// addresses of their contacts, else one of a usual name, else one of addresses.
    func join(
        _ key: ColumnGuess?, _ addresses: Set<Int>, _ others: [AccountJoin.Attribute]
    ) -> AccountJoin? {
        let keys = key?.hashes ?? []
        func best(
            _ values: (Int) -> Set<Int>, among known: Set<Int>, in columns: [Int]? = nil
        ) -> (index: Int, share: Double)? {
            func share(_ index: Int) -> Double {
                let values = values(index)
                return values.isEmpty ? 0 : Double(values.count { known.contains($0) }) / Double(values.count)
            }
            let index = (columns ?? usable).max { (share($0), $1) < (share($1), $0) }
            return index.map { ($0, share($0)) }
        }
        let byChance = key.map { key in usable.filter { fitsByChance($0, key) && !isNamedForAccounts($0, key) } } ?? []
        // The number of a person or of a subscription may be that of some account by chance.
        let foreign = usable.filter { !isOfOwnRows($0) && !byChance.contains($0) }
        let byKey = best({ guesses[$0].namedThings }, among: keys, in: foreign)
        if let byKey, byKey.share >= 0.3 { return AccountJoin(column: byKey.index, by: nil) }
        if let key, let digits = key.digits, let index = columnWithOtherZeros(than: key) {
            return AccountJoin(column: index, by: nil, digits: digits)
        }
        let byOther = others.compactMap { other in
            best({ guesses[$0].folded }, among: other.values).map { (other: other, index: $0.index, share: $0.share) }
        }.max { $0.share < $1.share }
        if let byOther, byOther.share >= 0.5,
            guesses[byOther.index].folded.intersection(byOther.other.values).count >= 2
        {
            return AccountJoin(column: byOther.index, by: byOther.other)
        }
        if let byAddress = best({ guesses[$0].addresses }, among: addresses), byAddress.share >= 0.3 {
            return AccountJoin(column: byAddress.index, by: nil)
        }
        let rest = usable.filter { !byChance.contains($0) || mayBeKey($0, key) && !isOwnID($0, key) }
        if let byKey = best({ guesses[$0].namedThings }, among: keys, in: rest), byKey.share >= 0.3 {
            return AccountJoin(column: byKey.index, by: nil)
        }
        let named = columns(["account"] + ContactImport.accountSynonyms).first { guesses[$0].filled > 0 }
        if let named { return AccountJoin(column: named, by: nil) }
        if let key, doubtfulKey(key) != nil { return nil }
        return usable.first { guesses[$0].isEmail }.map { AccountJoin(column: $0, by: nil) }
    }

    /// Whether a column numbers the rows of the file itself: people, subscriptions, tickets.
    func isOfOwnRows(_ index: Int) -> Bool {
        let words = simpleName(index).split(separator: "_").map(String.init)
        guard let last = words.last, ["id", "uuid", "guid", "number", "no", "nr", "key"].contains(last) else {
            return false
        }
        let rows: Set<String> = [
            "person", "people", "contact", "user", "member", "lead", "employee", "profile", "subscription", "sub",
            "invoice",
            "ticket", "case", "deal", "event", "order", "payment", "charge", "activity", "response", "respondent",
            "seat", "row",
        ]
        return words.count == 1
            ? guesses[index].isUnique && usable.contains { isOfAccounts($0, but: index) }
            : words.dropLast().contains { rows.contains($0) }
    }

    /// Whether a column is called as what names accounts in a file of something else.
    private func isOfAccounts(_ index: Int, but other: Int) -> Bool {
        index != other && (["account"] + ContactImport.accountSynonyms).contains(simpleName(index))
    }

    /// Whether a column holds something that accounts are known by: a key, another text of theirs, or an address.
    func isJoined(by index: Int, _ keys: Set<Int>, _ addresses: Set<Int>, _ others: [AccountJoin.Attribute]) -> Bool {
        let guess = guesses[index]
        return keys.isEmpty || !guess.namedThings.isDisjoint(with: keys) || !guess.addresses.isDisjoint(with: addresses)
            || others.contains { !guess.folded.isDisjoint(with: $0.values) }
    }

    /// The column whose keys differ from those of accounts in the zeros before them; nil where another one holds the keys.
    func columnWithOtherZeros(than key: ColumnGuess) -> Int? {
        func share(_ index: Int) -> Int { guesses[index].hashes.intersection(key.hashes).count }
        guard !usable.contains(where: { share($0) * 10 >= guesses[$0].distinct * 3 && share($0) > 0 }) else {
            return nil
        }
        let others = usable.filter { guesses[$0].lacksZeros(of: key) || key.lacksZeros(of: guesses[$0]) }
        // What is called so comes before figures that are as small.
        let named = columns(["account"] + ContactImport.accountSynonyms + AccountColumnNames.key)
        return named.first { others.contains($0) && !isOwnID($0, key) }
            ?? others.first { mayBeKey($0, key) && !isOwnID($0, key) }
    }
}
