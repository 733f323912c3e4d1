import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// It gives nothing back that it was given, so touches are found by the delivery's id alone.
    static func customerio(_ item: JSON) -> WebhookEvent {
        let data = item["data"]
        let kind: Outcome.Kind? =
            switch item["metric"]?.scalarText {
            case "sent": .accepted
            case "delivered": .delivered
            case "deferred": .deferred
            case "bounced": .bounced
            case "dropped": isSuppressed(data?["failure_message"]) ? .suppressed : .dropped
            case "failed", "undeliverable": .dropped
            case "suppressed": .suppressed
            case "opened": .opened
            case "clicked": .clicked
            case "spammed": .complained
            case "unsubscribed": .unsubscribed
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.providerID = data?["delivery_id"]?.scalarText
        told.address = data?["recipient"]?.scalarText
        told.at = item["timestamp"]?.seconds
        told.id = item["event_id"]?.scalarText
        told.detail = ["reason": data?["failure_message"], "link": data?["href"]]
        return told
    }

    /// Whether the message was dropped because the provider itself does not write to the address.
    private static func isSuppressed(_ message: JSON?) -> Bool {
        message?.scalarText?.lowercased().contains("suppress") == true
    }
}
