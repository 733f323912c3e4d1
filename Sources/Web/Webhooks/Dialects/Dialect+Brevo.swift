import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    static func brevo(_ item: JSON) -> WebhookEvent {
        let kind: Outcome.Kind? =
            switch item["event"]?.scalarText {
            case "request": .accepted
            case "delivered": .delivered
            case "deferred": .deferred
            case "hard_bounce", "invalid_email": .bounced
            case "soft_bounce": .softBounced
            case "blocked": isOfServer(item["reason"]?.scalarText ?? "") ? .dropped : .suppressed
            case "error": .dropped
            case "opened", "unique_opened": .opened
            case "proxy_open", "unique_proxy_open": .machineOpened
            case "click": .clicked
            case "spam", "complaint": .complained
            case "unsubscribe", "unsubscribed": .unsubscribed
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.isAddressBad = item["event"]?.scalarText == "invalid_email"
        told.metadata = item["X-Mailin-custom"]?.scalarText.flatMap { JSON(parsing: $0) }
        told.providerID = item["message-id"]?.scalarText
        told.address = item["email"]?.scalarText
        told.at = item["ts_epoch"]?.milliseconds ?? item["ts_event"]?.seconds
        told.detail = ["reason": item["reason"], "link": item["link"]]
        return told
    }

    /// Whether a server did not take it, and not Brevo for what it knows of the contact.
    private static func isOfServer(_ reason: String) -> Bool {
        let text = reason.lowercased()
        let isOfContact = ["blacklisted", "blocklisted", "unsub", "contact", "user"].contains { text.contains($0) }
        return !isOfContact && BounceCause(in: text.replacing("blocked", with: "")) != nil
    }
}
