/// A piece of an SQL expression, and how strongly its outermost operator binds (`Term.rank`).
///
/// Brackets are written only where they are needed: SQLite's parser has room for 100 open pieces.
struct Fragment {
    var text: String
    var rank: Int

    init(_ text: String, rank: Int = Fragment.atom) {
        self.text = text
        self.rank = rank
    }

    static let or = 1, and = 2, not = 3, comparison = 4, sum = 5, product = 6, sign = 7, atom = 8

    /// The text as an operand of an operator that asks for at least this rank.
    func operand(_ rank: Int) -> String {
        self.rank < rank ? "(\(text))" : text
    }

    static func infix(_ left: Fragment, _ sign: String, _ right: Fragment, rank: Int) -> Fragment {
        let isComparison = rank == comparison
        return Fragment("\(left.operand(isComparison ? rank + 1 : rank)) \(sign) \(right.operand(rank + 1))", rank: rank)
    }
}
