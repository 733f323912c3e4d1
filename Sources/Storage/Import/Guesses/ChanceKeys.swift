import Foundation

/// Columns of numbers that are keys of accounts by chance: where keys are 1, 2, 3, a file's own ids and its counts are, too.
extension FileGuess {
    /// Whether the numbers of a column are keys no more often than any numbers of their size.
    func fitsByChance(_ index: Int, _ key: ColumnGuess) -> Bool {
        let keys = Set(key.numbers)
        let known = keys.sorted()
        let numbers = Set(guesses[index].numbers)
        guard key.isNumber, guesses[index].isNumber, let least = numbers.min(), let most = numbers.max(),
            let first = known.first
        else { return false }
        // A few numbers have no range to speak of; and a few keys far above all others say nothing of them.
        let range = numbers.count < 10 ? first...known[known.count * 9 / 10] : least...most
        let density = Double(known.count { range.contains($0) }) / (range.upperBound - range.lowerBound + 1)
        let found = Double(numbers.count { keys.contains($0) })
        let share = found / Double(numbers.count)
        return share < 3 * density && !(share > 0.95 && pow(density, found) < 0.001)
    }

    /// Whether a column is called after accounts: `Customer no`, `Associated company`; or as their key is, which is no mere id.
    func isNamedForAccounts(_ index: Int, _ key: ColumnGuess?) -> Bool {
        let name = simpleName(index)
        if Self.ofAnything.contains(name) { return false }
        if name == key?.name || AccountColumnNames.key.contains(name) || AccountColumnNames.name.contains(name) {
            return name != "user_id" || name == key?.name
        }
        var words = name.split(separator: "_").map(String.init)
        if let word = words.last,
            let kind = ["nummer", "nr", "code", "id"].first(where: { word.hasSuffix($0) && word != $0 })
        {
            words = words.dropLast() + [String(word.dropLast(kind.count)), kind]
        }
        return words.contains(where: Self.ofAccounts.contains)
            && words.allSatisfy { Self.ofAccounts.contains($0) || Self.besideAccounts.contains($0) }
    }

    /// Whether a column is called the number of a customer, wherever that word stands: `Nº cliente`, `Customer external ID`.
    func namesNumber(_ index: Int) -> Bool {
        let words = simpleName(index).split(separator: "_").map(String.init)
        return isNamedForAccounts(index, nil)
            && (FileGuess.isOfNames(simpleName(index))
                || words.contains(where: Self.besideAccounts.subtracting(Self.articles).contains))
    }

    private static let articles: Set<String> = [
        "de", "del", "do", "du", "the", "our", "associated", "primary", "linked", "internal",
    ]

    /// Whether a column is called like an id, and not like a count.
    func mayBeKey(_ index: Int, _ key: ColumnGuess?) -> Bool {
        Self.isOfNames(simpleName(index)) || isNamedForAccounts(index, key)
    }

    /// A column of ids that may be those of accounts, or of the rows of the file.
    func doubtfulKey(_ key: ColumnGuess) -> Int? {
        usable.first { index in
            let fitting = guesses[index].hashes.intersection(key.hashes).count
            return fitting * 10 >= guesses[index].distinct * 3 && fitting > 0 && isOwnID(index, key)
                && fitsByChance(index, key)
        }
    }

    /// Whether a column is called like an id, and has another in each row of a file of people, answers or papers.
    func isOwnID(_ index: Int, _ key: ColumnGuess?) -> Bool {
        Self.isOfNames(simpleName(index)) && !isNamedForAccounts(index, key) && guesses[index].isNearlyUnique
            && calendar == nil && usable.contains { guesses[$0].isEmail || guesses[$0].isMoment }
    }

    private static let ofAnything: Set<String> = [
        "id", "key", "record_id", "external_id", "name", "number", "no", "nr",
    ]
    private static let ofAccounts: Set<String> = [
        "account", "acct", "customer", "cust", "client", "company", "org", "organization", "organisation", "tenant",
        "workspace", "kunde", "kunden", "firma", "mandant", "cliente", "empresa", "klant", "azienda", "société",
        "entreprise", "debitor", "debiteur", "kd", "clientes", "clienti", "klanten", "kund", "kunder", "klient",
        "klienta", "compte",
        "cuenta", "konto", "organisatie", "bedrijf", "cuentas",
    ]
    private static let besideAccounts: Set<String> = [
        "id", "ids", "no", "nr", "number", "num", "nummer", "key", "code", "ref", "reference", "uuid", "guid",
        "external", "crm", "associated", "primary", "linked", "our", "the", "numéro", "numero", "número", "n", "de",
        "del", "do", "du", "nº", "núm", "cód", "cod", "código", "codigo", "codice", "réf", "référence", "referencia",
        "riferimento", "pk", "identifier", "internal", "nro", "numer",
    ]
}
