import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    static func postmark(_ item: JSON) -> WebhookEvent {
        let kind: Outcome.Kind? =
            switch item["RecordType"]?.scalarText {
            case "Delivery": .delivered
            case "Bounce": postmarkBounce(item["Type"]?.scalarText ?? "")
            case "Open": .opened
            case "Click": .clicked
            case "SpamComplaint": .complained
            case "SubscriptionChange":
                switch (item["SuppressSending"]?.isTrue, item["SuppressionReason"]?.scalarText) {
                case (true, "HardBounce"): .suppressed
                case (true, "SpamComplaint"): .complained
                // A colleague or a program took the address off, and not the contact.
                case (true, _): item["Origin"]?.scalarText == "Recipient" ? .unsubscribed : .suppressed
                default: .resubscribed
                }
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.metadata = item["Metadata"]
        switch item["Type"]?.scalarText {
        case "Blocked": told.cause = .blocked
        case "SpamNotification": told.cause = .content
        case "BadEmailAddress": told.isAddressBad = true
        default: break
        }
        told.providerID = item["MessageID"]?.scalarText
        told.address = (item["Recipient"] ?? item["Email"])?.scalarText
        told.at = ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"].lazy.compactMap { item[$0]?.time }.first
        told.detail = ["reason": item["Details"], "link": item["OriginalLink"]]
        return told
    }

    private static func postmarkBounce(_ type: String) -> Outcome.Kind? {
        switch type {
        case "HardBounce", "BadEmailAddress": .bounced
        case "Transient": .deferred
        // A `SpamNotification` is a server's judgement of the message, and nobody's complaint.
        case "SoftBounce", "Blocked", "SpamNotification", "DnsError", "Undeliverable", "Unknown": .softBounced
        case "SpamComplaint": .complained
        case "ManuallyDeactivated": .suppressed
        case "Unsubscribe": .unsubscribed
        case "Subscribe": .resubscribed
        case "DMARCPolicy", "TemplateRenderingFailed", "VirusNotification", "SMTPApiError": .dropped
        // Answers of people and machines: the message has arrived.
        default: nil
        }
    }
}
