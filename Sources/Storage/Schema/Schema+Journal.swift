extension Schema {
    static let sendLog = """
        -- What the sender has begun and what came back since the tables were last told; see `SendJournal`.
        CREATE TABLE send_log (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            owner TEXT NOT NULL,
            -- Of the form of `entries`.
            version INTEGER NOT NULL,
            entries BLOB NOT NULL
        ) STRICT;
        """
}
