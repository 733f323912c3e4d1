/// How large a term is with everything that its names stand for.
struct TermExtent {
    static let largest = 20_000
    /// How deep terms may stand inside each other; a chain of operators is one level.
    static let deepest = 400

    private(set) var size = 0
    private(set) var depth = 0

    init(_ term: Term) {
        visit(term, depth: 1)
    }

    /// What is too much; nil when nothing is.
    var problem: String? {
        if size > Self.largest { return "the condition is too large, with the segments and signals that it names" }
        if depth > Self.deepest {
            return
                "the condition nests more than \(Self.deepest) levels deep, with the segments and signals that it names"
        }
        return nil
    }

    private mutating func visit(_ term: Term, depth: Int) {
        size += 1
        self.depth = max(self.depth, depth)
        let parts = term.parts
        if case .binary = term.node { size += parts.count - 2 }
        for part in parts where problem == nil { visit(part, depth: depth + 1) }
    }
}
