package import Playbooks

/// What waits, and what waits no longer; each look is by an index that holds nothing else.
extension Outbox {
    /// Lets touches go whose window or cap has opened, the earliest of each channel first.
    ///
    /// - Parameter limit: how many at most; when fewer accounts are answered, no more wait for this moment.
    /// - Returns: the account of each.
    package func open(at now: Instant, limit: Int) throws -> [Int64] {
        var opened: [Int64] = []
        for channel in try waitingChannels() where opened.count < limit {
            opened += try connection.query(
                """
                UPDATE touch SET waiting = 0 WHERE id IN (
                    SELECT id FROM touch
                    WHERE state = 'pending' AND waiting = 1 AND channel = :channel AND not_before <= :now
                    ORDER BY not_before LIMIT :limit)
                RETURNING account_id
                """,
                [
                    "channel": .text(channel), "now": .instant(now), "limit": .integer(Int64(limit - opened.count)),
                ]
            ).compactMap { $0["account_id"].integer }
        }
        return opened
    }

    /// The earliest moment at which a touch that waits may go out, as far as windows and caps are concerned.
    package func nextOpening(channels: [String]) throws -> Instant? {
        try channels.compactMap { channel in
            try connection.first(
                """
                SELECT min(not_before) FROM touch WHERE state = 'pending' AND waiting = 1 AND channel = :channel
                """, ["channel": .text(channel)])?[0].instant
        }.min()
    }

    /// The earliest moment at which a touch that waits may leave within its time.
    package func nextLeaving() throws -> Instant? {
        try waitingChannels().compactMap { channel in
            try connection.first(
                """
                SELECT not_before FROM touch
                WHERE state = 'pending' AND waiting = 1 AND channel = :channel AND not_before < expires_at
                ORDER BY not_before LIMIT 1
                """, ["channel": .text(channel)])?[0].instant
        }.min()
    }

    /// The same over all channels.
    package func nextOpening() throws -> Instant? { try nextOpening(channels: waitingChannels()) }

    /// Whether the moment of a touch has come that is not open yet.
    package func mayOpen(at now: Instant) throws -> Bool {
        try nextOpening().map { $0 <= now } ?? false
    }

    /// The channels with pending touches of whatever kind, in alphabetical order.
    package func pendingChannels() throws -> [String] {
        Set(
            try waitingChannels()
                + channels("SELECT min(channel) FROM touch WHERE \(Self.isFresh) AND channel > :last")
                + retryingChannels()
        ).sorted()
    }

    private func waitingChannels() throws -> [String] {
        try channels("SELECT min(channel) FROM touch WHERE state = 'pending' AND waiting = 1 AND channel > :last")
    }

    private func retryingChannels() throws -> [String] {
        try channels("SELECT min(channel) FROM touch WHERE \(Self.isRetrying) AND channel > :last")
    }

    /// Each is one look into an index.
    private func channels(_ next: String) throws -> [String] {
        var found: [String] = []
        while let channel = try connection.first(next, ["last": .text(found.last ?? "")])?[0].text {
            found.append(channel)
        }
        return found
    }

    /// The highest priority below `limit` of which a channel has touches that may go, or are tried again.
    package func highestPriority(channel: String, below limit: Int64?) throws -> Int64? {
        let scope: [String: SQLValue] = ["channel": .text(channel), "limit": .integer(limit ?? .max)]
        let fresh = try connection.first(
            "SELECT max(priority) FROM touch WHERE \(Self.isFresh) AND channel = :channel AND priority < :limit", scope)
        let retrying = try highestRetry(scope.merging(["waiting": .integer(0)]) { $1 })
        return [fresh?[0].integer, retrying].compactMap(\.self).max()
    }

    private func highestRetry(_ scope: [String: SQLValue]) throws -> Int64? {
        try connection.first(
            """
            SELECT max(priority) FROM touch
            WHERE \(Self.isRetrying) AND channel = :channel AND waiting = :waiting AND priority < :limit
            """, scope)?[0].integer
    }

    /// What the index of touches that are tried again is led by: `channel`, `waiting` and `priority`; there are few.
    func forEachRetryLevel(
        of channels: [String]? = nil, waiting: [Int64] = [0, 1], _ body: ([String: SQLValue]) throws -> Void
    ) throws {
        for channel in try channels ?? retryingChannels() {
            for isWaiting in waiting {
                var scope: [String: SQLValue] = [
                    "channel": .text(channel), "waiting": .integer(isWaiting), "limit": .integer(.max),
                ]
                while let priority = try highestRetry(scope) {
                    scope["priority"] = .integer(priority)
                    try body(scope)
                    scope["limit"] = .integer(priority)
                }
            }
        }
    }

    /// The earliest moment of process time, later than `after`, at which a touch that may go by its window may be tried
    /// again.
    package func nextRetry(channels: [String], after: Instant) throws -> Instant? {
        var earliest: Instant?
        try forEachRetryLevel(of: channels, waiting: [0]) { level in
            let next = try connection.first(
                """
                SELECT min(retry_at) FROM touch
                WHERE \(Self.isRetrying) AND channel = :channel AND waiting = :waiting AND priority = :priority
                    AND retry_at > :after
                """, level.merging(["after": .instant(after)]) { $1 })?[0].instant
            earliest = [earliest, next].compactMap(\.self).min()
        }
        return earliest
    }

    /// The accounts with touches that may go, as far as windows and caps are concerned, or are tried again; ascending.
    package func accountsWithOpen() throws -> [Int64] {
        var accounts: Set<Int64> = []
        try connection.forEach("SELECT account_id FROM touch WHERE \(Self.isFresh)") { accounts.insert($0.integer(0)) }
        try forEachRetryLevel(waiting: [0]) { level in
            try connection.forEach(
                """
                SELECT account_id FROM touch
                WHERE \(Self.isRetrying) AND channel = :channel AND waiting = :waiting AND priority = :priority
                """, level
            ) { accounts.insert($0.integer(0)) }
        }
        return accounts.sorted()
    }

    /// How many touches have waited for so long to be sent.
    package func overdue(by span: TimeSpan, now: Instant) throws -> Int {
        try Self.countDue(by: now - span, connection)
    }

    /// How many touches wait whose time is over by then.
    package func expired(by now: Instant) throws -> Int {
        try Self.count("expires_at <= :moment", ["moment": .instant(now)], connection)
    }

    /// How many pending touches could go by their windows and caps, of one channel or of all.
    package static func countDue(by moment: Instant, of channel: String? = nil, _ connection: Connection) throws -> Int
    {
        try count(
            "not_before <= :moment" + (channel == nil ? "" : " AND channel = :channel"),
            ["moment": .instant(moment), "channel": .optional(channel)], connection)
    }

    /// Pending touches by each of the indexes that hold some of them.
    private static func count(
        _ condition: String, _ arguments: [String: SQLValue], _ connection: Connection
    ) throws -> Int {
        let parts = [isFresh, "\(isRetrying) AND waiting = 0", "state = 'pending' AND waiting = 1"].map {
            "(SELECT count(*) FROM touch WHERE \($0) AND \(condition))"
        }
        return Int(try connection.integer("SELECT " + parts.joined(separator: " + "), arguments))
    }

    /// The conditions of the partial indexes, in their words.
    static let isFresh = "state = 'pending' AND waiting = 0 AND retry_at IS NULL"
    static let isRetrying = "state = 'pending' AND retry_at IS NOT NULL"
}
