package import Decisions
package import Playbooks

/// What the shadows hold when a backtest is over, counted by the moments at which things happened.
package struct BacktestTotals {
    private let connection: Connection
    private let playbook: [String: SQLValue]

    package init(_ connection: Connection, playbook name: String) throws {
        self.connection = connection
        playbook = [
            "playbook": .integer(
                try connection.integer("SELECT id FROM playbook WHERE name = :name", ["name": .text(name)]))
        ]
    }

    /// How much happened at a moment, by step, verdict, arm or state.
    package struct Count<Name: Sendable>: Sendable {
        package var at: Instant
        package var name: Name
        package var count: Int
    }

    /// First and changed verdicts.
    package func verdicts() throws -> [Count<Verdict>] {
        try counts("SELECT at, verdict, count(*) FROM decision WHERE playbook_id = :playbook GROUP BY at, verdict")
    }

    /// Those who entered, by arm.
    package func entrants() throws -> [Count<Arm>] {
        try counts(
            "SELECT entered_at, arm, count(*) FROM enrollment WHERE playbook_id = :playbook GROUP BY entered_at, arm")
    }

    /// Touches that went out, a holdout's ghosts apart, by step.
    package func sent() throws -> [Count<String>] {
        try counts(
            """
            SELECT settled_at, step, count(*) FROM touch
            WHERE playbook_id = :playbook AND state = 'sent' GROUP BY settled_at, step
            """)
    }

    /// Touches that ended without going out, by state.
    package func lost() throws -> [Count<TouchState>] {
        try counts(
            """
            SELECT settled_at, state, count(*) FROM touch
            WHERE playbook_id = :playbook AND settled_at IS NOT NULL AND state NOT IN ('sent', 'ghost')
            GROUP BY settled_at, state
            """)
    }

    /// Goals reached, by the moment at which they were seen.
    package func goals() throws -> [Count<String>] {
        try counts(
            """
            SELECT goal_at, 'goal', count(*) FROM enrollment
            WHERE playbook_id = :playbook AND goal_at IS NOT NULL GROUP BY goal_at
            """)
    }

    /// Of the enrollments whose time for the goal is over: how many there are, and how many reached it.
    package func matured(by end: Instant) throws -> (entrants: Int, goals: Int) {
        let row = try connection.first(
            """
            SELECT count(*), count(goal_at) FROM enrollment WHERE playbook_id = :playbook AND goal_until <= :end
            """, playbook.merging(["end": .instant(end)]) { $1 })
        return (Int(row?[0].integer ?? 0), Int(row?[1].integer ?? 0))
    }

    /// Accounts that this playbook and another one wrote to on the same day, by the start of the day.
    ///
    /// - Parameter days: the start of each day of the backtest, in order.
    package func collisions(days: [Instant]) throws -> [Count<String>] {
        try connection.executeScript(
            "CREATE TEMP TABLE backtest_day (at INTEGER PRIMARY KEY) STRICT")
        for day in days {
            try connection.execute(
                "INSERT INTO backtest_day (at) VALUES (:at)", ["at": .instant(day)])
        }
        return try counts(
            """
            WITH written AS MATERIALIZED (
                SELECT DISTINCT t.account_id, t.playbook_id,
                    (SELECT max(d.at) FROM backtest_day AS d WHERE d.at <= t.settled_at) AS day
                FROM touch AS t WHERE t.state = 'sent')
            SELECT w.day, 'collision', count(*) FROM written AS w
            WHERE w.playbook_id = :playbook AND (w.account_id, w.day) IN (
                SELECT o.account_id, o.day FROM written AS o WHERE o.playbook_id <> :playbook)
            GROUP BY w.day
            """)
    }

    private func counts(_ sql: String) throws -> [Count<String>] {
        try connection.query(sql, playbook).map { row in
            Count(
                at: row[0].instant ?? Instant(milliseconds: 0), name: row[1].text ?? "",
                count: Int(row[2].integer ?? 0))
        }
    }

    private func counts<Word: RawRepresentable<String> & Sendable>(_ sql: String) throws -> [Count<Word>] {
        try connection.query(sql, playbook).map { row in
            Count(
                at: row[0].instant ?? Instant(milliseconds: 0), name: try row[1].word(),
                count: Int(row[2].integer ?? 0))
        }
    }
}
