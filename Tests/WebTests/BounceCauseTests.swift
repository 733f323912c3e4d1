import Basics
import Foundation
import Playbooks
import Storage
import Testing
import Web

/// What bounces for other reasons than its address harms nobody.
@Suite struct BounceCauseTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var dialect: Channel.Dialect
        var body: String
        var kind: Outcome.Kind?
        var isOfAddress = true

        init(_ dialect: Channel.Dialect, _ body: String, _ kind: Outcome.Kind?, harmless: Bool = false) {
            (self.dialect, self.body, self.kind, isOfAddress) = (dialect, body, kind, !harmless)
        }

        var testDescription: String { "\(dialect.rawValue) \(body)" }
    }

    private static func ses(_ type: String, _ part: String) -> String {
        #"{"eventType": "\#(type)", "mail": {"messageId": "m"}, "\#(type.lowercased())": {\#(part)}}"#
    }

    private static func sparkpost(_ event: String) -> String { #"[{"msys": {"message_event": {\#(event)}}}]"# }

    private static let cases = [
        Case(.amazonSES, ses("Complaint", #""complaintFeedbackType": "not-spam""#), nil),
        Case(.amazonSES, ses("Complaint", #""complaintFeedbackType": "virus""#), nil),
        Case(.amazonSES, ses("Complaint", #""complaintFeedbackType": "auth-failure""#), nil),
        Case(.amazonSES, ses("Complaint", #""complaintFeedbackType": "abuse""#), .complained),
        Case(.amazonSES, ses("Complaint", #""complaintFeedbackType": null"#), .complained),
        Case(
            .amazonSES, ses("Bounce", #""bounceType": "Transient", "bounceSubType": "MailboxFull""#), .softBounced,
            harmless: true),
        Case(
            .amazonSES, ses("Bounce", #""bounceType": "Transient", "bounceSubType": "ContentRejected""#), .softBounced,
            harmless: true),
        Case(.amazonSES, ses("Bounce", #""bounceType": "Transient", "bounceSubType": "General""#), .softBounced),
        Case(.amazonSES, ses("Bounce", #""bounceType": "Permanent", "bounceSubType": "NoEmail""#), .bounced),
        Case(.mailgun, #"{"event": "failed", "severity": "permanent", "reason": "old"}"#, .softBounced, harmless: true),
        Case(
            .mailgun, #"{"event": "failed", "severity": "permanent", "reason": "espblock"}"#, .softBounced,
            harmless: true),
        Case(
            .mailgun,
            #"{"event": "failed", "severity": "permanent", "reason": "bounce", "delivery-status": {"code": 552}}"#,
            .softBounced, harmless: true),
        Case(
            .mailgun,
            #"{"event": "failed", "severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 user unknown"}}"#,
            .bounced),
        Case(.sendgrid, #"[{"event": "bounce", "type": "blocked", "reason": "x"}]"#, .softBounced, harmless: true),
        Case(
            .sendgrid, #"[{"event": "bounce", "type": "bounce", "reason": "552 5.2.2 mailbox full"}]"#, .softBounced,
            harmless: true),
        Case(
            .sendgrid,
            #"[{"event": "bounce", "type": "bounce", "bounce_classification": "Reputation", "reason": "x"}]"#,
            .softBounced, harmless: true),
        Case(.sendgrid, #"[{"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such user"}]"#, .bounced),
        Case(.postmark, #"{"RecordType": "Bounce", "Type": "Blocked"}"#, .softBounced, harmless: true),
        Case(.postmark, #"{"RecordType": "Bounce", "Type": "SpamNotification"}"#, .softBounced, harmless: true),
        Case(.postmark, #"{"RecordType": "Bounce", "Type": "VirusNotification"}"#, .dropped),
        Case(.postmark, #"{"RecordType": "Bounce", "Type": "SpamComplaint"}"#, .complained),
        Case(
            .postmark, #"{"RecordType": "SubscriptionChange", "SuppressSending": true, "Origin": "Admin"}"#, .suppressed
        ),
        Case(.sparkpost, sparkpost(#""type": "bounce", "bounce_class": "22""#), .softBounced, harmless: true),
        Case(.sparkpost, sparkpost(#""type": "bounce", "bounce_class": "51""#), .softBounced, harmless: true),
        Case(.sparkpost, sparkpost(#""type": "bounce", "bounce_class": "24""#), .softBounced, harmless: true),
        Case(.sparkpost, sparkpost(#""type": "bounce", "bounce_class": "10""#), .bounced),
        Case(.sparkpost, sparkpost(#""type": "spam_complaint", "fbtype": "not-spam""#), nil),
        Case(.sparkpost, sparkpost(#""type": "spam_complaint", "fbtype": "abuse""#), .complained),
        Case(.sparkpost, sparkpost(#""type": "generation_rejection", "raw_reason": "relaying denied""#), .dropped),
        Case(.brevo, #"{"event": "hard_bounce", "reason": "552 5.2.2 over quota"}"#, .softBounced, harmless: true),
        Case(.brevo, #"{"event": "hard_bounce", "reason": "550 no such user"}"#, .bounced),
        Case(.brevo, #"{"event": "blocked", "reason": "blocked : your IP is listed at spamhaus"}"#, .dropped),
        Case(.brevo, #"{"event": "blocked", "reason": "blocked : due to blacklist user"}"#, .suppressed),
        Case(
            .resend,
            #"{"type": "email.bounced", "data": {"bounce": {"type": "Transient", "subType": "MailboxFull"}}}"#,
            .softBounced, harmless: true),
        Case(
            .resend,
            #"{"type": "email.bounced", "data": {"bounce": {"type": "Permanent", "subType": "Suppressed"}}}"#,
            .suppressed),
        Case(.customerio, #"{"metric": "dropped", "data": {"failure_message": "suppressed"}}"#, .suppressed),
        Case(.customerio, #"{"metric": "dropped", "data": {"failure_message": "rendering failed"}}"#, .dropped),
        Case(
            .customerio, #"{"metric": "bounced", "data": {"failure_message": "554 5.7.1 blocked by spamhaus"}}"#,
            .softBounced, harmless: true),
    ]

    @Test(arguments: cases) func aReasonKeepsItsMeaning(of item: Case) throws {
        let notices = try item.dialect.notices(in: Webhook(body: Array(item.body.utf8)))
        #expect(notices.map(\.kind) == (item.kind.map { [$0] } ?? []))
        #expect(notices.allSatisfy { $0.isOfAddress == item.isOfAddress })
    }

    @Test func mandrillTellsWhyItRefusesAndWhyItBounced() throws {
        func kinds(_ json: String) throws -> [String] {
            let form = "mandrill_events=" + (json.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            return try Channel.Dialect.mandrill.notices(in: Webhook(body: Array(form.utf8)))
                .map { "\($0.kind.rawValue) \($0.isOfAddress)" }
        }
        #expect(
            try kinds(
                """
                [{"event": "hard_bounce", "msg": {"bounce_description": "mailbox_full"}},
                 {"event": "hard_bounce", "msg": {"bounce_description": "bad_mailbox"}},
                 {"event": "reject", "msg": {"reject": {"reason": "test-mode-limit"}}},
                 {"event": "reject", "msg": {"reject": {"reason": "hard-bounce"}}}]
                """) == ["soft_bounced false", "bounced true", "dropped true", "suppressed true"])
    }
}
