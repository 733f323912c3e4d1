extension Schema {
    /// Text messages: the number of a contact, and touches of the kind.
    static let texts = """
        -- In E.164, as `sms:` in keeptouch.yaml says where it stands; NULL where it is not known for certain.
        ALTER TABLE contact ADD COLUMN phone TEXT;
        CREATE INDEX contact_by_phone ON contact (phone) WHERE phone IS NOT NULL;

        -- The same table, whose kinds are one more.
        CREATE TABLE touch_of_kinds (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            enrollment_id INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            playbook_id INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            step TEXT NOT NULL,
            variant TEXT,
            contact_id INTEGER,
            -- The normalized address, the number in E.164, or team:<channel>.
            recipient TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (\(isOne(of: ["email", "in_app", "push", "sms", "webhook"], "kind"))),
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
            -- As of when the variables were worked out.
            frozen_at INTEGER,
            endpoint TEXT,
            -- 0 once `not_before` has come.
            waiting INTEGER NOT NULL DEFAULT 1 CHECK (waiting IN (0, 1)),
            CHECK ((settled_at IS NULL) = (\(isOne(of: openStates, "state")))),
            UNIQUE (enrollment_id, step, recipient)
        ) STRICT;
        INSERT INTO touch_of_kinds (\(touchColumns)) SELECT \(touchColumns) FROM touch ORDER BY id;
        -- Ids are never used again.
        DELETE FROM sqlite_sequence WHERE name = 'touch_of_kinds';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'touch_of_kinds', seq FROM sqlite_sequence WHERE name = 'touch';
        DROP TABLE touch;
        ALTER TABLE touch_of_kinds RENAME TO touch;
        CREATE INDEX touch_open ON touch (state) WHERE \(isOne(of: ["claimed", "sending", "unknown", "held"], "state"));
        CREATE INDEX touch_by_recipient ON touch (recipient, claimed_at) WHERE claimed_at IS NOT NULL;
        CREATE INDEX touch_by_provider ON touch (provider_id) WHERE provider_id IS NOT NULL;
        CREATE INDEX touch_by_account ON touch (account_id);
        CREATE INDEX touch_by_playbook ON touch (playbook_id);
        CREATE INDEX touch_pending ON touch (channel, priority, due_at, id, not_before)
            WHERE state = 'pending' AND waiting = 0 AND retry_at IS NULL;
        CREATE INDEX touch_retry ON touch (channel, waiting, priority, retry_at, id, not_before)
            WHERE state = 'pending' AND retry_at IS NOT NULL;
        CREATE INDEX touch_waiting ON touch (channel, not_before) WHERE state = 'pending' AND waiting = 1;
        """

    private static let touchColumns = """
        id, enrollment_id, account_id, playbook_id, version_id, step, variant, contact_id, recipient, kind, channel,
        category, message, ghost, state, priority, due_at, not_before, expires_at, reason, variables, message_hash,
        body_hash, fence, owner, attempts, ambiguous, first_attempt_at, retry_at, provider_id, error, claimed_at,
        settled_at, frozen_at, endpoint, waiting
        """
}
