/// Reads the tokens of one condition by recursive descent, checking types as it goes.
///
/// A complaint about the form ends the reading (it is thrown); complaints about names and types are collected.
/// Precedence, weakest first: `or`, `and`, `not`, comparisons with `in` and `is`, `+ -`, `* /`, the sign.
struct ConditionReader {
    /// A term that was read, and where it stands in the text.
    struct Part {
        var term: Term
        var range: Range<Int>
    }

    /// What stands beside an operator.
    enum Operand {
        case part(Part)
        /// A bare name that nothing has; the complaint waits because it may be text without its quotes.
        case unknown(String, ConditionComplaint, Range<Int>)
        /// Something that has been complained about.
        case wrong(Range<Int>)

        var range: Range<Int> {
            switch self {
            case .part(let part): part.range
            case .unknown(_, _, let range), .wrong(let range): range
            }
        }
    }

    /// What the names of a `where` clause mean.
    enum Filtered {
        case event(EventKind)
        case contacts
    }

    static let deepestNesting = 64
    /// Who made more mistakes than that corrects these first.
    static let mostComplaints = 50
    /// How much of its text a term inside a chain of operators keeps, in characters.
    static let longestInnerText = 400
    static let reserved: Set<String> = ["and", "or", "not", "in", "is", "missing", "present", "true", "false", "where"]

    let scope: ConditionScope
    private(set) var complaints: [ConditionComplaint] = []
    var filtered: Filtered?
    private let scalars: [Unicode.Scalar]
    let tokens: [ConditionToken]
    private(set) var index = 0
    var nesting = 0

    init(_ scope: ConditionScope, _ scalars: [Unicode.Scalar], _ tokens: [ConditionToken]) {
        self.scope = scope
        self.scalars = scalars
        self.tokens = tokens
    }

    /// The whole text as one term; nil after a complaint.
    mutating func whole(mustBeCondition: Bool) throws(ConditionComplaint) -> Term? {
        guard token.kind != .end else { throw ConditionComplaint("the condition is empty", at: 0) }
        let operand = try expression()
        guard token.kind == .end else {
            throw ConditionComplaint(
                "expected an operator or the end, got \(token.phrase)\(hint())", at: token.range.lowerBound)
        }
        guard let part = resolve(operand) else { return nil }
        if mustBeCondition, part.term.type != .boolean {
            complain(
                "\"\(part.term.text.prefix(80))\" is \(part.term.type.phrase); a condition is true or false, so compare it with something",
                at: part.range.lowerBound)
        }
        if let problem = TermExtent(part.term).problem { complain(problem, at: 0) }
        return part.term
    }

    // MARK: Tokens

    var token: ConditionToken { tokens[index] }

    mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
    }

    mutating func take(_ sign: String) -> Bool {
        guard token.kind == .sign(sign) else { return false }
        advance()
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard token.kind == .word(word) else { return false }
        advance()
        return true
    }

    func isNext(_ sign: String) -> Bool {
        index + 1 < tokens.count && tokens[index + 1].kind == .sign(sign)
    }

    mutating func expect(_ sign: String, after what: String) throws(ConditionComplaint) {
        guard take(sign) else {
            throw ConditionComplaint(
                "expected \"\(sign)\" after \(what), got \(token.phrase)\(hint())", at: token.range.lowerBound)
        }
    }

    /// Where the token before the current one ends.
    var lastEnd: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    mutating func complain(_ message: String, at offset: Int) {
        complaints.append(ConditionComplaint(message, at: offset))
    }

    /// The text as written, on one line.
    func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view).split { $0.isNewline || $0 == "\t" }.map(trimmed).joined(separator: " ")
    }

    private func trimmed(_ line: Substring) -> String {
        var line = line.drop { $0 == " " }
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    /// What a person may have meant by the token that does not fit.
    func hint() -> String {
        switch token.kind {
        case .word("not") where index + 1 < tokens.count && tokens[index + 1].kind == .word("in"):
            "; write not (x in [...])"
        case .word(let word) where word.lowercased() != word && Self.reserved.contains(word.lowercased()):
            "; write \"\(word.lowercased())\""
        case .word("where"): "; \"where\" stands inside the brackets of a function"
        case .sign("=="), .sign("!="), .sign("<"), .sign("<="), .sign(">"), .sign(">="):
            "; comparisons do not chain, join them with \"and\""
        case .sign("."): "; only entry.NAME and event.NAME have a dot"
        default: ""
        }
    }

    /// Goes one level deeper; who calls it comes back up with `nesting -= 1`.
    mutating func descend() throws(ConditionComplaint) {
        guard nesting < Self.deepestNesting else {
            throw ConditionComplaint("nested more than \(Self.deepestNesting) levels deep", at: token.range.lowerBound)
        }
        nesting += 1
    }

    // MARK: Operators

    private enum Rank: Int {
        case or, and, not, comparison, sum, product, sign

        func `operator`(_ kind: ConditionToken.Kind) -> Operator? {
            switch (self, kind) {
            case (.or, .word("or")): .or
            case (.and, .word("and")): .and
            case (.sum, .sign("+")): .plus
            case (.sum, .sign("-")): .minus
            case (.product, .sign("*")): .times
            case (.product, .sign("/")): .divided
            default: nil
            }
        }
    }

    mutating func expression() throws(ConditionComplaint) -> Operand { try operand(.or) }

    private mutating func operand(_ rank: Rank) throws(ConditionComplaint) -> Operand {
        switch rank {
        case .or: try chain(rank, of: .and)
        case .and: try chain(rank, of: .not)
        case .not: try not()
        case .comparison: try comparison()
        case .sum: try chain(rank, of: .product)
        case .product: try chain(rank, of: .sign)
        case .sign: try sign()
        }
    }

    /// Operands joined by operators of one rank, from left to right.
    private mutating func chain(_ rank: Rank, of next: Rank) throws(ConditionComplaint) -> Operand {
        var left = try operand(next)
        while let found = rank.operator(token.kind) {
            if complaints.count > Self.mostComplaints { throw complaints.removeLast() }
            advance()
            let right = try operand(next)
            left = binary(found, left, right, isInner: rank.operator(token.kind) != nil)
        }
        return left
    }

    private mutating func not() throws(ConditionComplaint) -> Operand {
        let start = token.range.lowerBound
        guard takeWord("not") else { return try comparison() }
        try descend()
        defer { nesting -= 1 }
        let operand = try not()
        let range = start..<operand.range.upperBound
        guard let part = resolve(operand), isCondition(part, of: "not") else { return .wrong(range) }
        return .part(Part(term: Term(.not(part.term), .boolean, text: text(range)), range: range))
    }

    private mutating func sign() throws(ConditionComplaint) -> Operand {
        let start = token.range.lowerBound
        guard take("-") else { return try primary() }
        try descend()
        defer { nesting -= 1 }
        let operand = try sign()
        let range = start..<operand.range.upperBound
        guard let part = resolve(operand) else { return .wrong(range) }
        guard part.term.type.isNumeric || part.term.type == .duration else {
            complain("\(part.term.phrase) and has no sign", at: part.range.lowerBound)
            return .wrong(range)
        }
        return .part(Part(term: Term(.negative(part.term), part.term.type, text: text(range)), range: range))
    }

    private mutating func comparison() throws(ConditionComplaint) -> Operand {
        let left = try operand(.sum)
        switch token.kind {
        case .sign(let sign):
            guard let found = Operator(rawValue: sign), found.isComparison else { return left }
            advance()
            return binary(found, left, try operand(.sum))
        case .word("in"):
            advance()
            return try list(left)
        case .word("is"):
            advance()
            return try presence(left)
        default:
            return left
        }
    }

    private mutating func presence(_ left: Operand) throws(ConditionComplaint) -> Operand {
        let isMissing: Bool
        switch token.kind {
        case .word("missing"): isMissing = true
        case .word("present"): isMissing = false
        case .word("not"):
            throw ConditionComplaint("write \"is present\" instead of \"is not missing\"", at: token.range.lowerBound)
        default:
            throw ConditionComplaint(
                "expected \"missing\" or \"present\" after \"is\", got \(token.phrase)", at: token.range.lowerBound)
        }
        advance()
        let range = left.range.lowerBound..<lastEnd
        guard let part = resolve(left) else { return .wrong(range) }
        let node: Term.Node = isMissing ? .isMissing(part.term) : .isPresent(part.term)
        return .part(Part(term: Term(node, .boolean, text: text(range)), range: range))
    }

    private mutating func list(_ left: Operand) throws(ConditionComplaint) -> Operand {
        try expect("[", after: "\"in\"")
        var operands: [Operand] = []
        if token.kind == .sign("]") {
            throw ConditionComplaint("the list is empty", at: token.range.lowerBound)
        }
        repeat {
            operands.append(try operand(.sum))
        } while take(",")
        try expect("]", after: "the list")
        let range = left.range.lowerBound..<lastEnd
        var items: [Term] = []
        var element = left
        for operand in operands {
            guard let (first, item) = compared(.equal, element, operand) else { continue }
            element = .part(first)
            items.append(item.term)
        }
        guard case .part(let part) = element, items.count == operands.count else { return .wrong(range) }
        return .part(Part(term: Term(.isIn(part.term, items), .boolean, text: text(range)), range: range))
    }

    private mutating func primary() throws(ConditionComplaint) -> Operand {
        let range = token.range
        let literal: Term
        switch token.kind {
        case .number(let value): literal = Term(.literal(.number(value)), .number, text: text(range))
        case .percent(let value): literal = Term(.literal(.number(value)), .percent, text: text(range))
        case .duration(let span): literal = Term(.literal(.duration(span)), .duration, text: text(range))
        case .date(let day): literal = Term(.literal(.date(day)), .date, text: text(range))
        case .text(let value): literal = Term(.literal(.text(value)), .text, text: text(range))
        case .word("true"): literal = Term(.literal(.boolean(true)), .boolean, text: "true")
        case .word("false"): literal = Term(.literal(.boolean(false)), .boolean, text: "false")
        case .sign("("):
            advance()
            try descend()
            defer { nesting -= 1 }
            let inner = try expression()
            try expect(")", after: "\"\(text(inner.range).prefix(40))\"")
            return inner.standing(in: range.lowerBound..<lastEnd)
        case .word(let word) where !Self.reserved.contains(word):
            return isNext("(") ? try function(word) : try name(word)
        case .quoted(let word):
            return try name(word)
        default:
            throw ConditionComplaint("expected a name or a value, got \(token.phrase)\(hint())", at: range.lowerBound)
        }
        advance()
        return .part(Part(term: literal, range: range))
    }
}

extension ConditionReader.Operand {
    /// The same in brackets; a name in brackets is no longer taken for text without quotes.
    func standing(in range: Range<Int>) -> ConditionReader.Operand {
        switch self {
        case .part(let part): .part(ConditionReader.Part(term: part.term, range: range))
        case .unknown(let name, let complaint, _): .unknown(name, complaint, range)
        case .wrong: .wrong(range)
        }
    }
}
