package import Playbooks

/// Reports that were made before anybody asked, so that pages show them at once.
package struct KeptReports {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Which report, and what it is about.
    package struct Key: Sendable, Hashable {
        package var report: String
        /// The playbook of an experiment; empty otherwise.
        package var arguments: String

        package init(_ report: String, _ arguments: String = "") {
            (self.report, self.arguments) = (report, arguments)
        }

        fileprivate var values: [String: SQLValue] { ["report": .text(report), "arguments": .text(arguments)] }
    }

    package struct Kept: Sendable {
        /// The weekly look whose verdict it shows; nil where there are no looks.
        package var look: Instant?
        package var asOf: Instant
        package var madeAt: Instant
        package var took: Duration
        package var body: String

        package init(look: Instant?, asOf: Instant, madeAt: Instant, took: Duration, body: String) {
            (self.look, self.asOf, self.madeAt, self.took, self.body) = (look, asOf, madeAt, took, body)
        }
    }

    /// Reports whose verdicts come week by week: each look stays for good.
    private static let withLooks = "experiment"

    /// The newest one, or that of a look.
    package func kept(_ key: Key, look: Instant? = nil) throws -> Kept? {
        try connection.first(
            """
            SELECT look, as_of, made_at, took, body FROM kept_report
            WHERE report = :report AND arguments = :arguments AND (look = :look OR CAST(:look AS bigint) IS NULL)
            ORDER BY as_of DESC LIMIT 1
            """, key.values.merging(["look": .optional(look?.milliseconds)]) { $1 }
        ).map { row in
            Kept(
                look: row["look"].instant.flatMap { $0.milliseconds == 0 ? nil : $0 },
                asOf: row["as_of"].instant ?? Instant(milliseconds: 0),
                madeAt: row["made_at"].instant ?? Instant(milliseconds: 0),
                took: .milliseconds(row["took"].integer ?? 0), body: row["body"].text ?? "")
        }
    }

    /// When the newest one was made; nil when there is none.
    package func madeAt(_ key: Key) throws -> Instant? {
        try connection.first(
            """
            SELECT made_at FROM kept_report WHERE report = :report AND arguments = :arguments ORDER BY as_of DESC LIMIT 1
            """, key.values)?["made_at"].instant
    }

    /// As of when the newest one is; nil when there is none.
    package func newest(_ key: Key) throws -> Instant? {
        try connection.first(
            "SELECT max(as_of) AS as_of FROM kept_report WHERE report = :report AND arguments = :arguments", key.values
        )?["as_of"].instant
    }

    /// The looks that are kept, the newest first.
    package func looks(_ key: Key) throws -> [Instant] {
        try connection.query(
            """
            SELECT look FROM kept_report WHERE report = :report AND arguments = :arguments AND look <> 0
            ORDER BY look DESC
            """, key.values
        ).compactMap { $0["look"].instant }
    }

    /// Takes the place of the one before; of an experiment, of the one of the same look.
    package func keep(_ kept: Kept, as key: Key) throws {
        try connection.execute(
            """
            INSERT INTO kept_report (report, arguments, look, as_of, made_at, took, body)
            VALUES (:report, :arguments, :look, :as_of, :made, :took, :body)
            ON CONFLICT (report, arguments, look) DO UPDATE SET as_of = excluded.as_of, made_at = excluded.made_at,
                took = excluded.took, body = excluded.body
            """,
            key.values.merging([
                "look": .integer(kept.look?.milliseconds ?? 0), "as_of": .instant(kept.asOf),
                "made": .instant(kept.madeAt), "took": .integer(Int64(kept.took / .milliseconds(1))),
                "body": .text(kept.body),
            ]) { $1 })
    }

    /// Those that list accounts go when somebody is erased; the next ones are made without.
    func forgetNames() throws {
        try connection.execute(
            "DELETE FROM kept_report WHERE report <> :looks", ["looks": .text(Self.withLooks)])
    }

    /// Whether anybody may look at pages: a person with a role, or whom a proxy names.
    package static func hasReaders(_ settings: DashboardSettings, _ connection: Connection) throws -> Bool {
        if settings.signIn == .header { return true }
        return try connection.first("SELECT 1 FROM dashboard_user WHERE disabled_at IS NULL LIMIT 1") != nil
    }
}
