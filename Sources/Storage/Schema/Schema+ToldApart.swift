extension Schema {
    static let toldApart = """
        -- What rows over HTTP said last of the account; `status_told` and `mrr_told` are those of files. Each source is
        -- compared with what it said itself: a nightly file undoes nothing that was told over HTTP since.
        ALTER TABLE account ADD COLUMN status_sent TEXT CHECK (status_sent IN ('active', 'churned'));
        ALTER TABLE account ADD COLUMN mrr_sent INTEGER;
        UPDATE account SET status_sent = status_told, mrr_sent = mrr_told;

        -- Which imports of files have said of an account that it has left, since it was a customer last; '' where nobody knows
        -- which: only these can say that it has come back.
        CREATE TABLE told_churned (
            account_id INTEGER NOT NULL,
            import TEXT NOT NULL,
            PRIMARY KEY (account_id, import)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO told_churned (account_id, import) SELECT id, '' FROM account WHERE status_told = 'churned';
        """
}
