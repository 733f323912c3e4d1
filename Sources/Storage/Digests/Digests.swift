package import Playbooks

/// The messages to teams: each a row with a unique key before a byte leaves, as touches are.
///
/// They are no touches: a touch belongs to one account and one enrollment, and the ledger adds up over those.
package struct Digests {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// What makes a digest unique.
    package struct Key: Sendable, Hashable {
        package var channel: String
        /// `notes` or `report <name>`.
        package var kind: String
        /// The day, or the occurrence of the schedule.
        package var occasion: String

        package init(channel: String, kind: String, occasion: String) {
            self.channel = channel
            self.kind = kind
            self.occasion = occasion
        }
    }

    /// A digest as it is to be sent.
    package struct Row: Sendable {
        package var id: Int64
        package var channel: String
        package var subject: String
        package var text: String
        package var at: Instant
        package var attempts: Int
        package var firstAttemptAt: Instant?
        /// Where an attempt went that may have arrived.
        package var endpoint: String?
    }

    package func contains(_ key: Key) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM digest WHERE channel = :channel AND kind = :kind AND occasion = :occasion", arguments(key))
            != nil
    }

    /// When the last digest of the kind was written.
    package func last(channel: String, kind: String) throws -> Instant? {
        try connection.first(
            "SELECT max(at) FROM digest WHERE channel = :channel AND kind = :kind",
            ["channel": .text(channel), "kind": .text(kind)])?[0].instant
    }

    /// Writes a digest to be sent, unless it is there already.
    package func add(_ key: Key, accounts: Int, subject: String, text: String, at: Instant) throws {
        try connection.execute(
            """
            INSERT INTO digest (channel, kind, occasion, at, accounts, subject, text, state)
            VALUES (:channel, :kind, :occasion, :at, :accounts, :subject, :text, 'pending')
            ON CONFLICT (channel, kind, occasion) DO NOTHING
            """,
            arguments(key).merging([
                "at": .instant(at), "accounts": .integer(Int64(accounts)), "subject": .text(subject),
                "text": .text(text),
            ]) { $1 })
    }

    /// Those in a state, the oldest first.
    ///
    /// - Parameter processNow: leaves out those whose time to be tried again has not come; nil for all.
    package func rows(_ state: DigestState, processNow: Instant? = nil) throws -> [Row] {
        try connection.query(
            """
            SELECT id, channel, subject, text, at, attempts, first_attempt_at, endpoint FROM digest
            WHERE state = :state AND (retry_at IS NULL OR CAST(:process AS bigint) IS NULL OR retry_at <= :process)
            ORDER BY id
            """, ["state": .word(state), "process": .optional(processNow?.milliseconds)]
        ).map { row in
            Row(
                id: row["id"].integer ?? 0, channel: row["channel"].text ?? "", subject: row["subject"].text ?? "",
                text: row["text"].text ?? "", at: row["at"].instant ?? Instant(milliseconds: 0),
                attempts: Int(row["attempts"].integer ?? 0), firstAttemptAt: row["first_attempt_at"].instant,
                endpoint: row["endpoint"].text)
        }
    }

    /// The intent to send, durable before a byte leaves; false when it is not pending any more.
    ///
    /// - Parameter endpoint: the `EndpointPrint` of the request.
    package func begin(_ id: Int64, endpoint: String, processNow: Instant) throws -> Bool {
        try connection.execute(
            """
            UPDATE digest SET state = 'sending', attempts = attempts + 1, retry_at = NULL,
                endpoint = :endpoint, first_attempt_at = coalesce(first_attempt_at, :process)
            WHERE id = :id AND state = 'pending'
            """, ["id": .integer(id), "endpoint": .text(endpoint), "process": .instant(processNow)]) == 1
    }

    /// - Parameters:
    ///   - retryAt: process time at which a pending one is tried again.
    ///   - mayHaveArrived: false when none of its attempts can have.
    package func settle(
        _ id: Int64, as state: DigestState, error: String?, retryAt: Instant? = nil, mayHaveArrived: Bool = true,
        now: Instant
    ) throws {
        try connection.execute(
            """
            UPDATE digest SET state = :state, error = :error, retry_at = :retry,
                endpoint = CASE WHEN :arrived = 1 THEN endpoint END,
                settled_at = CASE WHEN :state = 'pending' THEN NULL ELSE CAST(:now AS bigint) END
            WHERE id = :id AND (state = 'sending' OR state = 'pending')
            """,
            [
                "id": .integer(id), "state": .word(state), "error": .optional(error),
                "retry": .optional(retryAt?.milliseconds), "arrived": .integer(mayHaveArrived ? 1 : 0),
                "now": .instant(now),
            ])
    }

    /// The newest digests that did not arrive, or of which nobody knows.
    package func troubled(limit: Int = 5) throws -> [(channel: String, at: Instant, state: DigestState, error: String)]
    {
        try connection.query(
            """
            SELECT channel, at, state, coalesce(error, '') AS error FROM digest
            WHERE state IN ('rejected', 'unknown', 'expired')
            ORDER BY id DESC LIMIT :limit
            """, ["limit": .integer(Int64(limit))]
        ).map {
            (
                $0["channel"].text ?? "", $0["at"].instant ?? Instant(milliseconds: 0), try $0["state"].word(),
                $0["error"].text ?? ""
            )
        }
    }

    private func arguments(_ key: Key) -> [String: SQLValue] {
        ["channel": .text(key.channel), "kind": .text(key.kind), "occasion": .text(key.occasion)]
    }
}
