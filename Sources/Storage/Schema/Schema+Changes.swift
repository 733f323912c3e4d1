extension Schema {
    static let changes = """
        -- What has become known, in the order in which it was written: each row in the transaction of its cause, so that
        -- whoever has read up to an id misses nothing. Kept for a while only; the ledgers themselves stay.
        CREATE TABLE change (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            type TEXT NOT NULL,
            -- When it happened, in decision time.
            at INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            -- The rest of a touch is its own row.
            touch_id INTEGER,
            playbook_id INTEGER,
            step TEXT,
            -- JSON.
            detail TEXT
        ) STRICT;

        -- The reason for which it puts accounts at risk.
        ALTER TABLE playbook ADD COLUMN risk TEXT;

        -- Where each receiver stands.
        CREATE TABLE receiver (
            name TEXT PRIMARY KEY,
            -- Changes up to here have been taken.
            cursor INTEGER NOT NULL,
            -- Process time.
            tried_at INTEGER,
            taken_at INTEGER,
            -- When the change that is next may be tried again, and how often it was.
            retry_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            -- How many changes were too old before it took them.
            lost INTEGER NOT NULL DEFAULT 0,
            error TEXT
        ) STRICT, WITHOUT ROWID;
        """
}
