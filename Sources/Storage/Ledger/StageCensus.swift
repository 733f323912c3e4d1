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
        try connection.forEach(
            """
            SELECT journey, stage, stage_since FROM account
            WHERE status = 'active' AND journey IS NOT NULL AND stage IS NOT NULL
            """
        ) { row in
            let key = StageKey(row.text(0) ?? "", row.text(1) ?? "")
            found[key, default: OfStage(key: key, accounts: 0, stuck: 0)].accounts += 1
            if isStuck(key, since: row.optionalInstant(2)) { found[key]?.stuck += 1 }
        }
        return journeys.flatMap { journey in
            journey.stages.compactMap { found[StageKey(journey.name, $0.name)] }
        }
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

    /// Where one account is, and since when; nil when it is on no journey.
    package func place(of account: Int64) throws -> (key: StageKey, since: Instant, isStuck: Bool)? {
        let row = try connection.first(
            "SELECT journey, stage, stage_since FROM account WHERE id = :id", ["id": .integer(account)])
        guard let journey = row?[0].text, let stage = row?[1].text, let since = row?[2].instant else { return nil }
        let key = StageKey(journey, stage)
        return (key, since, isStuck(key, since: since))
    }
}
