import Decisions
import Playbooks
import Storage

/// The safety rules beyond the counts: the data that a playbook reads, and its first large batch.
extension Planning {
    /// A part of a playbook's first large batch.
    struct Part {
        var canary: Canary
        /// Whether others wait for a later part.
        var isPartial: Bool
        /// What becomes of the batch, for people.
        var text: String?
    }

    /// The empty values of what a playbook reads.
    func countNulls(of playbook: Playbook) throws -> [NullCounts.Count] {
        guard workspace.configuration.safety.maxNulls < 1 else { return [] }
        return try playbook.nullableAttributes.map { try nulls.now($0, connection) }
    }

    /// Why the data that a playbook reads look wrong, or nil.
    func holdForData(_ work: PlaybookAtWork, _ context: EvaluationContext) throws -> String? {
        guard !work.registered.isLetThrough else { return nil }
        let safety = Safety(workspace.configuration.safety)
        return try safety.hold(newNulls(of: work)) ?? safety.hold(falls(of: work, context))
    }

    private func newNulls(of work: PlaybookAtWork) throws -> [Safety.NewNulls] {
        guard workspace.configuration.safety.maxNulls < 1 else { return [] }
        let read = Set(work.playbook.nullableAttributes)
        return try NullCounts.atLastMatch(of: work.registered.id, connection).filter { read.contains($0.attribute) }
            .compactMap { earlier in
                let lost = try nulls.lost(since: earlier, connection)
                guard lost > 0 else { return nil }
                return Safety.NewNulls(
                    attribute: earlier.attribute,
                    accounts: try NullCounts.accounts(upTo: earlier.lastAccount, connection), nulls: lost)
            }
    }

    /// The last complete days of the metrics that a playbook reads, but those that a person has let pass.
    private func falls(of work: PlaybookAtWork, _ context: EvaluationContext) throws -> [Safety.Fall] {
        guard workspace.configuration.safety.maxFall < 1 else { return [] }
        let metrics = work.playbook.terms.reduce(into: Set<String>()) { $0.formUnion($1.reads.metrics) }
        return try metrics.sorted().compactMap { metric in
            guard let day = context.lastCompleteDay[metric] else { return nil }
            let end = workspace.configuration.zone.start(of: day + 1)
            if try CycleRecords.wasLetThrough(connection, of: work.registered.id, since: end) { return nil }
            return Safety.Fall(
                metric: metric, day: day, counts: try DailyFall.load(metric, day: day, connection))
        }
    }

    private func canary(of work: PlaybookAtWork) throws -> Canary? {
        try CanaryTable.stage(of: work.registered.id, versionID: work.registered.versionID, connection).flatMap { row in
            Canary.Stage(rawValue: row.stage).map { Canary(stage: $0, since: row.since) }
        }
    }

    /// Whether the next part of a first large batch may enter now.
    func isCanaryDue(_ work: PlaybookAtWork) throws -> Bool {
        guard work.registered.heldAt == nil, let canary = try canary(of: work) else { return false }
        return canary.stage != .all && now >= canary.nextAt
    }

    func isCanaryWaiting(_ work: PlaybookAtWork) throws -> Bool {
        guard !work.registered.isLetThrough, let canary = try canary(of: work) else { return false }
        return canary.stage != .all && now < canary.nextAt
    }

    /// Holds back what of a first large batch is not to enter yet; nil when there is no such batch.
    func holdBack(_ work: PlaybookAtWork) throws -> Part? {
        guard workspace.configuration.safety.hasCanary else { return nil }
        let counts = try Verdicts(connection).counts(of: work.registered.id)
        let entering = ["enrolled", "holdout", "global_holdout"].reduce(0) { $0 + (counts[$1] ?? 0) }
        let before = try canary(of: work)
        let admission = Canary.admit(before, entering: entering, now: now)
        guard let canary = admission.canary, canary != before || admission.most < entering else { return nil }
        guard admission.most < entering else { return Part(canary: canary, isPartial: false, text: nil) }
        try CanaryTable.hold(
            allBut: admission.most, of: work, reason: "canary: waits until the first touches have gone well",
            connection)
        let zone = workspace.configuration.zone
        let next = canary.stage == .few ? "a tenth" : "the rest"
        return Part(
            canary: canary, isPartial: true,
            text: """
                canary: \(admission.most) of \(entering) enter now, \(next) from \(canary.nextAt.text(in: zone)) \
                \(zone.name); all at once with: keeptouch release \(work.playbook.name)
                """)
    }
}

extension Planning.Match {
    /// Leaves an occurrence its turn, until it is too late for it.
    mutating func keepOccurrence() {
        guard let occurrence else { return }
        self.occurrence = (occurrence.at, "held")
        schedule = schedule.map { ($0.text, occurrence.at, $0.begins) }
    }

    mutating func go(in part: Planning.Part) {
        (canary, isNews) = (part.canary, true)
        if part.isPartial { keepOccurrence() }
    }
}
