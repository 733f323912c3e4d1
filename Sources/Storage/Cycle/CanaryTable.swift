package import Playbooks

/// The first large batches of playbook versions, and who of a batch goes first.
package enum CanaryTable {
    package static func stage(
        of playbookID: Int64, versionID: Int64, _ connection: Connection
    ) throws -> (stage: Int64, since: Instant)? {
        try connection.first(
            "SELECT stage, since FROM canary WHERE playbook_id = :playbook AND version_id = :version",
            ["playbook": .integer(playbookID), "version": .integer(versionID)]
        ).flatMap { row in row[0].integer.flatMap { stage in row[1].instant.map { (stage, $0) } } }
    }

    package static func record(
        stage: Int64, since: Instant, of playbookID: Int64, versionID: Int64, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO canary (playbook_id, version_id, stage, since) VALUES (:playbook, :version, :stage, :since)
            ON CONFLICT (playbook_id, version_id) DO UPDATE SET stage = excluded.stage, since = excluded.since
            """,
            [
                "playbook": .integer(playbookID), "version": .integer(versionID), "stage": .integer(stage),
                "since": .instant(since),
            ])
    }

    /// Leaves the verdicts of so many of those who enter as they are, chosen by lot, and holds the others.
    package static func hold(
        allBut most: Int, of work: PlaybookAtWork, reason: String, _ connection: Connection
    ) throws {
        let enters = "verdict IN ('enrolled', 'holdout', 'global_holdout')"
        let same = """
            m.playbook_id = plan_verdict.playbook_id AND m.account_id = plan_verdict.account_id
                AND m.match_key = plan_verdict.match_key
            """
        let scope: [String: SQLValue] = [
            "playbook": work.id, "reason": .text(reason), "salt": .text(work.playbook.name + "/canary"),
            "most": .integer(Int64(most)),
        ]
        try connection.execute(
            """
            UPDATE plan_verdict SET verdict = 'held', reason = :reason, settled = 0, variant = NULL,
                is_news = (SELECT CASE WHEN m.previous = 'held' THEN 0 ELSE 1 END FROM plan_match AS m WHERE \(same)),
                is_changed = (SELECT CASE WHEN m.previous = 'held' AND m.was_false = 0 THEN 0 ELSE 1 END
                    FROM plan_match AS m WHERE \(same))
            WHERE playbook_id = :playbook AND \(enters) AND account_id NOT IN (
                SELECT v.account_id FROM plan_verdict AS v JOIN account AS a ON a.id = v.account_id
                WHERE v.playbook_id = :playbook AND v.\(enters) ORDER BY draw(:salt, a.key), a.id LIMIT :most)
            """, scope)
        try connection.execute(
            """
            DELETE FROM plan_exclusive WHERE playbook_id = :playbook AND account_id IN (
                SELECT account_id FROM plan_verdict WHERE playbook_id = :playbook AND verdict = 'held')
            """, scope.filter { $0.key == "playbook" })
    }
}
