import Playbooks
import Storage
import Testing

/// Evaluates terms one account at a time, by the plainest reading of the design; what the evaluator must agree with.
struct ReferenceEvaluator {
    let account: ConditionWorld.Account
    /// Nil for an account without an enrollment.
    var enrollment: ConditionWorld.Enrollment?
    let zone: Zone
    var now = ConditionWorld.now
    private var event: ConditionWorld.Event?
    private var contact: ConditionWorld.Contact?

    init(_ account: ConditionWorld.Account, zone: Zone) {
        self.account = account
        self.zone = zone
    }

    init(_ enrollment: ConditionWorld.Enrollment, zone: Zone) {
        self.init(enrollment.account, zone: zone)
        self.enrollment = enrollment
    }

    private static let day: Int64 = 86_400_000
    private var since: Int64? { enrollment?.since }
    private var today: Int { zone.day(of: now).number }

    func value(_ term: Term) -> Value {
        switch term.node {
        case .literal(let value): return value
        case .attribute(let attribute): return value(account.columns[attribute.name] ?? .null, attribute.type)
        case .named(_, let definition): return value(definition)
        case .entry(let name):
            guard let stored = enrollment?.entry[name] else { return .missing }
            return Value(stored: stored, term.type)
        case .triggeringEvent(let name): return value(enrollment?.event?.properties[name] ?? .null, term.type)
        case .property(let name):
            if let contact {
                let text = name == "role" ? contact.role : name == "status" ? contact.status : contact.title
                return text.map { .text($0) } ?? .missing
            }
            return value(event?.properties[name] ?? .null, term.type)
        case .metric(let signal): return metric(signal)
        case .event(let signal): return events(signal, term.type)
        case .contacts(let filter): return contacts(filter)
        case .date(let function, let inner): return date(function, value(inner))
        case .history(let function, let attribute, let window): return history(function, attribute, window)
        case .journey(.inStage(let stage)):
            guard case .text(let now) = value(account.columns["stage"] ?? .null, .text) else { return .missing }
            return .boolean(now == stage)
        case .journey(.timeInStage):
            guard let start = account.columns["stage_since"]?.integer else { return .missing }
            return .duration(TimeSpan(milliseconds: now.milliseconds - start))
        case .journey, .atRisk, .touch, .health: return .missing
        case .not(let inner):
            guard case .boolean(let isTrue) = value(inner) else { return .missing }
            return .boolean(!isTrue)
        case .negative(let inner):
            switch value(inner) {
            case .number(let number): return .number(-number)
            case .duration(let span): return .duration(TimeSpan(milliseconds: -span.milliseconds))
            default: return .missing
            }
        case .binary(let found, let left, let right): return binary(found, value(left), value(right))
        case .isMissing(let inner): return .boolean(value(inner) == .missing)
        case .isPresent(let inner): return .boolean(value(inner) != .missing)
        case .isIn(let inner, let items):
            return items.reduce(.boolean(false)) { binary(.or, $0, binary(.equal, value(inner), value($1))) }
        }
    }

    private func value(_ stored: SQLValue, _ type: ValueType) -> Value {
        guard type == .money else { return Value(stored: stored, type) }
        return stored.real.map { .number($0 / 100) } ?? .missing
    }

    // MARK: Operators

    private func binary(_ found: Operator, _ left: Value, _ right: Value) -> Value {
        if found == .and || found == .or {
            let decides = Value.boolean(found == .or)
            if left == decides || right == decides { return decides }
            return left == .missing || right == .missing ? .missing : .boolean(found == .and)
        }
        switch (left, right) {
        case (.missing, _), (_, .missing): return .missing
        case (.number(let one), .number(let other)):
            switch found {
            case .plus: return .number(one + other)
            case .minus: return .number(one - other)
            case .times: return .number(one * other)
            case .divided: return other == 0 ? .missing : .number(one / other)
            default: return .boolean(holds(found, one, other))
            }
        case (.duration(let one), .duration(let other)):
            switch found {
            case .plus: return .duration(TimeSpan(milliseconds: one.milliseconds + other.milliseconds))
            case .minus: return .duration(TimeSpan(milliseconds: one.milliseconds - other.milliseconds))
            case .divided:
                return other.milliseconds == 0
                    ? .missing : .number(Double(one.milliseconds) / Double(other.milliseconds))
            default: return .boolean(holds(found, one, other))
            }
        case (.duration(let span), .number(let number)), (.number(let number), .duration(let span)):
            if found == .divided, number == 0 { return .missing }
            let length = Double(span.milliseconds)
            return .duration(
                TimeSpan(milliseconds: Int64((found == .divided ? length / number : length * number).rounded())))
        case (.instant(let one), .instant(let other)):
            return found == .minus ? .duration(one - other) : .boolean(holds(found, one, other))
        case (.instant(let moment), .duration(let span)), (.duration(let span), .instant(let moment)):
            return .instant(found == .minus ? moment - span : moment + span)
        case (.date(let day), .duration(let span)):
            let days = Int(span.milliseconds / Self.day)
            return .date(found == .minus ? day - days : day + days)
        case (.date(let one), .date(let other)):
            return found == .minus ? .duration(.days(Int64(one - other))) : .boolean(holds(found, one, other))
        case (.instant(let one), .date(let other)): return .boolean(holds(found, zone.day(of: one), other))
        case (.date(let one), .instant(let other)): return .boolean(holds(found, one, zone.day(of: other)))
        case (.text(let one), .text(let other)): return .boolean((one == other) == (found == .equal))
        case (.boolean(let one), .boolean(let other)): return .boolean((one == other) == (found == .equal))
        default: return .missing
        }
    }

    private func holds<Element: Comparable>(_ found: Operator, _ left: Element, _ right: Element) -> Bool {
        switch found {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        default: left >= right
        }
    }

    // MARK: Metrics

    private func existed(_ day: Int) -> Bool {
        zone.day(of: Instant(milliseconds: account.created)).number <= day
            && account.churned.map { day <= zone.day(of: Instant(milliseconds: $0)).number } ?? true
    }

    /// Stored; else 0 where a day without a row is zero and the account existed; else missing.
    private func value(_ metric: String, _ day: Int) -> Double? {
        if let stored = account.metrics[metric]?[day] { return stored }
        return metric == "logins" && existed(day) ? 0 : nil
    }

    private func metric(_ signal: MetricSignal) -> Value {
        guard let last = ConditionWorld.lastDays[signal.metric] else { return .missing }
        let entered = since.map { zone.day(of: Instant(milliseconds: $0)).number }
        if signal.function == .idle {
            let active = (last - 399...last).last { (account.metrics[signal.metric]?[$0] ?? 0) != 0 }
            guard let active, entered.map({ active > $0 }) ?? true else { return .missing }
            return .duration(now - zone.start(of: Day(number: active + 1)))
        }
        let window = last - signal.window + 1..<last + 1
        let baseline = last - signal.window - signal.baseline + 1..<last - signal.window + 1
        if let entered, (signal.baseline > 0 ? baseline : window).lowerBound <= entered { return .missing }
        let values = window.compactMap { value(signal.metric, $0) }
        guard !values.isEmpty else { return .missing }
        let sum = values.reduce(0, +)
        switch signal.function {
        case .sum: return .number(sum)
        case .avg: return .number(sum / Double(values.count))
        case .min: return values.min().map { .number($0) } ?? .missing
        case .max: return values.max().map { .number($0) } ?? .missing
        case .activeDays: return .number(Double(values.count { $0 != 0 }))
        case .drop, .rise:
            let before = baseline.compactMap { value(signal.metric, $0) }
            let stored = baseline.count { account.metrics[signal.metric]?[$0] != nil }
            let isKnown = signal.metric == "logins" ? baseline.allSatisfy(existed) : stored * 2 >= baseline.count
            let mean = before.reduce(0, +) / Double(before.count)
            guard isKnown, mean != 0 else { return .missing }
            let change = sum / Double(values.count) / mean
            return .number(signal.function == .drop ? 1 - change : change - 1)
        case .usageDrop, .idle: return .missing
        }
    }

    // MARK: Events

    private func events(_ signal: EventSignal, _ type: ValueType) -> Value {
        let events = account.events.filter { event in
            guard event.kind == signal.event, event.at <= now.milliseconds else { return false }
            if let window = signal.window, event.at <= now.milliseconds - window.milliseconds { return false }
            if signal.function != .ever, let since, event.at <= since { return false }
            guard let filter = signal.filter else { return true }
            var inner = self
            inner.event = event
            return inner.value(filter) == .boolean(true)
        }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        let moments = events.map { Instant(milliseconds: $0.at) }
        switch signal.function {
        case .count: return .number(Double(events.count))
        case .happened, .ever: return .boolean(!events.isEmpty)
        case .since: return moments.last.map { .duration(now - $0) } ?? .missing
        case .first: return moments.first.map { .instant($0) } ?? .missing
        case .last: return moments.last.map { .instant($0) } ?? .missing
        case .latest: return value(events.last?.properties[signal.property ?? ""] ?? .null, type)
        case .sum:
            let numbers = events.compactMap { $0.properties[signal.property ?? ""]?.real }
            return .number(numbers.reduce(0, +) / (type == .money ? 100 : 1))
        case .open, .overdue: return .missing
        }
    }

    // MARK: The rest

    private func contacts(_ filter: Term?) -> Value {
        let counted = account.contacts.filter { contact in
            guard let filter else { return contact.status == "active" }
            var inner = self
            inner.contact = contact
            let speaksOfStatus = filter.text.contains("status")
            return (speaksOfStatus || contact.status == "active") && inner.value(filter) == .boolean(true)
        }
        return .number(Double(counted.count))
    }

    private func date(_ function: DateFunction, _ value: Value) -> Value {
        switch (function, value) {
        case (.daysSince, .date(let day)): return .number(Double(today - day.number))
        case (.daysUntil, .date(let day)): return .number(Double(day.number - today))
        case (.daysSince, .instant(let moment)): return .number(Double((now - moment).milliseconds / Self.day))
        case (.daysUntil, .instant(let moment)): return .number(Double((moment - now).milliseconds / Self.day))
        case (.anniversary, .date(let day)): return .date(anniversary(day))
        case (.anniversary, .instant(let moment)): return .date(anniversary(zone.day(of: moment)))
        default: return .missing
        }
    }

    private func anniversary(_ day: Day) -> Day {
        if day.number >= today { return day }
        let (date, year) = (day.civil, Day(number: today).civil.year)
        for year in year...year + 1 {
            let next = Day(year: year, month: date.month, day: date.day) ?? Day(year: year, month: 2, day: 28)
            if let next, next.number >= today { return next }
        }
        return day
    }

    private func history(_ function: HistoryFunction, _ attribute: Attribute, _ window: TimeSpan) -> Value {
        func at(_ moment: Int64) -> Value {
            if account.created > moment { return .missing }
            let changes = account.history.filter { $0.attribute == attribute.name }.sorted { $0.at < $1.at }
            if let before = changes.last(where: { $0.at <= moment }) { return value(before.value, attribute.type) }
            return value(changes.first?.previous ?? account.columns[attribute.name] ?? .null, attribute.type)
        }
        let then = at(max(now.milliseconds - window.milliseconds, since ?? .min))
        switch function {
        case .was: return then
        case .change: return binary(.minus, at(now.milliseconds), then)
        case .fall: return binary(.divided, binary(.minus, then, at(now.milliseconds)), then)
        }
    }
}

extension Value {
    /// A value as the database holds it, by its type; money stays in minor units.
    init(stored value: SQLValue, _ type: ValueType) {
        self =
            switch type {
            case .number, .percent, .money: value.real.map { .number($0) } ?? .missing
            case .text, .reason:
                switch value {
                case .text(let text): .text(text)
                case .integer(let number): .text(String(number))
                case .real(let number): .text(String(number))
                case .null, .blob: .missing
                }
            case .boolean: value.real.map { .boolean($0 != 0) } ?? .missing
            case .date: value.integer.flatMap { Int(exactly: $0) }.map { .date(Day(number: $0)) } ?? .missing
            case .instant: value.integer.map { .instant(Instant(milliseconds: $0)) } ?? .missing
            case .duration: value.integer.map { .duration(TimeSpan(milliseconds: $0)) } ?? .missing
            }
    }
}
