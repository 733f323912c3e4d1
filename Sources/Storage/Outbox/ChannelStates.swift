package import Playbooks

/// Why a channel does not go at full speed.
package struct ChannelState: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case open, halfOpen = "half_open", slowed
        /// It lacks a secret, or its address cannot be made.
        case unusable
    }

    package var kind: Kind
    package var reason: String
    /// When that may change by itself; process time.
    package var until: Instant?

    package init(_ kind: Kind, reason: String, until: Instant? = nil) {
        self.kind = kind
        self.reason = reason
        self.until = until
    }
}

/// The channels that do not go at full speed, as their runner tells.
package struct ChannelStates {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    package func all() throws -> [(channel: String, state: ChannelState, since: Instant)] {
        try connection.query("SELECT channel, state, reason, until, since FROM channel_state ORDER BY channel").map {
            let state = ChannelState(
                try $0["state"].word(), reason: $0["reason"].text ?? "", until: $0["until"].instant
            )
            return ($0["channel"].text ?? "", state, $0["since"].instant ?? Instant(milliseconds: 0))
        }
    }

    /// - Parameter state: nil for a channel that goes at full speed again.
    package func set(_ state: ChannelState?, of channel: String, at now: Instant) throws {
        guard let state else {
            try connection.execute(
                "DELETE FROM channel_state WHERE channel = :channel", ["channel": .text(channel)])
            return
        }
        try connection.execute(
            """
            INSERT INTO channel_state (channel, state, reason, since, until)
            VALUES (:channel, :state, :reason, :now, :until)
            ON CONFLICT (channel) DO UPDATE SET state = excluded.state, reason = excluded.reason,
                since = CASE WHEN channel_state.state = excluded.state THEN channel_state.since ELSE excluded.since END,
                until = excluded.until
            """,
            [
                "channel": .text(channel), "state": .word(state.kind), "reason": .text(state.reason),
                "now": .instant(now), "until": .optional(state.until?.milliseconds),
            ])
    }
}

extension ChannelState {
    /// For people, on the clock of a zone.
    package func sentence(since: Instant, in zone: Zone) -> String {
        let next =
            switch kind {
            case .open: until.map { "; one touch finds out at \($0.text(in: zone))" } ?? ""
            case .halfOpen: "; one touch finds out"
            case .slowed, .unusable: ""
            }
        return "\(kind.rawValue) since \(since.text(in: zone)): \(reason)\(next)"
    }
}
