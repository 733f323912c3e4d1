extension Schema {
    /// Pending touches in three places: those that may go, those that are tried again, and those that wait for a window
    /// or a cap. Whoever looks for the next one passes by none of the others, however many they are.
    static let waiting = """
        -- 0 once `not_before` has come, for an index cannot ask what time it is. Nobody who writes has to know: what is
        -- due and still 1 is opened at the next look.
        ALTER TABLE touch ADD COLUMN waiting INTEGER NOT NULL DEFAULT 1 CHECK (waiting IN (0, 1));
        DROP INDEX touch_pending;
        CREATE INDEX touch_pending ON touch (channel, priority, due_at, id, not_before)
            WHERE state = 'pending' AND waiting = 0 AND retry_at IS NULL;
        DROP INDEX touch_retry;
        CREATE INDEX touch_retry ON touch (channel, waiting, priority, retry_at, id, not_before)
            WHERE state = 'pending' AND retry_at IS NOT NULL;
        CREATE INDEX touch_waiting ON touch (channel, not_before) WHERE state = 'pending' AND waiting = 1;
        """
}
