package import Playbooks

/// The events without which a condition cannot hold: the accounts that may match come from their index.
package struct NecessaryEvents: Sendable, Equatable {
    package var kind: String
    /// How far back; nil for all of them.
    package var window: TimeSpan?

    package init(kind: String, window: TimeSpan?) {
        self.kind = kind
        self.window = window
    }
}

extension Term {
    /// Whether a condition can hold for an account that has no event of a kind, as far as that alone decides it.
    package func mayHold(withoutEventsOf kind: String) -> Bool {
        guard let value = value(without: kind) else { return true }
        return value == .boolean(true)
    }

    /// Nil when it may hold for accounts without events; of several kinds, the one that is first by its name.
    package var necessaryEvents: NecessaryEvents? {
        let signals = eventSignals
        guard let kind = Set(signals.map(\.event)).sorted().first(where: { !mayHold(withoutEventsOf: $0) }) else {
            return nil
        }
        let windows = signals.filter { $0.event == kind }.map(\.window)
        let longest = windows.contains(nil) ? nil : windows.compactMap { $0 }.max()
        return NecessaryEvents(kind: kind, window: longest)
    }

    /// What it comes to without events of the kind; nil when that depends on other things.
    private func value(without kind: String) -> Value? {
        switch node {
        case .literal(let value): return value
        case .named(_, let definition): return definition.value(without: kind)
        case .event(let signal):
            guard signal.event == kind else { return nil }
            switch signal.function {
            case .count, .sum: return .number(0)
            case .happened, .ever: return .boolean(false)
            case .since, .first, .last: return .missing
            case .latest, .open, .overdue: return nil
            }
        case .not(let inner):
            let value = inner.value(without: kind)
            guard case .boolean(let isTrue)? = value else { return value }
            return .boolean(!isTrue)
        case .isMissing(let inner): return inner.value(without: kind).map { .boolean($0 == .missing) }
        case .isPresent(let inner): return inner.value(without: kind).map { .boolean($0 != .missing) }
        case .binary(let found, let left, let right):
            if found.isJunction {
                let values = members(of: found).map { $0.value(without: kind) }
                return values.dropFirst().reduce(values.first ?? nil) { Self.joined(found, $0, $1) }
            }
            if found.isArithmetic {
                return parts.contains { $0.value(without: kind) == .missing } ? .missing : nil
            }
            return Self.compared(found, left.value(without: kind), right.value(without: kind))
        default: return nil
        }
    }

    private static func joined(_ found: Operator, _ left: Value?, _ right: Value?) -> Value? {
        if found == .and {
            if left == .boolean(false) || right == .boolean(false) { return .boolean(false) }
            // Missing and anything else is missing or false: it does not hold.
            if left == .missing || right == .missing { return .missing }
            return left == .boolean(true) ? right : right == .boolean(true) ? left : nil
        }
        if left == .boolean(true) || right == .boolean(true) { return .boolean(true) }
        return left == .boolean(false) ? right : right == .boolean(false) ? left : left == right ? left : nil
    }

    private static func compared(_ found: Operator, _ left: Value?, _ right: Value?) -> Value? {
        if left == .missing || right == .missing { return .missing }
        guard case .number(let one)? = left, case .number(let other)? = right else { return nil }
        return .boolean(found.holds(one, other))
    }
}
