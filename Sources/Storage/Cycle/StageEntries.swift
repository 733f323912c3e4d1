package import Playbooks

/// Brings accounts into the stages of their journeys: planned into temporary tables, written in slices.
///
/// An account is on the first journey whose segment holds and in the furthest stage that it ever reached there. Only
/// active accounts move; one that churned stays where it was, and one that is on no journey any more has the stage that
/// the data say.
package struct StageEntries {
    private let connection: Connection
    private let compiler: ConditionSQL
    private let now: Instant

    /// An account that is older when it is first looked at has come into its stages nobody knows when.
    private static let patience = TimeSpan.days(2)
    /// What the number of a journey is multiplied with to make room for its stages.
    private static let room = 1_000

    package init(_ connection: Connection, _ compiler: ConditionSQL, now: Instant) {
        self.connection = connection
        self.compiler = compiler
        self.now = now
    }

    /// How many accounts come into a stage.
    package struct Count: Sendable, Hashable {
        package var journey: String
        package var stage: String
        package var accounts: Int
    }

    /// Makes the temporary tables anew and empty.
    package static func reset(_ connection: Connection) throws {
        try connection.executeScript(
            """
            -- Accounts whose journey or stage changes; both are NULL for one that leaves its journey.
            CREATE TEMP TABLE IF NOT EXISTS plan_stage (account_id INTEGER PRIMARY KEY, place INTEGER NOT NULL,
                journey TEXT, stage TEXT, begun_at INTEGER NOT NULL, at INTEGER NOT NULL, is_found INTEGER NOT NULL);
            -- The stages of all journeys in their order; a journey's place 0 is no stage at all.
            CREATE TEMP TABLE IF NOT EXISTS plan_place (
                place INTEGER PRIMARY KEY, first INTEGER NOT NULL, journey TEXT, stage TEXT);
            DELETE FROM temp.plan_stage;
            DELETE FROM temp.plan_place;
            """)
    }

    /// Fills `plan_stage`; conditions see the state as it stands.
    ///
    /// - Parameter held: the journeys whose data are late; their accounts stay where they are.
    package func plan(_ journeys: [Journey], held: Set<String> = []) throws {
        try Self.reset(connection)
        // Without journeys there is nothing to do but to take accounts off those that were there.
        let isNeeded =
            try !journeys.isEmpty
            || connection.first("SELECT 1 FROM account WHERE journey IS NOT NULL LIMIT 1") != nil
        guard isNeeded else { return }
        try describe(journeys)
        var terms: [Term] = []
        func index(of term: Term) -> Int {
            terms.append(term)
            return terms.count - 1
        }
        let audiences = journeys.map { $0.audience.map { index(of: $0.term) } }
        let enters = journeys.map { $0.stages.map { $0.enter.map { index(of: $0) } } }
        let query = compiler.compile(terms, over: .accounts)
        var arguments = query.arguments
        arguments["stage_now"] = .instant(now)
        arguments["stage_fresh"] = .instant(now - Self.patience)
        var places: [String] = []
        for (number, journey) in journeys.enumerated() {
            arguments["stage_journey_\(number)"] = .text(journey.name)
            for (rank, stage) in journey.stages.enumerated() {
                arguments["stage_name_\(number)_\(rank)"] = .text(stage.name)
            }
            let holds = audiences[number].map { "(\(query.expressions[$0]))" } ?? "1 = 1"
            let place =
                held.contains(journey.name)
                ? "NULL" : self.place(of: journey, number, enters[number].map { $0.map { query.expressions[$0] } })
            places.append("WHEN \(holds) THEN \(place)")
        }
        let place = places.isEmpty ? "0" : "CASE \(places.joined(separator: " ")) ELSE 0 END"
        try connection.execute(
            """
            -- Without MATERIALIZED each mention of the place would work it out anew.
            WITH found AS MATERIALIZED (
                SELECT a.id, a.journey, a.stage, a.created_at, a.stage_imported, a.stage_imported_at, \(place) AS place
                FROM \(query.from) WHERE a.status = 'active'
            )
            INSERT INTO plan_stage (account_id, place, journey, stage, begun_at, at, is_found)
            SELECT f.id, f.place, s.journey, CASE f.place WHEN 0 THEN f.stage_imported ELSE s.stage END,
                CASE WHEN f.journey IS NULL AND \(Self.isNew) THEN f.created_at ELSE \(at(journeys)) END,
                \(at(journeys)),
                CASE WHEN f.created_at < :stage_fresh AND \(Self.isNew) THEN 1 ELSE 0 END
            FROM found AS f JOIN plan_place AS s ON s.place = f.place
            WHERE f.journey IS DISTINCT FROM s.journey OR (f.place > 0 AND f.stage IS DISTINCT FROM s.stage)
            ORDER BY f.id
            """, arguments)
    }

    private static let isNew =
        "NOT EXISTS (SELECT 1 FROM stage_entry AS e WHERE e.account_id = f.id AND e.journey = s.journey)"

    /// When the account came into its stage: now, or when the data say.
    private func at(_ journeys: [Journey]) -> String {
        let imported = journeys.indices.filter { journeys[$0].isImported }.map { "\($0 + 1)" }
        guard !imported.isEmpty else { return ":stage_now" }
        return """
            CASE WHEN f.place / \(Self.room) IN (\(imported.joined(separator: ", "))) AND f.stage_imported = s.stage
                AND f.stage_imported_at < :stage_now THEN f.stage_imported_at ELSE :stage_now END
            """
    }

    private func describe(_ journeys: [Journey]) throws {
        func add(_ place: Int, _ first: Int, _ journey: String?, _ stage: String?) throws {
            try connection.execute(
                "INSERT INTO plan_place (place, first, journey, stage) VALUES (:place, :first, :journey, :stage)",
                [
                    "place": .integer(Int64(place)), "first": .integer(Int64(first)), "journey": .optional(journey),
                    "stage": .optional(stage),
                ])
        }
        try add(0, 0, nil, nil)
        for (number, journey) in journeys.enumerated() {
            let base = (number + 1) * Self.room
            try add(base, base + 1, journey.name, nil)
            for (rank, stage) in journey.stages.enumerated() {
                try add(base + rank + 1, base + 1, journey.name, stage.name)
            }
        }
    }

    /// The furthest place of an account on a journey: where it has been, or, from the last stage down, the first whose
    /// condition holds.
    private func place(of journey: Journey, _ number: Int, _ enters: [String?]) -> String {
        func rank(of column: String) -> String {
            let cases = journey.stages.indices.map { "WHEN :stage_name_\(number)_\($0) THEN \($0 + 1)" }
            return "CASE \(column) \(cases.joined(separator: " ")) END"
        }
        let reached = """
            coalesce(CASE WHEN a.journey = :stage_journey_\(number) THEN \(rank(of: "a.stage")) END,
                (SELECT max(\(rank(of: "e.stage"))) FROM stage_entry AS e
                    WHERE e.account_id = a.id AND e.journey = :stage_journey_\(number)), 0)
            """
        let base = (number + 1) * Self.room
        var cases: [String] = []
        for (index, enter) in enters.enumerated().reversed() {
            let condition =
                journey.isImported ? "a.stage_imported = :stage_name_\(number)_\(index)" : enter.map { "(\($0))" }
            cases.append("WHEN \(reached) >= \(index + 1) THEN \(base + index + 1)")
            if let condition { cases.append("WHEN \(condition) THEN \(base + index + 1)") }
        }
        return "CASE \(cases.joined(separator: " ")) ELSE \(journey.isImported ? base : base + 1) END"
    }

    /// How many accounts come into each stage, in the order of the files.
    package func counts() throws -> [Count] {
        try connection.query(
            """
            SELECT s.journey, s.stage, count(*) FROM plan_stage AS p JOIN plan_place AS s ON s.place = p.place
            WHERE s.stage IS NOT NULL GROUP BY s.place, s.journey, s.stage ORDER BY s.place
            """
        ).map { Count(journey: $0[0].text ?? "", stage: $0[1].text ?? "", accounts: Int($0[2].integer ?? 0)) }
    }

    /// Writes the accounts of the slice of about `size` rows behind `account`; part of a write transaction.
    ///
    /// - Returns: the last account of the slice; nil when it was the last slice.
    package static func apply(
        after account: Int64, size: Int, now: Instant, _ connection: Connection
    ) throws -> Int64? {
        let last = try connection.first(
            "SELECT account_id FROM plan_stage WHERE account_id > :after ORDER BY account_id LIMIT 1 OFFSET :size",
            ["after": .integer(account), "size": .integer(Int64(size))])?[0].integer
        if last == nil, try connection.first("SELECT 1 FROM plan_stage LIMIT 1") == nil { return nil }
        let scope: [String: SQLValue] = [
            "after": .integer(account), "last": .integer(last ?? .max), "now": .instant(now),
        ]
        let slice = "p.account_id > :after AND p.account_id <= :last"
        try connection.execute(
            """
            INSERT INTO stage_entry (account_id, journey, stage, at, how)
            SELECT p.account_id, s.journey, s.stage, CASE s.place WHEN s.first THEN p.begun_at ELSE p.at END,
                CASE WHEN p.is_found = 1 THEN 'found' WHEN s.place IN (s.first, p.place) THEN 'entered'
                    ELSE 'skipped' END
            FROM plan_stage AS p JOIN plan_place AS s
                ON s.journey = p.journey AND s.stage IS NOT NULL AND s.place <= p.place
            WHERE \(slice) ORDER BY p.account_id, s.place
            ON CONFLICT DO NOTHING
            """, scope)
        try connection.execute(
            """
            INSERT INTO history (account_id, attribute, at, value, previous)
            SELECT p.account_id, 'stage', :now, p.stage, a.stage
            FROM plan_stage AS p JOIN account AS a ON a.id = p.account_id
            WHERE \(slice) AND a.stage IS DISTINCT FROM p.stage ORDER BY p.account_id
            ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
            """, scope)
        try move(slice, scope, connection)
        return last
    }

    private static func move(_ slice: String, _ scope: [String: SQLValue], _ connection: Connection) throws {
        try connection.execute(
            """
            UPDATE account SET journey = p.journey, stage = p.stage,
                stage_since = CASE p.place WHEN 0 THEN stage_imported_at ELSE (SELECT e.at FROM stage_entry AS e
                    WHERE e.account_id = p.account_id AND e.journey = p.journey AND e.stage = p.stage) END
            FROM plan_stage AS p WHERE account.id = p.account_id AND \(slice)
            """, scope.filter { slice.contains(":\($0.key)") })
    }

    /// Puts accounts back to where their entries say that they are, as on the shadows of a backtest, which begins with
    /// the entries of its past.
    package func restore(_ journeys: [Journey]) throws {
        var journeys = journeys
        for number in journeys.indices {
            for index in journeys[number].stages.indices { journeys[number].stages[index].enter = nil }
        }
        try plan(journeys)
        let known = """
            EXISTS (SELECT 1 FROM stage_entry AS e WHERE e.account_id = p.account_id AND e.journey = p.journey
                AND e.stage = p.stage)
            """
        try Self.move(known, [:], connection)
        try Self.reset(connection)
    }
}
