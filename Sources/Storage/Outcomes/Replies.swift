import Decisions
package import Playbooks

/// A mail by which somebody may have answered a touch; what it says is no part of it.
package struct Reply: Sendable, Hashable {
    /// Whom it is from.
    package var sender: String
    /// The ids of the messages that it answers, the nearest first.
    package var references: [String] = []
    /// Our own keys of touches, `t12`, that stand in the addresses that it went to.
    package var touches: [String] = []
    /// When it came in; nil when nobody says.
    package var at: Instant?
    /// What makes it one; the same mail told twice has the same.
    package var id: String

    package init(from sender: String, id: String) {
        self.sender = sender
        self.id = id
    }
}

/// Takes in replies: each becomes an outcome of the touch that it answers, once; of others nothing is kept.
///
/// The touch is the one that the mail refers to, else the one whose key stands in the address that it went to, else the
/// newest of the last 30 days to the sender. It is always one that went to the sender's own address.
package struct Replies {
    private let connection: Connection
    private let workspace: String
    private let now: Instant

    /// How long after a touch a mail that refers to nothing is taken for its answer.
    package static let memory = TimeSpan.days(30)
    /// Ids that are looked up of one mail; a long thread names hundreds.
    private static let mostReferences = 20

    package init(_ connection: Connection, workspace: String, now: Instant) {
        self.connection = connection
        self.workspace = workspace
        self.now = now
    }

    @discardableResult
    package func take(_ reply: Reply) throws -> Notices.Taken {
        guard let address = EmailAddress.normalized(reply.sender),
            let touch = try touch(of: reply, from: address, at: min(reply.at ?? now, now))
        else { return .unmatched }
        var notice = Notice(.replied, id: "reply:t\(touch.id):\(reply.id)", body: "")
        (notice.touch, notice.address, notice.at) = ("t\(touch.id)", address, reply.at)
        return try Notices(connection, channel: touch.channel, of: [], workspace: workspace, now: now).take(notice)
    }

    // MARK: The touch

    private struct Touch {
        var id: Int64
        var channel: String
        var recipient: String
    }

    /// A mail that answers what went to somebody else is nobody's reply.
    private func touch(of reply: Reply, from address: String, at moment: Instant) throws -> Touch? {
        for reference in reply.references.prefix(Self.mostReferences) {
            guard let touch = try touch(ofMessage: reference, to: address) else { continue }
            return touch.recipient == address ? touch : nil
        }
        for key in reply.touches.prefix(Self.mostReferences) {
            guard let touch = try touch(ofKey: key) else { continue }
            return touch.recipient == address ? touch : nil
        }
        return try newest(to: address, at: moment)
    }

    private static let columns = "SELECT id, channel, recipient FROM touch"
    /// What may have arrived.
    private static let hasLeft =
        "kind = 'email' AND ghost = 0 AND claimed_at IS NOT NULL AND state IN ('sent', 'sending', 'unknown')"

    /// By the provider's id, which is the message's own or what stands before its `@`; or by ours, where the channel sends
    /// it as the message's id.
    private func touch(ofMessage reference: String, to address: String) throws -> Touch? {
        let id = reference.filter { $0 != "<" && $0 != ">" && !$0.isWhitespace }
        let local = String(id.prefix { $0 != "@" })
        guard !local.isEmpty, id.utf8.count <= 998 else { return nil }
        if let touch = try touch(ofKey: local), touch.recipient == address { return touch }
        return try first(
            """
            \(Self.columns) WHERE provider_id IN (:id, '<' || :id || '>', :local) AND \(Self.hasLeft)
            ORDER BY recipient = :address DESC, id DESC LIMIT 1
            """, ["id": .text(id), "local": .text(local), "address": .text(address)])
    }

    private func touch(ofKey key: String) throws -> Touch? {
        guard key.first == "t", let id = Int64(key.dropFirst()) else { return nil }
        return try first("\(Self.columns) WHERE id = :id AND \(Self.hasLeft)", ["id": .integer(id)])
    }

    private func newest(to address: String, at moment: Instant) throws -> Touch? {
        try first(
            """
            \(Self.columns) WHERE recipient = :address AND claimed_at > :since AND claimed_at <= :at AND \(Self.hasLeft)
            ORDER BY claimed_at DESC, id DESC LIMIT 1
            """,
            ["address": .text(address), "since": .instant(moment - Self.memory), "at": .instant(moment)])
    }

    private func first(_ sql: String, _ arguments: [String: SQLValue]) throws -> Touch? {
        try connection.first(sql, arguments).map { row in
            Touch(
                id: row["id"].integer ?? 0, channel: row["channel"].text ?? "", recipient: row["recipient"].text ?? "")
        }
    }
}
