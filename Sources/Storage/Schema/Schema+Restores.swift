extension Schema {
    static let restores = """
        -- Messages that left in a time that a restored database does not know of; each is sent once less.
        CREATE TABLE lost_send (
            print TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
