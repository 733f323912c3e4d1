import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    static func mailgun(_ item: JSON) -> WebhookEvent {
        let data = item["event-data"] ?? item
        let isMachine = !(data[pointer: "/client-info/bot"]?.scalarText ?? "").isEmpty
        let kind: Outcome.Kind? =
            switch data["event"]?.scalarText {
            case "accepted": .accepted
            case "delivered": .delivered
            case "failed": mailgunFailure(data)
            case "rejected": .dropped
            case "opened": isMachine ? .machineOpened : .opened
            case "clicked": isMachine ? .machineClicked : .clicked
            case "complained": .complained
            case "unsubscribed": .unsubscribed
            default: nil
            }
        var told = WebhookEvent(data, kind)
        told.metadata = data["user-variables"]
        told.providerID = data[pointer: "/message/headers/message-id"]?.scalarText
        told.address = data["recipient"]?.scalarText
        told.at = data["timestamp"]?.seconds
        told.id = data["id"]?.scalarText
        let status = data["delivery-status"]
        let message = status?["message"]?.first ?? ""
        told.cause = mailgunCause(data)
        told.detail = ["reason": message.isEmpty ? data["reason"] : .text(message), "link": data["url"]]
        return told
    }

    private static func mailgunFailure(_ data: JSON) -> Outcome.Kind {
        if data["severity"]?.scalarText == "temporary" { return .deferred }
        if data["reason"]?.scalarText?.hasPrefix("suppress-") == true { return .suppressed }
        return data[pointer: "/delivery-status/bounce-type"]?.scalarText == "soft" ? .softBounced : .bounced
    }

    private static func mailgunCause(_ data: JSON) -> BounceCause? {
        switch data["reason"]?.scalarText {
        case "old": return .tooOld
        case "espblock", "blocked": return .blocked
        default: break
        }
        let status = data["delivery-status"]
        if status?["code"]?.asNumber == 552 { return .mailboxFull }
        return status?["enhanced-code"]?.scalarText.flatMap(BounceCause.init(in:))
    }
}
