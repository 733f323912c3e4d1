import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// Custom arguments stand among the event's own members.
    static func sendgrid(_ item: JSON) -> WebhookEvent {
        let reason = item["reason"]?.scalarText ?? ""
        let kind: Outcome.Kind? =
            switch item["event"]?.scalarText {
            case "processed": .accepted
            case "delivered": .delivered
            case "deferred": .deferred
            case "bounce": item["type"]?.scalarText == "blocked" ? .softBounced : .bounced
            case "blocked": .softBounced
            case "dropped": isOfAddress(reason) ? .suppressed : .dropped
            case "open": item["sg_machine_open"]?.isTrue == true ? .machineOpened : .opened
            case "click": .clicked
            case "spamreport": .complained
            case "unsubscribe", "group_unsubscribe": .unsubscribed
            case "group_resubscribe", "resubscribe": .resubscribed
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.metadata = item
        // The id that sending was answered with, and a suffix.
        told.providerID = item["sg_message_id"]?.scalarText.map { String($0.prefix { $0 != "." }) }
        told.address = item["email"]?.scalarText
        told.at = item["timestamp"]?.seconds
        told.id = item["sg_event_id"]?.scalarText
        told.cause = sendgridCause(item)
        told.isAddressBad = item["bounce_classification"]?.scalarText == "Invalid Address"
        told.isForAll = item["asm_group_id"] == nil
        told.detail = ["reason": item["reason"], "link": item["url"]]
        return told
    }

    private static func sendgridCause(_ item: JSON) -> BounceCause? {
        if let cause = item["reason"]?.scalarText.flatMap(BounceCause.init(in:)) { return cause }
        switch item["bounce_classification"]?.scalarText {
        case "Reputation", "Technical", "Frequency or Volume Too High": return .blocked
        case "Content": return .content
        default: break
        }
        return item["type"]?.scalarText == "blocked" || item["event"]?.scalarText == "blocked" ? .blocked : nil
    }

    /// Whether a message was dropped for what is known of its address, and not for what it says.
    private static func isOfAddress(_ reason: String) -> Bool {
        ["Bounced Address", "Unsubscribed Address", "Spam Reporting Address"].contains(reason)
    }
}
