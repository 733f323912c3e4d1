import Decisions
import Playbooks

/// What a backtest comes to, counted block by block.
struct BacktestCounts {
    private let playbook: Playbook
    private let from: Day
    private let end: Instant
    private let zone: Zone
    private(set) var days: [BacktestReport.Period]
    /// The last verdict on each event and occurrence, and first and changed ones of conditions.
    private(set) var verdicts: [Verdict: Int] = [:]
    /// Of the enrollments whose time for the goal is over: how many there are, and how many reached it.
    private(set) var entrants = 0
    private(set) var goals = 0

    init(playbook: Playbook, from: Day, to: Day, end: Instant, _ zone: Zone) {
        self.playbook = playbook
        self.from = from
        self.end = end
        self.zone = zone
        days = (from.number...to.number).map { BacktestReport.Period(day: Day(number: $0)) }
    }

    mutating func add(matched count: Int, at moment: Instant) { change(moment) { $0.matched += count } }

    /// Takes in what came of some accounts.
    mutating func add(_ world: World) {
        let own = world.works.first { $0.playbook.name == playbook.name }?.id ?? 0
        for account in world.blocks.flatMap(\.histories) where !account.isEmpty {
            var last: [String: Verdict] = [:]
            for decision in account.decisions where decision.standing.playbookID == own {
                let standing = decision.standing
                if standing.matchKey.isEmpty {
                    if standing.verdict != .already { verdicts[standing.verdict, default: 0] += 1 }
                } else {
                    last[standing.matchKey] = standing.verdict
                }
            }
            for verdict in last.values { verdicts[verdict, default: 0] += 1 }
            for entered in account.enrollments where entered.enrollment.playbookID == own { add(entered) }
            if world.works.count > 1 { addCollisions(account, own) }
        }
    }

    private mutating func add(_ entered: PlaybookHistory.EnrollmentHistory) {
        let enrollment = entered.enrollment
        change(enrollment.enteredAt) { day in
            day.entered += 1
            if enrollment.arm != .treated { day.holdout += 1 }
        }
        for sent in entered.touches {
            guard let at = sent.settledAt else { continue }
            switch sent.touch.state {
            case .sent: change(at) { $0.sent[sent.touch.step, default: 0] += 1 }
            case .ghost: break
            default: change(at) { $0.lost[sent.touch.state, default: 0] += 1 }
            }
        }
        if let at = enrollment.goalAt { change(at) { $0.goals += 1 } }
        if let until = enrollment.goalUntil, until <= end {
            entrants += 1
            if enrollment.goalAt != nil { goals += 1 }
        }
    }

    /// The days on which this playbook and another one wrote to the account.
    private mutating func addCollisions(_ account: PlaybookHistory, _ own: Int64) {
        var (ours, theirs): (Set<Day>, Set<Day>) = ([], [])
        for entered in account.enrollments {
            for sent in entered.touches where sent.touch.state == .sent {
                guard let day = sent.settledAt.map(zone.day) else { continue }
                if entered.enrollment.playbookID == own { ours.insert(day) } else { theirs.insert(day) }
            }
        }
        for day in ours.intersection(theirs) { change(zone.start(of: day)) { $0.collisions += 1 } }
    }

    private mutating func change(_ moment: Instant, _ body: (inout BacktestReport.Period) -> Void) {
        let index = zone.day(of: moment) - from
        if days.indices.contains(index) { body(&days[index]) }
    }
}
