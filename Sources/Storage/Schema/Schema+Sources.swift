extension Schema {
    /// What became of the pulls of the sources that `keeptouch.yaml` names.
    static let sources = """
        CREATE TABLE source (
            name TEXT PRIMARY KEY,
            -- When the last pull began, and when the last one that came through did; decision time.
            pulled_at INTEGER NOT NULL,
            succeeded_at INTEGER,
            -- Of the last pull that came through.
            rows INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 0,
            rejected INTEGER NOT NULL DEFAULT 0,
            -- How many pulls have failed since then, and why the last one did.
            failures INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            -- The highest value seen of the column by which what is new is known; `since_column` is that column.
            since TEXT,
            since_column TEXT
        ) STRICT;
        """
}
