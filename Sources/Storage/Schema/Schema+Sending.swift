extension Schema {
    /// Retries by their time, and channels that do not go at full speed.
    static let sending = """
        CREATE INDEX touch_retry ON touch (channel, priority, retry_at, id)
            WHERE state = 'pending' AND retry_at IS NOT NULL;

        -- Only channels that their endpoint slows down or that it does not answer; process time.
        CREATE TABLE channel_state (
            channel TEXT PRIMARY KEY,
            -- `open`: nothing is sent until `until`; `half_open`: one touch finds out; `slowed`: it goes slower.
            state TEXT NOT NULL CHECK (state = 'open' OR state = 'half_open' OR state = 'slowed'),
            reason TEXT NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    static let unusableChannels = """
        -- The same table with one more state: `unusable`, for a channel that lacks a secret or an address.
        CREATE TABLE channel_state_with_unusable (
            channel TEXT PRIMARY KEY,
            -- `open`: nothing is sent until `until`; `half_open`: one touch finds out; `slowed`: it goes slower.
            state TEXT NOT NULL CHECK (state = 'open' OR state = 'half_open' OR state = 'slowed' OR state = 'unusable'),
            reason TEXT NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER
        ) STRICT, WITHOUT ROWID;
        INSERT INTO channel_state_with_unusable (channel, state, reason, since, until)
            SELECT channel, state, reason, since, until FROM channel_state;
        DROP TABLE channel_state;
        ALTER TABLE channel_state_with_unusable RENAME TO channel_state;
        """
}
