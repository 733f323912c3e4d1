import Decisions
import Playbooks
import Storage

/// Asks the safety rules about what a pass over the accounts has found.
struct SafetyCheck {
    let workspace: Workspace
    let connection: Connection
    let context: EvaluationContext
    let nulls = NullCounts()

    private var safety: Safety { Safety(workspace.configuration.safety) }
    private var now: Instant { context.now }

    /// Decides whether a playbook is held, and why.
    ///
    /// A playbook that was held before keeps its hold, in the words of today's numbers; one that was held for a metric that
    /// fell, as long as the last complete day looks so.
    func check(_ turn: inout Turn, _ tally: Tally.OfPlaybook) throws {
        let registered = turn.work.registered
        var counts = Safety.Counts(fresh: tally.fresh, matched: tally.matched, audience: turn.audience, recent: [])
        // A first look without a match is what the first match is compared with.
        if tally.matched > 0 {
            turn.nulls = try countNulls(of: turn.playbook)
        } else if try turn.isDue && NullCounts.atLastMatch(of: turn.id, connection).isEmpty {
            turn.nulls = try countNulls(of: turn.playbook)
            if !turn.nulls.isEmpty { turn.isNews = true }
        }
        // A release whose match is gone is taken back.
        if registered.isLetThrough, tally.matched == 0 { turn.isNews = true }
        counts = try compared(counts, turn, tally)
        if turn.endsHold { turn.isNews = true }
        if let reason = registered.heldByHand {
            turn.hold = reason
        } else if let standing = turn.standing {
            let before = standing.split(separator: Self.today).first.map(String.init) ?? standing
            turn.hold =
                try reason(turn, counts, tally, isAgain: true) ?? "\(before)\(Self.today)\(tally.matched) match"
            turn.lasts = true
        } else if let stale = turn.stale {
            // A late feed holds only as long as it is late.
            turn.hold = stale
        } else if let reason = try reason(turn, counts, tally, isAgain: false) {
            (turn.hold, turn.lasts) = (reason, true)
        }
        if turn.hold != nil { turn.keepOccurrence() }
    }

    private static let today = "; now "

    private func reason(
        _ turn: Turn, _ counts: Safety.Counts, _ tally: Tally.OfPlaybook, isAgain: Bool
    ) throws -> String? {
        let registered = turn.work.registered
        guard tally.matched > 0 else { return nil }
        if registered.releasedAt == nil, try LostSends(connection).isUnsure(at: now) {
            return "restored: nobody knows what has left since the back-up; \(tally.matched) match; look at them with "
                + "plan --who, then release it"
        }
        return try holdForData(turn.work)
            ?? safety.hold(
                turn.trigger, counts, wasReleased: registered.releasedAt != nil,
                isLetThrough: registered.isLetThrough && !isAgain)
    }

    /// What the safety rules look at: for `when` the new matches of a day, for `on` those of 24 hours, both with those
    /// of the days before; for `at` all that match, with the last occurrence.
    private func compared(
        _ counts: Safety.Counts, _ turn: Turn, _ tally: Tally.OfPlaybook
    ) throws -> Safety.Counts {
        var seen = counts
        if turn.trigger == .at {
            seen.fresh = counts.matched - tally.lapsed
            seen.recent =
                try CycleRecords.lastMatched(connection, of: turn.id, before: turn.occurrence ?? now).map { [$0] } ?? []
            return seen
        }
        let zone = workspace.configuration.zone
        let moments = (0...8).map { index in
            turn.trigger == .when
                ? zone.start(of: zone.day(of: now) - index)
                : now - .days(Int64(index) + 1) + TimeSpan(milliseconds: 1)
        }
        let earlier = try CycleRecords.freshCounts(connection, of: turn.id, since: moments)
        seen.fresh += earlier[0] ?? 0
        seen.freshAccounts = seen.fresh
        // An account may have several events, stop and begin to match in a day, or be asked for by hand besides.
        if Double(seen.fresh) > workspace.configuration.safety.maxShare * Double(counts.audience) {
            seen.freshAccounts = try CycleRecords.freshAccounts(
                connection, of: turn.id, since: moments[0], with: tally.freshAccounts)
        }
        seen.recent = earlier.dropFirst().compactMap { $0 }
        return seen
    }

    /// Whether an earlier cycle held a playbook for a metric that fell, and its last complete day looks as others do.
    func isOver(_ work: PlaybookAtWork) throws -> Bool {
        guard work.registered.heldAt != nil, let standing = work.registered.heldBecause, Safety.isOfFall(standing)
        else { return false }
        return try safety.hold(falls(of: work)) == nil
    }

    // MARK: The data that a playbook reads

    /// The empty values of what a playbook reads.
    private func countNulls(of playbook: Playbook) throws -> [NullCounts.Count] {
        guard workspace.configuration.safety.maxNulls < 1 else { return [] }
        return try playbook.nullableAttributes.map { try nulls.now($0, connection) }
    }

    /// Why the data that a playbook reads look wrong, or nil.
    private func holdForData(_ work: PlaybookAtWork) throws -> String? {
        guard !work.registered.isLetThrough else { return nil }
        return try safety.hold(newNulls(of: work)) ?? safety.hold(falls(of: work))
    }

    private func newNulls(of work: PlaybookAtWork) throws -> [Safety.NewNulls] {
        guard workspace.configuration.safety.maxNulls < 1 else { return [] }
        let read = Set(work.playbook.nullableAttributes)
        return try NullCounts.atLastMatch(of: work.id, connection).filter { read.contains($0.attribute) }
            .compactMap { earlier in
                let lost = try nulls.lost(since: earlier, connection)
                guard lost > 0 else { return nil }
                return Safety.NewNulls(
                    attribute: earlier.attribute,
                    accounts: try NullCounts.accounts(upTo: earlier.lastAccount, connection), nulls: lost)
            }
    }

    /// The last complete days of the metrics that a playbook reads, but those that a person has let pass.
    private func falls(of work: PlaybookAtWork) throws -> [Safety.Fall] {
        guard workspace.configuration.safety.maxFall < 1 else { return [] }
        let metrics = work.playbook.decidingTerms.reduce(into: Set<String>()) { $0.formUnion($1.reads.metrics) }
        return try metrics.sorted().compactMap { metric in
            guard let day = context.lastCompleteDay[metric] else { return nil }
            let end = workspace.configuration.zone.start(of: day + 1)
            if try CycleRecords.wasLetThrough(connection, of: work.id, since: end) { return nil }
            return try DailyFall.load(metric, context, connection).map {
                Safety.Fall(metric: metric, day: day, counts: $0)
            }
        }
    }

    // MARK: A first large batch

    /// Says which part of a first large batch may enter now; nil when there is none to hold back.
    ///
    /// - Parameter entering: the lots of those who would enter.
    func holdBack(_ turn: inout Turn, entering: [Hold.Lot]) -> Hold? {
        guard workspace.configuration.safety.hasCanary else { return nil }
        let before = turn.canaryBefore
        let admission = Canary.admit(before, entering: entering.count, now: now)
        guard let canary = admission.canary, canary != before || admission.most < entering.count else { return nil }
        turn.canary = canary
        turn.isNews = true
        guard admission.most < entering.count else { return nil }
        turn.canaryText = text(of: admission.most, of: entering.count, canary, turn.playbook.name)
        turn.keepOccurrence()
        let last = admission.most > 0 ? entering.sorted()[admission.most - 1] : Hold.Lot(number: -1, accountID: 0)
        return .allBut(lot: last, reason: "canary: waits until the first touches have gone well")
    }

    private func text(of most: Int, of entering: Int, _ canary: Canary, _ name: String) -> String {
        let zone = workspace.configuration.zone
        let next = canary.stage == .few ? "a tenth" : "the rest"
        let then = canary.stage == .few ? ", the rest \(TimeSpan.minutes(30)) later" : ""
        return """
            canary: \(most) of \(entering) enter now, \(next) from \(canary.nextAt.text(in: zone)) \
            \(zone.name)\(then); all at once with: keeptouch release \(name)
            """
    }
}
