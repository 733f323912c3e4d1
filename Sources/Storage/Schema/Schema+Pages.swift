extension Schema {
    /// What the links of messages lead to, and the messages that wait in the inbox.
    static let pages = """
        -- Where tracked links lead: one row for each address that an account was ever shown.
        CREATE TABLE link (
            account_id INTEGER NOT NULL,
            -- 16 hexadecimal digits of the address's SHA-256.
            id TEXT NOT NULL,
            url TEXT NOT NULL,
            PRIMARY KEY (account_id, id)
        ) STRICT, WITHOUT ROWID;

        -- Touches of the built-in channel `inbox`, which the product itself fetches and shows.
        CREATE TABLE inbox (
            account_id INTEGER NOT NULL,
            contact_id INTEGER NOT NULL,
            touch_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            -- The rendered message: {"title": ..., "html": ..., "text": ...}.
            body TEXT NOT NULL,
            opened_at INTEGER,
            dismissed_at INTEGER,
            PRIMARY KEY (account_id, contact_id, touch_id)
        ) STRICT, WITHOUT ROWID;
        """
}
