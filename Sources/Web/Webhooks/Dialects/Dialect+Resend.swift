import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    static func resend(_ item: JSON, id: String?) -> WebhookEvent {
        let data = item["data"]
        let kind: Outcome.Kind? =
            switch item["type"]?.scalarText {
            case "email.sent", "email.scheduled": .accepted
            case "email.delivered": .delivered
            case "email.delivery_delayed": .deferred
            case "email.bounced": resendBounce(data?["bounce"])
            case "email.complained":
                FeedbackType.kind((data?[pointer: "/complaint/type"] ?? data?["feedback_type"])?.scalarText)
            case "email.opened": .opened
            case "email.clicked": .clicked
            case "email.suppressed": .suppressed
            case "email.failed": .dropped
            default: nil
            }
        var told = WebhookEvent(item, kind)
        told.metadata = data?["tags"]
        told.providerID = data?["email_id"]?.scalarText
        told.address = data?["to"]?.first
        told.at = item["created_at"]?.time
        told.id = id
        told.cause = causes[data?[pointer: "/bounce/subType"]?.scalarText ?? ""]
        told.isAddressBad = data?[pointer: "/bounce/subType"]?.scalarText == "NoEmail"
        told.detail = [
            "reason": data?[pointer: "/bounce/message"] ?? data?[pointer: "/suppressed/message"]
                ?? data?[pointer: "/failed/reason"],
            "link": data?[pointer: "/click/link"],
        ]
        return told
    }

    /// Resend sends by Amazon SES.
    private static func resendBounce(_ bounce: JSON?) -> Outcome.Kind {
        if isListed(bounce?["subType"]) { return .suppressed }
        return bounce?["type"]?.scalarText == "Permanent" ? .bounced : .softBounced
    }
}
