extension Schema {
    /// What is needed to count webhooks of billing systems by their moments, in whatever order they come.
    static let billing = """
        -- When the subscription ran for the first time that is known; NULL where it never did.
        ALTER TABLE subscription ADD COLUMN since INTEGER;
        -- Of what moment `mrr` is; NULL where it was told with the end alone.
        ALTER TABLE subscription ADD COLUMN mrr_at INTEGER;
        -- Of what moment `ending` and `service_end` are.
        ALTER TABLE subscription ADD COLUMN stands_at INTEGER;
        -- Since when it ends by itself, and when it was told last that it does not.
        ALTER TABLE subscription ADD COLUMN requested_at INTEGER;
        ALTER TABLE subscription ADD COLUMN stayed_at INTEGER;
        -- When it ends by itself.
        ALTER TABLE subscription ADD COLUMN service_end INTEGER;
        -- 1 when a webhook has told of a change of the revenue: the account pays what its subscriptions add up to.
        ALTER TABLE subscription ADD COLUMN counted INTEGER NOT NULL DEFAULT 0 CHECK (counted IN (0, 1));
        UPDATE subscription SET mrr_at = at, stands_at = at, counted = 1,
            since = CASE WHEN state <> 'idle' THEN at END;
        """
}
