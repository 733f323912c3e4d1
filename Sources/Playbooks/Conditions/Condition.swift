/// A checked condition or signal: a typed tree in which every name is resolved.
///
/// `ConditionParser` makes it, the `Evaluator` computes it; the same tree serves matching, explaining and
/// the variables of messages. A condition is a term of type `boolean`; three-valued logic as in SQL, and a condition
/// that comes out missing is not met.
package struct Term: Sendable, Hashable {
    package var node: Node
    package var type: ValueType
    /// The text as written, for `explain`: `drop(logins, 14d, 56d)`.
    package var text: String

    package init(_ node: Node, _ type: ValueType, text: String) {
        self.node = node
        self.type = type
        self.text = text
    }

    package indirect enum Node: Sendable, Hashable {
        case literal(Value)
        /// A column of the account, built in or declared.
        case attribute(Attribute)
        /// A signal or a segment used by its name; the term is its definition.
        case named(String, Term)
        /// `entry.NAME`: a signal frozen when the enrollment began.
        case entry(String)
        /// `event.NAME`: a property of the event that triggered.
        case triggeringEvent(String)
        /// Inside `where`: a property of the event (or of the contact) being looked at.
        case property(String)
        case metric(MetricSignal)
        case event(EventSignal)
        /// The number of active contacts for which `filter` holds.
        case contacts(filter: Term?)
        case date(DateFunction, Term)
        case history(HistoryFunction, attribute: Attribute, window: TimeSpan)
        case journey(JourneySignal)
        /// Some live playbook with this `risk` has a standing match on the account; any reason when nil.
        case atRisk(reason: String?)
        case touch(TouchSignal)
        /// The health score now, or what is asked of an earlier one.
        case health(HealthScore, HealthScore.Change?)
        case not(Term)
        case negative(Term)
        case binary(Operator, Term, Term)
        case isMissing(Term)
        case isPresent(Term)
        case isIn(Term, [Term])
    }
}

package enum Operator: String, Sendable, Hashable {
    case and, or
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case plus = "+", minus = "-", times = "*", divided = "/"
}

/// A number computed from the daily values of one metric; windows are whole days that end at its last complete day.
package struct MetricSignal: Sendable, Hashable {
    package enum Function: String, Sendable, CaseIterable {
        case sum, avg, min, max, activeDays = "active_days", drop, rise, usageDrop = "usage_drop", idle
    }

    package var function: Function
    package var metric: String
    /// Days; 0 for `idle`.
    package var window: Int
    /// Days before the window, for `drop`, `rise` and `usage_drop`; else 0.
    package var baseline: Int
    /// For `usage_drop`: whether few of those found may be found by chance.
    package var isStrict: Bool

    package init(
        _ function: Function, _ metric: String, window: Int, baseline: Int = 0, isStrict: Bool = false
    ) {
        self.function = function
        self.metric = metric
        self.window = window
        self.baseline = baseline
        self.isStrict = isStrict
    }
}

/// A value computed from an account's events of one kind.
package struct EventSignal: Sendable, Hashable {
    package enum Function: String, Sendable, CaseIterable {
        /// `since` is the time since the last one; `first` and `last` are instants; `open` and `overdue` count
        /// commitments.
        case count, happened, since, first, last, ever, latest, sum, open, overdue
    }

    package var function: Function
    package var event: String
    /// For `latest` and `sum`: the property.
    package var property: String?
    package var window: TimeSpan?
    package var filter: Term?

    package init(
        _ function: Function, _ event: String, property: String? = nil, window: TimeSpan? = nil, filter: Term? = nil
    ) {
        self.function = function
        self.event = event
        self.property = property
        self.window = window
        self.filter = filter
    }
}

package enum DateFunction: String, Sendable, CaseIterable {
    /// `days_since` and `days_until` are numbers of whole days; `anniversary` is the next one, today included.
    case daysSince = "days_since", daysUntil = "days_until", anniversary
}

package enum HistoryFunction: String, Sendable, CaseIterable {
    /// `change` is absolute, `fall` relative, `was` the earlier value.
    case change, fall, was
}

package enum JourneySignal: Sendable, Hashable {
    case inStage(String), timeInStage, stuck, weakPoint
}

package enum TouchSignal: Sendable, Hashable {
    case sent(step: String), delivered(step: String), opened(step: String), clicked(step: String)
    case replied(step: String)
    case waited(step: String)
    case touched(playbook: String?, window: TimeSpan)
    case enrolled(playbook: String, window: TimeSpan?)
}
