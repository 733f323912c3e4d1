extension Erasure {
    /// Takes out what the pages keep: messages in the inbox, and an account's links.
    func emptyPages() throws {
        try connection.execute(
            """
            DELETE FROM inbox WHERE account_id IN (SELECT id FROM erased_account)
                AND (touch_id IN (SELECT id FROM erased_touch) OR contact_id IN (SELECT id FROM erased_contact))
            """)
        try connection.execute(
            """
            DELETE FROM link WHERE account_id IN (SELECT id FROM erased_account WHERE whole = 1)
            """)
    }
}
