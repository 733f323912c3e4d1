package import Playbooks

/// When accounts came to meet the condition of a stage.
package enum StageReach: Sendable, Equatable {
    case never
    /// At the moment of an event, of a date in the data, or at the start of a day.
    case at(Instant)
    /// It was met by then, and may have been before: the values that it counts begin too late to say.
    case by(Instant)
    /// It is met by now, and the data do not say since when.
    case seen
}

/// What happened to the accounts of a block, looked through for the moments at which they came into stages.
///
/// Events, daily values and dates say when they were; other attributes say only how things are. A condition is looked at
/// at the start of each day on which it may change, and at each event of the day before one on which it holds.
package struct StagePast {
    /// From when to when one account is looked at.
    package struct Span: Sendable {
        package var from: Instant
        package var until: Instant

        package init(from: Instant, until: Instant) {
            self.from = from
            self.until = until
        }
    }

    private let context: EvaluationContext
    private let block: Block
    /// From which moment on the rows are loaded that windows look back to; nil when all are.
    private let earliest: Instant?
    /// More moments of one account and day than this are not told apart.
    private static let mostMoments = 200

    package init(_ context: EvaluationContext, _ block: Block, earliest: Instant? = nil) {
        self.context = context
        self.block = block
        self.earliest = earliest
    }

    /// When each account first met a condition within its span; those of which the data do not say it are left out.
    package func reaches(of term: Term, _ spans: [Int: Span]) -> [Int: StageReach] {
        guard let dates = term.dates else { return [:] }
        var found: [Int: StageReach] = [:]
        var waiting = spans
        for (account, span) in spans {
            let isHidden = earliest.map { span.from < $0 && term.movesWithTime } ?? false
            if isHidden || dates.contains(where: { lies($0, behind: span.until, account) }) {
                waiting[account] = nil
            } else if holds(term, account, dates, at: span.from) {
                found[account] = .at(span.from)
                waiting[account] = nil
            }
        }
        for (day, own) in days(of: term, dates, waiting) where !waiting.isEmpty {
            let start = context.zone.start(of: day)
            for account in whoHolds(term, dates, own, waiting, at: start) {
                let before = max(waiting[account]?.from ?? start, context.zone.start(of: day - 1))
                found[account] = .at(
                    moments(of: term, dates, account, from: before)
                        .first { $0 < start && holds(term, account, dates, at: $0) } ?? start)
                waiting[account] = nil
            }
        }
        for (account, span) in waiting {
            let start = max(span.from, context.zone.start(of: context.zone.day(of: span.until)))
            let moment = (moments(of: term, dates, account, from: start).filter { $0 < span.until } + [span.until])
                .first { holds(term, account, dates, at: $0) }
            found[account] = moment.map { .at($0) } ?? .never
        }
        for (account, reach) in found {
            guard case .at(let moment) = reach, let span = spans[account],
                isHidden(term, dates, account, at: moment, from: span.from)
            else { continue }
            found[account] = .by(moment)
        }
        return found
    }

    /// Whether a condition that holds from a moment on may have held before, by values of days of which nobody keeps any.
    ///
    /// A metric begins with its feed, accounts are older: a window that reaches back behind the metric's first day counts
    /// its days as empty. What an event or a date brought about was not so before it.
    private func isHidden(
        _ term: Term, _ dates: [Attribute], _ account: Int, at moment: Instant, from start: Instant
    ) -> Bool {
        let day = context.zone.day(of: moment)
        let origin = block.instant(Block.origin, account) ?? block.instant("created_at", account) ?? start
        let reachesBack = term.metricSignals.contains { signal in
            guard let first = context.firstDay[signal.metric], min(start, origin) < context.zone.start(of: first) else {
                return false
            }
            return day - signal.window - signal.baseline <= first
        }
        return reachesBack && !moments(of: term, dates, account, from: moment).contains(moment)
            && (moment == start || moment == context.zone.start(of: day))
    }

    /// Those of the waiting accounts that meet the condition at the start of a day which lies in their spans.
    ///
    /// - Parameter own: the accounts of whom something changes on that day; nil for all.
    private func whoHolds(
        _ term: Term, _ dates: [Attribute], _ own: [Int]?, _ waiting: [Int: Span], at start: Instant
    ) -> [Int] {
        func isAsked(_ span: Span) -> Bool { span.from < start && start <= span.until }
        guard let own else {
            let column = evaluator(at: start, dates, waiting.keys).column(term, of: .accounts)
            return waiting.filter { isAsked($0.value) && column.holds($0.key) }.map(\.key)
        }
        let asked = own.filter { waiting[$0].map(isAsked) ?? false }
        if asked.isEmpty { return [] }
        let column = evaluator(at: start, dates, asked)
            .column(term, of: .some(asked.map { Subject(account: $0) }))
        return asked.indices.filter { column.holds($0) }.map { asked[$0] }
    }

    // MARK: A moment

    /// Dates that lie behind the moment are not known yet.
    ///
    /// - Parameter accounts: those that will be asked about.
    private func evaluator(at moment: Instant, _ dates: [Attribute], _ accounts: some Sequence<Int>) -> Evaluator {
        var block = self.block
        let day = Double(context.zone.day(of: moment).number)
        for date in dates {
            let last = date.type == .date ? day : Double(moment.milliseconds)
            guard case .numbers(let values)? = block.attributes[date.name] else { continue }
            for account in accounts where values[account] > last { block.set(date.name, .number(.nan), at: account) }
        }
        return Evaluator(context.asOf(moment), block)
    }

    private func holds(_ term: Term, _ account: Int, _ dates: [Attribute], at moment: Instant) -> Bool {
        evaluator(at: moment, dates, CollectionOfOne(account)).value(term, of: Subject(account: account))
            == .boolean(true)
    }

    // MARK: When something may change

    private func moment(_ date: Attribute, _ account: Int) -> Instant? {
        switch block.attributes[date.name]?.value(account, as: date.type) {
        case .instant(let instant)?: instant
        case .date(let day)?: context.zone.start(of: day)
        default: nil
        }
    }

    private func lies(_ date: Attribute, behind moment: Instant, _ account: Int) -> Bool {
        self.moment(date, account).map { $0 > moment } ?? false
    }

    /// The moments from another on at which something happened to an account, up to the end of that day.
    private func moments(of term: Term, _ dates: [Attribute], _ account: Int, from start: Instant) -> [Instant] {
        let end = context.zone.start(of: context.zone.day(of: start) + 1)
        var moments = Set(dates.compactMap { moment($0, account) }.filter { $0 >= start && $0 < end })
        for events in term.reads.events.compactMap({ block.events[$0] }) {
            for index in events.range(account) where moments.count < Self.mostMoments {
                let at = Instant(milliseconds: events.at[index])
                if at >= start, at < end { moments.insert(at) }
            }
        }
        return moments.sorted()
    }

    /// The days at whose start a condition may begin to hold, with the accounts of which this is so; nil for all of them.
    private func days(of term: Term, _ dates: [Attribute], _ spans: [Int: Span]) -> [(day: Day, accounts: [Int]?)] {
        guard let first = spans.values.map(\.from).min(), let last = spans.values.map(\.until).max() else { return [] }
        let all = context.zone.day(of: first).number...context.zone.day(of: last).number
        guard !term.movesWithTime else { return all.map { (Day(number: $0), nil) } }
        let kinds = term.reads.events.compactMap { block.events[$0] }
        var accounts: [Int: [Int]] = [:]
        for account in spans.keys {
            func add(_ moment: Instant) {
                let day = context.zone.day(of: moment).number + 1
                guard all.contains(day), accounts[day]?.last != account else { return }
                accounts[day, default: []].append(account)
            }
            for events in kinds {
                for index in events.range(account) { add(Instant(milliseconds: events.at[index])) }
            }
            for date in dates { moment(date, account).map(add) }
        }
        return accounts.sorted { $0.key < $1.key }.map { (Day(number: $0.key), $0.value) }
    }
}

extension Term {
    /// The dates that it looks at, from whose moments on they count as known; nil when it looks at what has no moment.
    fileprivate var dates: [Attribute]? {
        switch node {
        case .attribute(let attribute):
            if ["key", "created_at", "status"].contains(attribute.name) { return [] }
            if attribute.name == "stage_since" { return nil }
            return attribute.type == .date || attribute.type == .instant ? [attribute] : nil
        case .contacts, .history, .health, .journey, .atRisk, .touch, .entry, .triggeringEvent: return nil
        default:
            var dates: [Attribute] = []
            for part in parts {
                guard let found = part.dates else { return nil }
                dates += found.filter { !dates.contains($0) }
            }
            return dates
        }
    }

    /// Whether it may begin to hold because time goes by.
    fileprivate var movesWithTime: Bool {
        switch node {
        case .metric, .date: true
        case .event(let signal):
            signal.window != nil || [.since, .open, .overdue].contains(signal.function)
                || parts.contains(where: \.movesWithTime)
        default: parts.contains(where: \.movesWithTime)
        }
    }
}
