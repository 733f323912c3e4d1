extension Schema {
    /// What waits and choices came to, and who waits for a condition.
    static let flow = """
        -- How an enrollment got past a wait or a choice: `met`, `timed_out`, `late`, `skipped`, `missing`, or the branch.
        CREATE TABLE passage (
            account_id INTEGER NOT NULL,
            enrollment_id INTEGER NOT NULL,
            step TEXT NOT NULL,
            result TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (account_id, enrollment_id, step)
        ) STRICT, WITHOUT ROWID;

        -- 1 while it stands in a `wait_for`, whose condition every cycle looks at; `due_at` is when that ends.
        ALTER TABLE enrollment ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
        CREATE INDEX enrollment_waiting ON enrollment (version_id, step, account_id)
            WHERE state = 'active' AND waiting = 1;

        -- Secondary goals are watched on after the goal.
        DROP INDEX enrollment_goal;
        CREATE INDEX enrollment_goal ON enrollment (playbook_id, goal_until) WHERE goal_until IS NOT NULL;

        -- Whether a touch was delivered, opened or clicked.
        CREATE INDEX outcome_by_touch ON outcome (touch_id, kind, at) WHERE touch_id IS NOT NULL;
        """
}
