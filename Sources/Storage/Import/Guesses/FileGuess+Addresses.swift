import Playbooks

/// Columns that hold several addresses of the same people: `Email - Work`, `Email - Home`.
extension FileGuess {
    /// What tells them apart, those first to which a company writes first.
    private static let kinds: [Set<Substring>] = [
        [
            "work", "business", "office", "company", "primary", "main", "geschäftlich", "dienstlich", "pro", "trabajo",
            "1",
        ],
        ["secondary", "second", "alternate", "alternative", "alt", "2", "3"],
        ["home", "personal", "private", "privat", "perso", "casa"], ["other", "others", "sonstige", "autre", "otro"],
    ]

    /// The columns of addresses that are called as this one but for its kind, in the order in which they count.
    func standIns(of email: Int) -> [Int] {
        func words(_ index: Int) -> [Substring] { simpleName(index).split(separator: "_") }
        func base(_ index: Int) -> [Substring] {
            words(index).filter { word in !Self.kinds.contains { $0.contains(word) } }
        }
        func rank(_ index: Int) -> Int {
            Self.kinds.firstIndex { kind in words(index).contains { kind.contains($0) } }.map { $0 + 1 } ?? 0
        }
        let alike = usable.filter { $0 == email || guesses[$0].isEmail && base($0) == base(email) }
        return alike.sorted { (rank($0), $0) < (rank($1), $1) }
    }

    func note(ofStandIns columns: [Int]) -> String {
        let names = columns.map { "\"\(header[$0])\"" }
        return
            "the address is that in \(names[0]), and where it is empty that in \(names.dropFirst().joined(separator: ", then in ")); "
            + "who has several is written to at the first"
    }

    /// Columns that name the people of an address, being called as it is: `customer_name` beside `customer_email`. Where no
    /// other column says what companies are called, they name these.
    func names(beside email: Int) -> [Int] {
        func owner(_ index: Int, _ things: Set<Substring>) -> [Substring]? {
            let words = simpleName(index).split(separator: "_")
            let owner = words.prefix { !things.contains($0) }
            return owner.count == words.count || owner.isEmpty ? nil : Array(owner)
        }
        guard let whose = owner(email, ["email", "e", "mail", "emails"]),
            !whose.contains(where: { Self.ofCompanies.contains($0) })
        else { return [] }
        let named = usable.filter { owner($0, ["name", "full", "display"]) == whose && guesses[$0].type == .text }
        let others = (AccountColumnNames.name + AccountColumnNames.otherNames).contains { name in
            columns([name]).contains { index in
                !named.contains(index) && guesses[index].type == .text && guesses[index].filled * 2 > rows
                    && !isOfNames(index)
            }
        }
        return others ? named : []
    }

    private func isOfNames(_ index: Int) -> Bool { guesses[index].words.keys.allSatisfy { $0.allSatisfy(\.isNumber) } }

    /// Whether a column says what companies are called, and not people: `Billing company`, `company.name`.
    func isOfCompanies(_ index: Int) -> Bool {
        let words = simpleName(index).split(separator: "_")
        return words.last != "address" && words.contains { Self.ofCompanies.contains($0) }
            && words.allSatisfy { Self.ofCompanies.union(Self.besideCompanies).contains($0) }
    }

    private static let besideCompanies: Set<Substring> = [
        "name", "billing", "bill", "to", "default", "address", "legal", "full", "the", "customer", "customers",
        "client", "primary",
        "trading",
        "registered", "official", "display", "nom", "de", "la", "l", "nombre", "nome", "naam", "van", "der", "des",
    ]

    private static let ofCompanies: Set<Substring> = [
        "company", "account", "organization", "organisation", "org", "business", "firma", "unternehmen", "firmenname",
        "société",
        "empresa", "bedrijf", "azienda", "tenant", "workspace",
    ]
}
