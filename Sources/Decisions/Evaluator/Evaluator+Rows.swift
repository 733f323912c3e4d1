import Playbooks

extension Evaluator {
    /// The value for one row; the same as in a column of all rows.
    func scalar(_ term: Term, _ row: Row) -> Scalar {
        switch term.node {
        case .literal(let value): return Scalar(value)
        case .attribute(let attribute):
            if let given = row.subject?.given[attribute.name] { return read(given, attribute.type) }
            return block.attributes[attribute.name]?.scalar(row.account, as: attribute.type) ?? .missing
        case .named(_, let definition): return scalar(definition, row)
        case .entry(let name): return row.subject?.entry[name].map { read($0, term.type) } ?? .missing
        case .triggeringEvent(let name):
            return row.subject?.event?.properties[name].map { read($0, term.type) } ?? .missing
        case .property(let name): return row.items?[name]?.scalar(row.item, as: term.type) ?? .missing
        case .metric(let signal): return .number(metric(signal, row))
        case .event(let signal): return event(signal, term.type, row)
        case .contacts(let filter): return .number(contacts(filter, row))
        case .date(let function, let inner):
            return .number(date(function, scalar(inner, row).number, isDay: inner.type == .date))
        case .history(let function, let attribute, let window): return history(function, attribute, window, row)
        case .journey(let signal): return .number(journey(signal, row.account))
        case .atRisk(let reason): return Scalar(isAtRisk(reason, row.account))
        case .touch(let signal): return touch(signal, row)
        case .health(let score, let change): return .number(health(score, change, row))
        case .not(let inner): return .number(1 - scalar(inner, row).number)
        case .negative(let inner): return .number(-scalar(inner, row).number)
        case .binary(let found, let left, let right):
            if found.isJunction { return .number(junction(found, term, row)) }
            if found.isComparison { return .number(comparison(found, left, right, row)) }
            return .number(arithmetic(found, left, right, row))
        case .isMissing(let inner): return Scalar(scalar(inner, row).isMissing)
        case .isPresent(let inner): return Scalar(!scalar(inner, row).isMissing)
        case .isIn(let inner, let items):
            let or = Calculation.or
            return .number(items.reduce(0) { or($0, comparison(.equal, inner, $1, row)) })
        }
    }

    /// A value that was frozen or came with an event, where the term expects a type.
    private func read(_ value: Value, _ type: ValueType) -> Scalar {
        let scalar = Scalar(value)
        if type == .boolean { return .number(scalar.number.asBoolean) }
        return type.isText ? .text(scalar.text) : .number(scalar.number)
    }

    /// Along the left of the chain, from its end, until one condition decides.
    private func junction(_ found: Operator, _ term: Term, _ row: Row) -> Double {
        let decided: Double = found == .and ? 0 : 1
        let calculation = Calculation(found, .boolean, .boolean)
        var result = 1 - decided
        var rest = term
        while case .binary(found, let left, let right) = rest.node {
            result = calculation(result, scalar(right, row).number)
            if result == decided { return result }
            rest = left
        }
        return calculation(result, scalar(rest, row).number)
    }

    private func comparison(_ found: Operator, _ left: Term, _ right: Term, _ row: Row) -> Double {
        let calculation = Calculation(found, left.type, right.type)
        let (one, other) = (scalar(left, row), scalar(right, row))
        switch (left.type, right.type) {
        case (.text, _), (.reason, _): return calculation(one.text, other.text)
        case (.instant, .date): return calculation(day(of: one.number), other.number)
        case (.date, .instant): return calculation(one.number, day(of: other.number))
        default: return calculation(one.number, other.number)
        }
    }

    private func arithmetic(_ found: Operator, _ left: Term, _ right: Term, _ row: Row) -> Double {
        let calculation = Calculation(found, left.type, right.type)
        guard case .binary(let inner, _, _) = left.node, inner.isArithmetic else {
            return calculation(scalar(left, row).number, scalar(right, row).number)
        }
        var chain = [(calculation, right)]
        var first = left
        while case .binary(let found, let left, let right) = first.node, found.isArithmetic {
            chain.append((Calculation(found, left.type, right.type), right))
            first = left
        }
        return chain.reversed().reduce(scalar(first, row).number) { $1.0($0, scalar($1.1, row).number) }
    }
}
