import Decisions
package import Playbooks

/// From when to when each account was a customer, in temporary tables that the reports count in.
///
/// An account is one while its status is active and it pays: an MRR above 0, or none that anybody knows. Stays are
/// [began, ended) in days of the workspace. What is counted was dated and known at the moment that is asked about.
package struct Stays {
    /// What accounts are grouped by.
    package struct Grouping: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            /// In the segment or not: 1 or 0.
            case segment
            /// By the value of an attribute.
            case attribute
        }

        package var kind: Kind
        package var name: String
        let term: Term?
    }

    let connection: Connection
    let now: Instant
    package let today: Day
    let known: Instant
    let dayOf: (String) -> String
    package let groupings: [Grouping]

    /// Fills the tables.
    ///
    /// - Parameters:
    ///   - segment: only the accounts in it; nil for all.
    ///   - isKnownBy: whether what was imported after the moment is left out; a simulation's imports bear the clock of
    ///     the day on which somebody played it.
    package init(
        _ connection: Connection, workspace: Workspace, segment: NamedTerm? = nil, asOf now: Instant,
        isKnownBy: Bool = true
    ) throws {
        self.connection = connection
        self.now = now
        let zone = workspace.configuration.zone
        today = zone.day(of: now)
        known = isKnownBy ? now : Instant(milliseconds: .max)
        // Nothing later than now is asked for.
        let calendar = CalendarSQL(zone, until: now - .days(3_660))
        dayOf = { calendar.day(of: $0) }
        groupings =
            workspace.segments.filter { $0.name != segment?.name }.map {
                Grouping(kind: .segment, name: $0.name, term: $0.term)
            }
            + workspace.dataMap.attributes.filter { $0.type == .text && !$0.values.isEmpty }.map {
                Grouping(kind: .attribute, name: $0.name, term: nil)
            }
        try makeTables()
        try AccountsAsOf.with(now, workspace.dataMap, connection) { try findAccounts(workspace, segment) }
        try leaveOutUndated()
        try fillCalendar()
        try findDepartures()
        try observeSurvivors()
        try findPayments()
        try follow()
        try findStays()
        try countLives()
    }

    /// The columns of the groupings.
    func column(_ index: Int) -> String { "g\(index)" }
    private var columns: String { groupings.indices.map { ", \(column($0))" }.joined() }
    private func columns(of table: String) -> String { groupings.indices.map { ", \(table).\(column($0))" }.joined() }

    private func makeTables() throws {
        let columns = groupings.indices.map { ", \(column($0)) ANY" }.joined()
        for table in ["account", "turn", "state", "stay", "calendar", "life"] {
            try connection.executeScript("DROP TABLE IF EXISTS temp.report_\(table)")
        }
        try connection.executeScript(
            """
            -- The accounts that are asked about. They came to be at `origin` and are observed from `began` on. MRR is what it
            -- was then; -1 when nobody knows.
            CREATE TEMP TABLE report_account (account_id INTEGER PRIMARY KEY, origin INTEGER NOT NULL,
                began INTEGER NOT NULL, seen INTEGER, mrr INTEGER NOT NULL\(columns)) STRICT;
            -- The changes of a day, as differences: whether it is active, and what it pays.
            CREATE TEMP TABLE report_turn (account_id INTEGER NOT NULL, day INTEGER NOT NULL, active INTEGER NOT NULL,
                mrr INTEGER NOT NULL, PRIMARY KEY (account_id, day)) STRICT, WITHOUT ROWID;
            -- What a day's changes led from and to; revenue is 0 where the account is no customer.
            CREATE TEMP TABLE report_state (account_id INTEGER NOT NULL, month INTEGER NOT NULL, day INTEGER NOT NULL,
                was INTEGER NOT NULL, pays INTEGER NOT NULL, mrr_before INTEGER NOT NULL, mrr INTEGER NOT NULL,
                PRIMARY KEY (account_id, month, day)) STRICT, WITHOUT ROWID;
            -- `origin` is when the account first became a customer. One that is not observed from then on is `late`: it could
            -- not have been seen leaving before `began`.
            CREATE TEMP TABLE report_stay (account_id INTEGER NOT NULL, origin INTEGER NOT NULL, began INTEGER NOT NULL,
                ended INTEGER, late INTEGER NOT NULL, mrr INTEGER NOT NULL\(columns)) STRICT;
            CREATE TEMP TABLE report_calendar (day INTEGER PRIMARY KEY, month INTEGER NOT NULL, date INTEGER NOT NULL,
                length INTEGER NOT NULL) STRICT;
            """)
    }

    // MARK: What happened

    private func findAccounts(_ workspace: Workspace, _ segment: NamedTerm?) throws {
        let terms = (segment.map { [$0.term] } ?? []) + groupings.compactMap(\.term)
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: .neutral)
        let query = ConditionSQL(context).compile(terms, over: .accounts)
        var expressions = query.expressions[...]
        let condition = segment == nil ? "true" : "(\(expressions.removeFirst()))"
        let groups = groupings.map { grouping in
            switch grouping.kind {
            case .segment: "CASE WHEN (\(expressions.removeFirst())) THEN 1 ELSE 0 END"
            case .attribute: "a.\(AttributeColumns.ofAccount(grouping.name))"
            }
        }
        try connection.execute(
            """
            INSERT INTO report_account (account_id, origin, began, seen, mrr\(columns))
            SELECT id, origin, origin, seen, mrr\(columns) FROM (
            SELECT a.id, \(dayOf("a.created_at")) AS origin, CASE WHEN a.seen_at <= :report_now THEN \(dayOf("a.seen_at")) END AS seen,
                coalesce((SELECT coalesce(h.previous, -1) FROM history AS h
                    WHERE h.attribute = 'mrr' AND h.account_id = a.id ORDER BY h.at LIMIT 1), a.mrr, -1) AS mrr
                \(groups.enumerated().map { ", \($0.element) AS \(column($0.offset))" }.joined())
            FROM \(query.from)
            WHERE a.created_at <= :report_now AND coalesce(a.seen_at, a.created_at) <= :report_known AND \(condition)
            ) AS accounts ORDER BY id
            """,
            query.arguments.merging(["report_now": .instant(now), "report_known": .instant(known)]) { $1 })
    }

    /// Of accounts that left nobody knows when nothing can be said.
    private func leaveOutUndated() throws {
        try connection.execute(
            """
            DELETE FROM report_account WHERE account_id IN (
                SELECT a.id FROM account AS a WHERE a.status = 'churned' AND a.churned_at IS NULL)
            """)
    }

    private func fillCalendar() throws {
        let first = try connection.first("SELECT min(origin) FROM report_account")?[0].integer
        guard let first, let start = Int(exactly: first) else { return }
        // A garbled date of long ago must not fill the memory.
        let earliest = max(start, today.number - Self.longest)
        for number in (earliest - 1)...max(earliest, today.number) {
            let date = Day(number: number).civil
            _ = try connection.execute(
                "INSERT INTO report_calendar (day, month, date, length) VALUES (:day, :month, :date, :length)",
                inOrder: [
                    .integer(Int64(number)), .integer(Int64(Month(of: Day(number: number)).number)),
                    .integer(Int64(date.day)), .integer(Int64(CivilDate.length(ofMonth: date.month, year: date.year))),
                ])
        }
        try connection.execute(
            "UPDATE report_account SET origin = :earliest, began = :earliest WHERE origin < :earliest",
            ["earliest": .integer(Int64(earliest))])
    }

    /// Accounts that are older than this many days count as that old.
    private static let longest = 40 * 366

    /// The day of a change, not before the account was observed.
    private func day(of instant: String) -> String {
        "(SELECT CASE WHEN d.day < b.began THEN b.began ELSE d.day END FROM (SELECT \(dayOf(instant)) AS day) AS d)"
    }

    /// The id of a kind of events; that of none when there is no such kind.
    func kind(_ name: String) throws -> SQLValue {
        .integer(
            try connection.first("SELECT id FROM event_kind WHERE name = :name", ["name": .text(name)])?[0].integer
                ?? -1)
    }

    private func findDepartures() throws {
        try connection.execute(
            """
            INSERT INTO report_turn (account_id, day, active, mrr)
            SELECT account_id, day, sum(change), 0 FROM (
                SELECT c.account_id, \(day(of: "c.at")) AS day,
                    c.value - lag(c.value, 1, 1) OVER (PARTITION BY c.account_id ORDER BY c.at, c.id) AS change
                FROM (
                    SELECT e.account_id, e.at, e.id, CASE e.kind_id WHEN :churned THEN 0 ELSE 1 END AS value
                    FROM event AS e
                    WHERE (e.kind_id = :churned OR e.kind_id = :reactivated) AND e.at <= :now AND e.received_at <= :known
                    UNION ALL
                    -- Of some it is known that they left, but not by an event.
                    SELECT a.id, a.churned_at, 0, 0 FROM account AS a
                    WHERE a.churned_at <= :now AND NOT EXISTS (
                        SELECT 1 FROM event AS e WHERE e.kind_id = :churned AND e.account_id = a.id)
                ) AS c JOIN report_account AS b ON b.account_id = c.account_id
            ) AS changes
            WHERE change <> 0 GROUP BY account_id, day HAVING sum(change) <> 0 ORDER BY account_id, day
            """,
            [
                "churned": try kind("churned"), "reactivated": try kind("reactivated"), "now": .instant(now),
                "known": .instant(known),
            ])
    }

    /// Accounts that came with an import which knew of nobody who had left could not have been seen leaving before it, so
    /// they are observed from then on; an import that brought some who were gone already brought the past with them.
    private func observeSurvivors() throws {
        try connection.execute(
            """
            UPDATE report_account SET began = seen WHERE seen > origin AND seen IN (
                SELECT seen FROM report_account WHERE seen > origin GROUP BY seen
                EXCEPT
                SELECT \(dayOf("a.seen_at")) FROM event AS e CROSS JOIN account AS a
                WHERE a.id = e.account_id AND e.kind_id = :churned AND e.received_at <= :known AND e.at < a.seen_at
                EXCEPT
                SELECT \(dayOf("a.seen_at")) FROM account AS a WHERE a.churned_at < a.seen_at AND NOT EXISTS (
                    SELECT 1 FROM event AS e WHERE e.kind_id = :churned AND e.account_id = a.id))
            """, ["churned": try kind("churned"), "known": .instant(known)])
    }

    private func findPayments() throws {
        try connection.execute(
            """
            INSERT INTO report_turn (account_id, day, active, mrr)
            SELECT account_id, day, 0, sum(change) FROM (
                SELECT b.account_id, \(day(of: "h.at")) AS day, coalesce(h.value, -1)
                    - lag(coalesce(h.value, -1), 1, b.mrr) OVER (PARTITION BY h.account_id ORDER BY h.at) AS change
                FROM history AS h JOIN report_account AS b ON b.account_id = h.account_id
                WHERE h.attribute = 'mrr' AND h.at <= :now
            ) AS changes
            WHERE change <> 0 GROUP BY account_id, day
            ON CONFLICT (account_id, day) DO UPDATE SET mrr = report_turn.mrr + excluded.mrr
            """, ["now": .instant(now)])
    }

    // MARK: What it comes to

    /// The state before and after each day with a change.
    private func follow() throws {
        func pays(_ active: String, _ mrr: String) -> String {
            "CASE WHEN \(active) > 0 AND \(mrr) <> 0 THEN 1 ELSE 0 END"
        }
        func revenue(_ active: String, _ mrr: String) -> String {
            "CASE WHEN \(active) > 0 AND \(mrr) > 0 THEN \(mrr) ELSE 0 END"
        }
        try connection.execute(
            """
            INSERT INTO report_state (account_id, month, day, was, pays, mrr_before, mrr)
            SELECT account_id, month, day, \(pays("(active - active_change)", "(mrr - mrr_change)")), \(pays("active", "mrr")),
                \(revenue("(active - active_change)", "(mrr - mrr_change)")), \(revenue("active", "mrr"))
            FROM (
                SELECT t.account_id, t.day, t.active AS active_change, t.mrr AS mrr_change,
                    1 + sum(t.active) OVER turns AS active, b.mrr + sum(t.mrr) OVER turns AS mrr,
                    -- A month counts from the state at its first day to that at the next one's.
                    (SELECT c.month FROM report_calendar AS c WHERE c.day = t.day - 1) AS month
                FROM report_turn AS t CROSS JOIN report_account AS b WHERE b.account_id = t.account_id
                WINDOW turns AS (PARTITION BY t.account_id ORDER BY t.day)
            ) AS states
            WHERE month IS NOT NULL
            """)
    }

    private func findStays() throws {
        let insert = "INSERT INTO report_stay (account_id, origin, began, ended, late, mrr\(columns))"
        let late = "CASE WHEN b.began > b.origin THEN 1 ELSE 0 END"
        try connection.execute(
            """
            \(insert)
            SELECT b.account_id, b.origin, b.began, NULL, \(late), CASE WHEN b.mrr > 0 THEN b.mrr ELSE 0 END
                \(columns(of: "b")) FROM report_account AS b
            WHERE b.mrr <> 0 AND NOT EXISTS (
                SELECT 1 FROM report_state AS s WHERE s.account_id = b.account_id AND s.was <> s.pays)
            ORDER BY b.account_id
            """)
        try connection.execute(
            """
            \(insert)
            SELECT b.account_id, CASE WHEN b.mrr <> 0 THEN b.origin ELSE t.first END,
                CASE t.pays WHEN 0 THEN coalesce(t.previous, b.began) ELSE t.day END,
                CASE t.pays WHEN 0 THEN t.day END, \(late),
                CASE t.pays WHEN 0 THEN t.mrr_before ELSE t.mrr END\(columns(of: "b"))
            FROM (
                SELECT s.account_id, s.day, s.pays, s.mrr_before, s.mrr, lag(s.day) OVER turns AS previous,
                    lead(s.day) OVER turns AS next, first_value(s.day) OVER turns AS first
                FROM report_state AS s WHERE s.was <> s.pays
                WINDOW turns AS (PARTITION BY s.account_id ORDER BY s.month, s.day)
            ) AS t CROSS JOIN report_account AS b
            WHERE b.account_id = t.account_id
                AND ((t.pays = 0 AND coalesce(t.previous, b.began) < t.day) OR (t.pays = 1 AND t.next IS NULL))
            """)
    }
}
