extension Schema {
    static let unanswered = """
        -- Events and occurrences that began nothing and never will, by when they happened.
        CREATE INDEX standing_unanswered ON standing (playbook_id, since)
            WHERE match_key <> '' AND settled = 1 AND enrollment_id IS NULL;
        """
}
