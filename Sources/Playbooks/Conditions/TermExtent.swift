/// How large a term is with everything that its names stand for; what keeps a condition inside the limits of SQL.
struct TermExtent {
    static let largest = 5_000
    static let deepest = 400
    static let mostBrackets = 12

    private(set) var size = 0
    private(set) var depth = 0
    /// How deep brackets nest in the SQL, where operators of one rank need none.
    private(set) var brackets = 0

    init(_ term: Term) {
        visit(term, depth: 1, brackets: 0, rank: 0)
    }

    /// What is too much; nil when nothing is.
    var problem: String? {
        if size > Self.largest { return "the condition is too large, with the segments and signals that it names" }
        if depth > Self.deepest { return "the condition is too long a chain, with the segments and signals that it names" }
        if brackets > Self.mostBrackets {
            return "the condition nests more than \(Self.mostBrackets) levels deep, with the segments and signals that it names"
        }
        return nil
    }

    private mutating func visit(_ term: Term, depth: Int, brackets: Int, rank: Int) {
        size += 1
        self.depth = max(self.depth, depth)
        let brackets = brackets + (term.rank < rank ? 1 : 0)
        self.brackets = max(self.brackets, brackets)
        guard problem == nil else { return }
        switch term.node {
        case .named(_, let definition):
            visit(definition, depth: depth + 1, brackets: brackets, rank: 0)
        // Written with functions of SQL, whose arguments stand in brackets.
        case .binary(let found, let left, let right)
        where found == .divided || found == .times && term.type == .duration:
            let inner = brackets + (term.type == .duration ? 3 : 2)
            visit(left, depth: depth + 1, brackets: inner, rank: 0)
            visit(right, depth: depth + 1, brackets: inner, rank: 0)
        case .binary(let found, let left, let right):
            visit(left, depth: depth + 1, brackets: brackets, rank: term.rank + (found.isComparison ? 1 : 0))
            visit(right, depth: depth + 1, brackets: brackets, rank: term.rank + 1)
        case .not(let inner), .negative(let inner):
            visit(inner, depth: depth + 1, brackets: brackets, rank: term.rank + 1)
        case .isMissing(let inner), .isPresent(let inner):
            visit(inner, depth: depth + 1, brackets: brackets, rank: term.rank + 1)
        case .isIn(let inner, let items):
            visit(inner, depth: depth + 1, brackets: brackets, rank: term.rank + 1)
            for item in items { visit(item, depth: depth + 1, brackets: brackets + 1, rank: 0) }
        case .date(let function, let inner):
            visit(inner, depth: depth + 1, brackets: brackets + (function == .anniversary ? 6 : 1), rank: 0)
        case .event(let signal):
            if let filter = signal.filter { visit(filter, depth: depth + 1, brackets: brackets + 2, rank: 0) }
        case .contacts(let filter):
            if let filter { visit(filter, depth: depth + 1, brackets: brackets + 2, rank: 0) }
        case .literal, .attribute, .entry, .triggeringEvent, .property, .metric, .history, .journey, .atRisk, .touch:
            break
        }
    }
}

extension Term {
    /// How strongly the operator binds: `or` 1, `and` 2, `not` 3, comparisons 4, `+ -` 5, `* /` 6, the sign 7, the rest 8.
    package var rank: Int {
        switch node {
        case .named(_, let definition): definition.rank
        case .not: 3
        case .negative: 7
        case .isMissing, .isPresent, .isIn: 4
        case .binary(let found, _, _):
            switch found {
            case .or: 1
            case .and: 2
            case .plus, .minus: 5
            case .times, .divided: 6
            default: 4
            }
        default: 8
        }
    }
}
