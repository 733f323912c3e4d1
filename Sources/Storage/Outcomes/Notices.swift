import Decisions
package import Playbooks

/// Takes in what providers tell of messages: outcomes, suppressed addresses, and the ends of touches that nobody knew.
///
/// Any order and any repetition of the same notices leads to the same rows. Each call is part of the caller's
/// transaction.
package struct Notices {
    private let connection: Connection
    private let channel: String
    private let channels: Set<String>
    private let workspace: String
    private let now: Instant

    /// - Parameters:
    ///   - channel: whose webhook it is; its touches are found, and those of channels that are gone.
    ///   - channels: the names of those that there are.
    ///   - workspace: its name, for providers that serve several.
    package init(
        _ connection: Connection, channel: String, of channels: Set<String>, workspace: String, now: Instant
    ) {
        self.connection = connection
        self.channel = channel
        self.channels = channels.union([channel])
        self.workspace = workspace
        self.now = now
    }

    package enum Taken: Sendable, Equatable {
        case recorded, known
        /// No touch is known of; the webhook is kept as it came.
        case unmatched
    }

    @discardableResult
    package func take(_ notice: Notice) throws -> Taken {
        guard let touch = try touch(of: notice) else {
            // What comes late of an erased person is not kept.
            if try ErasureKey.knows(notice.address, connection) { return .known }
            if notice.isOfAddressAlone, let address = Self.normalized(notice.address) {
                try OutcomeSuppression(connection, address: address, contact: nil).follow(
                    notice.kind, category: "", detail: notice.detail, at: min(notice.at ?? now, now))
                return .recorded
            }
            let isNew = try Webhooks(connection).keep(
                notice.body, from: channel, id: notice.id, reason: "no touch of the channel \(channel) is meant",
                at: now)
            return isNew ? .unmatched : .known
        }
        // A provider's clock may run ahead; what has come in has happened.
        let at = min(notice.at ?? now, now)
        // Nobody leaves the category `service`: who unsubscribes from one of its messages leaves the others.
        let category = notice.isForAll || touch.category == "service" ? "" : touch.category
        let isWish = notice.kind == .unsubscribed || notice.kind == .resubscribed
        // What a provider says of somebody who was erased would bring the address back.
        let isErased = touch.recipient.hasPrefix(ErasureKey.prefix)
        let told = isErased ? nil : notice.detail
        let detail = isWish ? "{\"category\":\"\(category.isEmpty ? "*" : category)\"}" : told
        let outcome = Outcome(
            notice.kind, account: touch.account, enrollment: touch.enrollment, touch: touch.id, at: at,
            detail: detail, dedup: "\(channel):\(notice.id):\(notice.kind.rawValue)")
        guard try outcome.record(connection) else { return .known }
        try settle(touch, notice)
        if touch.hasAddress, !isErased, notice.isOfAddress {
            try OutcomeSuppression(connection, address: touch.recipient, contact: touch.contact).follow(
                notice.kind, category: category, detail: detail, at: at)
        }
        return .recorded
    }

    private static func normalized(_ address: String?) -> String? {
        address.flatMap { EmailAddress.normalized($0) ?? PhoneNumber.normalized($0) }
    }

    // MARK: The touch

    private struct Touch {
        var id: Int64
        var account: Int64
        var enrollment: Int64
        var contact: Int64?
        var recipient: String
        var category: String
        /// Whether it went to an address or a number, which may be suppressed.
        var hasAddress: Bool
        var state: TouchState
        var attempts: Int64
    }

    private static let columns = """
        SELECT id, account_id, enrollment_id, contact_id, recipient, category, kind = 'email' OR kind = 'sms' AS has_address, state, attempts
            FROM touch
        """

    /// A channel that was renamed goes on under its new name, and is told there of what the old one has sent.
    private var others: BoundList { BoundList("other", [""] + channels.subtracting([channel]).sorted()) }

    /// By our own key, else by the provider's id, which a batch may give to several recipients; what is told of another
    /// address than the touch's is of another touch, which a restored database may not know of.
    private func touch(of notice: Notice) throws -> Touch? {
        if let workspace = notice.workspace, workspace != self.workspace { return nil }
        let address = Self.normalized(notice.address)
        func isOf(_ touch: Touch) -> Bool {
            guard let address, touch.hasAddress, !touch.recipient.hasPrefix(ErasureKey.prefix) else { return true }
            return address == touch.recipient
        }
        if let key = notice.touch, key.first == "t", let id = Int64(key.dropFirst()) {
            let rows = try touches(
                "\(Self.columns) WHERE id = :id AND channel NOT IN (\(others.names))",
                others.arguments.merging(["id": .integer(id)]) { $1 })
            if let touch = rows.first { return isOf(touch) ? touch : nil }
        }
        guard let id = notice.providerID, !id.isEmpty else { return nil }
        let rows = try touches(
            """
            \(Self.columns) WHERE provider_id IN (:provider, '<' || :provider || '>')
                AND channel NOT IN (\(others.names))
            ORDER BY recipient = :address DESC, id LIMIT 2
            """, others.arguments.merging(["provider": .text(id), "address": .text(address ?? "")]) { $1 })
        guard let first = rows.first, isOf(first) else { return nil }
        return rows.count == 1 || first.recipient == address ? first : nil
    }

    private func touches(_ sql: String, _ arguments: [String: SQLValue]) throws -> [Touch] {
        var touches: [Touch] = []
        try connection.forEach(sql, arguments) { row in
            touches.append(
                Touch(
                    id: row.integer("id"), account: row.integer("account_id"), enrollment: row.integer("enrollment_id"),
                    contact: row.optionalInteger("contact_id"), recipient: row.text("recipient") ?? "",
                    category: row.text("category") ?? "",
                    hasAddress: row.flag("has_address"), state: try row.word("state"),
                    attempts: row.integer("attempts")))
        }
        return touches
    }

    // MARK: The end of a touch

    /// Ends a touch that may or may not have gone out, for the provider knows; what waits to be sent again, whoever has said
    /// so, has arrived.
    private func settle(_ touch: Touch, _ notice: Notice) throws {
        let isOpen =
            touch.state == .unknown || touch.state == .sending
            || (touch.attempts > 0 && (touch.state == .pending || touch.state == .claimed))
        guard isOpen, let end = notice.kind.end else { return }
        let changed = try connection.execute(
            """
            UPDATE touch SET state = :end, reason = :reason, error = NULL, settled_at = :now, retry_at = NULL,
                provider_id = coalesce(provider_id, :provider), fence = fence + 1
            WHERE id = :id AND state = :state
            """,
            [
                "end": .word(end), "reason": .text("the provider says so: \(notice.kind.rawValue)"),
                "now": .instant(now), "provider": .optional(notice.providerID), "id": .integer(touch.id),
                "state": .word(touch.state),
            ])
        guard changed == 1 else { return }
        if end == .sent { try ChangeRecords(connection).sent(touch: touch.id, at: now) }
        try connection.execute(
            """
            UPDATE attempt SET ended_at = :now, result = :end, detail = :detail
            WHERE touch_id = :id AND ended_at IS NULL
            """,
            [
                "now": .instant(now), "end": .word(end), "id": .integer(touch.id),
                "detail": .text("the provider says so: \(notice.kind.rawValue)"),
            ])
        try Outbox(connection).moveOn(enrollment: touch.enrollment, now: now)
    }
}

extension Outcome.Kind {
    /// How a touch has ended of which this is told; nil when that says nothing of it.
    fileprivate var end: TouchState? {
        switch self {
        case .accepted, .deferred, .delivered, .opened, .machineOpened, .clicked, .machineClicked, .replied, .bounced,
            .softBounced, .complained, .unsubscribed:
            .sent
        case .dropped: .rejected
        case .suppressed: .suppressed
        case .resubscribed, .dismissed, .answered, .goal: nil
        }
    }
}
