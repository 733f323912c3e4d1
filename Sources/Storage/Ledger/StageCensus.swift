package import Decisions
package import Playbooks

/// Where the active accounts of the journeys are, for `status` and `explain`.
package struct StageCensus {
    private let connection: Connection
    private let context: EvaluationContext

    package init(_ connection: Connection, _ context: EvaluationContext) {
        self.connection = connection
        self.context = context
    }

    package struct OfStage: Sendable, Hashable {
        package var key: StageKey
        package var accounts: Int
        package var stuck: Int
    }

    /// The stages that have accounts, in the order of the files.
    package func stages(_ journeys: [Journey]) throws -> [OfStage] {
        var found: [StageKey: OfStage] = [:]
        let kept = FlowCounts(connection)
        try kept.forEach(.stage) { row in
            let key = StageKey(row.text("name") ?? "", row.text("value") ?? "")
            let count = Int(row.integer("count"))
            found[key, default: OfStage(key: key, accounts: 0, stuck: 0)].accounts += count
            // Days that were over when the limit began; of the day in which it began the rows tell.
            if let since = firstInTime(key), (0..<since.milliseconds / FlowKey.day).contains(row.integer("slot")) {
                found[key]?.stuck += count
            }
        }
        for key in found.keys { found[key]?.stuck += try stuckOnTheDay(key) }
        return journeys.flatMap { journey in
            journey.stages.compactMap { found[StageKey(journey.name, $0.name)] }
        }
    }

    /// Who is in a stage since an earlier moment is stuck; nil where it has no limit.
    private func firstInTime(_ key: StageKey) -> Instant? { context.stages[key]?.limit.map { context.now - $0 } }

    /// Those who came into a stage on the day that its limit cuts, before it did.
    private func stuckOnTheDay(_ key: StageKey) throws -> Int {
        guard let since = firstInTime(key) else { return 0 }
        return Int(
            try connection.integer(
                """
                SELECT count(*) FROM account WHERE status = 'active' AND journey = :journey AND stage = :stage
                    AND journey IS NOT NULL AND stage IS NOT NULL AND stage_since >= :day AND stage_since < :since
                """,
                [
                    "journey": .text(key.journey), "stage": .text(key.stage), "since": .instant(since),
                    "day": .integer(since.milliseconds / FlowKey.day * FlowKey.day),
                ]))
    }

    private func isStuck(_ key: StageKey, since: Instant?) -> Bool {
        guard let since, let limit = context.stages[key]?.limit else { return false }
        return context.now - since > limit
    }

    /// Stages of the data that their journey does not have, with the accounts that are in none because of it.
    package func unknownStages(_ journeys: [Journey]) throws -> [OfStage] {
        try journeys.filter(\.isImported).flatMap { journey in
            try connection.query(
                """
                SELECT stage_imported, count(*) FROM account
                WHERE journey = :journey AND stage IS NULL AND stage_imported IS NOT NULL AND status = 'active'
                GROUP BY stage_imported ORDER BY 2 DESC, 1 LIMIT 3
                """, ["journey": .text(journey.name)]
            ).map { row in
                OfStage(
                    key: StageKey(journey.name, row[0].text ?? ""), accounts: Int(row[1].integer ?? 0), stuck: 0)
            }
        }
    }

    /// Where one account is, or was when it left, and since when; nil when it is on no journey.
    package func place(of account: Int64) throws -> (key: StageKey, since: Instant, isStuck: Bool)? {
        let row = try connection.first(
            "SELECT journey, stage, stage_since, status FROM account WHERE id = :id", ["id": .integer(account)])
        guard let journey = row?[0].text, let stage = row?[1].text, let since = row?[2].instant else { return nil }
        let key = StageKey(journey, stage)
        return (key, since, row?[3].text == "active" && isStuck(key, since: since))
    }
}
