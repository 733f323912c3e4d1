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
}
