import Basics
import Foundation
import HTTPTypes
import Playbooks
import Storage
import Testing

@testable import Web

/// Mail that comes in, as each provider words it, and what of it is a person's answer.
@Suite struct InboundMailTests {
    static let fixtures: [(InboundProvider, String, String)] = [
        (.postmark, "postmark.json", "application/json"),
        (.mailgun, "mailgun.form", "application/x-www-form-urlencoded"),
        (.mailgun, "mailgun.multipart", "multipart/form-data; boundary=b1"),
        (.sendgrid, "sendgrid.multipart", "multipart/form-data; boundary=\"xYzZY\""),
        (.sendgrid, "sendgrid_raw.multipart", "multipart/form-data; boundary=xYzZY"),
        (.sparkpost, "sparkpost.json", "application/json"), (.brevo, "brevo.json", "application/json"),
        (.resend, "resend.json", "application/json"), (.plain, "plain.json", "application/json"),
    ]

    private func webhook(_ file: String, _ type: String) throws -> Webhook {
        var headers = HTTPFields()
        headers[.contentType] = type
        return Webhook(headers: headers, body: try ProviderFixture.bytes("inbound/" + file))
    }

    @Test(arguments: fixtures.indices)
    func everyFixtureIsOneReplyOfItsSender(index: Int) throws {
        let (provider, file, type) = Self.fixtures[index]
        let webhook = try webhook(file, type)
        let mails = try provider.mails(in: webhook)
        let mail = try #require(mails.first, "\(file)")
        #expect(mails.count == 1, "\(file)")
        let reply = try #require(mail.reply(in: webhook.body), "\(file)")
        #expect(reply.sender.lowercased() == "ann@a1.example", "\(file)")
        if provider == .resend {
            #expect(reply.references == [], "\(file)")
            #expect(Set(reply.touches) == ["t1"], "\(file)")
        } else {
            #expect(reply.references.first == "m1@mail.example", "\(file)")
            #expect(reply.touches == [], "\(file)")
        }
        // A repeat is the same.
        #expect(try provider.mails(in: webhook).first?.reply(in: webhook.body)?.id == reply.id, "\(file)")
        #expect(!"\(reply)".contains("secret sentence"), "\(file)")
    }

    private func mail(_ headers: (String, String)..., envelope: String? = nil) -> InboundMail {
        var mail = InboundMail(
            headers: [InboundMail.Header(name: "From", value: "Ann <ann@a1.example>")]
                + headers.map { InboundMail.Header(name: $0.0, value: $0.1) })
        mail.envelopeSender = envelope
        return mail
    }

    @Test(arguments: [
        ("Auto-Submitted", "auto-replied"), ("auto-submitted", "auto-generated; type=vacation"), ("X-Autoreply", "yes"),
        ("X-Autorespond", "Out of office"), ("Precedence", "auto_reply"), ("Precedence", "Bulk"),
        ("precedence", "list"),
        ("X-Auto-Response-Suppress", "All"), ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"),
        ("Content-Type", "multipart/report; report-type=delivery-status"), ("Return-Path", "<>"),
        ("X-Failed-Recipients", "success@acme.example"),
    ])
    func anAnswerOfAMachineAndABounceAreNoReplies(name: String, value: String) {
        #expect(mail((name, value)).reply(in: []) == nil)
    }

    @Test(arguments: [
        ("Auto-Submitted", "no"), ("Auto-Submitted", "No; x=y"), ("X-Autoreply", "no"), ("Precedence", "normal"),
        ("X-Auto-Response-Suppress", "DR, RN, NRN"), ("Content-Type", "multipart/mixed"),
        ("Return-Path", "<ann@a1.example>"), ("Subject", "Automatic reply: out of office"),
    ])
    func whatAPersonSendsIsAReply(name: String, value: String) {
        #expect(mail((name, value)).reply(in: []) != nil)
    }

    @Test func aMailWithNoEnvelopeSenderIsABounce() {
        #expect(mail(envelope: "").reply(in: []) == nil)
        #expect(mail(envelope: "<>").reply(in: []) == nil)
        #expect(mail(envelope: "ann@a1.example").reply(in: []) != nil)
    }

    @Test func whatItAnswersIsReadFromTheNearestOn() {
        let read = mail(("In-Reply-To", "<c@x>"), ("References", "<a@x>\r\n <b@x> <c@x>"))
        #expect(read.references == ["c@x", "b@x", "a@x"])
    }

    @Test func theKeyOfATouchStandsInTheAddressForReplies() {
        #expect(InboundMail.keys(in: "\"Help, us\" <help+t12@acme.example>, x@y.example") == ["t12"])
        #expect(InboundMail.keys(in: "HELP+news+T7@acme.example") == ["t7"])
        for text in [
            "help@acme.example", "help+t@acme.example", "help+12@acme.example", "help+t1x@acme.example", "+", "@",
        ] {
            #expect(InboundMail.keys(in: text) == [], "\(text)")
        }
    }

    @Test func garbageIsRefusedAndNeverTraps() throws {
        for provider in InboundProvider.allCases {
            for type in [
                "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "",
            ] {
                for text in [
                    "", "{", "7", "[]", "[1]", "{}", "--x", "--x\r\n\r\n", "--x--", "a=%z", "%",
                    "\r\n--x\nContent-Disposition:",
                    #"{"items": 7}"#, #"{"msys": {"relay_message": 5}}"#, #"{"from": {}, "From": [], "data": []}"#,
                    #"{"items": [{"From": 5, "Headers": [[], [1, 2], {"a": {}}]}]}"#,
                    "--x\r\nContent-Disposition: form-data; name=\"headers\"\r\n\r\n: \r\n folded\r\n:::\r\n--x",
                ] {
                    var headers = HTTPFields()
                    headers[.contentType] = type
                    let webhook = Webhook(headers: headers, body: Array(text.utf8))
                    for mail in (try? provider.mails(in: webhook)) ?? [] { _ = mail.reply(in: webhook.body) }
                }
            }
        }
    }

    // MARK: Long mails

    private func shortened(_ text: String, _ form: ShortenedBody.Form, by size: Int) -> String {
        var body = ShortenedBody(form)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { body.append($0) }
        }
        return String(decoding: body.bytes, as: UTF8.self)
    }

    @Test(arguments: [1, 7, 100_000])
    func longTextsAreLeftOutAndTheRestIsAsItWas(size: Int) throws {
        let long = String(repeating: "\\u00e9\\\\\\\"x", count: 20_000)
        let json = #"{"a": "short \" \u00e9", "b": ["\#(long)", 7], "c": "end"}"#
        let short = shortened(json, .json, by: size)
        #expect(short.utf8.count < 70_000)
        let read = try #require(JSON(parsing: short))
        #expect(read["a"]?.scalarText == "short \" é")
        #expect(read["c"]?.scalarText == "end")

        let field = "a=1&b=" + String(repeating: "%C3%A9x", count: 20_000) + "&c=%20end"
        let fields = try #require(FormFields(Array(shortened(field, .fields, by: size).utf8)))
        #expect(fields["c"] == " end")
        #expect((fields["b"] ?? "").utf8.count <= ShortenedBody.longestText)

        let file = String(repeating: "line of a file\r\n--xY almost\r\n", count: 10_000)
        let parts =
            "--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\(file)\r\n"
            + "--xYz\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\nann@a1.example\r\n--xYz--\r\n"
        let kept = shortened(parts, .multipart(boundary: "xYz"), by: size)
        #expect(kept.utf8.count < 70_000)
        #expect(try #require(FormFields(Array(kept.utf8), boundary: "xYz"))["from"] == "ann@a1.example")
    }

    @Test(arguments: fixtures.indices)
    func aMailWithinBoundsIsLeftAsItIs(index: Int) throws {
        let (_, file, type) = Self.fixtures[index]
        let webhook = try webhook(file, type)
        let form: ShortenedBody.Form =
            webhook.multipartBoundary.map { .multipart(boundary: $0) } ?? (type.contains("json") ? .json : .fields)
        let text = String(decoding: webhook.body, as: UTF8.self)
        #expect(shortened(text, form, by: 3) == text, "\(file)")
    }
}
