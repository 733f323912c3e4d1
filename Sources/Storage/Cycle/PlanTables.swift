import Playbooks

/// The temporary tables into which a cycle is planned; `Apply` copies them into the real ones.
///
/// A cycle that is only planned works on a read-only connection, where `shadow` puts TEMP tables of the same names
/// before the few tables that the plan keeps up to date.
package enum PlanTables {
    /// Makes the tables anew and empty.
    package static func reset(_ connection: Connection) throws {
        // 64 MB hold the plan of 100,000 enrollments; what is more goes to a temporary file. The page size counts only
        // before the first temporary table: large pages are split and walked less often.
        try connection.executeScript("PRAGMA temp.page_size = 16384; PRAGMA temp.cache_size = -65536")
        if try isComplete(connection) {
            // Statements stay prepared as long as their tables stay the same.
            for table in tables { try connection.execute("DELETE FROM temp.\(table.name)") }
            return
        }
        for table in tables { try connection.execute("DROP TABLE IF EXISTS temp.\(table.name)") }
        for table in tables {
            try connection.execute("CREATE TEMP TABLE \(table.name) (\(table.columns))\(table.suffix)")
        }
        try connection.execute("CREATE INDEX temp.\(index) ON plan_touch (playbook_id, account_id)")
    }

    private static func isComplete(_ connection: Connection) throws -> Bool {
        let names = Set(
            try connection.query("SELECT name FROM temp.sqlite_master").compactMap { $0[0].text })
        return names.contains(index) && tables.allSatisfy { names.contains($0.name) }
    }

    /// Copies the bookkeeping tables of playbooks into TEMP tables of the same names, so that the same statements run
    /// without changing the database.
    package static func shadow(_ connection: Connection) throws {
        for name in shadowed {
            let definition = try connection.first(
                "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = :name", ["name": .text(name)])
            guard let sql = definition?[0].text, sql.hasPrefix("CREATE TABLE") else {
                throw StorageError("the database has no table \(name)")
            }
            try connection.execute("DROP TABLE IF EXISTS temp.\(name)")
            try connection.execute("CREATE TEMP TABLE" + sql.dropFirst("CREATE TABLE".count))
            try connection.execute("INSERT INTO temp.\(name) SELECT * FROM main.\(name)")
        }
    }

    /// Takes the copies away, so that the connection sees the real tables again.
    package static func unshadow(_ connection: Connection) throws {
        for name in shadowed { try connection.execute("DROP TABLE IF EXISTS temp.\(name)") }
    }

    /// Whether the plan changes anything: an account has another verdict, or somebody moves.
    package static func holdNews(_ connection: Connection) throws -> Bool {
        for table in tables where !scratch.contains(table.name) {
            let change = table.name == "plan_verdict" ? "is_news = 1 OR is_changed = 1" : "1 = 1"
            if try connection.first("SELECT 1 FROM temp.\(table.name) WHERE \(change) LIMIT 1") != nil { return true }
        }
        return false
    }

    /// What only leads to the plan.
    private static let scratch: Set<String> = [
        "plan_match", "plan_exclusive", "plan_recipient", "plan_zone", "plan_population", "plan_due",
    ]

    private static let shadowed = ["playbook", "playbook_version", "experiment"]

    /// Made after all tables.
    private static let index = "plan_touch_by_account"

    private static let withoutRowID = " WITHOUT ROWID"

    private static let tables: [(name: String, suffix: String, columns: String)] = [
        // What matches now, before verdicts.
        (
            "plan_match", withoutRowID,
            """
            playbook_id INTEGER NOT NULL, account_id INTEGER NOT NULL, match_key TEXT NOT NULL,
            event_id INTEGER, at INTEGER NOT NULL, since INTEGER NOT NULL, previous TEXT,
            enrollment_id INTEGER, was_false INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (playbook_id, account_id, match_key)
            """
        ),
        // Each match with its verdict.
        (
            "plan_verdict", withoutRowID,
            """
            playbook_id INTEGER NOT NULL, account_id INTEGER NOT NULL, match_key TEXT NOT NULL,
            event_id INTEGER, since INTEGER NOT NULL, enrollment_id INTEGER, verdict TEXT NOT NULL,
            reason TEXT NOT NULL, settled INTEGER NOT NULL, variant TEXT,
            -- 1 when the verdict is another than the one that stands; 1 when the standing row must be written.
            is_news INTEGER NOT NULL, is_changed INTEGER NOT NULL,
            PRIMARY KEY (playbook_id, account_id, match_key)
            """
        ),
        // Accounts that an exclusive playbook admits in this cycle.
        (
            "plan_exclusive", withoutRowID,
            "account_id INTEGER, playbook_id INTEGER, PRIMARY KEY (account_id, playbook_id)"
        ),
        // Standing matches that are definitely false now.
        (
            "plan_false", withoutRowID,
            """
            playbook_id INTEGER NOT NULL, account_id INTEGER NOT NULL, ends INTEGER NOT NULL,
            PRIMARY KEY (playbook_id, account_id)
            """
        ),
        // Goals reached and enrollments that leave.
        ("plan_goal", "", "account_id INTEGER NOT NULL, enrollment_id INTEGER PRIMARY KEY"),
        ("plan_exit", "", "account_id INTEGER NOT NULL, enrollment_id INTEGER PRIMARY KEY, reason TEXT NOT NULL"),
        // Running enrollments with a touch that may go out now.
        (
            "plan_due", "",
            "enrollment_id INTEGER PRIMARY KEY, playbook_id INTEGER NOT NULL, version_id INTEGER NOT NULL"
        ),
        // Enrollments that move: running ones, and new ones (enrollment_id null), at most one an account and playbook.
        (
            "plan_progress", withoutRowID,
            """
            playbook_id INTEGER NOT NULL, account_id INTEGER NOT NULL, enrollment_id INTEGER,
            version_id INTEGER NOT NULL, match_key TEXT NOT NULL, event_id INTEGER, experiment_id INTEGER NOT NULL,
            arm TEXT NOT NULL, variant TEXT, entered_at INTEGER NOT NULL, entry TEXT NOT NULL,
            step INTEGER NOT NULL, begun INTEGER NOT NULL, due_at INTEGER, ended INTEGER NOT NULL DEFAULT 0,
            end_reason TEXT, goal_until INTEGER, exclusive INTEGER NOT NULL, waiting INTEGER NOT NULL DEFAULT 0,
            -- 1 behind a wait that came too late: touches are left out up to the next wait.
            skipping INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (playbook_id, account_id)
            """
        ),
        (
            "plan_touch", "",
            """
            account_id INTEGER NOT NULL, playbook_id INTEGER NOT NULL, version_id INTEGER NOT NULL,
            step TEXT NOT NULL, variant TEXT, contact_id INTEGER, recipient TEXT NOT NULL, kind TEXT NOT NULL,
            channel TEXT NOT NULL, category TEXT NOT NULL, message TEXT NOT NULL, ghost INTEGER NOT NULL,
            state TEXT NOT NULL, priority INTEGER NOT NULL, due_at INTEGER NOT NULL, not_before INTEGER NOT NULL,
            expires_at INTEGER NOT NULL, reason TEXT, variables TEXT NOT NULL
            """
        ),
        // Touches that could not be written and now go on, or that end because they waited too long.
        (
            "plan_held", "",
            """
            touch_id INTEGER PRIMARY KEY, enrollment_id INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT,
            variables TEXT NOT NULL
            """
        ),
        // Who gets the touches of the step being planned.
        (
            "plan_recipient", withoutRowID,
            """
            account_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, recipient TEXT NOT NULL, timezone TEXT,
            PRIMARY KEY (account_id, recipient)
            """
        ),
        // The next allowed instant in each time zone, for the step being planned.
        ("plan_zone", "", "timezone TEXT PRIMARY KEY, base INTEGER NOT NULL, not_before INTEGER NOT NULL"),
        // The rows over which an enrollment's conditions are evaluated.
        (
            "plan_population", withoutRowID,
            """
            account_id INTEGER NOT NULL, row_id INTEGER NOT NULL, since INTEGER, event_id INTEGER, entry TEXT,
            enrollment_id INTEGER, PRIMARY KEY (account_id, row_id)
            """
        ),
        // Secondary goals reached.
        (
            "plan_also", withoutRowID,
            """
            account_id INTEGER NOT NULL, enrollment_id INTEGER NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (enrollment_id, name)
            """
        ),
        // Enrollments whose wait for a condition is over.
        ("plan_met", "", "enrollment_id INTEGER PRIMARY KEY"),
        // How enrollments got past waits and choices in this cycle.
        (
            "plan_passage", withoutRowID,
            """
            playbook_id INTEGER NOT NULL, account_id INTEGER NOT NULL, step TEXT NOT NULL, result TEXT NOT NULL,
            PRIMARY KEY (playbook_id, account_id, step)
            """
        ),
        // What the step being walked found for each account: a branch, a moment (past from `until` on), a message.
        ("plan_route", "", "account_id INTEGER PRIMARY KEY, value INTEGER, until INTEGER"),
        // The moments at which the clocks of each time zone show the time that a step waits for.
        ("plan_clock", withoutRowID, "timezone TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (timezone, at)"),
    ]
}
