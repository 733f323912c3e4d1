extension Schema {
    /// What webhooks need: finding touches by the provider's id, and what they told that nothing is known of.
    static let webhook = """
        CREATE INDEX touch_by_provider ON touch (provider_id) WHERE provider_id IS NOT NULL;

        -- What came in, was proved, and belongs to no touch and no account that is known; the newest are kept.
        CREATE TABLE webhook (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- The channel, or 'billing:<provider>'.
            source TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            -- Why it led to nothing.
            reason TEXT NOT NULL,
            body TEXT NOT NULL,
            dedup TEXT NOT NULL UNIQUE
        ) STRICT;

        -- One-time tokens of signatures that do not cover the body, with the digest of the body they came with.
        CREATE TABLE webhook_token (
            token TEXT PRIMARY KEY,
            digest TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_token_by_age ON webhook_token (at);
        """
}
