package import Decisions
package import Playbooks

/// The one account of a playbook's test, and what has become of it.
package struct TrialAccount {
    private let connection: Connection
    package let id: Int64

    /// - Throws: `StorageError` when there is no account.
    package init(_ connection: Connection) throws {
        self.connection = connection
        guard let id = try connection.first("SELECT max(id) FROM account")?[0].integer else {
            throw StorageError("the test has no account")
        }
        self.id = id
    }

    /// Empties the database, except for the names of metrics and events.
    package static func clear(_ connection: Connection) throws {
        let kept: Set = ["meta", "metric", "event_kind", "sqlite_sequence"]
        for row in try connection.query("SELECT name FROM sqlite_master WHERE type = 'table'") {
            guard let name = row[0].text, !kept.contains(name) else { continue }
            try connection.execute("DELETE FROM \(name)")
        }
        try connection.execute("DELETE FROM meta WHERE key NOT LIKE 'column.%'")
    }

    package static func createdAt(_ connection: Connection) throws -> Instant {
        Instant(milliseconds: try connection.integer("SELECT coalesce(min(created_at), 0) FROM account"))
    }

    /// Says that these days of all metrics are complete, whatever has been imported.
    package static func close(_ days: ClosedRange<Day>, _ connection: Connection) throws {
        let metrics = try connection.query("SELECT id FROM metric").compactMap { $0[0].integer }
        for number in days.lowerBound.number...days.upperBound.number {
            for metric in metrics {
                try connection.execute(
                    """
                    INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (:metric, :day, 1, 1)
                    ON CONFLICT (metric_id, day) DO UPDATE SET closed = 1
                    """, ["metric": .integer(metric), "day": .integer(Int64(number))])
            }
        }
    }

    /// Lets the account have reached a stage, whatever the conditions of its journey say.
    package func reach(_ stage: String, of journey: String, at moment: Instant) throws {
        try connection.execute(
            """
            INSERT INTO stage_entry (account_id, journey, stage, at, how)
            VALUES (:account, :journey, :stage, :at, :how) ON CONFLICT DO NOTHING
            """,
            [
                "account": .integer(id), "journey": .text(journey), "stage": .text(stage), "at": .instant(moment),
                "how": .word(StageEntry.How.entered),
            ])
    }

    package struct Touch: Sendable {
        package var id: Int64
        package var step: String
        package var message: String
        package var state: TouchState
        package var reason: String?
        package var notBefore: Instant
        package var role: String?
        package var contact: String?
    }

    package func touches() throws -> [Touch] {
        try connection.query(
            """
            SELECT t.id, t.step, t.message, t.state, t.reason, t.not_before, c.role, c.key AS contact
            FROM touch AS t LEFT JOIN contact AS c ON c.id = t.contact_id ORDER BY t.id
            """
        ).map { row in
            Touch(
                id: row["id"].integer ?? 0, step: row["step"].text ?? "", message: row["message"].text ?? "",
                state: try row["state"].word(), reason: row["reason"].text,
                notBefore: row["not_before"].instant ?? Instant(milliseconds: 0), role: row["role"].text,
                contact: row["contact"].text)
        }
    }

    package struct Enrollment: Sendable {
        package var id: Int64
        package var isActive: Bool
        package var step: Int
        package var variant: String?
        package var endReason: String?
        package var goalAt: Instant?
    }

    /// The newest enrollment, if there is one.
    package func enrollment() throws -> Enrollment? {
        try connection.first(
            "SELECT id, state, step, variant, end_reason, goal_at FROM enrollment ORDER BY id DESC LIMIT 1"
        ).map { row in
            Enrollment(
                id: row["id"].integer ?? 0, isActive: row["state"].text == EnrollmentState.active.rawValue,
                step: Int(row["step"].integer ?? 0), variant: row["variant"].text, endReason: row["end_reason"].text,
                goalAt: row["goal_at"].instant)
        }
    }

    /// How the newest enrollment got past a wait; nil while it has not.
    package func result(ofWait step: String) throws -> PassageResult? {
        try connection.first(
            """
            SELECT result FROM passage WHERE account_id = :account AND step = :step
            ORDER BY enrollment_id DESC LIMIT 1
            """, ["account": .integer(id), "step": .text(step)])?[0].word()
    }

    /// The verdict that stands, with its reason.
    package func verdict() throws -> (verdict: Verdict, reason: String)? {
        try connection.first("SELECT verdict, reason FROM standing ORDER BY since DESC, event_id DESC LIMIT 1")
            .map { (try $0[0].word(), $0[1].text ?? "") }
    }
}
