extension Schema {
    static let leaving = """
        -- The day ahead on which an active account leaves, as a file of accounts says it, and as an event of a file does with its
        -- reason; each source takes back its own. NULL where none says so, and once the account has left.
        ALTER TABLE account ADD COLUMN leaves_told INTEGER;
        ALTER TABLE account ADD COLUMN leaves_event INTEGER;
        ALTER TABLE account ADD COLUMN leaves_reason TEXT;
        CREATE INDEX account_leaves_told ON account (leaves_told) WHERE leaves_told IS NOT NULL;
        CREATE INDEX account_leaves_event ON account (leaves_event) WHERE leaves_event IS NOT NULL;
        """
}
