package import Playbooks

/// What waits without being held or paused by a lasting rule.
extension StatusQuery {
    /// First large batches of which a part has gone: the playbook, how far it has come, and since when.
    package func canaries() throws -> [(playbook: String, stage: Int64, since: Instant)] {
        try connection.query(
            """
            SELECT p.name, c.stage, c.since FROM canary AS c
            JOIN playbook AS p ON p.id = c.playbook_id AND p.version_id = c.version_id
            WHERE c.stage < 3 ORDER BY p.name
            """
        ).map { ($0[0].text ?? "", $0[1].integer ?? 0, $0[2].instant ?? Instant(milliseconds: 0)) }
    }

    /// Channels that do not go at full speed.
    package func channelStates() throws -> [(channel: String, state: ChannelState, since: Instant)] {
        try ChannelStates(connection).all()
    }

    /// The channels for which touches wait.
    package func pendingChannels() throws -> [String] { try Outbox(connection).pendingChannels() }

    /// Playbooks that were held when they were last matched, for as long as their data are late; those that a person holds
    /// do not wait for data.
    package func waiting() throws -> [(playbook: String, reason: String)] {
        try connection.query(
            """
            SELECT p.name, t.held_because FROM playbook AS p JOIN tally AS t ON t.playbook_id = p.id
            WHERE p.held_at IS NULL AND t.held_because IS NOT NULL AND p.state = 'live'
                AND p.let_through = 0 AND substr(t.held_because, 1, length(CAST(:mark AS TEXT))) <> :mark AND t.cycle_id =
                (SELECT max(last.cycle_id) FROM tally AS last WHERE last.playbook_id = p.id)
            ORDER BY p.name
            """, ["mark": .text(ByHand.heldMark)]
        ).map { ($0[0].text ?? "", $0[1].text ?? "") }
    }
}
