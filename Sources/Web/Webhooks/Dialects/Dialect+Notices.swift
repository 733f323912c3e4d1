import Basics
import Delivery
package import Playbooks
package import Storage

extension Channel.Dialect {
    /// What a webhook tells, event by event; what is of no use is passed over.
    ///
    /// - Throws: `Unreadable` when the body is not what the provider sends.
    package func notices(in webhook: Webhook) throws(Unreadable) -> [Notice] {
        let told: [WebhookEvent] =
            switch self {
            case .sendgrid: try Self.objects(webhook.json().items).map(Self.sendgrid)
            case .postmark: [Self.postmark(try Self.object(webhook.json()))]
            case .mailgun: [Self.mailgun(try Self.object(webhook.json()))]
            case .amazonSES: try Self.amazonSES(Self.object(webhook.json())).map { [$0] } ?? []
            case .resend: [Self.resend(try Self.object(webhook.json()), id: webhook.header("svix-id"))]
            case .brevo: try Self.objects(webhook.json().items).map(Self.brevo)
            case .mandrill: try Self.mandrill(webhook)
            case .sparkpost: try Self.sparkpost(webhook.json().items)
            case .customerio: [Self.customerio(try Self.object(webhook.json()))]
            case .twilio: try Self.twilio(webhook)
            case .vonage: Self.vonage(try Self.object(webhook.json()))
            case .messagebird: try Self.messagebird(webhook)
            case .plain: try Self.objects(webhook.json().items).filter { !Self.isText($0) }.map(Self.plain)
            }
        return told.compactMap(\.notice)
    }

    /// The text messages that a webhook brings, of the dialects that bring any.
    ///
    /// - Throws: `Unreadable` when the body is not what the provider sends.
    package func texts(in webhook: Webhook) throws(Unreadable) -> [InboundText] {
        switch self {
        case .twilio: try Self.twilioTexts(webhook)
        case .vonage: Self.vonageTexts(try Self.object(webhook.json()))
        case .messagebird: try Self.messagebirdTexts(webhook)
        case .plain:
            try Self.objects(webhook.json().items).filter(Self.isText).map(Self.plainText)
        case .sendgrid, .postmark, .mailgun, .amazonSES, .resend, .brevo, .mandrill, .sparkpost, .customerio: []
        }
    }

    static func object(_ json: JSON) throws(Unreadable) -> JSON {
        guard case .object = json else { throw Unreadable("the body is no JSON object") }
        return json
    }

    static func objects(_ items: [JSON]) throws(Unreadable) -> [JSON] {
        for item in items { _ = try object(item) }
        return items
    }

    /// Keeptouch's own words: `{"event": "text", "from": "+14155550123", "text": "STOP", "id": "m-1"}`.
    private static func plainText(_ item: JSON) throws(Unreadable) -> InboundText {
        guard let sender = item["from"]?.scalarText else { throw Unreadable("a text needs `from`, whose number it is") }
        guard let id = item["id"]?.scalarText else { throw Unreadable("a text needs an `id`") }
        var text = InboundText(
            from: sender, word: StopWord(item["text"]?.scalarText ?? ""), at: item["at"]?.time, id: id)
        text.mayBeNational = true
        return text
    }

    private static func isText(_ item: JSON) -> Bool { item["event"]?.scalarText == "text" }

    /// What an endpoint of one's own may tell; goals and answers are found here.
    private static let plainKinds = Outcome.Kind.allCases.filter { $0 != .goal && $0 != .answered }

    /// Keeptouch's own words: `{"event": "delivered", "touch_id": "t12", "id": "...", "at": "2026-03-08T07:00:00Z"}`.
    ///
    /// - Throws: `Unreadable` for other words, so that whoever wrote them hears of it, and nothing is lost.
    private static func plain(_ item: JSON) throws(Unreadable) -> WebhookEvent {
        let words = plainKinds.map(\.rawValue).sorted() + ["text"]
        let known = "known: \(words.joined(separator: ", "))"
        guard let word = item["event"]?.scalarText else { throw Unreadable("an object needs an `event`; \(known)") }
        guard let kind = plainKinds.first(where: { $0.rawValue == word }) else {
            let meant = (nearest(to: word, in: words) ?? akin(to: word, in: words)).map { "; did you mean \"\($0)\"?" }
            throw Unreadable("there is no event \"\(word.prefix(60))\"\(meant ?? ""); \(known)")
        }
        var told = WebhookEvent(item, kind)
        told.metadata = item["touch_id"] == nil ? item["metadata"] : item
        told.providerID = item["message_id"]?.scalarText
        told.address = item["email"]?.scalarText
        told.at = item["at"]?.time
        told.id = item["id"]?.scalarText
        told.isForAll = item["category_only"]?.isTrue != true
        told.detail = ["reason": item["reason"], "link": item["link"]]
        if told.metadata?["touch_id"]?.first == nil, told.providerID == nil {
            try checkAddress(of: told, kind)
            told.isOfAddressAlone = true
        }
        return told
    }

    /// What is told of an address without a message: only that it must not be written to.
    ///
    /// - Throws: `Unreadable` for what needs the message, and says what is missing.
    private static func checkAddress(of told: WebhookEvent, _ kind: Outcome.Kind) throws(Unreadable) {
        let needs = "\(kind.rawValue) needs `touch_id` or `message_id`, which say of which message it is"
        guard ofAddresses.contains(kind) else { throw Unreadable(needs) }
        guard let address = told.address else { throw Unreadable("\(needs), or `email`, of which address") }
        guard EmailAddress.normalized(address) ?? PhoneNumber.normalized(address) != nil else {
            throw Unreadable("`email`: \"\(address.prefix(60))\" is no address")
        }
        guard told.isForAll else {
            throw Unreadable(
                "`category_only` is of the message's category: name the message by `touch_id` or `message_id`")
        }
    }

    private static let ofAddresses: [Outcome.Kind] = [.bounced, .complained, .suppressed, .unsubscribed]

    /// The word of which another one has the beginning: `opened` of `open`, `delivered` of `delivery`.
    private static func akin(to word: String, in words: [String]) -> String? {
        let wanted = word.lowercased()
        func shared(_ word: String) -> Int { zip(word, wanted).prefix { $0 == $1 }.count }
        return words.max { shared($0) < shared($1) }.flatMap { shared($0) >= 4 ? $0 : nil }
    }
}
