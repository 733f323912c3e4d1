import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// In an SNS message, from EventBridge, or bare ("raw message delivery"); nil for what is no event of SES.
    static func amazonSES(_ item: JSON) throws(Unreadable) -> WebhookEvent? {
        if let type = item["Type"]?.scalarText, item["TopicArn"] != nil {
            guard type == "Notification" else { return nil }
            guard let text = item["Message"]?.scalarText, let event = JSON(parsing: text) else {
                throw Unreadable("the Message of the notification is not JSON")
            }
            return ses(event, id: item["MessageId"]?.scalarText)
        }
        if item["detail-type"] != nil, let event = item["detail"] { return ses(event, id: item["id"]?.scalarText) }
        return ses(item, id: nil)
    }

    /// The address at which a person confirms a new subscription.
    static func confirmation(_ item: JSON) -> String? {
        item["Type"]?.scalarText == "SubscriptionConfirmation" ? item["SubscribeURL"]?.scalarText : nil
    }

    private static func ses(_ event: JSON, id: String?) -> WebhookEvent {
        let type = (event["eventType"] ?? event["notificationType"])?.scalarText ?? ""
        let part = parts[type].flatMap { event[$0] }
        let kind: Outcome.Kind? =
            switch type {
            case "Send": .accepted
            case "Delivery": .delivered
            case "DeliveryDelay": .deferred
            case "Bounce": bounce(part)
            case "Complaint":
                isListed(part?["complaintSubType"])
                    ? .suppressed : FeedbackType.kind(part?["complaintFeedbackType"]?.scalarText)
            case "Reject", "Rendering Failure": .dropped
            case "Open": .opened
            case "Click": .clicked
            case "Subscription": isLeaving(part) ? .unsubscribed : .resubscribed
            default: nil
            }
        var told = WebhookEvent(event, kind)
        let mail = event["mail"]
        told.metadata = mail?["tags"]
        told.providerID = mail?["messageId"]?.scalarText
        let recipient = ["bouncedRecipients", "complainedRecipients", "delayedRecipients"].lazy.compactMap {
            part?[$0]?.items.first
        }.first
        told.address = recipient?["emailAddress"]?.scalarText ?? mail?["destination"]?.first
        told.at = part?["timestamp"]?.time ?? mail?["timestamp"]?.time
        told.id = id
        if type == "Bounce" {
            told.cause = causes[part?["bounceSubType"]?.scalarText ?? ""]
            told.isAddressBad = part?["bounceSubType"]?.scalarText == "NoEmail"
        }
        told.isForAll = part?[pointer: "/newTopicPreferences/unsubscribeAll"]?.isTrue ?? true
        told.detail = [
            "reason": recipient?["diagnosticCode"] ?? part?["reason"] ?? part?["errorMessage"], "link": part?["link"],
        ]
        return told
    }

    private static let parts = [
        "Send": "send", "Delivery": "delivery", "DeliveryDelay": "deliveryDelay", "Bounce": "bounce",
        "Complaint": "complaint", "Reject": "reject", "Rendering Failure": "failure", "Open": "open", "Click": "click",
        "Subscription": "subscription",
    ]

    static let causes: [String: BounceCause] = [
        "MailboxFull": .mailboxFull, "MessageTooLarge": .content, "ContentRejected": .content,
        "AttachmentRejected": .content, "CustomTimeoutExceeded": .tooOld,
    ]

    private static func bounce(_ part: JSON?) -> Outcome.Kind {
        if isListed(part?["bounceSubType"]) { return .suppressed }
        return part?["bounceType"]?.scalarText == "Permanent" ? .bounced : .softBounced
    }

    static func isListed(_ subtype: JSON?) -> Bool {
        let text = subtype?.scalarText ?? ""
        return text.hasSuffix("SuppressionList") || text == "Suppressed"
    }

    private static func isLeaving(_ part: JSON?) -> Bool {
        let wishes = part?["newTopicPreferences"]
        if wishes?["unsubscribeAll"]?.isTrue == true { return true }
        return wishes?["topicSubscriptionStatus"]?.items.contains { $0["subscriptionStatus"]?.scalarText == "OptOut" }
            == true
    }
}
