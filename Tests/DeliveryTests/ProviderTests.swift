import Delivery
import Foundation
import Playbooks
import Testing

/// The requests that providers' own clients send, recorded, and ours from channel files.
@Suite struct ProviderTests {
    static let environment = [
        "SENDGRID_API_KEY": "SG.testkey", "MAILGUN_API_KEY": "key-test", "RESEND_API_KEY": "re_test",
        "POSTMARK_SERVER_TOKEN": "pm-test-token", "BREVO_API_KEY": "xkeysib-test", "SPARKPOST_API_KEY": "sp-test",
        "CUSTOMERIO_APP_KEY": "app-key", "INTERCOM_TOKEN": "dG9r",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T000/B000/XXXX",
        "DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/123/tok?wait=true",
        "WEBHOOK_URL": "https://hooks.example.net/in",
    ]

    static var envelope: Envelope {
        Envelope(
            to: .init("ada@example.org", name: "Ada Lovelace"), recipient: "u_42",
            from: .init("cs@acme.example", name: "Acme CS"), replyTo: "csm@acme.example",
            message: RenderedMessage(
                subject: "Your trial ends in 3 days — “Ünïcode”", html: "<p>Hello <b>Ada</b></p>",
                text: "Hello Ada,\nplain text body"),
            headers: [
                .init(
                    "List-Unsubscribe",
                    "<https://acme.example/u/tok123>, <mailto:unsub@acme.example?subject=tok123>"),
                .init("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ],
            metadata: [.init("touch_id", "tch_01HZX"), .init("playbook", "renewal-90")], tags: ["trial-ending"],
            idempotencyKey: "tch_01HZX")
    }

    /// The inputs of recordings that differ from the others.
    static func envelope(for provider: String) -> Envelope {
        var envelope = envelope
        switch provider {
        case "customerio":
            envelope.message = RenderedMessage(subject: "Hi", html: "<p>Hi</p>", text: "Hi")
            envelope.headers = [.init("List-Unsubscribe", "<https://acme.example/u/t>")]
            envelope.metadata = [.init("touch_id", "tch_01HZX")]
        case "slack_webhook", "discord":
            envelope.to = nil
            envelope.message = RenderedMessage(subject: nil, html: "", text: "Renewal at risk")
            envelope.variables = Variables(["account.name": .init(.text, .text("Acme"))])
        case "intercom":
            envelope.message = RenderedMessage(subject: nil, html: "", text: "Your trial ends in 3 days")
            envelope.variables = Variables(["contact.intercom_id": .init(.text, .text("536e564f316c83104c000020"))])
        case "generic_webhook":
            let at = Instant(milliseconds: 1_736_935_200_000)
            envelope.variables = Variables(["frozen_at": .init(.instant, .instant(at))])
        default: break
        }
        return envelope
    }

    static func request(_ provider: String) throws -> Request {
        let channel = try ChannelFixture.channel(provider)
        let credentials = try Credentials(of: channel, environment: environment, directory: "/")
        return try RequestBuilder(channel: channel, credentials: credentials).request(for: envelope(for: provider))
    }

    @Test(arguments: [
        "sendgrid", "mailgun", "resend", "postmark", "brevo", "sparkpost", "customerio", "slack_webhook", "discord",
        "intercom", "generic_webhook",
    ])
    func theRequestIsTheOneThatTheProvidersClientSends(provider: String) throws {
        let file = ChannelFixture.folder.appending(path: "expected/\(provider).json")
        let expected = try #require(JSON(parsing: try Data(contentsOf: file)))
        let request = try Self.request(provider)
        #expect(request.method == expected["method"]?.scalarText)
        #expect(request.url == expected["url"]?.scalarText)
        guard case .object(let headers)? = expected["headers"] else {
            Issue.record("no headers in \(file)")
            return
        }
        // The signature of Standard Webhooks is an auth kind of its own.
        for header in headers where !["webhook-timestamp", "webhook-signature"].contains(header.key) {
            #expect(request.headers.first { $0.name == header.key }?.value == header.value.scalarText, "\(header.key)")
        }
        let body = provider == "mailgun" ? try Self.form(request.body) : try #require(JSON(parsing: request.body))
        #expect(Self.normal(body) == Self.normal(try #require(expected["body"])))
    }

    /// JSON inside of text is compared as JSON: clients differ in its white space.
    private static func normal(_ json: JSON) -> JSON {
        switch json {
        case .text(let text) where text.hasPrefix("{"): JSON(parsing: text) ?? json
        case .list(let items): .list(items.map(normal))
        case .object(let members): .object(members.map { JSON.Member($0.key, normal($0.value)) })
        default: json
        }
    }

    private static func form(_ bytes: [UInt8]) throws -> JSON {
        let text = String(decoding: bytes, as: UTF8.self).replacing("+", with: " ")
        let fields = try text.split(separator: "&").map { field in
            let pair = try field.split(separator: "=", omittingEmptySubsequences: false).map {
                JSON.text(try #require(String($0).removingPercentEncoding))
            }
            return JSON.list(pair)
        }
        return .list(fields)
    }
}
