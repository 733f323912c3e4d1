extension Schema {
    static let lateFacts = """
        -- The newest event that was known when the enrollment began: what came in behind it counts from two days before.
        ALTER TABLE enrollment ADD COLUMN known_event INTEGER;
        """
}
