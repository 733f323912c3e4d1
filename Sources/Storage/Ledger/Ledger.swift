package import Decisions
package import Playbooks

/// The touches as people look them up, and the settling of those that only a person can settle.
package struct Ledger {
    let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// One touch with the names of what it belongs to.
    package struct Entry: Sendable {
        package var id: Int64
        package var state: TouchState
        package var account: String
        package var playbook: String
        package var step: String
        package var recipient: String
        package var channel: String
        package var notBefore: Instant
        package var settledAt: Instant?
        package var attempts: Int
        package var fence: Int64
        /// Why it waits or ended, or what the endpoint said.
        package var reason: String?
    }

    package struct Filter: Sendable {
        /// Nil for all of them.
        package var states: [TouchState]?
        package var playbook: String?
        package var account: String?
        package var step: String?
        /// Of enrollments in one of these arms, by a version, that began from a moment on.
        package var arms: [Arm] = []
        package var versionID: Int64?
        package var enteredFrom: Instant?
        package var channel: String?
        package var variant: String?
        /// Those that are due by then.
        package var dueBy: Instant?
        /// Of which this was heard: `delivered`, `clicked`.
        package var outcome: String?
        /// As it is kept: normalized.
        package var recipient: String?
        /// Those that were due from this moment on, and before that one.
        package var from: Instant?
        package var to: Instant?
        /// Those that ended from this moment on, and before that one.
        package var settledFrom: Instant?
        package var settledTo: Instant?
        /// Only touches of lower ids: the page after the one that ended there.
        package var before: Int64?
        package var limit = 100

        package init() {}

        /// Whether an index leads to what is asked, so that few others are looked at.
        fileprivate var isLed: Bool {
            account != nil || recipient != nil || states.map { $0.allSatisfy(Self.few.contains) } == true
                || (playbook != nil && states == nil && step == nil && channel == nil && variant == nil
                    && outcome == nil && dueBy == nil && arms.isEmpty && versionID == nil && enteredFrom == nil)
        }

        /// The states of which an index keeps the touches.
        private static let few: [TouchState] = [.claimed, .sending, .unknown, .held]
    }

    /// How many ids one page looks through where no index leads to what is asked, and how many touches of one playbook:
    /// 0.3 s at most.
    static let (reach, reachInPlaybook): (Int64, Int64) = (300_000, 100_000)

    /// A part of the touches that were asked for.
    package struct Page: Sendable {
        /// The newest first.
        package var entries: [Entry]
        /// Touches of lower ids have not been looked at; nil when there are none.
        package var rest: Int64?

        package init(entries: [Entry], rest: Int64?) {
            (self.entries, self.rest) = (entries, rest)
        }
    }

    /// The newest first, of all touches.
    package func touches(_ filter: Filter) throws -> [Entry] {
        var (entries, part): ([Entry], Filter) = ([], filter)
        while true {
            let page = try page(part)
            entries += page.entries
            guard entries.count < filter.limit, let rest = page.rest else { return entries }
            (part.before, part.limit) = (rest, filter.limit - entries.count)
        }
    }

    /// The touches of one enrollment, the oldest first.
    package func touches(ofEnrollment enrollment: Int64) throws -> [Entry] {
        try connection.query(
            Self.entries("SELECT x.* FROM touch AS x WHERE x.enrollment_id = :enrollment") + " ORDER BY t.id",
            ["enrollment": .integer(enrollment)]
        ).map(Self.entry)
    }

    /// The newest first, as far back as a page may look.
    package func page(_ filter: Filter) throws -> Page {
        let (first, end) = try range(filter)
        let low = filter.isLed ? first : max(first, try lowest(filter, under: end))
        let entries = try find(filter, from: low, to: end)
        let isFull = entries.count >= filter.limit
        return Page(entries: entries, rest: isFull ? entries.last?.id : low > first ? low : nil)
    }

    /// How far down a page looks.
    private func lowest(_ filter: Filter, under end: Int64) throws -> Int64 {
        guard let playbook = filter.playbook else { return end - Self.reach }
        return try connection.integer(
            """
            SELECT id FROM touch WHERE playbook_id = (SELECT id FROM playbook WHERE name = :playbook) AND id < :end
            ORDER BY id DESC LIMIT 1 OFFSET :reach
            """, ["playbook": .text(playbook), "end": .integer(end), "reach": .integer(Self.reachInPlaybook)])
    }

    /// The ids among which the touches are, the last one apart: they grow with the moments at which touches are due.
    private func range(_ filter: Filter) throws -> (first: Int64, end: Int64) {
        var (first, end): (Int64, Int64) = (0, filter.before ?? .max)
        if let from = filter.from { first = try connection.firstID(of: .touch, since: from - .days(2)) }
        if let from = filter.settledFrom {
            first = max(first, try connection.firstID(of: .touch, since: from - .days(31)))
        }
        for to in [filter.to, filter.settledTo].compactMap(\.self) {
            end = min(end, try connection.firstID(of: .touch, since: to + .days(2)))
        }
        if end == .max { end = try connection.integer("SELECT coalesce(max(id), 0) FROM touch") + 1 }
        return (first, end)
    }

    private func find(_ filter: Filter, from low: Int64, to end: Int64) throws -> [Entry] {
        var conditions = ["x.id >= :low", "x.id < :end"]
        var values: [String: SQLValue] = [
            "limit": .integer(Int64(filter.limit)), "low": .integer(low), "end": .integer(end),
        ]
        func ask(_ condition: String, _ name: String, _ value: SQLValue?) {
            guard let value else { return }
            conditions.append(condition)
            values[name] = value
        }
        if let states = filter.states {
            // Written out, so that SQLite sees which of them a partial index holds.
            conditions.append("(\(states.map { "x.state = '\($0.rawValue)'" }.joined(separator: " OR ")))")
        }
        ask(
            "x.playbook_id = (SELECT id FROM playbook WHERE name = :playbook)", "playbook",
            filter.playbook.map { .text($0) })
        ask(
            "x.account_id = (SELECT id FROM account WHERE key = :account)", "account",
            filter.account.map { .text($0) })
        if !filter.arms.isEmpty || filter.versionID != nil || filter.enteredFrom != nil {
            let arms = BoundList("arm", (filter.arms.isEmpty ? Arm.allCases : filter.arms).map(\.rawValue))
            conditions.append(
                """
                EXISTS (SELECT 1 FROM enrollment AS e WHERE e.id = x.enrollment_id AND e.arm IN (\(arms.names))
                    AND (CAST(:of_version AS bigint) IS NULL OR e.version_id = :of_version)
                    AND (CAST(:entered_from AS bigint) IS NULL OR e.entered_at >= :entered_from))
                """)
            values.merge(arms.arguments) { $1 }
            values["of_version"] = .optional(filter.versionID)
            values["entered_from"] = .optional(filter.enteredFrom?.milliseconds)
        }
        ask("x.not_before <= :due_by", "due_by", filter.dueBy.map { .instant($0) })
        ask("x.step = :step", "step", filter.step.map { .text($0) })
        ask("x.channel = :channel", "channel", filter.channel.map { .text($0) })
        ask("x.variant = :variant", "variant", filter.variant.map { .text($0) })
        ask(
            "EXISTS (SELECT 1 FROM outcome AS o WHERE o.touch_id = x.id AND o.kind = :outcome)", "outcome",
            filter.outcome.map { .text($0) })
        ask(Self.isFor, "recipient", filter.recipient.map { .text($0) })
        ask("x.due_at >= :from", "from", filter.from.map { .instant($0) })
        ask("x.due_at < :to", "to", filter.to.map { .instant($0) })
        ask("x.settled_at >= :settled_from", "settled_from", filter.settledFrom.map { .instant($0) })
        ask("x.settled_at < :settled_to", "settled_to", filter.settledTo.map { .instant($0) })
        let found = """
            SELECT x.* FROM touch AS x WHERE \(conditions.joined(separator: " AND ")) ORDER BY x.id DESC LIMIT :limit
            """
        return try connection.query(Self.entries(found) + " ORDER BY t.id DESC", values).map(Self.entry)
    }

    private static func entries(_ touches: String) -> String {
        """
        SELECT t.id, t.state, a.key AS account, p.name AS playbook, t.step, t.recipient, t.channel,
            CASE WHEN t.state = 'pending' AND t.retry_at > t.not_before THEN t.retry_at ELSE t.not_before END
                AS not_before, t.settled_at, t.attempts, t.fence, coalesce(t.error, t.reason) AS reason
        FROM (\(touches)) AS t
        JOIN account AS a ON a.id = t.account_id JOIN playbook AS p ON p.id = t.playbook_id
        """
    }

    private static func entry(_ row: Row) throws -> Entry {
        Entry(
            id: row["id"].integer ?? 0, state: try row["state"].word(), account: row["account"].text ?? "",
            playbook: row["playbook"].text ?? "", step: row["step"].text ?? "",
            recipient: row["recipient"].text ?? "", channel: row["channel"].text ?? "",
            notBefore: row["not_before"].instant ?? Instant(milliseconds: 0), settledAt: row["settled_at"].instant,
            attempts: Int(row["attempts"].integer ?? 0), fence: row["fence"].integer ?? 0, reason: row["reason"].text)
    }

    /// Touches of an address: those that went to it, by their index, and those that wait for it or never left, by the
    /// accounts that have it, or had it when something went to it.
    private static let isFor = """
        x.id IN (SELECT w.id FROM touch AS w WHERE w.recipient = :recipient AND w.claimed_at IS NOT NULL
            UNION SELECT n.id FROM touch AS n WHERE n.recipient = :recipient AND n.account_id IN (
                SELECT c.account_id FROM contact AS c WHERE c.address = :recipient
                UNION SELECT w.account_id FROM touch AS w
                WHERE w.recipient = :recipient AND w.claimed_at IS NOT NULL))
        """

    /// What a person says of a touch that nobody else can tell about.
    package enum Resolution: String, Sendable, CaseIterable {
        case sent, resend, drop
    }

    /// What nobody would get any more, or only behind what comes after it.
    package struct TooLate: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Why a touch cannot be sent any more, or nil: its enrollment has ended, or has sent what comes after it.
    private func whyTooLate(_ id: Int64, of enrollment: Int64) throws -> String? {
        let row = try connection.first(
            """
            SELECT e.state, e.end_reason, CASE WHEN EXISTS (
                SELECT 1 FROM touch AS l JOIN touch AS t ON t.id = :id
                WHERE l.enrollment_id = e.id AND l.id > t.id AND l.step <> t.step) THEN 1 ELSE 0 END AS later
            FROM enrollment AS e WHERE e.id = :enrollment
            """, ["id": .integer(id), "enrollment": .integer(enrollment)])
        guard let row else { return nil }
        let state: EnrollmentState = try row["state"].word()
        if state != .active { return "its enrollment has ended (\(row["end_reason"].text ?? state.rawValue))" }
        return row["later"].integer == 1 ? "its enrollment has gone on to a later step" : nil
    }

    /// Whether a touch was ever made at a step of that name.
    package func hasTouches(at step: String) throws -> Bool {
        let sql = "SELECT 1 FROM flow_count WHERE what = :what AND slot = 0 AND name = :step LIMIT 1"
        let what = FlowKey.What.touch.rawValue
        return try connection.first(sql, ["what": .text(what), "step": .text(step)]) != nil
    }

    /// Settles an `unknown` or `held` touch, or drops a pending one.
    ///
    /// - Throws: `StorageError` when there is no such touch, or its state leaves nothing to settle; `TooLate` when it is to be
    ///   sent again, and nobody would get it in its turn.
    package func resolve(_ id: Int64, as verdict: Resolution, now: Instant) throws {
        guard
            let row = try connection.first(
                "SELECT state, enrollment_id FROM touch WHERE id = :id", ["id": .integer(id)]),
            let enrollment = row["enrollment_id"].integer
        else { throw StorageError("there is no touch \(id); keeptouch touches lists them") }
        let state: TouchState = try row["state"].word()
        let allowed: [TouchState] =
            switch verdict {
            case .sent: [.unknown]
            case .resend: [.unknown, .held]
            case .drop: [.unknown, .held, .pending]
            }
        guard allowed.contains(state) else {
            throw StorageError(
                "touch \(id) is \(state.rawValue); \"\(verdict.rawValue)\" settles "
                    + "\(allowed.map(\.rawValue).joined(separator: " or ")) touches only")
        }
        if verdict == .resend, let why = try whyTooLate(id, of: enrollment) {
            throw TooLate("touch \(id) cannot be sent again: \(why); say sent or drop")
        }
        let end: TouchState =
            switch verdict {
            case .sent: .sent
            case .resend: .pending
            case .drop: .cancelled
            }
        // Whoever resends says that the first attempt did not arrive, so the message may differ from it. Whoever lets it be
        // does not know: it may have arrived, and counts for caps.
        try connection.execute(
            """
            UPDATE touch SET state = :end, reason = :reason, error = NULL, fence = fence + 1, retry_at = NULL,
                ambiguous = CASE WHEN :end <> 'cancelled' THEN 0 WHEN state = 'unknown' THEN 1 ELSE ambiguous END,
                settled_at = CASE WHEN :end = 'pending' THEN NULL ELSE CAST(:now AS bigint) END,
                not_before = CASE WHEN :end = 'pending' THEN :now ELSE not_before END,
                expires_at = CASE WHEN :end = 'pending' AND expires_at < :tomorrow THEN :tomorrow ELSE expires_at END,
                claimed_at = CASE WHEN :end = 'sent' OR (:end = 'cancelled' AND (state = 'unknown' OR ambiguous = 1))
                    THEN claimed_at END
            WHERE id = :id AND state = :state
            """,
            [
                "id": .integer(id), "state": .word(state), "end": .word(end), "now": .instant(now),
                "tomorrow": .instant(now + .days(1)), "reason": .text("resolved by hand: \(verdict.rawValue)"),
            ])
        if end == .sent { try ChangeRecords(connection).sent(touch: id, at: now) }
        if end != .pending { try Outbox(connection).moveOn(enrollment: enrollment, now: now) }
    }
}
