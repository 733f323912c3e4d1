import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// `{"msys": {"message_event": {...}}}`; an empty `msys` is a test of the address.
    static func sparkpost(_ items: [JSON]) throws(Unreadable) -> [WebhookEvent] {
        var told: [WebhookEvent] = []
        for item in items {
            guard case .object(let members)? = item["msys"] else { throw Unreadable("the member msys is missing") }
            told += members.map { sparkpostEvent($0.value) }
        }
        return told
    }

    private static func sparkpostEvent(_ event: JSON) -> WebhookEvent {
        let agent = event["user_agent_parsed"]
        let isMachine = agent?["is_prefetched"]?.isTrue == true || agent?["is_proxy"]?.isTrue == true
        let kind: Outcome.Kind? =
            switch event["type"]?.scalarText {
            case "injection": .accepted
            case "delivery": .delivered
            case "delay": .deferred
            case "bounce", "out_of_band": sparkpostBounce(event["bounce_class"]?.asNumber)
            case "spam_complaint": FeedbackType.kind(event["fbtype"]?.scalarText)
            case "generation_rejection", "policy_rejection": isSuppressed(event) ? .suppressed : .dropped
            case "generation_failure": .dropped
            case "open", "initial_open", "amp_open", "amp_initial_open": isMachine ? .machineOpened : .opened
            case "click", "amp_click": isMachine ? .machineClicked : .clicked
            case "list_unsubscribe", "link_unsubscribe": .unsubscribed
            default: nil
            }
        var told = WebhookEvent(event, kind)
        let bounceClass = event["bounce_class"]?.asNumber
        told.cause = bounceClass.flatMap { sparkpostCauses[$0] }
        told.isAddressBad = bounceClass == 10
        told.metadata = event["rcpt_meta"]
        told.providerID = event["transmission_id"]?.scalarText
        told.address = event["rcpt_to"]?.scalarText
        told.at = event["timestamp"]?.seconds
        told.id = event["event_id"]?.scalarText
        told.detail = ["reason": event["raw_reason"] ?? event["reason"], "link": event["target_link_url"]]
        return told
    }

    /// SparkPost's bounce classes.
    private static func sparkpostBounce(_ number: Double?) -> Outcome.Kind? {
        switch number {
        case 10, 30: .bounced
        case 90: .unsubscribed
        case 25, 26: .dropped
        // Answers of machines, and wishes to subscribe.
        case 60, 80, 100: nil
        default: .softBounced
        }
    }

    private static let sparkpostCauses: [Double: BounceCause] = [
        22: .mailboxFull, 23: .content, 24: .tooOld, 50: .blocked, 51: .blocked, 52: .content, 53: .content,
        54: .blocked,
    ]

    /// Whether a message was not made because its address is on the list of those that are not written to.
    private static func isSuppressed(_ event: JSON) -> Bool {
        (event["raw_reason"] ?? event["reason"])?.scalarText?.lowercased().contains("suppress") == true
    }
}
