package import Decisions
package import Playbooks

/// How a channel does: what is due, what it answered lately, what came back.
package struct ChannelFigures: Sendable {
    /// Those of all channels, as of a moment.
    package struct All: Sendable {
        package var asOf: Instant
        package var channels: [String: ChannelFigures]
        /// Bounces and complaints, by channel; none where there are none.
        package var harms: [String: Breakers.HarmRate]

        package init(_ workspace: Workspace, now: Instant, _ connection: Connection) throws {
            asOf = now
            channels = try ChannelFigures.all(workspace.channels.keys.sorted(), now: now, connection)
            let rates = try Breakers(connection).harmRates().filter { $0.scope.hasPrefix("channel:") }
            harms = Dictionary(rates.map { (String($0.scope.dropFirst("channel:".count)), $0) }) { first, _ in first }
        }
    }

    package struct Attempt: Sendable {
        package var touch: Int64
        package var beganAt: Instant
        package var result: String?
        package var detail: String?
    }

    package var due = 0
    /// Of its last touches, at most `recent`.
    package var states: [TouchState: Int] = [:]
    package var outcomes: [String: Int] = [:]
    /// When the provider last told of any of them.
    package var heardAt: Instant?
    /// What their requests were answered: `sent`, or the beginning of what was said, such as `HTTP 429`.
    package var answers: [String: Int] = [:]
    /// Those that were not taken, the newest first.
    package var failures: [Attempt] = []

    package static let recent = 200
    /// Of a channel that is seldom used nobody looks further back for more.
    package static let reach: Int64 = 200_000
    private static let mostFailures = 20

    package init() {}

    /// Of all of them: one walk back over the newest touches.
    package static func all(
        _ channels: [String], now: Instant, _ connection: Connection
    ) throws -> [String: ChannelFigures] {
        var figures = Dictionary(channels.map { ($0, ChannelFigures()) }) { first, _ in first }
        /// The ids of the last touches of each, the newest first.
        var last: [String: [Int64]] = [:]
        var open = figures.count
        let top = try connection.integer("SELECT coalesce(max(id), 0) FROM touch")
        // In parts, so that the walk ends where all have enough.
        for high in stride(from: top, to: max(0, top - reach), by: -5_000) where open > 0 {
            try connection.forEach(
                "SELECT id, channel, state FROM touch WHERE id > :low AND id <= :high ORDER BY id DESC",
                ["low": .integer(max(high - 5_000, 0)), "high": .integer(high)]
            ) { row in
                guard let channel = row.text("channel"), figures[channel] != nil,
                    (last[channel]?.count ?? 0) < recent
                else { return }
                last[channel, default: []].append(row.integer("id"))
                if last[channel]?.count == recent { open -= 1 }
                figures[channel]?.states[try row.word("state"), default: 0] += 1
            }
        }
        for channel in channels {
            figures[channel]?.due = try Outbox.countDue(by: now, of: channel, connection)
            guard let ids = last[channel], let first = ids.last else { continue }
            try figures[channel]?.add(of: channel, since: first, connection)
        }
        return figures
    }

    private mutating func add(of channel: String, since first: Int64, _ connection: Connection) throws {
        let scope: [String: SQLValue] = ["channel": .text(channel), "first": .integer(first)]
        for row in try connection.query(
            """
            SELECT o.kind, count(DISTINCT t.id) AS n, max(o.at) AS at FROM touch AS t CROSS JOIN outcome AS o
            WHERE o.touch_id = t.id AND t.id >= :first AND t.channel = :channel GROUP BY o.kind
            """, scope)
        {
            outcomes[row["kind"].text ?? ""] = row.count("n")
            heardAt = max(row["at"].instant ?? Instant(milliseconds: 0), heardAt ?? Instant(milliseconds: 0))
        }
        try connection.forEach(
            """
            SELECT a.result, substr(a.detail, 1, 60) AS detail, CAST(count(*) AS bigint) AS n
            FROM touch AS t CROSS JOIN attempt AS a
            WHERE a.touch_id = t.id AND t.id >= :first AND t.channel = :channel AND a.result IS NOT NULL
            GROUP BY a.result, substr(a.detail, 1, 60)
            """, scope
        ) { row in
            let result = row.text("result") ?? ""
            let code = row.optionalText("detail")?.prefixMatch(of: /HTTP \d+/).map { String($0.0) }
            answers[result == "sent" ? result : code ?? result, default: 0] += Int(row.integer("n"))
        }
        failures = try connection.query(
            """
            SELECT a.touch_id, a.began_at, a.result, a.detail FROM touch AS t CROSS JOIN attempt AS a
            WHERE a.touch_id = t.id AND t.id >= :first AND t.channel = :channel AND a.result <> 'sent'
            ORDER BY a.touch_id DESC, a.number DESC LIMIT :most
            """, scope.merging(["most": .integer(Int64(Self.mostFailures))]) { $1 }
        ).map {
            Attempt(
                touch: $0["touch_id"].integer ?? 0, beganAt: $0["began_at"].instant ?? Instant(milliseconds: 0),
                result: $0["result"].text, detail: $0["detail"].text)
        }
    }
}
