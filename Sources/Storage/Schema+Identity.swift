extension Schema {
    /// What an event and a person are known by.
    static let identity = """
        -- Properties that `data.yaml` did not have when the event came, as JSON, as they were sent.
        ALTER TABLE event ADD COLUMN left_out TEXT;
        CREATE INDEX event_left_out ON event (kind_id, id) WHERE left_out IS NOT NULL;

        -- A sender's id counts within its account. Digests (12 digits of the moment, `-`, 20 digits) hold the account.
        UPDATE OR IGNORE event SET dedup = dedup || '@' || CAST(account_id AS TEXT)
            WHERE substr(dedup, 1, 7) <> 'column:'
            AND NOT (length(dedup) = 33 AND substr(dedup, 13, 1) = '-' AND dedup NOT GLOB '*[^0-9a-f-]*');
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
