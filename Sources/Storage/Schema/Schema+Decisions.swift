extension Schema {
    /// What deciding account by account remembers.
    static let decisions = """
        -- From when the step counts at which the enrollment stands, once it has begun: when the step before was done.
        ALTER TABLE enrollment ADD COLUMN began_at INTEGER;
        -- As of when the variables were worked out; on another day they are worked out anew before the touch goes out.
        ALTER TABLE touch ADD COLUMN frozen_at INTEGER;
        UPDATE touch SET frozen_at = due_at WHERE settled_at IS NULL;
        -- What an event calls a contact that is not known yet; NULL once it is, and where there is none.
        ALTER TABLE event ADD COLUMN contact_key TEXT;
        CREATE INDEX event_by_contact_key ON event (contact_key, account_id) WHERE contact_key IS NOT NULL;
        -- Occurrences that wait for another verdict.
        CREATE INDEX standing_waiting ON standing (playbook_id, account_id) WHERE settled = 0 AND match_key <> '';
        -- Waits for a date or an hour are open from now on; the next cycle finds out which of these are.
        UPDATE enrollment SET waiting = 1 WHERE state = 'active' AND begun = 1 AND due_at IS NOT NULL;
        """
}
