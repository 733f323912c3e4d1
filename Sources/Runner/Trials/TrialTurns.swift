import Decisions
import Playbooks

/// Whose turn it is at the moments of a trial.
struct TrialTurns {
    /// In the order in which they arbitrate.
    let works: [PlaybookAtWork]
    private let configuration: Configuration
    /// The metrics that each playbook reads.
    private let metrics: [Int64: Set<String>]
    /// The zones of accounts and contacts, for schedules on their clocks.
    private var zones: [Zone]
    /// The next occurrence of each schedule that has been looked at.
    private var stored: [Int64: Instant?] = [:]
    /// When each schedule began.
    private var since: [Int64: Instant] = [:]
    /// When a schedule was last looked at.
    private var looked: [Int64: Instant] = [:]
    /// Up to when events have been looked at, and up to which id, where they come in one by one.
    private var seen: [Int64: Seen] = [:]
    private let comeInOneByOne: Bool
    /// Occurrences that late data have held.
    private var held: [Int64: Instant] = [:]
    /// When the first of the schedules comes round next.
    private(set) var nextRound: Instant?

    /// Up to where events have been looked at.
    struct Seen {
        var moment: Instant
        /// Events behind it came in later, whatever their moment.
        var id: Int64
    }

    /// - Parameter comeInOneByOne: whether events become known when they come in, and not at their own moments.
    init(_ works: [PlaybookAtWork], _ configuration: Configuration, zones: [Zone], comeInOneByOne: Bool) {
        self.comeInOneByOne = comeInOneByOne
        self.works = works.sorted { $0.playbook.arbitration < $1.playbook.arbitration }
        self.configuration = configuration
        metrics = Dictionary(
            uniqueKeysWithValues: works.map { work in
                (work.id, work.playbook.decidingTerms.reduce(into: []) { $0.formUnion($1.reads.metrics) })
            })
        self.zones = [configuration.zone] + zones
    }

    /// The zones of accounts and contacts as they are by now.
    mutating func use(zones: [Zone]) { self.zones = [configuration.zone] + zones }

    /// The turns of one moment; `seen(by:)` says which events are theirs.
    mutating func find(at now: Instant, matching: Cycle.Matching, _ context: EvaluationContext) -> [Turn] {
        nextRound = nil
        return works.map { work in
            var turn = Turn(work)
            turn.stale = context.staleness(ofMetrics: metrics[work.id] ?? [])
            switch work.playbook.trigger {
            case .when:
                let schedule = work.playbook.evaluate ?? configuration.evaluate
                let occurrences = Occurrences(schedule, misfire: work.playbook.misfire, zone: configuration.zone)
                let occurrence = take(&turn, schedule, occurrences, now)
                if matching == .all {
                    let next = occurrences.next(after: now)
                    stored[turn.id] = .some(next)
                    turn.schedule = (schedule.text, next, next)
                }
                turn.isDue = matching == .all || occurrence != nil
            case .on: turn.isDue = true
            case .at(let schedule): take(&turn, at: schedule, now)
            }
            turn.hold = turn.isDue ? turn.stale : nil
            if let begins = turn.schedule?.begins { nextRound = min(nextRound ?? begins, begins) }
            return turn
        }
    }

    private mutating func take(_ turn: inout Turn, at schedule: Schedule, _ now: Instant) {
        let occurrences = Occurrences(
            schedule, misfire: turn.playbook.misfire, zone: configuration.zone, zones: schedule.isLocal ? zones : [])
        guard let occurrence = take(&turn, schedule, occurrences, now) else { return }
        if turn.stale != nil {
            turn.isDue = held[turn.id] != occurrence
            held[turn.id] = occurrence
            stored[turn.id] = .some(occurrence)
            if !turn.isDue { return }
        }
        turn.occurrence = occurrence
    }

    /// A schedule that is new comes round next.
    private mutating func take(
        _ turn: inout Turn, _ schedule: Schedule, _ occurrences: Occurrences, _ now: Instant
    ) -> Instant? {
        let known = stored[turn.id] ?? nil
        if known == nil { since[turn.id] = now }
        turn.scheduledSince = since[turn.id]
        let due = occurrences.due(stored: known, looked: looked[turn.id], now: now)
        stored[turn.id] = .some(due.next)
        turn.schedule = (schedule.text, due.next, due.begins)
        turn.isDue = due.occurrence != nil
        if turn.isDue, turn.stale == nil { looked[turn.id] = now }
        return due.occurrence
    }

    /// Up to where the events of a turn have been looked at.
    func seen(by turn: Turn) -> Seen {
        seen[turn.id] ?? Seen(moment: turn.work.registered.liveSince, id: comeInOneByOne ? 0 : .max)
    }

    /// Events have been looked at, but where late data kept them from being decided.
    mutating func see(_ turns: [Turn], until now: Instant, newest: Int64) {
        for turn in turns where turn.stale == nil {
            seen[turn.id] = Seen(moment: now, id: comeInOneByOne ? newest : .max)
        }
    }
}
