import Delivery
import Playbooks
import Storage

/// What of a touch is written down for the pages that its links lead to; part of the transaction of its attempt.
extension Worker {
    /// Before the message is out, so that no link leads nowhere.
    func keepLinks(of claim: ClaimedTouch, _ connection: Connection) throws {
        guard !claim.links.isEmpty else { return }
        try Links.keep(claim.links.map { ($0.id, $0.url) }, account: claim.touch.accountID, connection)
    }

    /// Puts a touch of the built-in channel where the product fetches it, and is done; false for all others.
    func settleInInbox(
        _ claim: ClaimedTouch, _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws -> Bool {
        guard let channel = channels[claim.touch.channel]?.channel, channel.isInbox else { return false }
        if let contact = claim.touch.contactID, let body = claim.request?.body {
            try Inbox.put(
                String(decoding: body, as: UTF8.self), account: claim.touch.accountID, contact: contact,
                touch: claim.touch.id, at: now, connection)
        }
        let settlement = SettlementRules(channel: channel).settlement(
            of: claim, .sent(id: nil), processNow: processNow, random: 0)
        try record(.settled(claim, settlement), outbox, connection, now: now, processNow: processNow)
        return true
    }
}
