/// What the words of a column mean, found out once: those of statuses come again with every row.
struct RecurringWords<Meaning> {
    private static var longest: Int { 40 }
    private static var most: Int { 200 }
    private var meanings: [String: Meaning] = [:]

    mutating func meaning(of cell: Cell, _ find: (Cell) -> Meaning) -> Meaning {
        guard cell.count <= Self.longest else { return find(cell) }
        let word = cell.string
        if let known = meanings[word] { return known }
        let meaning = find(cell)
        if meanings.count < Self.most { meanings[word] = meaning }
        return meaning
    }
}
