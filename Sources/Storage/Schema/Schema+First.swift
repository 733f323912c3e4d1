extension Schema {
    static let first = """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT;

        -- Declared attributes follow as columns a_<name>, made from the data map by `AttributeColumns`.
        CREATE TABLE account (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            name TEXT,
            status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'churned')),
            created_at INTEGER NOT NULL,
            churned_at INTEGER,
            churn_reason TEXT,
            cancel_requested_at INTEGER,
            service_end_at INTEGER,
            mrr INTEGER,
            stage TEXT,
            stage_since INTEGER,
            timezone TEXT,
            locale TEXT
        ) STRICT;

        -- Declared contact attributes follow as columns c_<name>.
        CREATE TABLE contact (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account_id INTEGER NOT NULL,
            key TEXT NOT NULL,
            email TEXT,
            -- The normalized address: trimmed, lower case; what caps and suppression look at.
            address TEXT,
            name TEXT,
            role TEXT,
            status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'left')),
            timezone TEXT,
            locale TEXT,
            UNIQUE (account_id, key)
        ) STRICT;
        CREATE INDEX contact_by_address ON contact (address);

        -- One row a change; the value before the first change is `previous`, the value now is the account's column.
        CREATE TABLE history (
            account_id INTEGER NOT NULL,
            attribute TEXT NOT NULL,
            at INTEGER NOT NULL,
            value ANY,
            previous ANY,
            PRIMARY KEY (attribute, account_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE metric (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- One packed array of 1,000 doubles for each metric, block of accounts and day; NaN is "no data".
        -- The key is `SeriesKey`: metric, block, day in one integer, so that a window is one range of rows.
        CREATE TABLE series (
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        ) STRICT;

        -- How many accounts reported a metric on a day, and whether an import closed the day.
        CREATE TABLE metric_day (
            metric_id INTEGER NOT NULL,
            day INTEGER NOT NULL,
            accounts INTEGER NOT NULL,
            closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
            PRIMARY KEY (metric_id, day)
        ) STRICT, WITHOUT ROWID;

        -- The series as plain rows, in plain SQL, for people with a sqlite3 shell; the program never reads it.
        -- Ask for accounts and metrics by name: a question about one day walks all of them.
        CREATE VIEW series_rows AS
        SELECT account_id, account, metric, day, date(day * 86400, 'unixepoch') AS date,
            CASE WHEN top >= 32768 THEN -1.0 ELSE 1.0 END
                * (fraction + CASE WHEN exponent > 0 THEN 4503599627370496 ELSE 0 END)
                * pow(2.0, max(exponent, 1) - 1075) AS value
        FROM (
            -- The bits of a 64-bit float, out of hexadecimal digits, lowest byte first.
            SELECT account_id, account, metric, day, top, (top >> 4) & 2047 AS exponent, ((top & 15) << 48)
                + (instr(digits, substr(bytes, 11, 1)) << 44) + (instr(digits, substr(bytes, 12, 1)) << 40)
                + (instr(digits, substr(bytes, 9, 1)) << 36) + (instr(digits, substr(bytes, 10, 1)) << 32)
                + (instr(digits, substr(bytes, 7, 1)) << 28) + (instr(digits, substr(bytes, 8, 1)) << 24)
                + (instr(digits, substr(bytes, 5, 1)) << 20) + (instr(digits, substr(bytes, 6, 1)) << 16)
                + (instr(digits, substr(bytes, 3, 1)) << 12) + (instr(digits, substr(bytes, 4, 1)) << 8)
                + (instr(digits, substr(bytes, 1, 1)) << 4) + instr(digits, substr(bytes, 2, 1)) AS fraction
            FROM (
                SELECT account_id, account, metric, day, bytes, digits,
                    (instr(digits, substr(bytes, 15, 1)) << 12) + (instr(digits, substr(bytes, 16, 1)) << 8)
                    + (instr(digits, substr(bytes, 13, 1)) << 4) + instr(digits, substr(bytes, 14, 1)) AS top
                FROM (
                    SELECT account.id AS account_id, account.key AS account, metric.name AS metric,
                        (series.id & 524287) - 262144 AS day, '123456789ABCDEF' AS digits,
                        hex(substr(series.data, (account.id % 1000) * 8 + 1, 8)) AS bytes
                    FROM account CROSS JOIN metric CROSS JOIN series
                        ON series.id BETWEEN (metric.id << 45) + ((account.id / 1000) << 19)
                        AND (metric.id << 45) + ((account.id / 1000) << 19) + 524287
                )
            )
        )
        WHERE exponent < 2047;

        CREATE TABLE event_kind (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account_id INTEGER NOT NULL,
            contact_id INTEGER,
            kind_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            -- The sender's id, or a digest of account, kind, moment and properties: the same event twice is one row.
            dedup TEXT NOT NULL,
            properties TEXT,
            -- 1 for `--history`: counts in conditions, triggers nothing.
            history INTEGER NOT NULL DEFAULT 0 CHECK (history IN (0, 1)),
            UNIQUE (kind_id, dedup)
        ) STRICT;
        -- With the properties, so that a question about them is one pass over the index and no look-ups in the table.
        CREATE INDEX event_by_account ON event (kind_id, account_id, at, properties);

        CREATE TABLE playbook (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('draft', 'live', 'retired')),
            version_id INTEGER,
            -- When it last went live; events before it trigger nothing.
            live_since INTEGER,
            -- Events up to this id have been looked at.
            event_cursor INTEGER NOT NULL DEFAULT 0,
            -- The next due instant of its schedule (`at`, or `evaluate` for `when`), and the schedule it was computed from.
            next_at INTEGER,
            schedule TEXT,
            last_match_at INTEGER,
            -- Set by `release`: when it was first let go, and whether the next match is let through whatever its size.
            released_at INTEGER,
            let_through INTEGER NOT NULL DEFAULT 0 CHECK (let_through IN (0, 1)),
            held_at INTEGER,
            held_because TEXT
        ) STRICT;

        CREATE TABLE playbook_version (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            playbook_id INTEGER NOT NULL,
            hash TEXT NOT NULL,
            source TEXT NOT NULL,
            seen_at INTEGER NOT NULL,
            UNIQUE (playbook_id, hash)
        ) STRICT;

        -- A match that stands: the account, and for `on` and `at` the occurrence, with its current verdict.
        CREATE TABLE standing (
            playbook_id INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            -- '' for `when`, the event's id or `per` value for `on`, the occurrence for `at`.
            match_key TEXT NOT NULL,
            event_id INTEGER,
            since INTEGER NOT NULL,
            -- The first of the cycles in a row in which the condition was definitely false.
            false_since INTEGER,
            verdict TEXT NOT NULL CHECK (verdict IN ('held', 'already', 'cooling', 'too_old', 'unreachable', 'blocked',
                'global_holdout', 'holdout', 'enrolled')),
            reason TEXT NOT NULL,
            enrollment_id INTEGER,
            -- 1 when nothing can change the verdict of this occurrence any more.
            settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
            PRIMARY KEY (playbook_id, account_id, match_key)
        ) STRICT, WITHOUT ROWID;

        -- A row whenever a standing match's verdict changes.
        CREATE TABLE decision (
            account_id INTEGER NOT NULL,
            playbook_id INTEGER NOT NULL,
            match_key TEXT NOT NULL,
            at INTEGER NOT NULL,
            cycle_id INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (account_id, playbook_id, match_key, cycle_id)
        ) STRICT, WITHOUT ROWID;

        -- A period of an experiment: it ends when weights or holdout change.
        CREATE TABLE experiment (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            period INTEGER NOT NULL,
            -- The holdout's share and the variants' weights, as JSON.
            design TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            UNIQUE (name, period)
        ) STRICT;

        -- Drawn once for an account and period, never re-derived.
        CREATE TABLE assignment (
            experiment_id INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            arm TEXT NOT NULL CHECK (arm IN ('treated', 'holdout', 'global_holdout')),
            variant TEXT,
            at INTEGER NOT NULL,
            PRIMARY KEY (experiment_id, account_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE enrollment (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account_id INTEGER NOT NULL,
            playbook_id INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            match_key TEXT NOT NULL,
            event_id INTEGER,
            experiment_id INTEGER NOT NULL,
            arm TEXT NOT NULL CHECK (arm IN ('treated', 'holdout', 'global_holdout')),
            variant TEXT,
            entered_at INTEGER NOT NULL,
            -- Signals frozen at entry: {"fall": ["percent", 0.43]}.
            entry TEXT NOT NULL DEFAULT '{}',
            state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'ended')),
            -- The index of the step it stands at, and whether that step has been begun (touches made, wait started).
            step INTEGER NOT NULL DEFAULT 0,
            begun INTEGER NOT NULL DEFAULT 0 CHECK (begun IN (0, 1)),
            -- When there is something to do next; null while touches are open.
            due_at INTEGER,
            ended_at INTEGER,
            end_reason TEXT,
            -- The goal is watched until then, also after the end.
            goal_until INTEGER,
            goal_at INTEGER,
            -- 1 while its playbook admits no others to the account.
            exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
            CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
            UNIQUE (account_id, playbook_id, entered_at)
        ) STRICT;
        CREATE UNIQUE INDEX enrollment_active ON enrollment (playbook_id, account_id) WHERE state = 'active';
        CREATE INDEX enrollment_exclusive ON enrollment (account_id) WHERE state = 'active' AND exclusive = 1;
        CREATE INDEX enrollment_due ON enrollment (due_at) WHERE state = 'active' AND due_at IS NOT NULL;
        CREATE INDEX enrollment_goal ON enrollment (playbook_id, goal_until)
            WHERE goal_at IS NULL AND goal_until IS NOT NULL;

        CREATE TABLE touch (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            enrollment_id INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            playbook_id INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            step TEXT NOT NULL,
            variant TEXT,
            contact_id INTEGER,
            -- The normalized address, or team:<channel>.
            recipient TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (\(isOne(of: ["email", "in_app", "push", "webhook"], "kind"))),
            channel TEXT NOT NULL,
            category TEXT NOT NULL,
            message TEXT NOT NULL,
            -- 1 for a holdout's: it passes the same claim and ends as a ghost.
            ghost INTEGER NOT NULL CHECK (ghost IN (0, 1)),
            state TEXT NOT NULL CHECK (\(isOne(of: openStates + endStates, "state"))),
            priority INTEGER NOT NULL,
            -- When the step was due (decision time); what orders touches of one priority.
            due_at INTEGER NOT NULL,
            not_before INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            -- Why it waits or ended: "cap 1 per 1d", "window opens 09:00 Europe/Berlin".
            reason TEXT,
            -- Frozen: {"fall": ["percent", 0.43], "contact.first_name": ["text", "Ada"]}.
            variables TEXT NOT NULL,
            message_hash TEXT,
            body_hash TEXT,
            fence INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            -- 1 when an earlier attempt may have arrived: only the same bytes may be sent again.
            ambiguous INTEGER NOT NULL DEFAULT 0 CHECK (ambiguous IN (0, 1)),
            -- Process time: when the first attempt began and when a retry may begin.
            first_attempt_at INTEGER,
            retry_at INTEGER,
            provider_id TEXT,
            error TEXT,
            -- Decision time of the claim and of the end.
            claimed_at INTEGER,
            settled_at INTEGER,
            CHECK ((settled_at IS NULL) = (\(isOne(of: openStates, "state")))),
            UNIQUE (enrollment_id, step, recipient)
        ) STRICT;
        CREATE INDEX touch_pending ON touch (channel, priority, due_at, id) WHERE state = 'pending';
        CREATE INDEX touch_open ON touch (state) WHERE \(isOne(of: ["claimed", "sending", "unknown", "held"], "state"));
        CREATE INDEX touch_by_recipient ON touch (recipient, claimed_at) WHERE claimed_at IS NOT NULL;

        -- One row an attempt, written before a byte leaves.
        CREATE TABLE attempt (
            touch_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            -- Process time.
            began_at INTEGER NOT NULL,
            ended_at INTEGER,
            result TEXT,
            detail TEXT,
            PRIMARY KEY (touch_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outcome (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account_id INTEGER NOT NULL,
            enrollment_id INTEGER,
            touch_id INTEGER,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            detail TEXT,
            dedup TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX outcome_by_account ON outcome (account_id, at);

        -- Addresses that are never written to again. The address may be a keyed hash after erasure.
        CREATE TABLE suppression (
            address TEXT NOT NULL,
            -- A category, or '' for all of them.
            category TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (address, category)
        ) STRICT, WITHOUT ROWID;

        -- Kill switches: 'all', 'playbook:<name>', 'channel:<name>'.
        CREATE TABLE pause (
            scope TEXT PRIMARY KEY,
            reason TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- One row for each occurrence of a schedule: done, missed, or held.
        CREATE TABLE occurrence (
            playbook_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('done', 'missed', 'held')),
            matched INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (playbook_id, at)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE cycle (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            now INTEGER NOT NULL,
            began_at INTEGER NOT NULL,
            ended_at INTEGER,
            state TEXT NOT NULL CHECK (state IN ('applying', 'done', 'interrupted')),
            -- What `run --format json` prints.
            summary TEXT
        ) STRICT;

        -- The counts by verdict of one playbook in one cycle; what the jump rule compares with.
        CREATE TABLE tally (
            cycle_id INTEGER NOT NULL,
            playbook_id INTEGER NOT NULL,
            now INTEGER NOT NULL,
            matched INTEGER NOT NULL,
            fresh INTEGER NOT NULL,
            audience INTEGER NOT NULL,
            verdicts TEXT NOT NULL,
            held_because TEXT,
            -- 1 when a person let the match through whatever its size: later matches of the day are not measured by it.
            let_through INTEGER NOT NULL DEFAULT 0 CHECK (let_through IN (0, 1)),
            PRIMARY KEY (playbook_id, cycle_id)
        ) STRICT, WITHOUT ROWID;

        -- Figures of a whole population, once a day: (audience, metric, 'phi' | 'shock').
        CREATE TABLE benchmark (
            audience TEXT NOT NULL,
            metric TEXT NOT NULL,
            day INTEGER NOT NULL,
            name TEXT NOT NULL,
            value REAL NOT NULL,
            PRIMARY KEY (audience, metric, day, name)
        ) STRICT, WITHOUT ROWID;
        """
}
