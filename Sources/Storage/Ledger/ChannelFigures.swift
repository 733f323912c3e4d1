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
            let zone = workspace.configuration.zone
            channels = try ChannelFigures.all(
                workspace.channels.keys.sorted(), now: now, today: zone.start(of: zone.day(of: now)), connection)
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
    /// Touches that ended today, by state, and those that were sent in the last hour.
    package var today: [TouchState: Int] = [:]
    package var sentLately = 0
    /// What the requests of the last hour were answered, in the words of `answers`.
    package var answersLately: [String: Int] = [:]
    /// Those that were not taken, the newest first.
    package var failures: [Attempt] = []

    package static let recent = 200
    /// Of a channel that is seldom used nobody looks further back for more.
    package static let reach: Int64 = 200_000
    private static let mostFailures = 20

    package init() {}

    /// Of all of them: one walk back over the newest touches.
    package static func all(
        _ channels: [String], now: Instant, today: Instant, _ connection: Connection
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
        try addToday(to: &figures, now: now, today: today, above: max(0, top - reach), connection)
        for channel in channels {
            figures[channel]?.due = try Outbox.countDue(by: now, of: channel, connection)
            guard let ids = last[channel], let first = ids.last else { continue }
            try figures[channel]?.add(of: channel, since: first, connection)
        }
        return figures
    }

    /// What a day did, of the touches that one looks back at: ids grow with time.
    private static func addToday(
        to figures: inout [String: ChannelFigures], now: Instant, today: Instant, above low: Int64,
        _ connection: Connection
    ) throws {
        let hour = now - .hours(1)
        let oldest = try connection.firstID(of: .touch, since: min(today, hour) - .days(31)) - 1
        let scope: [String: SQLValue] = [
            "low": .integer(max(low, oldest)), "today": .instant(today), "hour": .instant(hour),
        ]
        try connection.forEach(
            """
            SELECT channel, state, count(*) FILTER (WHERE settled_at >= :today) AS today,
                count(*) FILTER (WHERE settled_at >= :hour AND state = 'sent') AS lately
            FROM touch WHERE id > :low AND (settled_at >= :today OR settled_at >= :hour) GROUP BY channel, state
            """, scope
        ) { row in
            guard let channel = row.text("channel"), figures[channel] != nil else { return }
            let count = Int(row.integer("today"))
            if count > 0 { figures[channel]?.today[try row.word("state")] = count }
            figures[channel]?.sentLately += Int(row.integer("lately"))
        }
        try connection.forEach(
            """
            SELECT t.channel, a.result, substr(a.detail, 1, 60) AS detail, CAST(count(*) AS bigint) AS n
            FROM touch AS t CROSS JOIN attempt AS a
            WHERE a.touch_id = t.id AND t.id > :low AND (t.settled_at >= :hour OR t.settled_at IS NULL)
                AND a.began_at >= :hour AND a.result IS NOT NULL
            GROUP BY t.channel, a.result, substr(a.detail, 1, 60)
            """, ["low": .integer(max(low, oldest)), "hour": .instant(hour)]
        ) { row in
            guard let channel = row.text("channel") else { return }
            let word = answer(row.text("result") ?? "", row.optionalText("detail"))
            figures[channel]?.answersLately[word, default: 0] += Int(row.integer("n"))
        }
    }

    /// `sent`, or the code of an answer where it has one.
    private static func answer(_ result: String, _ detail: String?) -> String {
        let code = detail?.prefixMatch(of: /HTTP \d+/).map { String($0.0) }
        return result == "sent" ? result : code ?? result
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
            let word = Self.answer(row.text("result") ?? "", row.optionalText("detail"))
            answers[word, default: 0] += Int(row.integer("n"))
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
