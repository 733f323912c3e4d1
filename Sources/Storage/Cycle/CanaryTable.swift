package import Playbooks

/// How far the first large batches of playbook versions have come.
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
}
