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

    private static let stuck = Term(.journey(.stuck), .boolean, text: "stuck()")

    /// The stages that have accounts, in the order of the files.
    package func stages(_ journeys: [Journey]) throws -> [OfStage] {
        let query = ConditionSQL(context).compile([Self.stuck], over: .accounts)
        let rows = try connection.query(
            """
            SELECT a.journey, a.stage, count(*), count(*) FILTER (WHERE \(query.expressions[0])) FROM \(query.from)
            WHERE a.status = 'active' AND a.journey IS NOT NULL AND a.stage IS NOT NULL GROUP BY a.journey, a.stage
            """, query.arguments)
        var found: [StageKey: OfStage] = [:]
        for row in rows {
            let key = StageKey(row[0].text ?? "", row[1].text ?? "")
            found[key] = OfStage(
                key: key, accounts: Int(row[2].integer ?? 0), stuck: Int(row[3].integer ?? 0))
        }
        return journeys.flatMap { journey in
            journey.stages.compactMap { found[StageKey(journey.name, $0.name)] }
        }
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
        let isStuck = context.stages[key]?.limit.map { context.now - since > $0 } ?? false
        return (key, since, isStuck)
    }
}
