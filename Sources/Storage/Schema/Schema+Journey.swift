extension Schema {
    /// Stages of journeys, and the digests that tell people of risks.
    static let journey = """
        -- Each stage that an account ever reached in a journey, once; the furthest is where it is.
        CREATE TABLE stage_entry (
            account_id INTEGER NOT NULL,
            journey TEXT NOT NULL,
            stage TEXT NOT NULL,
            at INTEGER NOT NULL,
            -- `skipped`: it went further in the same moment; `found`: it was there, or past it, when it was first looked
            -- at, so that nobody knows since when. Only the other two count in figures of conversion.
            how TEXT NOT NULL CHECK (how IN ('entered', 'skipped', 'found')),
            PRIMARY KEY (account_id, journey, stage)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX stage_entry_by_stage ON stage_entry (journey, stage, at);

        -- The journey that the account is on; `stage` and `stage_since` are the cycle's where there is one, else the data's.
        ALTER TABLE account ADD COLUMN journey TEXT;
        -- What the data say of the stage, and since when.
        ALTER TABLE account ADD COLUMN stage_imported TEXT;
        ALTER TABLE account ADD COLUMN stage_imported_at INTEGER;
        UPDATE account SET stage_imported = stage, stage_imported_at = stage_since WHERE stage IS NOT NULL;

        -- A message to a team about many accounts, which belongs to none of them: no touch, but kept with the same care.
        CREATE TABLE digest (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            -- `notes`, once a day, or `report <name>`, once for each occurrence of its schedule.
            kind TEXT NOT NULL,
            -- The day, or the occurrence.
            occasion TEXT NOT NULL,
            -- Decision time; what is newly at risk is what came after the last one.
            at INTEGER NOT NULL,
            accounts INTEGER NOT NULL,
            subject TEXT NOT NULL,
            text TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'rejected', 'unknown', 'expired')),
            attempts INTEGER NOT NULL DEFAULT 0,
            -- Process time.
            first_attempt_at INTEGER,
            retry_at INTEGER,
            error TEXT,
            settled_at INTEGER,
            UNIQUE (channel, kind, occasion)
        ) STRICT;
        """
}
