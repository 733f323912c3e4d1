extension Schema {
    /// What an event and a person are known by.
    static let identity = """
        -- An event is known within its account: two accounts may number their events alike.
        CREATE TABLE event_of_account (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account_id INTEGER NOT NULL,
            contact_id INTEGER,
            kind_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            -- What it is known by (`EventIdentity`): the sender's id, or a digest of what was sent.
            dedup TEXT NOT NULL,
            properties TEXT,
            -- 1 for `--history`: counts in conditions, triggers nothing.
            history INTEGER NOT NULL DEFAULT 0 CHECK (history IN (0, 1)),
            -- What the event calls a contact that is not known yet; NULL once it is, and where there is none.
            contact_key TEXT,
            -- Properties that `data.yaml` did not have when the event came, as JSON, as they were sent.
            left_out TEXT,
            -- The account comes last: digests begin with the moment, so that new entries lie side by side.
            UNIQUE (kind_id, dedup, account_id)
        ) STRICT;
        INSERT INTO event_of_account (id, account_id, contact_id, kind_id, at, received_at, dedup, properties, history,
                contact_key)
            SELECT id, account_id, contact_id, kind_id, at, received_at, dedup, properties, history, contact_key
            FROM event ORDER BY id;
        -- Ids are never used again.
        DELETE FROM sqlite_sequence WHERE name = 'event_of_account';
        INSERT INTO sqlite_sequence (name, seq)
            SELECT 'event_of_account', seq FROM sqlite_sequence WHERE name = 'event';
        DROP TABLE event;
        ALTER TABLE event_of_account RENAME TO event;
        CREATE INDEX event_by_account ON event (kind_id, account_id, at, properties);
        CREATE INDEX event_by_contact_key ON event (contact_key, account_id) WHERE contact_key IS NOT NULL;
        CREATE INDEX event_left_out ON event (kind_id, id) WHERE left_out IS NOT NULL;
        -- Digests up to here were made of declared properties alone (`EarlierEvents`).
        INSERT INTO meta (key, value)
            SELECT 'declared_digests', CAST(max(id) AS TEXT) FROM event HAVING max(id) IS NOT NULL;

        -- What billing systems told last of each subscription.
        CREATE TABLE subscription (
            account_id INTEGER NOT NULL,
            provider TEXT NOT NULL,
            -- The provider's; '' where it names none.
            id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'idle', 'ended')),
            -- 1 when it ends by itself.
            ending INTEGER NOT NULL CHECK (ending IN (0, 1)),
            mrr INTEGER,
            -- The provider's moment.
            at INTEGER NOT NULL,
            PRIMARY KEY (account_id, provider, id)
        ) STRICT, WITHOUT ROWID;

        -- The address that a contact had before it had none: its wishes go with it to the next one.
        ALTER TABLE contact ADD COLUMN last_address TEXT;

        -- Addresses that are not plain ASCII, in the one form in which they are compared from now on.
        UPDATE contact SET address = coalesce(normalized_address(email), address) WHERE address GLOB '*[^ -~]*';
        UPDATE OR IGNORE suppression SET address = coalesce(normalized_address(address), address)
            WHERE address GLOB '*[^ -~]*';
        UPDATE OR IGNORE touch SET recipient = coalesce(normalized_address(recipient), recipient)
            WHERE recipient GLOB '*[^ -~]*';
        UPDATE event SET contact_key = coalesce(normalized_address(contact_key), contact_key)
            WHERE contact_key GLOB '*[^ -~]*';
        """
}
