extension Schema {
    /// API keys, and rows that came before their account.
    static let ingest = """
        CREATE TABLE api_key (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            -- What people tell keys apart by; the key itself is never stored.
            prefix TEXT NOT NULL,
            -- SHA-256 of the key, in hexadecimal.
            hash TEXT NOT NULL UNIQUE,
            -- Words with blanks between them: `ingest read operate`.
            scopes TEXT NOT NULL,
            -- Requests.
            per_second INTEGER NOT NULL CHECK (per_second > 0),
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

        -- Contacts and events that came before anybody said which account they belong to.
        CREATE TABLE waiting_row (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- `user:<key of a contact>` or `account:<key>`.
            waits_for TEXT NOT NULL,
            -- The `IncomingRow`, as JSON.
            row TEXT NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX waiting_row_by_owner ON waiting_row (waits_for, id);

        -- The accounts of a user.
        CREATE INDEX contact_by_key ON contact (key, account_id);
        """
}
