import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// A form whose one field is a JSON list.
    static func mandrill(_ webhook: Webhook) throws(Unreadable) -> [WebhookEvent] {
        guard let text = FormFields(webhook.body)?["mandrill_events"], let list = JSON(parsing: text),
            case .list(let items) = list
        else { throw Unreadable("the field mandrill_events is missing, or is no JSON list") }
        return try objects(items).map(mandrill)
    }

    private static func mandrill(_ item: JSON) -> WebhookEvent {
        let message = item["msg"]
        let kind: Outcome.Kind? =
            switch item["event"]?.scalarText {
            case "send": .accepted
            case "delivered": .delivered
            case "deferral": .deferred
            case "hard_bounce": .bounced
            case "soft_bounce": .softBounced
            case "open": .opened
            case "click": .clicked
            case "spam": .complained
            case "unsub": .unsubscribed
            case "reject": isOfSender(message?[pointer: "/reject/reason"]?.scalarText) ? .dropped : .suppressed
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.metadata = message?["metadata"]
        told.providerID = (item["_id"] ?? message?["_id"])?.scalarText
        told.address = message?["email"]?.scalarText
        told.at = item["ts"]?.seconds
        told.cause = message?["bounce_description"]?.scalarText.flatMap(BounceCause.init(in:))
        told.isAddressBad = ["bad_mailbox", "invalid_domain"].contains(message?["bounce_description"]?.scalarText)
        told.detail = ["reason": message?["diag"] ?? message?["bounce_description"], "link": item["url"]]
        return told
    }

    /// Whether a message was refused for what is wrong with us.
    private static func isOfSender(_ reason: String?) -> Bool {
        ["invalid-sender", "test-mode-limit", "unsigned", "rule"].contains(reason)
    }
}
