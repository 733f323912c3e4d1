import Decisions
import Playbooks
import Storage

/// One test on its way through time.
struct TestCourse {
    private let workspace: Workspace
    private let store: Store
    private let facts: TestFacts
    private let start: Instant
    private var trial: Trial
    private var clock: Instant
    /// The touches that were told of in earlier stretches.
    private var known: Set<Int64> = []

    /// - Parameter workspace: on trial, with the playbook of the test.
    init(_ workspace: Workspace, store: Store, facts: TestFacts) throws {
        self.workspace = workspace
        self.store = store
        self.facts = facts
        start = workspace.configuration.zone.instant(of: PlaybookTest.firstDay, minute: 6 * 60)
        clock = start
        trial = try Trial(
            workspace, store: store, figures: .neutral, grain: TimeSpan(milliseconds: 1))
    }

    /// Brings the account in and lasts until what the first cycle makes has gone out, at most until the day is over.
    mutating func begin(_ stretch: PlaybookTest.Stretch) throws -> TestHappenings {
        try facts.begin(with: stretch.facts, at: start)
        try facts.importUsage(stretch.facts.metrics, until: start)
        for event in stretch.facts.events where facts.moment(of: event, anchor: start) <= start {
            try facts.importEvent(event, anchor: start, now: start)
        }
        let zone = workspace.configuration.zone
        try store.write { try TrialAccount.close((zone.day(of: start) - 1)...zone.day(of: start), $0) }
        // What has happened already can trigger, as far as it is not too old.
        try trial.register(since: Instant(milliseconds: 0))
        // The journey so far: an account is in its stage since it was created, or since the event that brought it there.
        let moments = stretch.facts.events.map { facts.moment(of: $0, anchor: start) } + [start]
        let created = try store.read { try TrialAccount.createdAt($0) }
        for moment in ([created] + moments).sorted() where created <= moment && moment <= start {
            try trial.enterStages(at: moment)
        }
        var reports = try trial.step(to: start, matching: .all)
        let end = zone.start(of: zone.day(of: start) + 1)
        while try store.read({ try TrialClock.hasOpenTouches($0) }), let next = try trial.next(after: clock), next < end
        {
            clock = next
            reports += try trial.step(to: next)
        }
        return try happenings(reports)
    }

    /// Brings in what comes meanwhile, each thing at its time, and does whatever is due until the stretch is over.
    mutating func goOn(_ stretch: PlaybookTest.Stretch) throws -> TestHappenings {
        let end = self.end(of: stretch)
        let zone = workspace.configuration.zone
        try facts.change(stretch.facts, anchor: end, now: clock)
        try facts.importUsage(stretch.facts.metrics, until: end)
        try store.write { try TrialAccount.close(zone.day(of: clock)...zone.day(of: end), $0) }
        var arrivals = stretch.facts.events
            .map { (event: $0, at: max(clock, facts.moment(of: $0, anchor: end))) }
            .filter { $0.at <= end }
            .sorted { $0.at < $1.at }[...]
        var reports: [CycleReport] = []
        while true {
            let next = try trial.next(after: clock)
            guard let moment = [next, arrivals.first?.at].compactMap({ $0 }).min(), moment <= end else { break }
            clock = moment
            while let arrival = arrivals.first, arrival.at <= moment {
                try facts.importEvent(arrival.event, anchor: end, now: moment)
                arrivals = arrivals.dropFirst()
            }
            reports += try trial.step(to: moment)
        }
        clock = end
        return try happenings(reports)
    }

    /// Whole days end with their last minute.
    private func end(of stretch: PlaybookTest.Stretch) -> Instant {
        let day = TimeSpan.days(1).milliseconds
        guard stretch.length.milliseconds % day == 0 else { return clock + stretch.length }
        let zone = workspace.configuration.zone
        let last = zone.day(of: clock) + Int(stretch.length.milliseconds / day)
        return zone.start(of: last + 1) - .minutes(1)
    }

    private mutating func happenings(_ reports: [CycleReport]) throws -> TestHappenings {
        let found = try store.read { connection in
            try TestHappenings(connection, workspace, reports, known: known, start: start, now: clock)
        }
        known.formUnion(found.touches.filter { $0.state == .sent }.map(\.id))
        return found
    }
}
