extension Schema {
    /// What pages and commands look for. Sending writes to none of these: what is asked of touches is answered by the
    /// indexes that they have, and by their ids, which grow with time.
    static let lookups = """
        CREATE INDEX enrollment_by_playbook ON enrollment (playbook_id);
        CREATE INDEX account_by_stage ON account (stage, status, key) WHERE stage IS NOT NULL;
        CREATE INDEX account_churned ON account (key) WHERE status = 'churned';
        -- Ids of cycles grow: a decision is added at the end.
        CREATE INDEX decision_by_cycle ON decision (cycle_id);
        """
}
