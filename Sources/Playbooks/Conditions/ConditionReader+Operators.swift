extension ConditionReader {
    /// The term of an operand; complains about a name that nothing has.
    mutating func resolve(_ operand: Operand) -> Part? {
        switch operand {
        case .part(let part):
            return part
        case .unknown(_, let complaint, _):
            complain(complaint.message, at: complaint.offset)
            return nil
        case .wrong:
            return nil
        }
    }

    /// - Parameter isInner: whether the chain of operators goes on; of what stands inside a chain only so much of the text
    ///   is kept that a long chain does not hold its beginning thousands of times.
    mutating func binary(_ found: Operator, _ left: Operand, _ right: Operand, isInner: Bool = false) -> Operand {
        let range = left.range.lowerBound..<right.range.upperBound
        let type: ValueType?
        let parts: (left: Part, right: Part)
        if found.isComparison {
            guard let both = compared(found, left, right) else { return .wrong(range) }
            (parts, type) = (both, .boolean)
        } else {
            let (first, second) = (resolve(left), resolve(right))
            guard let first, let second else { return .wrong(range) }
            parts = (first, second)
            if found == .and || found == .or {
                let (isLeft, isRight) = (
                    isCondition(first, of: found.rawValue), isCondition(second, of: found.rawValue)
                )
                type = isLeft && isRight ? .boolean : nil
            } else {
                type = arithmetic(found, first, second)
            }
        }
        guard let type else { return .wrong(range) }
        let isCut = isInner && range.count > Self.longestInnerText
        let text = isCut ? text(range.prefix(Self.longestInnerText)) + "..." : text(range)
        return .part(
            Part(term: Term(.binary(found, parts.left.term, parts.right.term), type, text: text), range: range))
    }

    mutating func isCondition(_ part: Part, of word: String) -> Bool {
        guard part.term.type != .boolean else { return true }
        complain(
            "\(part.term.phrase); \"\(word)\" joins conditions, so compare it with something", at: part.range.lowerBound
        )
        return false
    }

    // MARK: Comparisons

    /// Both sides, when they can be compared; complains otherwise.
    mutating func compared(_ found: Operator, _ left: Operand, _ right: Operand) -> (left: Part, right: Part)? {
        switch (left, right) {
        case (.part(let part), .unknown(let name, _, let range)), (.unknown(let name, _, let range), .part(let part)):
            if part.term.type.isText, !part.term.isLiteral {
                complain(unquoted(name, besides: part.term), at: range.lowerBound)
                return nil
            }
        default:
            break
        }
        let (first, second) = (resolve(left), resolve(right))
        guard let first, let second, isComparable(found, first, second), isAllowed(first, besides: second),
            isAllowed(second, besides: first)
        else { return nil }
        return (first, second)
    }

    /// The complaint about text without its quotes: the value that was meant is that text, or a known one near it.
    private func unquoted(_ name: String, besides term: Term) -> String {
        let values = values(of: term) ?? []
        let meant = values.isEmpty || values.contains(name) ? name : nearest(to: name, in: values) ?? name
        return "nothing has the name \"\(name)\", and text stands in quotes; did you mean \"\(meant)\"?"
    }

    private mutating func isComparable(_ found: Operator, _ left: Part, _ right: Part) -> Bool {
        let (one, other) = (left.term.type, right.term.type)
        let fits =
            one.isNumeric && other.isNumeric || one.isText && other.isText || one.isTime && other.isTime || one == other
        guard fits else {
            let subject = left.term.isLiteral && !right.term.isLiteral ? right : left
            let object = subject.range == left.range ? right : left
            let what =
                object.term.isLiteral
                ? object.term.type.phrase : "\"\(object.term.text.prefix(80))\", which is \(object.term.type.phrase)"
            complain("\(subject.term.phrase) and cannot be compared with \(what)", at: subject.range.lowerBound)
            return false
        }
        if found != .equal, found != .notEqual, one.isText || one == .boolean {
            complain("\(left.term.phrase), which compares only by == and !=", at: left.range.lowerBound)
            return false
        }
        return true
    }

    /// Whether a literal is one of the values that the other side can have.
    private mutating func isAllowed(_ part: Part, besides other: Part) -> Bool {
        guard case .literal(.text(let value)) = part.term.node, let values = values(of: other.term),
            !values.contains(value)
        else { return true }
        let known =
            nearest(to: value, in: values).map { "did you mean \"\($0)\"?" }
            ?? "it has " + values.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
            + (values.count > 8 ? ", ..." : "")
        complain(
            "\"\(other.term.text.prefix(80))\" never has the value \"\(value)\"; \(known)", at: part.range.lowerBound)
        return false
    }

    /// The values that a text can have; nil when any.
    private func values(of term: Term) -> [String]? {
        let reasons = term.type == .reason ? scope.dataMap.reasons.map(\.name) : []
        let values: [String]
        switch term.node {
        case .attribute(let attribute), .history(.was, let attribute, _):
            values = attribute.name == "stage" ? scope.stages : attribute.values
        case .property(let name):
            guard case .contacts = filtered else { return reasons.isEmpty ? nil : reasons }
            values = scope.dataMap.contactAttribute(name)?.values ?? []
        case .touch(.waited): values = ["met", "timed_out"]
        case .named(_, let definition): return self.values(of: definition)
        case .entry(let name):
            guard let signal = scope.signals.first(where: { $0.name == name }) else { return nil }
            return self.values(of: signal.term)
        default: values = []
        }
        let known = values.isEmpty ? reasons : values
        return known.isEmpty ? nil : known
    }

    // MARK: Arithmetic

    private mutating func arithmetic(_ found: Operator, _ left: Part, _ right: Part) -> ValueType? {
        if let type = found.result(left.term.type, right.term.type) {
            guard left.term.type == .date, right.term.type == .duration, !right.term.isWholeDays else { return type }
            complain("a date moves by whole days, such as 30d", at: right.range.lowerBound)
            return nil
        }
        let verb =
            switch found {
            case .plus: "\"\(right.term.text.prefix(80))\", \(right.term.type.phrase), cannot be added to it"
            case .minus: "\"\(right.term.text.prefix(80))\", \(right.term.type.phrase), cannot be taken from it"
            case .times: "cannot be multiplied by \"\(right.term.text.prefix(80))\", \(right.term.type.phrase)"
            default: "cannot be divided by \"\(right.term.text.prefix(80))\", \(right.term.type.phrase)"
            }
        complain("\(left.term.phrase); \(verb)", at: left.range.lowerBound)
        return nil
    }
}

extension Operator {
    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    /// The type of a sum, difference, product or quotient; nil when there is none.
    func result(_ left: ValueType, _ right: ValueType) -> ValueType? {
        switch (self, left, right) {
        case (.plus, .instant, .duration), (.plus, .duration, .instant), (.minus, .instant, .duration): .instant
        case (.plus, .date, .duration), (.minus, .date, .duration): .date
        case (.minus, .instant, .instant), (.minus, .date, .date): .duration
        case (.plus, .duration, .duration), (.minus, .duration, .duration): .duration
        case (.times, .duration, _) where right.isNumeric && right != .money: .duration
        case (.times, _, .duration) where left.isNumeric && left != .money: .duration
        case (.divided, .duration, .duration): .number
        case (.divided, .duration, _) where right.isNumeric && right != .money: .duration
        case (.times, .money, .money): nil
        case (.divided, .money, .money): .number
        case (.divided, _, .money): nil
        case (_, .percent, .percent) where self == .plus || self == .minus: .percent
        case (_, _, _) where left.isNumeric && right.isNumeric: left == .money || right == .money ? .money : .number
        default: nil
        }
    }
}

extension ValueType {
    var isText: Bool { self == .text || self == .reason }
    var isTime: Bool { self == .date || self == .instant }

    /// For complaints: `a number`.
    var phrase: String {
        switch self {
        case .number: "a number"
        case .percent: "a percentage"
        case .money: "money"
        case .text: "text"
        case .boolean: "true or false"
        case .date: "a date"
        case .instant: "a moment"
        case .duration: "a duration"
        case .reason: "a reason"
        }
    }
}

extension Term {
    package var isLiteral: Bool {
        if case .literal = node { true } else { false }
    }

    /// For complaints: `"plan" is text`.
    var phrase: String {
        isLiteral ? "\(text.prefix(80)) is \(type.phrase)" : "\"\(text.prefix(80))\" is \(type.phrase)"
    }

    /// Whether it is a duration, as written, of whole days.
    var isWholeDays: Bool {
        switch node {
        case .literal(.duration(let span)): span.milliseconds % TimeSpan.days(1).milliseconds == 0
        case .negative(let term): term.isWholeDays
        default: false
        }
    }
}
