package import Playbooks

extension Workspace {
    /// The channels whose provider tells what became of a message.
    package var reportingChannels: Set<String> {
        Set(channels.values.filter { $0.events?.canVerify == true }.map(\.name))
    }
}

extension StatusQuery {
    /// So many of the newest touches are looked at.
    private static let newest: Int64 = 20_000

    /// The channels that report back and have fallen silent, by name.
    ///
    /// - Parameter channels: those whose provider tells what became of a message.
    package func silences(of channels: Set<String>, now: Instant) throws -> [(
        channel: String, silence: DeliverySilence
    )] {
        guard !channels.isEmpty, try !Meta.isSimulation(connection) else { return [] }
        var messages: [String: [DeliverySilence.Message]] = [:]
        try connection.forEach(
            """
            SELECT t.channel, t.settled_at, (SELECT min(o.at) FROM outcome o WHERE o.touch_id = t.id AND o.kind IN (
                'delivered', 'opened', 'clicked', 'machine_opened', 'machine_clicked', 'bounced', 'soft_bounced',
                'complained', 'dropped', 'suppressed')) AS reported_at
            FROM touch t
            WHERE t.id > (SELECT coalesce(max(id), 0) FROM touch) - :newest AND t.state = 'sent'
            ORDER BY t.settled_at, t.id
            """, ["newest": .integer(Self.newest)]
        ) { row in
            guard let channel = row.text("channel"), channels.contains(channel) else { return }
            messages[channel, default: []].append(
                DeliverySilence.Message(
                    acceptedAt: row.instant("settled_at"), reportedAt: row.optionalInstant("reported_at")))
        }
        return messages.compactMap { channel, messages in
            DeliverySilence(messages, now: now).map { (channel, $0) }
        }.sorted { $0.channel < $1.channel }
    }
}
