import Playbooks

extension Evaluator {
    /// The signal of every account as it stands.
    func eventColumn(_ signal: EventSignal, _ type: ValueType) -> Column {
        if let known = eventColumns[signal] { return known }
        let column: Column
        if signal.function == .open || signal.function == .overdue {
            column = .numbers(commitments(signal))
        } else {
            column = eventValues(signal, type)
        }
        eventColumns[signal] = column
        return column
    }

    private func eventValues(_ signal: EventSignal, _ type: ValueType) -> Column {
        let events = block.events[signal.event] ?? Block.Events(starts: [Int](repeating: 0, count: block.count + 1))
        let look = EventLook(signal, type, context, events, for: nil)
        var mask: [Double]?
        if let filter = signal.filter {
            mask =
                column(filter, Rows(.events(events.properties), count: events.at.count, audience: "")).numbers
        }
        func scalar(_ account: Int) -> Scalar {
            guard let mask else { return look.value(events.range(account)) { _ in true } }
            return look.value(events.range(account)) { mask[$0] == 1 }
        }
        return type.isText
            ? .texts((0..<block.count).map { scalar($0).text }) : .numbers((0..<block.count).map { scalar($0).number })
    }

    /// The signal for one row.
    func event(_ signal: EventSignal, _ type: ValueType, _ row: Row) -> Scalar {
        // Commitments are a state of the account: those from before an enrollment count too.
        if signal.function == .open || signal.function == .overdue {
            return eventColumn(signal, type).scalar(row.account, as: .number)
        }
        let events = block.events[signal.event] ?? Block.Events(starts: [])
        let range = events.starts.isEmpty ? 0..<0 : events.range(row.account)
        let look = EventLook(
            signal, type, context, events, for: signal.function == .ever ? nil : row.subject)
        guard let filter = signal.filter else { return look.value(range) { _ in true } }
        var row = row
        row.items = events.properties
        return look.value(range) {
            row.item = $0
            return scalar(filter, row).number == 1
        }
    }
}

/// How one signal looks at the events of an account.
private struct EventLook {
    private let function: EventSignal.Function
    private let at: [Int64]
    private let ids: [Int64]
    private let property: Column?
    private let type: ValueType
    private let now: Int64
    /// What is dated at or before it does not count.
    private let start: Int64
    /// What counts although it is dated before: behind this number, and dated after this.
    private let late: (id: Int64, start: Int64)
    /// How many minor units a unit of money has; 0 for what is no money.
    private let minorUnits: Double

    init(
        _ signal: EventSignal, _ type: ValueType, _ context: EvaluationContext, _ events: Block.Events,
        for subject: Subject?
    ) {
        function = signal.function
        at = events.at
        ids = events.ids
        property = signal.property.flatMap { events.properties[$0] }
        self.type = type
        now = context.now.milliseconds
        let window = signal.window.map { (context.now - $0).milliseconds } ?? .min
        start = max(window, subject?.since?.milliseconds ?? .min)
        late = subject?.late.map { ($0.behind, max(window, $0.after.milliseconds)) } ?? (.max, .max)
        var units = 1.0
        for _ in 0..<Currency.minorDigits(of: context.currency) { units *= 10 }
        minorUnits = type == .money ? units : 0
    }

    @inline(__always)
    func value(_ range: Range<Int>, _ holds: (Int) -> Bool) -> Scalar {
        var first = -1
        var last = -1
        var count = 0.0
        var sum = 0.0
        for index in range where counts(index) && holds(index) {
            if first < 0 { first = index }
            last = index
            count += 1
            if function == .sum { sum += amount(index) }
        }
        switch function {
        case .count: return .number(count)
        case .happened, .ever: return Scalar(count > 0)
        case .since: return last < 0 ? .missing : .number(Double(now &- at[last]))
        case .first: return first < 0 ? .missing : .number(Double(at[first]))
        case .last: return last < 0 ? .missing : .number(Double(at[last]))
        case .latest: return last < 0 ? .missing : property?.scalar(last, as: type) ?? .missing
        case .sum: return .number(minorUnits > 0 ? sum / minorUnits : sum)
        case .open, .overdue: return .missing
        }
    }

    @inline(__always)
    private func counts(_ index: Int) -> Bool {
        guard at[index] <= now else { return false }
        return at[index] > start || at[index] > late.start && ids[index] > late.id
    }

    /// Money in minor units, whose sums are exact.
    private func amount(_ index: Int) -> Double {
        guard case .numbers(let values)? = property, !values[index].isNaN else { return 0 }
        return minorUnits > 0 ? (values[index] * minorUnits * 1_024).rounded() / 1_024 : values[index]
    }
}
