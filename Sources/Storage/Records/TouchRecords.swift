import Decisions
import Playbooks

/// The rows of `touch`, as far as a cycle makes and changes them; what sending does with them is in `Outbox`.
package struct TouchRecords {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// The open touches of an enrollment: those that wait, and how many there are beside them.
    func open(of enrollment: Int64) throws -> (waiting: [Touch], others: Int) {
        let statement = try connection.cached(
            """
            SELECT id, step, variant, contact_id, recipient, kind, channel, category, message, ghost, state, priority,
                due_at, not_before, expires_at, reason, variables, frozen_at, ambiguous, fence
            FROM touch WHERE enrollment_id = :enrollment AND settled_at IS NULL
            """)
        defer { statement.reset() }
        statement.bind(0, enrollment)
        var waiting: [Touch] = []
        var others = 0
        while try statement.step() {
            let state: TouchState = try statement.word("state")
            guard state == .pending || state == .held else {
                others += 1
                continue
            }
            waiting.append(try Self.touch(statement, state))
        }
        return (waiting, others)
    }

    private static func touch(_ row: Statement, _ state: TouchState) throws -> Touch {
        Touch(
            id: row.integer("id"), step: row.text("step") ?? "", variant: row.optionalText("variant"),
            contactID: row.optionalInteger("contact_id"), recipient: row.text("recipient") ?? "",
            kind: try row.word("kind"), channel: row.text("channel") ?? "", category: row.text("category") ?? "",
            message: row.text("message") ?? "", isGhost: row.flag("ghost"), state: state,
            priority: Int(row.integer("priority")), dueAt: row.instant("due_at"), notBefore: row.instant("not_before"),
            expiresAt: row.instant("expires_at"), reason: row.optionalText("reason"),
            variables: row.text("variables") ?? "{}",
            frozenAt: row.optionalInstant("frozen_at") ?? row.instant("due_at"), isAmbiguous: row.flag("ambiguous"),
            fence: row.integer("fence"))
    }

    static let insertion = Insertion(
        into: "touch",
        [
            "enrollment_id", "account_id", "playbook_id", "version_id", "step", "variant", "contact_id", "recipient",
            "kind", "channel", "category", "message", "ghost", "state", "priority", "due_at", "not_before",
            "expires_at", "waiting", "reason", "variables", "frozen_at", "settled_at",
        ], onConflict: "DO NOTHING")

    static func values(
        _ touch: Touch, of enrollment: Enrollment, id: Int64, account: Int64, now: Instant
    ) -> [SQLValue] {
        [
            .integer(id), .integer(account), .integer(enrollment.playbookID), .integer(enrollment.versionID),
            .text(touch.step), .optional(touch.variant), .optional(touch.contactID), .text(touch.recipient),
            .text(touch.kind.rawValue), .text(touch.channel), .text(touch.category), .text(touch.message),
            .integer(touch.isGhost ? 1 : 0), .word(touch.state), .integer(Int64(touch.priority)),
            .instant(touch.dueAt), .instant(touch.notBefore), .instant(touch.expiresAt),
            .integer(touch.notBefore > now ? 1 : 0), .optional(touch.reason), .text(touch.variables),
            .instant(touch.frozenAt), touch.state.isSettled ? .instant(now) : .null,
        ]
    }

    /// Changes a touch that waits, unless somebody has claimed it meanwhile; one whose new recipient has the step's
    /// touch already ends.
    func update(_ touch: Touch, now: Instant) throws {
        guard let id = touch.id else { return }
        let isTaken =
            try connection.first(
                """
                SELECT 1 FROM touch AS t JOIN touch AS o ON o.enrollment_id = t.enrollment_id AND o.step = t.step
                WHERE t.id = :id AND o.recipient = :recipient AND o.id <> t.id
                """, ["id": .integer(id), "recipient": .text(touch.recipient)]) != nil
        var touch = touch
        if isTaken { (touch.state, touch.reason) = (.suppressed, Touch.isTaken) }
        _ = try connection.execute(
            """
            UPDATE touch SET contact_id = CASE WHEN :taken = 1 THEN contact_id ELSE :contact END,
                recipient = CASE WHEN :taken = 1 THEN recipient ELSE :recipient END, channel = :channel,
                state = :state, reason = :reason, not_before = :before, expires_at = :expires,
                waiting = :waiting, variables = :variables, frozen_at = :frozen, fence = fence + 1,
                settled_at = :settled
            WHERE id = :id AND fence = :fence AND (state = 'pending' OR state = 'held')
            """,
            inOrder: [
                .integer(isTaken ? 1 : 0), .optional(touch.contactID), .text(touch.recipient),
                .text(touch.channel), .word(touch.state), .optional(touch.reason),
                .instant(touch.notBefore), .instant(touch.expiresAt),
                .integer(touch.notBefore > now ? 1 : 0), .text(touch.variables), .instant(touch.frozenAt),
                touch.state.isSettled ? .instant(now) : .null, .integer(id), .integer(touch.fence),
            ])
    }

    /// Ends the touches of an enrollment that left; what may have arrived stays in doubt.
    func cancel(of enrollment: Int64, because reason: String, now: Instant) throws {
        _ = try connection.execute(
            """
            UPDATE touch SET state = CASE ambiguous WHEN 1 THEN 'unknown' ELSE 'cancelled' END,
                settled_at = CASE ambiguous WHEN 0 THEN CAST(:now AS bigint) END, fence = fence + 1,
                reason = 'the enrollment ended: ' || :reason
                    || CASE ambiguous WHEN 1 THEN '; an earlier attempt may have arrived' ELSE '' END
            WHERE enrollment_id = :enrollment AND (state = 'pending' OR state = 'held' OR state = 'claimed')
            """, inOrder: [.instant(now), .text(reason), .integer(enrollment)])
    }

    /// The messages that an account has had from a playbook, or would have had as a holdout; one that was rejected or never
    /// went out has not been had.
    func messages(of account: Int64, from playbook: Int64) throws -> HadMessages {
        let rows = try connection.query(
            """
            SELECT DISTINCT t.message, t.message_hash, t.ghost FROM enrollment AS e JOIN touch AS t ON t.enrollment_id = e.id
            WHERE e.account_id = :account AND e.playbook_id = :playbook
                AND t.state IN ('pending', 'claimed', 'sending', 'sent', 'unknown', 'held', 'ghost')
            """, ["account": .integer(account), "playbook": .integer(playbook)])
        var had = HadMessages()
        for row in rows {
            guard let path = row["message"].text else { continue }
            had.insert(HadMessage(path, hash: row["message_hash"].text), isGhost: row["ghost"].integer == 1)
        }
        return had
    }

    package func accountsWithHeld() throws -> [Int64] {
        try connection.query("SELECT DISTINCT account_id FROM touch WHERE state = 'held'")
            .compactMap { $0["account_id"].integer }.sorted()
    }
}
