extension Schema {
    /// What people decide by hand.
    static let hands = """
        -- When a hold by hand ends; NULL for one of a safety rule, which lasts until somebody releases it.
        ALTER TABLE playbook ADD COLUMN held_until INTEGER;

        -- Accounts that are left alone, by all playbooks ('') or one.
        CREATE TABLE exclusion (
            account_id INTEGER NOT NULL,
            playbook TEXT NOT NULL DEFAULT '',
            kind TEXT NOT NULL CHECK (kind IN ('snoozed', 'excluded')),
            since INTEGER NOT NULL,
            -- NULL for good.
            until INTEGER,
            reason TEXT NOT NULL,
            PRIMARY KEY (account_id, playbook),
            CHECK (kind = 'excluded' OR until IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        """
}
