package import Decisions
package import Playbooks

/// How a channel does: what is due, what it answered lately, what came back.
package struct ChannelFigures: Sendable {
    package struct Attempt: Sendable {
        package var touch: Int64
        package var beganAt: Instant
        package var endedAt: Instant?
        package var result: String?
        package var detail: String?
    }

    package var due = 0
    /// Of its last touches, at most `recent`.
    package var states: [TouchState: Int] = [:]
    package var outcomes: [String: Int] = [:]
    /// The newest first.
    package var attempts: [Attempt] = []

    package static let recent = 200

    package init(of channel: String, now: Instant, _ connection: Connection) throws {
        due = Int(
            try connection.integer(
                """
                SELECT count(*) FROM touch
                WHERE state = 'pending' AND channel = :channel AND not_before <= :now
                """, ["channel": .text(channel), "now": .instant(now)]))
        var filter = Ledger.Filter()
        (filter.channel, filter.limit) = (channel, Self.recent)
        // Of a channel that is seldom used nobody walks all touches for more.
        filter.after = max(0, try connection.integer("SELECT coalesce(max(id), 0) FROM touch") - 200_000)
        for entry in try Ledger(connection).touches(filter) {
            states[entry.state, default: 0] += 1
            for outcome in try Ledger(connection).outcomes(of: entry.id) { outcomes[outcome.kind, default: 0] += 1 }
            guard attempts.count < Self.recent else { continue }
            attempts += try connection.query(
                "SELECT began_at, ended_at, result, detail FROM attempt WHERE touch_id = :id ORDER BY number DESC",
                ["id": .integer(entry.id)]
            ).map {
                Attempt(
                    touch: entry.id, beganAt: $0["began_at"].instant ?? Instant(milliseconds: 0),
                    endedAt: $0["ended_at"].instant, result: $0["result"].text, detail: $0["detail"].text)
            }
        }
    }
}
