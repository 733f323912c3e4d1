extension Schema {
    static let columnsSeen = """
        -- The columns that the files of an import (`accounts:crm.csv` without what is no letter) and sources have brought, and
        -- since when they do not any more; of those that `data.yaml` names, also such as never came.
        CREATE TABLE import_column (
            import TEXT NOT NULL,
            -- What the column is here.
            name TEXT NOT NULL,
            -- What the file calls it.
            header TEXT NOT NULL,
            -- When it came last; NULL where it never did.
            seen_at INTEGER,
            -- NULL where it came with the last file.
            missing_since INTEGER,
            -- How many of its cells were left out of the last file, and how many of them are amounts in another currency.
            left_out INTEGER NOT NULL DEFAULT 0,
            foreign_amounts INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (import, name)
        ) STRICT, WITHOUT ROWID;
        """
}
