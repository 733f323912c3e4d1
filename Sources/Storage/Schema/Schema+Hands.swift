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

    static let heldByHand = """
        -- Why a person holds it until `held_until`; `held_because` is a safety rule's alone.
        ALTER TABLE playbook ADD COLUMN held_by_hand TEXT;
        UPDATE playbook SET held_by_hand = held_because, held_at = NULL, held_because = NULL
            WHERE held_until IS NOT NULL;
        """

    static let exclusionKinds = """
        -- The same table, whose rows are told apart by their kind, too: one account may be snoozed and excluded.
        CREATE TABLE exclusion_of_kinds (
            account_id INTEGER NOT NULL,
            playbook TEXT NOT NULL DEFAULT '',
            kind TEXT NOT NULL CHECK (kind IN ('snoozed', 'excluded')),
            since INTEGER NOT NULL,
            -- NULL for good.
            until INTEGER,
            reason TEXT NOT NULL,
            PRIMARY KEY (account_id, playbook, kind),
            CHECK (kind = 'excluded' OR until IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO exclusion_of_kinds (account_id, playbook, kind, since, until, reason)
            SELECT account_id, playbook, kind, since, until, reason FROM exclusion;
        DROP TABLE exclusion;
        ALTER TABLE exclusion_of_kinds RENAME TO exclusion;
        """

    static let heldOccurrences = """
        -- Who or what held it, where that is why it is not done.
        ALTER TABLE occurrence ADD COLUMN reason TEXT;
        """

    static let scheduledSince = """
        -- When its schedule was first read, or it went live with it: an hour before that is nobody's.
        ALTER TABLE playbook ADD COLUMN scheduled_since INTEGER;
        """
}
