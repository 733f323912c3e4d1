extension Schema {
    static let listed = """
        -- What lists of email tools have said of addresses, and since when (0: no list says it). Only what is new, or later,
        -- suppresses: who came back is not sent away again by a list that stays as it was.
        CREATE TABLE listed_suppression (
            address TEXT NOT NULL,
            reason TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'hard_bounce', 'complaint')),
            at INTEGER NOT NULL,
            PRIMARY KEY (address, reason)
        ) STRICT, WITHOUT ROWID;
        """
}
