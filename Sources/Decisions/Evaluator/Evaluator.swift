package import Playbooks

/// Computes terms over the accounts of one block as of one moment.
///
/// Three-valued, as SQL is: what is missing makes what is computed from it missing. What several terms look at, the
/// figures of a metric's window above all, is computed once and kept. Used by one thread at a time.
package final class Evaluator {
    package let context: EvaluationContext
    package let block: Block
    let now: Double
    let today: Double
    let created: [Double]
    let churned: [Double]

    var figures: [FigureKey: [Double]] = [:]
    var metricColumns: [MetricKey: [Double]] = [:]
    /// How often a metric was asked for one account.
    var metricQuestions: [MetricKey: Int] = [:]
    var eventColumns: [EventSignal: Column] = [:]
    var commitments: [String: Commitments] = [:]
    /// The accounts as they were, by the moment.
    var earlier: [Int64: Evaluator] = [:]
    /// The first moments of days, which zones are slow to tell.
    private var starts: [Int: Double] = [:]

    package init(_ context: EvaluationContext, _ block: Block) {
        self.context = context
        self.block = block
        now = Double(context.now.milliseconds)
        today = Double(context.today.number)
        let missing = Column.missing(.instant, count: block.count)
        created = (block.attributes[Block.origin] ?? block.attributes["created_at"] ?? missing).numbers
        churned = (block.attributes["churned_at"] ?? missing).numbers
    }

    /// One value for each subject.
    ///
    /// - Parameter audience: whose benchmarks `usage_drop` uses; "" for those of all active accounts.
    package func column(_ term: Term, of subjects: Subjects, audience: String = "") -> Column {
        switch subjects {
        case .accounts: column(term, Rows(.accounts, count: block.count, audience: audience))
        case .some(let subjects): column(term, Rows(.subjects(subjects), count: subjects.count, audience: audience))
        }
    }

    package func value(_ term: Term, of subject: Subject, audience: String = "") -> Value {
        let row = Row(account: subject.account, subject: subject, audience: audience)
        return scalar(term, row).value(as: term.type)
    }

    // MARK: The calendar

    /// The day that holds a moment, on the workspace's calendar; missing beyond all calendars.
    func day(of moment: Double) -> Double {
        guard let milliseconds = Int64(exactly: moment.rounded()) else { return .nan }
        return Double(context.zone.day(of: Instant(milliseconds: milliseconds)).number)
    }

    /// The first moment of a day.
    func start(of day: Int) -> Double {
        if let known = starts[day] { return known }
        let start = Double(context.zone.start(of: Day(number: day)).milliseconds)
        starts[day] = start
        return start
    }

    /// What a function of dates makes of a value.
    func date(_ function: DateFunction, _ value: Double, isDay: Bool) -> Double {
        switch (function, isDay) {
        case (.daysSince, true): return today - value
        case (.daysUntil, true): return value - today
        // The sum turns a negative zero into zero.
        case (.daysSince, false): return ((now - value) / Calculation.day).rounded(.towardZero) + 0
        case (.daysUntil, false): return ((value - now) / Calculation.day).rounded(.towardZero) + 0
        case (.anniversary, _): return anniversary(of: isDay ? value : day(of: value))
        }
    }

    /// The next anniversary of a day, today included; a leap day's is 28 February in other years.
    private func anniversary(of value: Double) -> Double {
        guard abs(value) < 1e9, let number = Int(exactly: value.rounded()) else { return .nan }
        if value >= today { return value }
        let (date, year) = (Day(number: number).civil, context.today.civil.year)
        for year in year...year + 1 {
            let next = Day(year: year, month: date.month, day: date.day) ?? Day(year: year, month: 2, day: 28)
            if let next, Double(next.number) >= today { return Double(next.number) }
        }
        return .nan
    }
}

/// For whom one value is computed, and at what `where` looks meanwhile.
struct Row {
    var account: Int
    /// Nil for the account as it stands.
    var subject: Subject?
    var audience: String
    /// The properties of the events, or the attributes of the contacts, that `where` looks at.
    var items: [String: Column]?
    /// Which of them.
    var item = 0

    init(account: Int, subject: Subject? = nil, audience: String) {
        self.account = account
        self.subject = subject
        self.audience = audience
    }
}

/// For whom a column is computed.
struct Rows {
    enum Kind {
        case accounts
        case subjects([Subject])
        /// All events of one kind, with their properties.
        case events([String: Column])
    }

    var kind: Kind
    var count: Int
    var audience: String

    init(_ kind: Kind, count: Int, audience: String) {
        self.kind = kind
        self.count = count
        self.audience = audience
    }
}
