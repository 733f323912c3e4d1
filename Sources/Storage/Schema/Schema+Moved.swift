extension Schema {
    static let moved = """
        -- When a file last had the person at another account instead; NULL where none did. It comes back when a file has it
        -- here again, unless one says that it has left.
        ALTER TABLE contact ADD COLUMN moved_at INTEGER;
        CREATE INDEX contact_moved ON contact (id) WHERE moved_at IS NOT NULL;
        """
}
