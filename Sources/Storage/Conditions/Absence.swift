import Playbooks

/// What a condition comes to for an account that has no event of one kind, as far as that alone decides it.
struct Absence {
    private let event: String

    init(of event: String) {
        self.event = event
    }

    /// Whether the condition may hold.
    func permits(_ condition: Term) -> Bool {
        guard let value = value(condition) else { return true }
        return value == .boolean(true)
    }

    /// Nil when it depends on other things.
    private func value(_ term: Term) -> Value? {
        switch term.node {
        case .literal(let value): return value
        case .named(_, let definition): return value(definition)
        case .event(let signal):
            guard signal.event == event else { return nil }
            switch signal.function {
            case .count, .sum: return .number(0)
            case .happened, .ever: return .boolean(false)
            case .since, .first, .last: return .missing
            case .latest, .open, .overdue: return nil
            }
        case .not(let inner):
            guard case .boolean(let isTrue)? = value(inner) else { return value(inner) }
            return .boolean(!isTrue)
        case .isMissing(let inner): return value(inner).map { .boolean($0 == .missing) }
        case .isPresent(let inner): return value(inner).map { .boolean($0 != .missing) }
        case .binary(let found, let left, let right): return value(found, value(left), value(right))
        default: return nil
        }
    }

    private func value(_ found: Operator, _ left: Value?, _ right: Value?) -> Value? {
        switch found {
        case .and:
            if left == .boolean(false) || right == .boolean(false) { return .boolean(false) }
            // Missing and anything else is missing or false: it does not hold.
            if left == .missing || right == .missing { return .missing }
            return left == .boolean(true) ? right : right == .boolean(true) ? left : nil
        case .or:
            if left == .boolean(true) || right == .boolean(true) { return .boolean(true) }
            return left == .boolean(false) ? right : right == .boolean(false) ? left : left == right ? left : nil
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            if left == .missing || right == .missing { return .missing }
            guard case .number(let one)? = left, case .number(let other)? = right else { return nil }
            return .boolean(found.holds(one, other))
        case .plus, .minus, .times, .divided:
            return left == .missing || right == .missing ? .missing : nil
        }
    }
}

extension Operator {
    /// Whether a comparison holds.
    func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: false
        }
    }
}
