import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// A message's status, which has a `status`; one that has come in has a text.
    static func vonage(_ item: JSON) -> [WebhookEvent] {
        guard let status = item["status"]?.scalarText else { return [] }
        let kind: Outcome.Kind? =
            switch status {
            case "submitted": .accepted
            case "delivered": .delivered
            case "read": .opened
            case "undeliverable": vonageFailure(item["error"])
            case "rejected": .dropped
            default: nil
            }
        var told = WebhookEvent(item, kind)
        if let reference = item["client_ref"]?.scalarText {
            told.metadata = .object([JSON.Member("touch_id", .text(reference))])
        }
        told.providerID = item["message_uuid"]?.scalarText
        told.address = item["to"]?.scalarText.map { "+" + $0.drop { $0 == "+" } }
        told.at = item["timestamp"]?.time
        told.id = "\(told.providerID ?? ""):\(status)"
        told.isAddressBad = kind == .bounced
        told.detail = ["reason": item[pointer: "/error/detail"] ?? item[pointer: "/error/title"]]
        return [told]
    }

    static func vonageTexts(_ item: JSON) -> [InboundText] {
        guard item["status"] == nil, let sender = item["from"]?.scalarText,
            let id = item["message_uuid"]?.scalarText
        else { return [] }
        return [
            InboundText(
                from: sender, word: StopWord(item["text"]?.scalarText ?? ""), at: item["timestamp"]?.time, id: id)
        ]
    }

    /// Told by words, for its numbers differ from one API to the next.
    private static func vonageFailure(_ error: JSON?) -> Outcome.Kind {
        let words = ["title", "detail"].compactMap { error?[$0]?.scalarText?.lowercased() }.joined(separator: " ")
        if ["permanent", "illegal number", "invalid number", "msisdn", "unknown subscriber"].contains(
            where: words.contains)
        {
            return .bounced
        }
        return ["spam", "unroutable", "barred", "quota"].contains(where: words.contains) ? .dropped : .softBounced
    }
}
