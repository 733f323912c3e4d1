extension Schema {
    /// What the safety rules remember.
    static let safety = """
        -- How many accounts up to the newest one had no value of an attribute when a playbook was last matched.
        CREATE TABLE null_count (
            playbook_id INTEGER NOT NULL,
            attribute TEXT NOT NULL,
            last_account INTEGER NOT NULL,
            nulls INTEGER NOT NULL,
            PRIMARY KEY (playbook_id, attribute)
        ) STRICT, WITHOUT ROWID;

        -- How far a version's first large batch has come: 1 the first few, 2 a tenth, 3 all.
        CREATE TABLE canary (
            playbook_id INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            stage INTEGER NOT NULL CHECK (stage IN (1, 2, 3)),
            since INTEGER NOT NULL,
            PRIMARY KEY (playbook_id, version_id)
        ) STRICT, WITHOUT ROWID;

        -- When failures or complaints last paused 'playbook:<name>' or 'channel:<name>', in decision time and in process
        -- time: what came before counts no more.
        CREATE TABLE breaker (
            scope TEXT PRIMARY KEY,
            decided_at INTEGER NOT NULL,
            process_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX outcome_harm ON outcome (touch_id, kind) WHERE kind = 'bounced' OR kind = 'complained';
        """

    static let valueCensus = """
        -- The most frequent values of attributes that running enrollments ask for, as digests, with the share of accounts
        -- that had them when they were last believed.
        CREATE TABLE value_census (
            attribute TEXT NOT NULL,
            value TEXT NOT NULL,
            share REAL NOT NULL,
            PRIMARY KEY (attribute, value)
        ) STRICT, WITHOUT ROWID;
        """
}
