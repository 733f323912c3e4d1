extension Schema {
    /// What pages and `status` say how many there are of, so that nobody has to count a table for it.
    static let flowCounts = """
        -- Raised and lowered in the transaction that changes the rows, by `FlowCounter`; what each row counts says
        -- `FlowKey`. A row of nothing is none.
        CREATE TABLE flow_count (
            what TEXT NOT NULL,
            slot INTEGER NOT NULL,
            owner INTEGER NOT NULL,
            version_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (what, slot, owner, version_id, name, value)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO flow_count (what, slot, owner, version_id, name, value, count)
            SELECT what, slot, owner, version_id, name, value, count FROM (\(flowRows)) AS f WHERE count <> 0;

        -- Who has been in a stage for longer than it takes.
        CREATE INDEX account_stage_since ON account (journey, stage, stage_since)
            WHERE status = 'active' AND journey IS NOT NULL AND stage IS NOT NULL;
        """

    /// Everything that is counted, counted anew. It is a part of a migration, and is not changed.
    static let flowRows = """
        SELECT 'touch' AS what, 0 AS slot, playbook_id AS owner, 0 AS version_id, step AS name, state AS value,
            count(*) AS count FROM touch GROUP BY playbook_id, step, state
        UNION ALL SELECT 'settled', settled_at / 900000, 0, 0, '', state, count(*) FROM touch
            WHERE settled_at IS NOT NULL GROUP BY settled_at / 900000, state
        UNION ALL SELECT 'outcome', 0, t.playbook_id, 0, t.step, o.kind, count(*)
            FROM (SELECT DISTINCT touch_id, kind FROM outcome WHERE touch_id IS NOT NULL) AS o
            CROSS JOIN touch AS t WHERE t.id = o.touch_id GROUP BY t.playbook_id, t.step, o.kind
        UNION ALL SELECT 'passage', 0, e.playbook_id, 0, p.step, p.result, count(*) FROM passage AS p
            CROSS JOIN enrollment AS e WHERE e.id = p.enrollment_id GROUP BY e.playbook_id, p.step, p.result
        UNION ALL SELECT 'entered', 0, playbook_id, version_id, '', arm, count(*) FROM enrollment
            GROUP BY playbook_id, version_id, arm
        UNION ALL SELECT 'entered_on', entered_at / 86400000, playbook_id, 0, '', '', count(*) FROM enrollment
            GROUP BY playbook_id, entered_at / 86400000
        UNION ALL SELECT 'here', step, playbook_id, version_id, coalesce(variant, ''), '', count(*) FROM enrollment
            WHERE state = 'active' GROUP BY step, playbook_id, version_id, coalesce(variant, '')
        UNION ALL SELECT 'ended', 0, playbook_id, version_id, '', coalesce(end_reason, ''), count(*) FROM enrollment
            WHERE state = 'ended' GROUP BY playbook_id, version_id, coalesce(end_reason, '')
        UNION ALL SELECT 'goal', 0, playbook_id, 0, '', '', count(*) FROM enrollment
            WHERE goal_at IS NOT NULL GROUP BY playbook_id
        UNION ALL SELECT 'match', 0, playbook_id, 0, '', verdict, count(DISTINCT account_id) FROM standing
            WHERE false_since IS NULL GROUP BY playbook_id, verdict
        UNION ALL SELECT 'assigned', 0, experiment_id, 0, '', arm, count(*) FROM assignment
            GROUP BY experiment_id, arm
        UNION ALL SELECT 'account', 0, 0, 0, '', status, count(*) FROM account GROUP BY status
        UNION ALL SELECT 'mrr', 0, 0, 0, '', status, coalesce(CAST(sum(mrr) AS bigint), 0) FROM account GROUP BY status
        UNION ALL SELECT 'stage', coalesce(stage_since / 86400000, -1), 0, 0, journey, stage, count(*) FROM account
            WHERE status = 'active' AND journey IS NOT NULL AND stage IS NOT NULL
            GROUP BY journey, stage, coalesce(stage_since / 86400000, -1)
        UNION ALL SELECT 'contact', 0, 0, 0, '', '', count(*) FROM contact
        UNION ALL SELECT 'event', 0, 0, 0, '', '', count(*) FROM event
        UNION ALL SELECT 'suppression', 0, 0, 0, '', category, count(*) FROM suppression GROUP BY category
        """
}
