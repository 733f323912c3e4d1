extension Schema {
    /// Which accounts were erased, which reports must not take for accounts that left.
    static let erasure = """
        -- When the account was erased; a customer of that moment did not leave by it.
        ALTER TABLE account ADD COLUMN erased_at INTEGER;
        UPDATE account SET erased_at = coalesce(churned_at, created_at)
            WHERE key = 'erased-' || CAST(id AS TEXT) AND name IS NULL AND status = 'churned';
        CREATE INDEX account_erased ON account (erased_at) WHERE erased_at IS NOT NULL;
        """
}
