extension Schema {
    static let versionFiles = """
        -- The files beside the playbook's own that the version was read with, as JSON; NULL of older versions.
        ALTER TABLE playbook_version ADD COLUMN files TEXT;
        """

    static let people = """
        -- Who may open the dashboard.
        CREATE TABLE dashboard_user (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
            -- scrypt, as a PHC string; NULL until the person has set one.
            password TEXT,
            -- SHA-256 of the token of the link on which the person sets a password, good once and until then.
            link TEXT,
            link_until INTEGER,
            made_at INTEGER NOT NULL,
            disabled_at INTEGER,
            -- The zone in which times are shown; NULL for the workspace's.
            timezone TEXT,
            theme TEXT CHECK (theme IN ('light', 'dark'))
        ) STRICT;

        CREATE TABLE dashboard_session (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- SHA-256 of the token that the browser holds.
            hash TEXT NOT NULL UNIQUE,
            user_id INTEGER NOT NULL,
            made_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;

        -- What people, commands and the runner changed, and what was refused. Rows are only added.
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            -- Empty for the runner and for commands.
            who TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('page', 'command', 'api', 'runner')),
            action TEXT NOT NULL,
            object TEXT NOT NULL,
            reason TEXT,
            -- How it stood before and after.
            old TEXT,
            new TEXT,
            is_done INTEGER NOT NULL CHECK (is_done IN (0, 1))
        ) STRICT;

        -- The texts of a message as it was when a request with it began, by path, as JSON; by the touches' message_hash.
        CREATE TABLE message_version (
            hash TEXT PRIMARY KEY,
            texts TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What pages and commands look for.
        CREATE INDEX touch_by_account ON touch (account_id);
        CREATE INDEX touch_by_playbook ON touch (playbook_id);
        CREATE INDEX account_by_name ON account (lower(name)) WHERE name IS NOT NULL;
        CREATE INDEX contact_by_name ON contact (lower(name)) WHERE name IS NOT NULL;
        """
}
