import Delivery
import Playbooks
import Storage

/// What of a touch is written down for the pages that its links lead to; part of the transaction of its attempt.
extension Worker {
    /// Before the message is out, so that no link leads nowhere.
    func keepLinks(of flight: Flight, _ connection: Connection) throws {
        guard !flight.links.isEmpty else { return }
        try Links.keep(flight.links.map { ($0.id, $0.url) }, account: flight.touch.accountID, connection)
    }

    /// Puts a touch of the built-in channel where the product fetches it, and is done; false for all others.
    func settleInInbox(
        _ flight: Flight, _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws -> Bool {
        guard let channel = channels[flight.touch.channel]?.channel, channel.isInbox else { return false }
        if let contact = flight.touch.contactID, let body = flight.request?.body {
            try Inbox.put(
                String(decoding: body, as: UTF8.self), account: flight.touch.accountID, contact: contact,
                touch: flight.touch.id, at: now, connection)
        }
        let settlement = Resolution(channel: channel).settlement(
            of: flight, .sent(id: nil), processNow: processNow, random: 0)
        try record(.settled(flight, settlement), outbox, connection, now: now, processNow: processNow)
        return true
    }
}
