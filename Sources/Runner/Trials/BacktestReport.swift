package import Decisions
package import Playbooks
package import Statistics

/// What a playbook would have done over part of the history.
package struct BacktestReport: Sendable, Encodable {
    /// One day, or the days of a week together.
    package struct Period: Sendable, Encodable {
        /// Its first day.
        package var day: Day
        /// Accounts that began to match.
        package var matched = 0
        /// Those who entered, holdouts included.
        package var entered = 0
        package var holdout = 0
        /// Touches that would have gone out, by step.
        package var sent: [String: Int] = [:]
        /// Touches that ended unsent, by state.
        package var lost: [TouchState: Int] = [:]
        /// Accounts that another playbook wrote to on the same day.
        package var collisions = 0
        package var goals = 0

        package init(day: Day) {
            self.day = day
        }

        mutating func add(_ other: Period) {
            matched += other.matched
            entered += other.entered
            holdout += other.holdout
            sent.merge(other.sent, uniquingKeysWith: +)
            lost.merge(other.lost, uniquingKeysWith: +)
            collisions += other.collisions
            goals += other.goals
        }

        enum CodingKeys: String, CodingKey {
            case day, matched, entered, holdout, sent, lost, collisions, goals
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("\(day)", forKey: .day)
            try container.encode(matched, forKey: .matched)
            try container.encode(entered, forKey: .entered)
            try container.encode(holdout, forKey: .holdout)
            try container.encode(sent, forKey: .sent)
            try container.encode(lost.byName, forKey: .lost)
            try container.encode(collisions, forKey: .collisions)
            try container.encode(goals, forKey: .goals)
        }
    }

    package var playbook: String
    package var title: String
    package var from: Day
    package var to: Day
    /// The steps that send, in their order.
    package var steps: [String]
    /// The playbooks that ran along.
    package var others: [String]
    package var days: [Period]
    package var verdicts: [Verdict: Int]
    /// The share that reached the goal, of those whose time for it is over; nil without a goal.
    package var goalRate: Proportion?
    /// Those who entered too late to be counted in it.
    package var immature: Int
    package var warnings: [String]

    package var total: Period {
        days.reduce(into: Period(day: from)) { $0.add($1) }
    }

    /// By weeks that begin on Monday; the first and the last may be shorter.
    package var weeks: [Period] {
        var weeks: [Period] = []
        for day in days {
            if weeks.isEmpty || day.day.weekday == .monday { weeks.append(Period(day: day.day)) }
            weeks[weeks.count - 1].add(day)
        }
        return weeks
    }

    enum CodingKeys: String, CodingKey {
        case playbook, title, from, to, steps, others, days, total, verdicts, warnings
        case goalRate = "goal_rate"
    }

    private struct Rate: Encodable {
        var goals: Int
        var matured: Int
        var immature: Int
        var rate: Double?
        var lower: Double
        var upper: Double
        var note = BacktestReport.note
    }

    /// What a goal rate of a history says, and what not.
    package static let note = "what happened anyway: nobody was written to, so this says nothing of an effect"

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(playbook, forKey: .playbook)
        try container.encode(title, forKey: .title)
        try container.encode("\(from)", forKey: .from)
        try container.encode("\(to)", forKey: .to)
        try container.encode(steps, forKey: .steps)
        try container.encode(others, forKey: .others)
        try container.encode(days, forKey: .days)
        try container.encode(total, forKey: .total)
        try container.encode(verdicts.byName, forKey: .verdicts)
        try container.encode(warnings, forKey: .warnings)
        guard let goalRate else { return }
        let interval = goalRate.wilson()
        try container.encode(
            Rate(
                goals: goalRate.successes, matured: goalRate.total, immature: immature, rate: goalRate.rate,
                lower: interval.lower, upper: interval.upper), forKey: .goalRate)
    }
}
