import Decisions
package import Playbooks
import Statistics
package import Storage

/// Runs a playbook over part of the history, as of each day, by the cycle and the claim that `run` uses.
///
/// It cannot write the database: the file is open for reading only, and what the cycle writes are temporary tables. Data
/// count from their own dates on, however late they came in; safety rules that compare runs with each other are off.
package struct Backtest {
    private let workspace: Workspace
    private let playbook: Playbook
    private let others: [Playbook]
    private let from: Day
    private let to: Day
    private let warnings: [String]

    /// What becomes due within an hour is done together.
    private static let grain = TimeSpan.hours(1)

    /// - Parameters:
    ///   - isWithAll: whether the live playbooks of the workspace run along and compete for caps.
    /// - Throws: `BacktestError` when the playbook reads what has no history.
    package init(
        _ playbook: Playbook, in workspace: Workspace, from: Day, to: Day, isWithAll: Bool
    ) throws {
        if let complaint = Self.complaint(about: playbook, in: workspace) { throw BacktestError(complaint) }
        var warnings: [String] = []
        others =
            isWithAll
            ? workspace.playbooks.filter { other in
                guard other.state == .live, other.name != playbook.name else { return false }
                guard let complaint = Self.complaint(about: other, in: workspace) else { return true }
                warnings.append("left out: \(complaint)")
                return false
            } : []
        var trial = workspace.onTrial([playbook] + others)
        // Nobody needs to know stages that no playbook asks for.
        if !trial.playbooks.flatMap(\.terms).contains(where: { $0.reads.attributes.contains("stage") }) {
            trial.journeys = []
        }
        self.workspace = trial
        self.playbook = playbook
        self.from = from
        self.to = to
        self.warnings = warnings
    }

    /// Why a playbook cannot be backtested; nil when it can.
    private static func complaint(about playbook: Playbook, in workspace: Workspace) -> String? {
        let names = workspace.attributes(readBy: playbook)
        let untracked = names.sorted().filter { name in
            !Replay.known.contains(name) && workspace.dataMap.attribute(name)?.track != true
                && name != "stage_since"
        }
        guard let first = untracked.first else { return nil }
        let list = untracked.map { "\"\($0)\"" }.joined(separator: ", ")
        let isDeclared = workspace.dataMap.attributes.contains { $0.name == first }
        let remedy =
            isDeclared
            ? "add `track: true` to it in data.yaml, and later days can be tested"
            : "it is built in and keeps none; ask an event or a tracked attribute instead"
        return "\(playbook.name) reads \(list), of which no history is kept; \(remedy)"
    }

    private var tracked: [Attribute] {
        let names = Set(([playbook] + others).flatMap { workspace.attributes(readBy: $0) })
        return names.sorted().compactMap { workspace.dataMap.attribute($0) }.filter(\.track)
    }

    /// - Parameters:
    ///   - store: open as a shadow; it serves one backtest.
    ///   - progress: called with the number of days that are done.
    /// - Returns: the report; `observe` may look at the shadows before they go.
    package func run(
        on store: Store, progress: (Int) -> Void = { _ in }, observe: (Connection) throws -> Void = { _ in }
    ) throws -> BacktestReport {
        guard store.mode == .shadow else { throw BacktestError("a backtest needs a database that it cannot write") }
        let zone = workspace.configuration.zone
        let (start, end) = (zone.start(of: from), zone.start(of: to + 1) - TimeSpan(milliseconds: 1))
        // One snapshot from first to last.
        return try store.read { connection in
            try Shadows.make(connection)
            var replay = try Replay(
                connection, attributes: tracked, hasJourneys: !workspace.journeys.isEmpty, from: start, until: end)
            var trial = try Trial(workspace, store: store, figures: .measured, grain: Self.grain)
            try trial.restoreStages(connection, at: start)
            try trial.register(since: start)
            var arrivals = try arrivals(connection, from: start, until: end)[...]
            // The playbooks go live, and their schedules begin.
            var moment: Instant? = start
            var matched: [Day: Int] = [:]
            while let now = moment, now <= end {
                try replay.advance(to: now)
                let day = zone.day(of: now)
                for report in try trial.step(to: now) {
                    for item in report.playbooks where item.playbook == playbook.name {
                        matched[day, default: 0] += item.fresh
                    }
                }
                progress(day - from)
                arrivals = arrivals.drop { $0 <= now }
                moment = [try trial.next(after: now), arrivals.first].compactMap { $0 }.min()
            }
            try observe(connection)
            return try report(connection, matched: matched, end: end)
        }
    }

    /// When events come in that trigger one of the playbooks.
    private func arrivals(_ connection: Connection, from start: Instant, until end: Instant) throws -> [Instant] {
        let events = Set(
            ([playbook] + others).compactMap { playbook -> String? in
                guard case .on(let event, _) = playbook.trigger else { return nil }
                return event
            })
        let moments = try events.sorted().flatMap {
            try TrialClock.arrivals(of: $0, from: start, until: end, step: Self.grain, connection)
        }
        return Set(moments).sorted()
    }

    private func report(_ connection: Connection, matched: [Day: Int], end: Instant) throws -> BacktestReport {
        let zone = workspace.configuration.zone
        let totals = try BacktestTotals(connection, playbook: playbook.name)
        var days = (from.number...to.number).map { BacktestReport.Period(day: Day(number: $0)) }
        func add<Name>(
            _ counts: [BacktestTotals.Count<Name>],
            _ body: (inout BacktestReport.Period, BacktestTotals.Count<Name>) -> Void
        ) {
            for count in counts {
                let index = zone.day(of: count.at) - from
                if days.indices.contains(index) { body(&days[index], count) }
            }
        }
        for index in days.indices { days[index].matched = matched[days[index].day] ?? 0 }
        add(try totals.entrants()) { day, count in
            day.entered += count.count
            if count.name != .treated { day.holdout += count.count }
        }
        add(try totals.sent()) { $0.sent[$1.name, default: 0] += $1.count }
        add(try totals.lost()) { $0.lost[$1.name, default: 0] += $1.count }
        add(try totals.goals()) { $0.goals += $1.count }
        if !others.isEmpty {
            add(try totals.collisions(days: days.map { zone.start(of: $0.day) })) { $0.collisions += $1.count }
        }
        let (entrants, goals) = try totals.matured(by: end)
        let entered = days.reduce(0) { $0 + $1.entered }
        var seen: Set<String> = []
        let steps = playbook.programs.joined().filter { step in
            guard case .send = step.action else { return false }
            return seen.insert(step.id).inserted
        }.map(\.id)
        return BacktestReport(
            playbook: playbook.name, title: playbook.title, from: from, to: to, steps: steps,
            others: others.map(\.name).sorted(), days: days,
            verdicts: try totals.verdicts().reduce(into: [:]) { $0[$1.name, default: 0] += $1.count },
            goalRate: playbook.goal == nil ? nil : Proportion(successes: goals, total: entrants),
            immature: playbook.goal == nil ? 0 : entered - entrants, warnings: warnings)
    }
}

/// Why there is no backtest, for the person who asked for one.
package struct BacktestError: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Workspace {
    /// The attributes by which a playbook decides, and those by which its accounts come into their stages.
    fileprivate func attributes(readBy playbook: Playbook) -> Set<String> {
        let names = Set(playbook.terms.flatMap(\.reads.attributes))
        return names.contains("stage") ? names.union(journeys.flatMap(\.terms).flatMap(\.reads.attributes)) : names
    }
}
