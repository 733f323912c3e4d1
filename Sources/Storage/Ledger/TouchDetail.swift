package import Decisions
package import Playbooks

/// One touch with everything that is known of it.
package struct TouchDetail: Sendable {
    package struct Attempt: Sendable {
        package var number: Int
        package var beganAt: Instant
        package var endedAt: Instant?
        package var result: String?
        package var detail: String?
    }

    package var id: Int64
    package var enrollmentID: Int64
    package var accountID: Int64
    package var versionID: Int64
    package var contactID: Int64?
    package var account: String
    package var accountName: String?
    package var playbook: String
    package var versionHash: String
    package var versionSource: String
    package var versionFiles: String?
    package var step: String
    package var variant: String?
    package var arm: Arm
    package var recipient: String
    package var kind: Channel.Kind
    package var channel: String
    package var category: String
    package var message: String
    package var isGhost: Bool
    package var state: TouchState
    package var dueAt: Instant
    package var notBefore: Instant
    package var expiresAt: Instant
    package var claimedAt: Instant?
    package var settledAt: Instant?
    package var reason: String?
    package var error: String?
    package var variables: String
    package var bodyHash: String?
    package var messageHash: String?
    package var providerID: String?
    package var fence: Int64
    package var enteredAt: Instant
    package var attempts: [Attempt]
    package var outcomes: [Ledger.Consequence]

    /// Nil when there is no such touch.
    package init?(_ id: Int64, _ connection: Connection) throws {
        guard
            let row = try connection.first(
                """
                SELECT t.*, a.key AS account, a.name AS account_name, p.name AS playbook, v.hash, v.source, v.files, e.arm,
                    e.entered_at
                FROM touch AS t JOIN account AS a ON a.id = t.account_id JOIN playbook AS p ON p.id = t.playbook_id
                JOIN enrollment AS e ON e.id = t.enrollment_id
                LEFT JOIN playbook_version AS v ON v.id = t.version_id
                WHERE t.id = :id
                """, ["id": .integer(id)])
        else { return nil }
        func text(_ name: String) -> String { row[name].text ?? "" }
        func moment(_ name: String) -> Instant { row[name].instant ?? Instant(milliseconds: 0) }
        self.id = id
        enrollmentID = row["enrollment_id"].integer ?? 0
        accountID = row["account_id"].integer ?? 0
        versionID = row["version_id"].integer ?? 0
        contactID = row["contact_id"].integer
        account = text("account")
        accountName = row["account_name"].text
        playbook = text("playbook")
        versionHash = text("hash")
        (versionSource, versionFiles) = (text("source"), row["files"].text)
        step = text("step")
        variant = row["variant"].text
        arm = try row["arm"].word()
        recipient = text("recipient")
        kind = try row["kind"].word()
        channel = text("channel")
        category = text("category")
        message = text("message")
        isGhost = row["ghost"].integer == 1
        state = try row["state"].word()
        (dueAt, notBefore, expiresAt) = (moment("due_at"), moment("not_before"), moment("expires_at"))
        (claimedAt, settledAt) = (row["claimed_at"].instant, row["settled_at"].instant)
        (reason, error) = (row["reason"].text, row["error"].text)
        variables = text("variables")
        (bodyHash, messageHash) = (row["body_hash"].text, row["message_hash"].text)
        providerID = row["provider_id"].text
        fence = row["fence"].integer ?? 0
        enteredAt = moment("entered_at")
        attempts = try connection.query(
            "SELECT number, began_at, ended_at, result, detail FROM attempt WHERE touch_id = :id ORDER BY number",
            ["id": .integer(id)]
        ).map {
            Attempt(
                number: $0.count("number"), beganAt: $0["began_at"].instant ?? Instant(milliseconds: 0),
                endedAt: $0["ended_at"].instant, result: $0["result"].text, detail: $0["detail"].text)
        }
        outcomes = try Ledger(connection).outcomes(of: id)
    }
}
