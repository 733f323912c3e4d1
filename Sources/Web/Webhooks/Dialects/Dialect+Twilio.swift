import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// A form, of a message that was sent or of one that has come in.
    static func twilio(_ webhook: Webhook) throws(Unreadable) -> [WebhookEvent] {
        let form = try webhook.form()
        guard form["MessageSid"] != nil || form["SmsSid"] != nil else {
            throw Unreadable("the field MessageSid is missing")
        }
        guard isTwilioStatus(form) else { return [] }
        let status = form["MessageStatus"] ?? form["SmsStatus"] ?? ""
        let code = form["ErrorCode"].flatMap { Int($0) }
        let kind: Outcome.Kind? =
            switch status {
            case "sent": .accepted
            case "delivered": .delivered
            case "read": .opened
            case "undelivered", "failed": twilioFailure(code)
            default: nil
            }
        let fields = ["MessageSid", "MessageStatus", "SmsStatus", "To", "From", "ErrorCode"].compactMap { name in
            form[name].map { JSON.Member(name, .text($0)) }
        }
        var told = WebhookEvent(.object(fields), kind)
        told.providerID = form["MessageSid"] ?? form["SmsSid"]
        told.address = form["To"].map(number)
        told.id = "\(told.providerID ?? ""):\(status)"
        told.isAddressBad = kind == .bounced
        told.detail = ["reason": code.map { .text("Twilio error \($0)") }]
        return [told]
    }

    static func twilioTexts(_ webhook: Webhook) throws(Unreadable) -> [InboundText] {
        let form = try webhook.form()
        guard !isTwilioStatus(form), let sender = form["From"], let id = form["MessageSid"] ?? form["SmsSid"] else {
            return []
        }
        // A Messaging Service with words of its own says what they mean.
        let word: StopWord? =
            switch form["OptOutType"] {
            case "STOP": .stop
            case "START": .start
            default: StopWord(form["Body"] ?? "")
            }
        return [InboundText(from: number(sender), word: word, id: id)]
    }

    private static func isTwilioStatus(_ form: FormFields) -> Bool {
        form["MessageStatus"] != nil || (form["Body"] == nil && form["SmsStatus"] != "received")
    }

    /// Without the channel before it: `whatsapp:+14155550123`.
    private static func number(_ text: String) -> String {
        text.hasPrefix("whatsapp:") ? String(text.dropFirst("whatsapp:".count)) : text
    }

    private static func twilioFailure(_ code: Int?) -> Outcome.Kind {
        switch code {
        // There is no such number, or it is a land line.
        case 21_211, 21_614, 30_005, 30_006: .bounced
        // The phone is off or cannot be reached now.
        case 30_003, 30_004, 30_008, 30_017: .softBounced
        case 21_610: .suppressed
        // What is wrong with us: filtered, not registered, outside the window of a conversation.
        default: .dropped
        }
    }
}
