import Basics
import Delivery
import Playbooks

extension InboundProvider {
    /// The mails that a webhook tells of, as each provider words them; other events are passed over.
    ///
    /// - Throws: `Unreadable` when the body is not what the provider sends.
    func mails(in webhook: Webhook) throws(Unreadable) -> [InboundMail] {
        switch self {
        case .postmark: [try Self.postmark(Channel.Dialect.object(webhook.json()))]
        case .mailgun: [try Self.mailgun(webhook.form())]
        case .sendgrid: [try Self.sendgrid(webhook.form())]
        case .sparkpost: try Self.sparkpost(webhook.json().items)
        case .brevo: try Self.brevo(webhook.json())
        case .resend: [Self.resend(try Channel.Dialect.object(webhook.json()))].compactMap { $0 }
        case .plain: try Self.plain(webhook.json().items)
        }
    }

    private static func postmark(_ item: JSON) throws(Unreadable) -> InboundMail {
        // What it tells of mail that was sent has a type.
        if let type = item["RecordType"]?.scalarText, type != "Inbound" {
            throw Unreadable("it tells of \(type) and belongs to /hooks/CHANNEL")
        }
        guard item["From"] != nil || item["FromFull"] != nil else { throw Unreadable("the member From is missing") }
        var mail = InboundMail()
        mail.sender = item[pointer: "/FromFull/Email"]?.scalarText ?? item["From"]?.scalarText
        mail.recipients = ["OriginalRecipient", "To", "Cc"].compactMap { item[$0]?.scalarText }
        return mail.filled(by: InboundMail(headers: headers(item["Headers"])))
    }

    /// A route's form: headers as fields, and all of them as a list of pairs.
    private static func mailgun(_ form: FormFields) -> InboundMail {
        var mail = InboundMail()
        mail.sender = form["from"] ?? form["From"]
        mail.envelopeSender = form["sender"]
        mail.recipients = [form["recipient"]].compactMap { $0 }
        mail.messageID = form["Message-Id"]
        mail.references = InboundMail.ids(in: form["In-Reply-To"] ?? "")
        mail.at = form["timestamp"].flatMap { JSON.text($0).seconds }
        return mail.filled(
            by: InboundMail(headers: headers(form["message-headers"].flatMap { JSON(parsing: $0) })))
    }

    /// The fields of Inbound Parse; `email` is the whole mail, where it is posted raw.
    private static func sendgrid(_ form: FormFields) -> InboundMail {
        var mail = InboundMail()
        let envelope = form["envelope"].flatMap { JSON(parsing: $0) }
        mail.sender = form["from"]
        mail.envelopeSender = envelope?["from"]?.scalarText
        mail.recipients = [form["to"]].compactMap { $0 } + (envelope?["to"]?.items.compactMap(\.scalarText) ?? [])
        return mail.filled(by: InboundMail(headers: MailHeaders.read(form["headers"] ?? form["email"] ?? "")))
    }

    /// `{"msys": {"relay_message": {...}}}`.
    private static func sparkpost(_ items: [JSON]) throws(Unreadable) -> [InboundMail] {
        var mails: [InboundMail] = []
        for item in items {
            guard case .object? = item["msys"] else { throw Unreadable("the member msys is missing") }
            guard let relayed = item[pointer: "/msys/relay_message"] else { continue }
            var mail = InboundMail()
            mail.sender = relayed["friendly_from"]?.scalarText
            mail.envelopeSender = relayed["msg_from"]?.scalarText
            mail.recipients = [relayed["rcpt_to"]?.scalarText].compactMap { $0 }
            mails.append(mail.filled(by: InboundMail(headers: headers(relayed[pointer: "/content/headers"]))))
        }
        return mails
    }

    private static func brevo(_ json: JSON) throws(Unreadable) -> [InboundMail] {
        guard let items = json["items"]?.items else { throw Unreadable("the member items is missing") }
        return items.map { item in
            var mail = InboundMail()
            mail.sender = item[pointer: "/From/Address"]?.scalarText
            mail.recipients = ["Recipients", "To", "Cc"].flatMap { item[$0]?.items ?? [] }.compactMap {
                $0["Address"]?.scalarText ?? $0.scalarText
            }
            mail.messageID = item["MessageId"]?.scalarText
            mail.references = InboundMail.ids(in: item["InReplyTo"]?.scalarText ?? "")
            return mail.filled(by: InboundMail(headers: headers(item["Headers"])))
        }
    }

    /// It tells neither headers nor what is answered: a machine's answer is not told from a person's.
    private static func resend(_ item: JSON) -> InboundMail? {
        guard item["type"]?.scalarText == "email.received", let data = item["data"] else { return nil }
        var mail = InboundMail()
        mail.sender = data["from"]?.scalarText
        mail.recipients = ["to", "cc", "bcc"].flatMap { data[$0]?.items ?? [] }.compactMap(\.scalarText)
        mail.messageID = data["message_id"]?.scalarText
        mail.at = (data["created_at"] ?? item["created_at"])?.time
        return mail.filled(by: InboundMail(headers: headers(data["headers"])))
    }

    /// Keeptouch's own words: `{"from": "ada@example.org", "to": "help@acme.example", "in_reply_to": "<m1@acme.example>"}`.
    private static func plain(_ items: [JSON]) throws(Unreadable) -> [InboundMail] {
        var mails: [InboundMail] = []
        for item in try Channel.Dialect.objects(items) { mails.append(try plain(item)) }
        return mails
    }

    private static func plain(_ item: JSON) throws(Unreadable) -> InboundMail {
        guard item["from"]?.first != nil else { throw Unreadable("the member from is missing") }
        var mail = InboundMail()
        mail.sender = item["from"]?.first
        mail.envelopeSender = item["envelope_from"]?.scalarText
        mail.recipients = ["to", "cc"].flatMap { item[$0]?.items ?? [] }.compactMap(\.scalarText)
        mail.touch = item["touch_id"]?.scalarText
        mail.messageID = item["message_id"]?.scalarText
        mail.references = ["in_reply_to", "references"].flatMap { name in
            (item[name]?.items ?? []).compactMap(\.scalarText).flatMap(InboundMail.ids)
        }
        mail.at = item["at"]?.time
        return mail.filled(by: InboundMail(headers: headers(item["headers"])))
    }

    /// Headers in any of the ways in which they are written as JSON: an object, a list of pairs, of objects with name and
    /// value, or of objects with one member each.
    private static func headers(_ json: JSON?) -> [InboundMail.Header] {
        switch json {
        case .object(let members):
            members.flatMap { member in
                member.value.items.compactMap(\.scalarText).map { InboundMail.Header(name: member.key, value: $0) }
            }
        case .list(let items):
            items.flatMap { item -> [InboundMail.Header] in
                if case .list(let pair) = item, pair.count == 2, let name = pair[0].scalarText {
                    return [InboundMail.Header(name: name, value: pair[1].scalarText ?? "")]
                }
                guard let name = (item["Name"] ?? item["name"])?.scalarText,
                    let value = (item["Value"] ?? item["value"])?.scalarText
                else { return single(item) }
                return [InboundMail.Header(name: name, value: value)]
            }
        default: []
        }
    }

    /// `{"From": "ada@example.org"}`.
    private static func single(_ item: JSON) -> [InboundMail.Header] {
        guard case .object(let members) = item else { return [] }
        return members.compactMap { member in
            member.value.scalarText.map { InboundMail.Header(name: member.key, value: $0) }
        }
    }
}
