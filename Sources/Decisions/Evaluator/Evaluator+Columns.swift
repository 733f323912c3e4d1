import Playbooks

extension Evaluator {
    func column(_ term: Term, _ rows: Rows) -> Column {
        switch term.node {
        case .literal(let value): return constant(Scalar(value), term.type, rows.count)
        case .named(_, let definition): return column(definition, rows)
        case .not(let inner): return map(inner, rows) { 1 - $0 }
        case .negative(let inner): return map(inner, rows) { -$0 }
        case .isMissing(let inner): return presence(inner, rows, present: 0)
        case .isPresent(let inner): return presence(inner, rows, present: 1)
        case .date(let function, let inner):
            return map(inner, rows) { self.date(function, $0, isDay: inner.type == .date) }
        case .isIn(let inner, let items): return isIn(inner, items, rows)
        case .binary(let found, let left, let right):
            if found.isJunction { return junction(found, term, rows) }
            if found.isComparison { return .numbers(comparison(found, left, right, rows)) }
            return arithmetic(term, rows)
        default: return leaf(term, rows)
        }
    }

    private func constant(_ scalar: Scalar, _ type: ValueType, _ count: Int) -> Column {
        type.isText
            ? .texts([String?](repeating: scalar.text, count: count))
            : .numbers([Double](repeating: scalar.number, count: count))
    }

    private func map(_ term: Term, _ rows: Rows, _ transform: (Double) -> Double) -> Column {
        .numbers(column(term, rows).numbers.map(transform))
    }

    private func presence(_ term: Term, _ rows: Rows, present: Double) -> Column {
        switch column(term, rows) {
        case .numbers(let values): .numbers(values.map { $0.isNaN ? 1 - present : present })
        case .texts(let values): .numbers(values.map { $0 == nil ? 1 - present : present })
        }
    }

    // MARK: Operators

    /// Cheap conditions first; the others are not asked once every row is decided.
    private func junction(_ found: Operator, _ term: Term, _ rows: Rows) -> Column {
        let decided: Double = found == .and ? 0 : 1
        let calculation = Calculation(found, .boolean, .boolean)
        let members = term.members(of: found).map { (term: $0, cost: $0.cost) }
        var result = [Double](repeating: 1 - decided, count: rows.count)
        for cost in 0...2 {
            for member in members where member.cost == cost {
                result = calculation(result, column(member.term, rows).numbers)
                if !result.contains(where: { $0 != decided }) { return .numbers(result) }
            }
        }
        return .numbers(result)
    }

    private func comparison(_ found: Operator, _ left: Term, _ right: Term, _ rows: Rows) -> [Double] {
        let calculation = Calculation(found, left.type, right.type)
        guard !left.type.isText else { return textComparison(calculation, left, right, rows) }
        return calculation(side(left, beside: right, rows), side(right, beside: left, rows))
    }

    /// A moment compared with a date stands for its day.
    private func side(_ term: Term, beside other: Term, _ rows: Rows) -> [Double] {
        let values = column(term, rows).numbers
        return term.type == .instant && other.type == .date ? values.map { day(of: $0) } : values
    }

    private func textComparison(
        _ calculation: Calculation, _ left: Term, _ right: Term, _ rows: Rows
    ) -> [Double] {
        let texts = column(left, rows).texts
        if case .literal(.text(let literal)) = right.node { return texts.map { calculation($0, literal) } }
        return zip(texts, column(right, rows).texts).map { calculation($0, $1) }
    }

    private func isIn(_ inner: Term, _ items: [Term], _ rows: Rows) -> Column {
        let or = Calculation(.or, .boolean, .boolean)
        var result = [Double](repeating: 0, count: rows.count)
        for item in items { result = or(result, comparison(.equal, inner, item, rows)) }
        return .numbers(result)
    }

    /// Along the left of the chain instead of down, which may be thousands of terms long.
    private func arithmetic(_ term: Term, _ rows: Rows) -> Column {
        var chain: [(calculation: Calculation, right: Term)] = []
        var first = term
        while case .binary(let found, let left, let right) = first.node, found.isArithmetic {
            chain.append((Calculation(found, left.type, right.type), right))
            first = left
        }
        var result = column(first, rows).numbers
        for link in chain.reversed() { result = link.calculation(result, column(link.right, rows).numbers) }
        return .numbers(result)
    }

    // MARK: What is looked up

    private func leaf(_ term: Term, _ rows: Rows) -> Column {
        switch (rows.kind, term.node) {
        case (.accounts, .attribute(let attribute)):
            return block.attributes[attribute.name]?.read(as: attribute.type)
                ?? .missing(attribute.type, count: rows.count)
        case (.accounts, .metric(let signal)): return .numbers(metricColumn(signal, audience: rows.audience))
        case (.accounts, .health(let score, let change)): return .numbers(healthColumn(score, change))
        case (.accounts, .event(let signal)): return eventColumn(signal, term.type)
        case (.accounts, _):
            var row = Row(account: 0, audience: rows.audience)
            return gather(term, rows) { index in
                row.account = index
                return self.scalar(term, row)
            }
        case (.events(let properties), .property(let name)):
            return properties[name]?.read(as: term.type) ?? .missing(term.type, count: rows.count)
        case (.events, _): return .missing(term.type, count: rows.count)
        case (.subjects(let subjects), _):
            var row = Row(account: 0, audience: rows.audience)
            return gather(term, rows) { index in
                row.account = subjects[index].account
                row.subject = subjects[index]
                return self.scalar(term, row)
            }
        }
    }

    private func gather(_ term: Term, _ rows: Rows, _ scalar: (Int) -> Scalar) -> Column {
        term.type.isText
            ? .texts((0..<rows.count).map { scalar($0).text }) : .numbers((0..<rows.count).map { scalar($0).number })
    }
}
