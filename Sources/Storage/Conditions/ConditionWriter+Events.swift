import Decisions
import Playbooks

/// One grouped pass over the events of a kind, from which the accounts of a query come.
struct EventDriver {
    /// The bracketed SELECT, with a row for each account that has such an event, its id as `id`.
    var table: String
    /// `in_g`; or `a`, where the rows of accounts themselves need not be read.
    var alias: String
    /// The column of each signal that the pass computes.
    var columns: [EventSignal: String]
}

extension ConditionWriter {
    /// The value of a signal for one account: a look-up of its events by the index on kind, account and moment.
    mutating func event(_ signal: EventSignal, _ type: ValueType) -> Fragment {
        if signal.function == .open || signal.function == .overdue { return commitments(signal) }
        if let driver, let column = driver.columns[signal] {
            return figure(signal, Fragment("\(driver.alias).\(column)"), type)
        }
        let kind = "in_e.kind_id = \(kind(of: signal))"
        let others = bounds(signal)
        let bounds = ([kind, "in_e.account_id = a.id"] + others).joined(separator: " AND ")
        switch signal.function {
        case .latest:
            guard let property = signal.property else { return Self.missing(type) }
            let value = Self.json("in_e.properties", "->>", property)
            return inUnits(
                Fragment(
                    "(SELECT \(value) FROM event AS in_e WHERE \(bounds) ORDER BY in_e.at DESC, in_e.id DESC LIMIT 1)"),
                type)
        case .happened, .ever:
            guard hasRows else {
                // Over all accounts, one pass over the events costs less than looking each account up; DISTINCT, which the
                // index gives for nothing, halves the list's making. The sign keeps SQLite from reading accounts in the
                // order of the list.
                let all = ([kind] + others).joined(separator: " AND ")
                return Fragment(
                    "+a.id IN (SELECT DISTINCT in_e.account_id FROM event AS in_e WHERE \(all))",
                    rank: Fragment.comparison)
            }
            return Fragment("EXISTS (SELECT 1 FROM event AS in_e WHERE \(bounds))")
        case .count, .since, .first, .last, .sum:
            let value = Fragment("(SELECT \(aggregate(signal)) FROM event AS in_e WHERE \(bounds))")
            return figure(signal, value, type)
        case .open, .overdue:
            return Self.missing(type)
        }
    }

    /// The signal, from the aggregate of its events; NULL stands for no events.
    private mutating func figure(_ signal: EventSignal, _ aggregate: Fragment, _ type: ValueType) -> Fragment {
        switch signal.function {
        case .count, .sum: inUnits(Fragment("coalesce(\(aggregate.text), 0)"), type)
        case .happened, .ever: Fragment("coalesce(\(aggregate.text), 0) > 0", rank: Fragment.comparison)
        case .since: .infix(Fragment(bind(context.now)), "-", aggregate, rank: Fragment.sum)
        case .first, .last, .latest, .open, .overdue: aggregate
        }
    }

    private func aggregate(_ signal: EventSignal) -> String {
        switch signal.function {
        case .since, .last: "max(in_e.at)"
        case .first: "min(in_e.at)"
        case .sum: "sum(\(Self.json("in_e.properties", "->>", signal.property ?? "")))"
        case .count, .happened, .ever, .latest, .open, .overdue: "count(*)"
        }
    }

    private mutating func kind(of signal: EventSignal) -> String {
        bind(.integer(context.kindIDs[signal.event] ?? 0))
    }

    /// Which events count: not after now, in the window, after the enrollment, and those for which the filter holds.
    private mutating func bounds(_ signal: EventSignal) -> [String] {
        var bounds = ["in_e.at <= \(bind(context.now))"]
        if let start = start(of: signal.window, looksBack: signal.function == .ever) {
            bounds.append("in_e.at > \(start)")
        }
        if let filter = signal.filter { bounds.append(filterText(filter, signal.event)) }
        return bounds
    }

    /// The moment after which things count, cut at the enrollment; nil when everything does.
    mutating func start(of window: TimeSpan?, looksBack: Bool = false) -> String? {
        let start = window.map { bind(context.now - $0) }
        guard hasRows, !looksBack else { return start }
        guard let start else { return "coalesce(p.since, \(bind(.integer(.min))))" }
        return "CASE WHEN p.since > \(start) THEN p.since ELSE \(start) END"
    }

    private mutating func filterText(_ filter: Term, _ event: String) -> String {
        let outer = filtered
        defer { filtered = outer }
        filtered = .event(context.dataMap.event(event) ?? EventKind(event))
        // Reading JSON is dear, finding a text in it cheap; the program writes it without needless escapes.
        let hints = quotedTexts(filter).map { "instr(in_e.properties, \(bind(.text($0)))) > 0" }
        return (hints + [fragment(filter).operand(Fragment.not)]).joined(separator: " AND ")
    }

    /// What the JSON of an event must hold, quotes included, for the filter to hold.
    private func quotedTexts(_ filter: Term) -> [String] {
        switch filter.node {
        case .binary(.and, let left, let right): return quotedTexts(left) + quotedTexts(right)
        case .binary(.equal, let left, let right):
            guard case .property = left.node, case .literal(.text(let text)) = right.node,
                text.unicodeScalars.allSatisfy({ $0 >= " " && $0 != "\"" && $0 != "\\" })
            else { return [] }
            return ["\"\(text)\""]
        default: return []
        }
    }

    // MARK: The grouped pass

    /// Lets the accounts come from the events of a kind without which the condition cannot hold, if there is one.
    mutating func drive(by condition: Term) {
        let signals = condition.eventSignals
        for kind in Set(signals.map(\.event)).sorted() where !condition.mayHold(withoutEventsOf: kind) {
            let reads = condition.reads
            let alias = reads.attributes.isEmpty && reads.metrics.isEmpty ? "a" : "in_g"
            driver = pass(over: signals.filter { $0.event == kind && $0.function.isAggregate }, alias: alias)
            return
        }
    }

    private mutating func pass(over signals: [EventSignal], alias: String) -> EventDriver {
        let bounds = signals.map { self.bounds($0) }
        // What all ask for narrows the pass; the rest is asked for each.
        let common =
            bounds.first.map { first in first.filter { bound in bounds.allSatisfy { $0.contains(bound) } } } ?? []
        let windows = signals.compactMap(\.window)
        var conditions = common
        if windows.count == signals.count, let longest = windows.max() {
            conditions.append("in_e.at > \(bind(context.now - longest))")
        }
        var columns: [EventSignal: String] = [:]
        var values: [String] = []
        for (signal, bounds) in zip(signals, bounds) where columns[signal] == nil {
            let column = "s\(columns.count + 1)"
            columns[signal] = column
            let own = bounds.filter { !common.contains($0) }
            let filter = own.isEmpty ? "" : " FILTER (WHERE \(own.joined(separator: " AND ")))"
            values.append("\(aggregate(signal))\(filter) AS \(column)")
        }
        let kind = signals.first.map { self.kind(of: $0) } ?? "0"
        let table = """
            (SELECT in_e.account_id AS id, \(values.joined(separator: ", ")) FROM event AS in_e \
            WHERE \((["in_e.kind_id = \(kind)"] + conditions).joined(separator: " AND ")) \
            GROUP BY in_e.account_id)
            """
        return EventDriver(table: table, alias: alias, columns: columns)
    }
}

extension EventSignal.Function {
    /// Whether it is an aggregate of the events themselves, without regard to their order or to others.
    fileprivate var isAggregate: Bool { self != .latest && self != .open && self != .overdue }
}
