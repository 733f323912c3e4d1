import Basics
import Decisions
import Playbooks
import Storage

/// The second pass of a cycle: the accounts that change are decided again, with the holds, and written, slice by slice.
///
/// Each slice is one short transaction that loads, decides and writes, so that it decides on what stands at that moment;
/// a cycle that is killed half-way is decided anew by the next one.
struct CycleWriting {
    private let cycle: Cycle
    private let plan: Planning.Plan
    private let connection: Connection
    private var store: Store { cycle.store }

    init(_ cycle: Cycle, _ plan: Planning.Plan, _ connection: Connection) {
        self.cycle = cycle
        self.plan = plan
        self.connection = connection
    }

    func write(_ report: inout CycleReport, matching: Cycle.Matching) throws {
        let now = plan.rules.now
        let cycleID = try store.write(on: connection) {
            try Meta.advance(to: now, $0)
            return try CycleRecords.begin($0, now: now, processNow: cycle.processNow())
        }
        try writeSlices(plan.deciding(connection), writer(connection, cycleID))
        if matching == .all {
            // The count walks the whole ledger, which nobody who wants to write should wait for.
            report.touches = try store.read { try CycleRecords.touchCounts($0) }
        }
        let digests = try store.read { connection in
            try DigestPlanning(workspace: cycle.workspace, now: now, pinned: cycle.pinned)
                .plan(isTurn: plan.rules.movesThroughStages, connection)
        }
        let summary = try Cycle.json(report)
        try store.write(on: connection) { connection in
            try record(connection, cycleID)
            for planned in digests {
                try Digests(connection).add(
                    planned.key, accounts: planned.accounts, subject: planned.subject, text: planned.text, at: now)
            }
            try Benchmarks.save(connection)
            try CycleRecords.end(connection, cycle: cycleID, summary: summary, processNow: cycle.processNow())
        }
    }

    private func writer(_ connection: Connection, _ cycleID: Int64) -> AccountWriter {
        AccountWriter(
            connection, cycle: cycleID, now: plan.rules.now, currency: cycle.workspace.configuration.currency)
    }

    /// While a slice is written, a second thread decides the next one on what stands then; a slice that it has not decided
    /// is decided in the transaction that writes it.
    private func writeSlices(_ deciding: BlockDeciding, _ writer: AccountWriter) throws {
        var rest = AccountSlices(plan.tally.changed.sorted())
        // Deciding takes about as long as writing, so that fewer accounts fit into a transaction that does both.
        var (size, sizeAlone) = (SliceSize(), SliceSize())
        let ahead = try decidingAhead(deciding)
        defer { ahead?.end() }
        var next = rest.next(ahead == nil ? sizeAlone.size : size.size)
        while let ids = next {
            let decided = try ahead?.decided()
            next = rest.next(ahead == nil ? sizeAlone.size : size.size)
            if let next { try ahead?.decide(next) }
            var isWritten = false
            if let decided {
                try writeSlice {
                    try size.measured { _ in
                        guard let accounts = try decided() else { return }
                        try writer.write(accounts)
                        isWritten = true
                    }
                }
            }
            guard !isWritten else { continue }
            var parts = AccountSlices(ids)
            while let part = parts.next(sizeAlone.size) {
                try writeSlice {
                    try sizeAlone.measured { _ in
                        var tally = Tally()
                        try writer.write(deciding.decide(part, freezes: true, &tally))
                    }
                }
            }
        }
    }

    private func writeSlice(_ body: () throws -> Void) throws {
        try store.write(on: connection, checkpointAfter: Store.importCheckpointPages) { connection in
            try stopIfPaused(connection)
            try body()
        }
        Store.letOthersWrite()
    }

    /// A second thread, where there is enough for it to do.
    private func decidingAhead(_ deciding: BlockDeciding) throws -> DecidingAhead? {
        guard deciding.isOrderFree, plan.tally.changed.count >= DecidingAhead.fewestAccounts else { return nil }
        let second = try SecondThread(beside: connection, for: Cycle.longestPlan, plan.deciding)
        return second.map { DecidingAhead($0, connection) }
    }

    /// A kill switch stops a cycle between two slices.
    private func stopIfPaused(_ connection: Connection) throws {
        if cycle.isStopped() { throw CycleStopped() }
        let pauses = try Pauses(connection)
        if !plan.wasPaused, let reason = cycle.killSwitch?.reason ?? pauses.all {
            throw CyclePaused(scope: "all", reason: reason)
        }
        for turn in plan.turns where plan.tally.playbooks[turn.id] != nil {
            if let reason = pauses.reason(for: turn.playbook.name) {
                throw CyclePaused(scope: "playbook:" + turn.playbook.name, reason: reason)
            }
        }
    }

    /// Writes the cursors, holds, occurrences and tallies of the playbooks that were matched.
    private func record(_ connection: Connection, _ cycleID: Int64) throws {
        let now = plan.rules.now
        if let newest = plan.stagesEvent {
            try Meta.stagesAt.write(String(now.milliseconds), connection)
            try Meta.stagesEvent.write(String(newest), connection)
        }
        try plan.doubts.record(connection)
        try plan.metricDoubts.record(connection)
        try Meta.standingStill.write(plan.report.standingStill.joined(separator: "\n"), connection)
        let records = CycleRecords(connection, cycleID: cycleID, now: now)
        let registry = Registry(connection)
        for turn in plan.turns {
            let tally = plan.tally.playbooks[turn.id] ?? Tally.OfPlaybook()
            guard turn.isNews || tally.isNews else { continue }
            if turn.endsHold { try records.endHold(of: turn.id) }
            if turn.isDue || tally.matched > 0 {
                try records.recordMatch(
                    of: turn.id, eventCursor: turn.eventCursor, hold: turn.hold, lasts: turn.lasts,
                    isStale: turn.stale != nil, matched: tally.matched, fresh: tally.fresh, audience: turn.audience,
                    verdicts: try JSONText.encode(tally.verdicts.full.byName))
            }
            if let hold = turn.hold, turn.lasts, turn.standing == nil {
                try Author(from: .runner, at: cycle.processNow()).did(
                    "hold", turn.work.playbook.name, because: hold, connection)
            }
            if turn.hold == nil { try NullCounts.record(turn.nulls, of: turn.id, connection) }
            if let canary = turn.canary {
                try CanaryTable.record(
                    stage: canary.stage.rawValue, since: canary.since, of: turn.id,
                    versionID: turn.work.registered.versionID, connection)
            }
            if let schedule = turn.schedule {
                try registry.setSchedule(
                    schedule.text, since: turn.scheduledSince, nextAt: schedule.nextAt, of: turn.id)
            }
            for occurrence in turn.cutOff {
                try records.recordOccurrence(of: turn.id, at: occurrence, state: .done, matched: 0)
            }
            for missed in turn.missed {
                let reason =
                    try turn.work.registered.heldByHand
                    ?? Pauses.reason(for: turn.playbook.name, at: missed, connection)
                try records.recordOccurrence(of: turn.id, at: missed, state: .missed, matched: 0, because: reason)
            }
            if let occurrence = turn.occurrence {
                try records.recordOccurrence(
                    of: turn.id, at: occurrence, state: turn.occurrenceState, matched: tally.matched,
                    because: turn.occurrenceState == .held ? turn.hold : nil)
            }
        }
    }
}
