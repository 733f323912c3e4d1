extension Schema {
    /// Since when an account is known, which the reports need to know of whom they could have heard.
    static let seen = """
        -- When the account was first imported; NULL when nobody wrote it down.
        ALTER TABLE account ADD COLUMN seen_at INTEGER;
        """
}
