extension Schema {
    static let wishes = """
        -- What files said last of whether the contact wants no messages; NULL where none has said it. Only a change of it
        -- suppresses: who comes back is not sent away again by a file that stays as it was.
        ALTER TABLE contact ADD COLUMN unsubscribed INTEGER CHECK (unsubscribed IN (0, 1));

        -- How many rows the last whole answer of a source, or whole file of an import (`import:<name>`), brought on each day
        -- of the week; of those that were short of that (`is_whole = 0`), the last one.
        CREATE TABLE full_read (
            name TEXT NOT NULL,
            weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),
            is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
            rows INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (name, is_whole, weekday)
        ) STRICT, WITHOUT ROWID;
        -- How many rows were usual when the last pull brought less than half of them; NULL where it did not.
        ALTER TABLE source ADD COLUMN short_of INTEGER;
        -- Since when `since` is not moved on, because rows wait for their accounts.
        ALTER TABLE source ADD COLUMN held_since INTEGER;
        """
}
