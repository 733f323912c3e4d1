extension Schema {
    static let eventsAhead = """
        -- Events that lie ahead of their coming: a cycle looks at them when their moment has come.
        CREATE INDEX event_ahead ON event (kind_id, at) WHERE at > received_at;
        """

    static let lateFacts = """
        -- The newest event that was known when the enrollment began: what came in behind it counts from two days before.
        ALTER TABLE enrollment ADD COLUMN known_event INTEGER;
        """
}
