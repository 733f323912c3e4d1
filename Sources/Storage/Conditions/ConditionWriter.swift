import Decisions
import Playbooks

/// Writes the terms of one query; collects its arguments and the tables that it reads from.
struct ConditionWriter {
    let context: EvaluationContext
    let calendar: CalendarSQL
    let population: ConditionSQL.Population
    let audience: String
    private(set) var arguments: [String: SQLValue] = [:]
    private var names: [SQLValue: String] = [:]
    /// The events from whose grouped pass the accounts come, when few of them can match.
    var driver: EventDriver?
    /// The passes over commitments that `from` joins, by event.
    var commitments: [(event: String, join: String)] = []
    /// What names of properties mean inside `where`.
    var filtered: Filtered?

    enum Filtered {
        case event(EventKind)
        case contacts
    }

    init(
        _ context: EvaluationContext, _ calendar: CalendarSQL, _ population: ConditionSQL.Population, audience: String
    ) {
        self.context = context
        self.calendar = calendar
        self.population = population
        self.audience = audience
    }

    /// Accounts come in the order of their ids, which series functions need: SQLite would scan a covering index in its
    /// own order, and CROSS JOIN keeps the tables in the order written.
    var from: String { ([accounts] + commitments.map(\.join)).joined(separator: " ") }

    private var accounts: String {
        switch population {
        case .accounts:
            guard let driver else { return "account AS a NOT INDEXED" }
            let events = "\(driver.table) AS \(driver.alias)"
            return driver.alias == "a" ? events : "\(events) CROSS JOIN account AS a ON a.id = in_g.id"
        case .table(let table):
            return "\(table) AS p CROSS JOIN account AS a ON a.id = p.account_id"
        case .walking:
            return "plan_population AS p CROSS JOIN account AS a ON a.id = p.account_id"
        }
    }

    /// The name of the argument that has this value.
    mutating func bind(_ value: SQLValue) -> String {
        if let name = names[value] { return name }
        let name = "c_\(arguments.count + 1)"
        arguments[name] = value
        names[value] = ":" + name
        return ":" + name
    }

    mutating func bind(_ instant: Instant) -> String { bind(.instant(instant)) }
    mutating func bind(_ day: Day) -> String { bind(.integer(Int64(day.number))) }
    mutating func bind(_ count: Int) -> String { bind(.integer(Int64(count))) }

    var hasRows: Bool {
        if case .accounts = population { false } else { true }
    }

    // MARK: Terms

    mutating func fragment(_ term: Term) -> Fragment {
        switch term.node {
        case .literal(let value): return literal(value)
        case .attribute(let attribute):
            return inUnits(Fragment("a.\(AttributeColumns.ofAccount(attribute.name))"), attribute.type)
        case .named(_, let definition): return fragment(definition)
        case .entry(let name): return entry(name, term.type)
        case .triggeringEvent(let name): return triggeringEvent(name, term.type)
        case .property(let name): return property(name, term.type)
        case .metric(let signal): return metric(signal)
        case .event(let signal): return event(signal, term.type)
        case .contacts(let filter): return contacts(filter)
        case .date(let function, let inner): return date(function, inner)
        case .history(let function, let attribute, let window): return history(function, attribute, window)
        case .journey(let signal): return journey(signal)
        case .atRisk(let reason): return atRisk(reason)
        case .touch(let signal): return touch(signal)
        case .not(let inner): return Fragment("NOT \(fragment(inner).operand(Fragment.comparison))", rank: Fragment.not)
        case .negative(let inner): return Fragment("-\(fragment(inner).operand(Fragment.atom))", rank: Fragment.sign)
        case .binary(let found, let left, let right): return binary(found, left, right)
        case .isMissing(let inner):
            return Fragment("\(fragment(inner).operand(Fragment.sum)) IS NULL", rank: Fragment.comparison)
        case .isPresent(let inner):
            return Fragment("\(fragment(inner).operand(Fragment.sum)) IS NOT NULL", rank: Fragment.comparison)
        case .isIn(let inner, let items): return isIn(inner, items)
        }
    }

    private mutating func literal(_ value: Value) -> Fragment {
        switch value {
        case .missing: Self.missing(.number)
        case .number(let number): Fragment(bind(.real(number)))
        case .text(let text): Fragment(bind(.text(text)))
        case .boolean(let isTrue): Fragment(isTrue ? "1 = 1" : "1 = 0", rank: Fragment.comparison)
        case .date(let day): Fragment(bind(day))
        case .instant(let instant): Fragment(bind(instant))
        case .duration(let span): Fragment(bind(.integer(span.milliseconds)))
        }
    }

    /// NULL with a type, which PostgreSQL wants.
    static func missing(_ type: ValueType) -> Fragment {
        switch type {
        case .number, .percent, .money: Fragment("CAST(NULL AS double precision)")
        case .text, .reason: Fragment("CAST(NULL AS text)")
        case .boolean: Fragment("CAST(NULL AS bigint) <> 0", rank: Fragment.comparison)
        case .date, .instant, .duration: Fragment("CAST(NULL AS bigint)")
        }
    }

    /// A stored value in the units of conditions.
    func inUnits(_ stored: Fragment, _ type: ValueType) -> Fragment {
        switch type {
        case .money:
            var factor = "1"
            for _ in 0..<Currency.minorDigits(of: context.currency) { factor += "0" }
            return Fragment("\(stored.operand(Fragment.product)) / \(factor).0", rank: Fragment.product)
        case .boolean: return Fragment("\(stored.operand(Fragment.sum)) <> 0", rank: Fragment.comparison)
        default: return stored
        }
    }

    private func entry(_ name: String, _ type: ValueType) -> Fragment {
        guard hasRows else { return Self.missing(type) }
        let value = Fragment("(\(Self.json("p.entry", "->", name)) ->> 1)")
        return type == .boolean ? inUnits(value, .boolean) : value
    }

    private func triggeringEvent(_ name: String, _ type: ValueType) -> Fragment {
        guard hasRows else { return Self.missing(type) }
        let property = Self.json("in_t.properties", "->>", name)
        return inUnits(Fragment("(SELECT \(property) FROM event AS in_t WHERE in_t.id = p.event_id)"), type)
    }

    private func property(_ name: String, _ type: ValueType) -> Fragment {
        switch filtered {
        case .event: inUnits(Fragment(Self.json("in_e.properties", "->>", name)), type)
        case .contacts: inUnits(Fragment("in_c.\(AttributeColumns.ofContact(name))"), type)
        case nil: Self.missing(type)
        }
    }

    /// A member of a JSON object; SQLite would take a name that begins with `$` for a path.
    static func json(_ object: String, _ arrow: String, _ name: String) -> String {
        let key = name.hasPrefix("$") ? "$.\"\(name)\"" : name
        return "(\(object) \(arrow) '\(key.replacing("'", with: "''"))')"
    }

    // MARK: Operators

    private mutating func binary(_ found: Operator, _ left: Term, _ right: Term) -> Fragment {
        switch found {
        case .and, .or: return junction(found, left, right)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return comparison(found, left, right)
        case .plus, .minus, .times, .divided: return arithmetic(found, left, right)
        }
    }

    /// All conditions joined by one operator, cheap ones first, so that the dear ones are seldom asked.
    private mutating func junction(_ found: Operator, _ left: Term, _ right: Term) -> Fragment {
        let conditions = (members(of: left, found) + members(of: right, found)).enumerated().sorted {
            ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset)
        }
        let rank = found == .and ? Fragment.and : Fragment.or
        let operands = conditions.map { fragment($0.element).operand(rank + 1) }
        return Fragment(operands.joined(separator: found == .and ? " AND " : " OR "), rank: rank)
    }

    private func members(of term: Term, _ found: Operator) -> [Term] {
        switch term.node {
        case .binary(found, let left, let right): members(of: left, found) + members(of: right, found)
        case .named(_, let definition): members(of: definition, found)
        default: [term]
        }
    }

    private mutating func comparison(_ found: Operator, _ left: Term, _ right: Term) -> Fragment {
        switch (left.type, right.type) {
        case (.instant, .date): return dayComparison(found, left, right)
        case (.date, .instant): return dayComparison(found.mirrored, right, left)
        default:
            return .infix(fragment(left), found.sql, fragment(right), rank: Fragment.comparison)
        }
    }

    /// A moment compared with a date stands for its day in the workspace's zone.
    private mutating func dayComparison(_ found: Operator, _ instant: Term, _ date: Term) -> Fragment {
        let moment = fragment(instant)
        guard case .literal(.date(let day)) = date.node else {
            let column = Fragment(calendar.day(of: moment.operand(Fragment.product)))
            return .infix(column, found.sql, fragment(date), rank: Fragment.comparison)
        }
        let start = Fragment(bind(context.zone.start(of: day)))
        let end = Fragment(bind(context.zone.start(of: day + 1)))
        func compare(_ sign: String, _ bound: Fragment) -> Fragment {
            .infix(moment, sign, bound, rank: Fragment.comparison)
        }
        switch found {
        case .less: return compare("<", start)
        case .lessOrEqual: return compare("<", end)
        case .greater: return compare(">=", end)
        case .greaterOrEqual: return compare(">=", start)
        case .equal:
            return .infix(compare(">=", start), "AND", compare("<", end), rank: Fragment.and)
        default:
            return .infix(compare("<", start), "OR", compare(">=", end), rank: Fragment.or)
        }
    }

    private mutating func isIn(_ inner: Term, _ items: [Term]) -> Fragment {
        if items.contains(where: { $0.type != inner.type && ($0.type == .date || $0.type == .instant) }) {
            let equals = items.map { comparison(.equal, inner, $0).operand(Fragment.and) }
            return Fragment(equals.joined(separator: " OR "), rank: Fragment.or)
        }
        let list = items.map { fragment($0).text }.joined(separator: ", ")
        return Fragment("\(fragment(inner).operand(Fragment.sum)) IN (\(list))", rank: Fragment.comparison)
    }

    private mutating func arithmetic(_ found: Operator, _ left: Term, _ right: Term) -> Fragment {
        let day = TimeSpan.days(1).milliseconds
        switch (found, left.type, right.type) {
        case (.plus, .date, .duration), (.minus, .date, .duration):
            let days = Fragment("\(fragment(right).operand(Fragment.product)) / \(day)", rank: Fragment.product)
            return .infix(fragment(left), found.rawValue, days, rank: Fragment.sum)
        case (.minus, .date, .date):
            let days = Fragment.infix(fragment(left), "-", fragment(right), rank: Fragment.sum)
            return Fragment("(\(days.text)) * \(day)", rank: Fragment.product)
        case (.divided, _, _):
            let numerator = "CAST(\(fragment(left).text) AS double precision)"
            let quotient = "\(numerator) / NULLIF(\(fragment(right).text), 0)"
            guard left.type == .duration, right.type != .duration else {
                return Fragment(quotient, rank: Fragment.product)
            }
            return Fragment("CAST(round(\(quotient)) AS bigint)")
        case (.times, .duration, _), (.times, _, .duration):
            let product = Fragment.infix(fragment(left), "*", fragment(right), rank: Fragment.product)
            return Fragment("CAST(round(\(product.text)) AS bigint)")
        default:
            return .infix(
                fragment(left), found.rawValue, fragment(right),
                rank: found == .plus || found == .minus ? Fragment.sum : Fragment.product)
        }
    }
}

extension Operator {
    var sql: String {
        switch self {
        case .equal: "="
        case .notEqual: "<>"
        case .and: "AND"
        case .or: "OR"
        default: rawValue
        }
    }

    /// The comparison with its sides exchanged.
    var mirrored: Operator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }
}

extension Term {
    /// What a row costs, roughly: 0 for columns, 1 for a look-up, 2 for a window of a metric.
    var cost: Int {
        let own =
            switch node {
            case .metric: 2
            case .event, .contacts, .history, .atRisk, .touch, .triggeringEvent: 1
            default: 0
            }
        return parts.map(\.cost).max().map { max(own, $0) } ?? own
    }
}
