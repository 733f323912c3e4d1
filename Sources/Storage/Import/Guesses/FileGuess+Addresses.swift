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
}
