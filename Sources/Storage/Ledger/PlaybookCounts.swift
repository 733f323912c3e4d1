package import Decisions
package import Playbooks

/// What came of a playbook, step by step, for its flow.
package struct PlaybookCounts: Sendable {
    /// One step: touches by state, what was heard of them, and how waits and choices ended.
    package struct OfStep: Sendable {
        package var touches: [TouchState: Int] = [:]
        /// Touches, not events: delivered, opened, clicked and so on.
        package var outcomes: [String: Int] = [:]
        package var passages: [PassageResult: Int] = [:]

        package init() {}
    }

    /// Active enrollments that stand at a step of a version.
    package struct Standing: Sendable {
        package var versionID: Int64
        package var variant: String?
        package var step: Int
        package var count: Int
    }

    /// Those of one version.
    package struct OfVersion: Sendable {
        package var entered = 0
        package var active = 0

        package init() {}
    }

    package var steps: [String: OfStep] = [:]
    package var standing: [Standing] = []
    package var entries: [Arm: Int] = [:]
    package var versions: [Int64: OfVersion] = [:]
    /// Of those that ended, by reason.
    package var ends: [String: Int] = [:]
    package var goals = 0
    /// Since the moment from which on entries are counted apart.
    package var recent = 0
    /// Accounts by the verdict of a match of theirs that stands now.
    package var verdicts: [Verdict: Int] = [:]

    package init() {}

    package var entered: Int { entries.values.reduce(0, +) }
    package var active: Int { standing.reduce(0) { $0 + $1.count } }
    package var heldOut: Int { entries.reduce(0) { $0 + ($1.key == .treated ? 0 : $1.value) } }

    /// Touches in one of these states.
    package func touches(_ states: [TouchState]) -> Int {
        steps.values.reduce(0) { sum, step in sum + states.reduce(0) { $0 + (step.touches[$1] ?? 0) } }
    }

    /// Of every playbook, by its id, out of the counts that are kept.
    ///
    /// - Parameter moment: from when on entries are counted apart.
    package static func all(since moment: Instant, _ connection: Connection) throws -> [Int64: PlaybookCounts] {
        var counts: [Int64: PlaybookCounts] = [:]
        let kept = FlowCounts(connection)
        func add(_ what: FlowKey.What, _ body: (inout PlaybookCounts, Statement, Int) throws -> Void) throws {
            try kept.forEach(what) { row in
                try body(&counts[row.integer("owner"), default: Self()], row, Int(row.integer("count")))
            }
        }
        func addToSteps(_ what: FlowKey.What, _ body: (inout OfStep, Statement, Int) throws -> Void) throws {
            try add(what) { try body(&$0.steps[$1.text("name") ?? "", default: OfStep()], $1, $2) }
        }
        try add(.entered) { found, row, count in
            found.entries[try row.word("value"), default: 0] += count
            found.versions[row.integer("version_id"), default: OfVersion()].entered += count
        }
        try add(.here) { found, row, count in
            let variant = row.text("name") ?? ""
            found.versions[row.integer("version_id"), default: OfVersion()].active += count
            found.standing.append(
                Standing(
                    versionID: row.integer("version_id"), variant: variant.isEmpty ? nil : variant,
                    step: Int(row.integer("slot")), count: count))
        }
        try add(.ended) { found, row, count in found.ends[row.text("value") ?? "", default: 0] += count }
        try add(.goal) { found, _, count in found.goals = count }
        try add(.match) { found, row, count in found.verdicts[try row.word("value")] = count }
        try addToSteps(.touch) { step, row, count in step.touches[try row.word("value")] = count }
        try addToSteps(.outcome) { step, row, count in step.outcomes[row.text("value") ?? ""] = count }
        try addToSteps(.passage) { step, row, count in
            guard let result = row.text("value").flatMap(PassageResult.init(rawValue:)) else { return }
            step.passages[result] = count
        }
        for (playbook, count) in try kept.entered(since: moment) { counts[playbook, default: Self()].recent = count }
        return counts
    }
}

extension Row {
    /// A column that counts.
    func count(_ name: String) -> Int { Int(self[name].integer ?? 0) }
}
