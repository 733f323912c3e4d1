import Basics
import Delivery
import Playbooks
import Storage

extension Channel.Dialect {
    /// A status report, whose fields stand in the URL of a GET request or in a form.
    static func messagebird(_ webhook: Webhook) throws(Unreadable) -> [WebhookEvent] {
        let form = try messagebirdFields(webhook)
        guard let id = form["id"] else { throw Unreadable("the field id is missing") }
        guard let status = form["status"] else { return [] }
        let kind: Outcome.Kind? =
            switch status {
            case "sent", "buffered": .accepted
            case "delivered": .delivered
            case "expired": .softBounced
            case "delivery_failed": messagebirdFailure(form["statusReason"] ?? "")
            case "rejected": .dropped
            default: nil
            }
        let fields = form.fields.map { JSON.Member($0.name, .text($0.value)) }
        var told = WebhookEvent(.object(fields), kind)
        if let reference = form["reference"], !reference.isEmpty {
            told.metadata = .object([JSON.Member("touch_id", .text(reference))])
        }
        told.providerID = id
        told.address = form["recipient"].map { "+" + $0.drop { $0 == "+" } }
        told.at = form["statusDatetime"].flatMap { JSON.text($0).time }
        told.id = "\(id):\(status)"
        told.isAddressBad = kind == .bounced
        told.detail = ["reason": form["statusReason"].map { .text($0) }]
        return [told]
    }

    static func messagebirdTexts(_ webhook: Webhook) throws(Unreadable) -> [InboundText] {
        let form = try messagebirdFields(webhook)
        guard form["status"] == nil, let sender = form["originator"], let id = form["id"],
            let text = form["body"] ?? form["payload"]
        else { return [] }
        return [
            InboundText(
                from: sender, word: StopWord(text), at: form["createdDatetime"].flatMap { JSON.text($0).time }, id: id)
        ]
    }

    private static func messagebirdFields(_ webhook: Webhook) throws(Unreadable) -> FormFields {
        guard webhook.body.isEmpty else { return try webhook.form() }
        let query = webhook.url.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        guard let fields = FormFields(Array(query.utf8)) else { throw Unreadable("its URL cannot be read") }
        return fields
    }

    private static func messagebirdFailure(_ reason: String) -> Outcome.Kind {
        let words = reason.lowercased()
        if ["unknown subscriber", "invalid"].contains(where: words.contains) { return .bounced }
        if ["opted out", "opt out", "blacklist"].contains(where: words.contains) { return .suppressed }
        return words.contains("unavailable subscriber") ? .softBounced : .dropped
    }
}
