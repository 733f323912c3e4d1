import Basics
import Delivery
import Foundation
import Playbooks
import Testing

/// The requests that providers' own clients send, recorded, and ours from the presets.
@Suite struct ProviderTests {
    static let now = Instant(milliseconds: 1_736_935_200_000)

    static let environment = [
        "SENDGRID_API_KEY": "SG.testkey", "MAILGUN_API_KEY": "key-test", "RESEND_API_KEY": "re_test",
        "POSTMARK_SERVER_TOKEN": "pm-test-token", "BREVO_API_KEY": "xkeysib-test", "SPARKPOST_API_KEY": "sp-test",
        "CUSTOMERIO_APP_KEY": "app-key", "INTERCOM_TOKEN": "dG9r", "MANDRILL_API_KEY": "md-test",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T000/B000/XXXX", "SLACK_BOT_TOKEN": "xoxb-test",
        "DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/123/tok",
        "TEAMS_WORKFLOW_URL":
            "https://prod-10.westus.logic.azure.com/workflows/x/triggers/manual/paths/invoke?api-version=2016-06-01&sig=y",
        "WEBHOOK_URL": "https://hooks.example.net/in", "WEBHOOK_SECRET": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "LOOPS_API_KEY": "loops-test", "BRAZE_API_KEY": "braze-test", "ITERABLE_API_KEY": "it_test",
        "KNOCK_API_KEY": "sk_test_1", "NOVU_SECRET_KEY": "novu-test", "ONESIGNAL_API_KEY": "os_v2_app_test",
        "BEAMS_SECRET_KEY": "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS",
        "ABLY_KEY_NAME": "appid.keyid", "ABLY_KEY_SECRET": "secret",
        "PAGERDUTY_ROUTING_KEY": "R0UT1NGKEY0000000000000000000000",
        "TWILIO_ACCOUNT_SID": "SK-twilio-key", "TWILIO_AUTH_TOKEN": "twilio-secret",
        "VONAGE_API_KEY": "vonage-key", "VONAGE_API_SECRET": "vonage-secret", "MESSAGEBIRD_ACCESS_KEY": "live_test1",
    ]

    /// What the workspace's own files say beside `channel: NAME`.
    static let files = [
        "mailgun": "vars: { domain: mg.example.com }", "amazon_ses": "vars: { configuration_set: cs-events }",
        "customerio_in_app": "vars: { message: 7 }", "loops": "vars: { template: clx1 }\n" + days("dataVariables"),
        "intercom": "vars: { admin_id: 394051 }",
        "onesignal": "vars: { app_id: 00000000-0000-4000-8000-000000000001 }",
        "iterable": "vars: { campaign_id: 12345 }\n" + days("dataFields"),
        "knock":
            "vars: { workflow: renewal-90, tenant: acme }\n"
            + "body: { template: { cancellation_key: ck1, data: { days: \"{{ signals.days }}\" } } }",
        "novu": "vars: { workflow: renewal-90 }\n" + days("payload"),
        "pusher_beams": "vars: { instance: 11111111-2222-4333-8444-555555555555 }",
        "slack_bot": "vars: { channel: C0123456789 }",
        "twilio": "vars: { account: AC00000000000000000000000000000001, from: \"+14155550100\" }",
        "twilio_whatsapp":
            "vars: { account: AC00000000000000000000000000000001, from: \"+14155238886\", content: HX01 }\n"
            + "body: { fields: { ContentVariables: { \"2\": \"{{ signals.days }}\" } } }",
        "vonage": "vars: { from: Acme }", "messagebird": "vars: { from: Acme }",
        "slack": """
        body:
          template:
            blocks: [{ type: section, text: { type: mrkdwn, text: "*{{ account.name }}* renewal at risk" } }]
        """,
        "pagerduty": """
        vars: { source: touchrunner }
        body: { template: { payload: { custom_details: { account: "{{ account.key }}" } } } }
        """,
        "ably": "body: { template: { data: \"{{ metadata | json }}\", encoding: json } }",
        "webhook": "body: { template: { timestamp: \"{{ signals.frozen_at }}\" } }",
    ]

    private static func days(_ key: String) -> String {
        "body: { template: { \(key): { days: \"{{ signals.days }}\" } } }"
    }

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
        func message(_ subject: String?, html: String = "", _ text: String) {
            envelope.message = RenderedMessage(subject: subject, html: html, text: text)
        }
        switch provider {
        case "customerio", "amazon_ses":
            message("Hi", html: "<p>Hi</p>", "Hi")
            envelope.headers = [.init("List-Unsubscribe", "<https://acme.example/u/t>")]
            if provider == "amazon_ses" {
                envelope.to = .init("ada@example.org")
                envelope.headers += [.init("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
            }
            envelope.metadata = [.init("touch_id", "tch_01HZX")]
        case "slack", "slack_bot":
            message(nil, "Renewal at risk")
            envelope.variables = Variables(["account.name": .init(.text, .text("Acme"))])
        case "discord": message(nil, "Renewal at risk: Acme")
        case "teams": message("Renewal at risk", "Acme renews in 30 days")
        case "intercom":
            message(nil, "Your trial ends in 3 days")
            envelope.variables = Variables(["contact.intercom_id": .init(.text, .text("536e564f316c83104c000020"))])
        case "customerio_in_app":
            message(nil, "")
            envelope.metadata = [.init("touch_id", "t")]
        case "loops", "iterable", "knock", "novu":
            message(nil, "")
            envelope.variables = Variables(["days": .init(.number, .number(3))])
        case "onesignal":
            message("Trial", "3 days left")
            envelope.metadata = [.init("touch_id", "tch_01HZX")]
        case "pusher_beams": message("Hi", "3 days")
        case "twilio", "twilio_whatsapp", "vonage", "messagebird", "amazon_sns":
            message(nil, "3 days left: it’s on")
            (envelope.phone, envelope.to) = ("+14155550123", nil)
            if provider == "twilio_whatsapp" {
                envelope.variables = Variables(["days": .init(.number, .number(3))])
            }
        case "ably":
            envelope.metadata = [.init("touch_id", "t"), .init("text", "hi")]
        case "pagerduty":
            message("Renewal at risk: Acme", "")
            envelope.metadata = []
            envelope.variables = Variables(["account.key": .init(.text, .text("acme"))])
        case "webhook":
            envelope.metadata = [.init("touch_id", "tch_01HZX")]
            envelope.variables = Variables(["frozen_at": .init(.instant, .instant(now))])
        default: break
        }
        return envelope
    }

    static func request(_ provider: String) throws -> Request {
        let channel = try ChannelFixture.channel(provider, files[provider] ?? "")
        let credentials = try Credentials(of: channel, environment: environment, directory: "/")
        return try RequestBuilder(channel: channel, credentials: credentials)
            .request(for: envelope(for: provider), at: now)
    }

    /// What differs from one request to another in the recordings, or is ours.
    private static let keys = ["brevo": "/headers/idempotencyKey", "onesignal": "/idempotency_key"]

    @Test(arguments: ChannelPreset.names)
    func theRequestIsTheOneThatTheProvidersClientSends(provider: String) throws {
        let file = ChannelFixture.folder.appending(path: "expected/\(provider).json")
        let expected = try #require(JSON(parsing: try Data(contentsOf: file)))
        let request = try Self.request(provider)
        #expect(request.method == expected["method"]?.scalarText)
        #expect(request.url == expected["url"]?.scalarText)
        let headers = try #require(expected["headers"]?.members)
        for header in headers where header.key != "webhook-signature" {
            #expect(request.headers.first { $0.name == header.key }?.value == header.value.scalarText, "\(header.key)")
        }
        // SigV4's own headers are not in the recording.
        let extra = Set(request.headers.map(\.name)).subtracting(headers.map(\.key))
        #expect(extra == (provider.hasPrefix("amazon_") ? ["X-Amz-Content-Sha256"] : []))
        let isForm = ["mailgun", "twilio", "twilio_whatsapp", "amazon_sns"].contains(provider)
        var body = isForm ? try Self.form(request.body) : try #require(JSON(parsing: request.body))
        var wanted = try #require(expected["body"])
        if let pointer = Self.keys[provider] {
            let key = try #require(body[pointer: pointer]?.scalarText)
            #expect(try /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.wholeMatch(in: key) != nil)
            let name = pointer.split(separator: "/").last.map(String.init) ?? ""
            (body, wanted) = (body.without(name), wanted.without(name))
        }
        #expect(body.normal == wanted.normal)
    }

    @Test(arguments: ChannelPreset.names)
    func aRequestThatIsShownHasNoSecret(provider: String) throws {
        let channel = try ChannelFixture.channel(provider, Self.files[provider] ?? "")
        let shown = try RequestBuilder(channel: channel, credentials: Credentials(masking: channel))
            .request(for: Self.envelope(for: provider), at: Self.now).transcript
        for name in channel.secrets.compactMap(\.reference.name) {
            guard let secret = Self.environment[name] else { continue }
            #expect(!shown.contains(secret), "\(name)")
        }
        #expect(shown.contains("***") || shown.contains("env:"), "\(shown)")
        #expect(!"\(try Self.request(provider))".contains("test"))
    }

    @Test func aBodysHashDoesNotHangOnItsSecret() throws {
        let channel = try ChannelFixture.channel("mandrill")
        let hashes = try ["one", "two"].map { key in
            let credentials = try Credentials(of: channel, environment: ["MANDRILL_API_KEY": key], directory: "/")
            let request = try RequestBuilder(channel: channel, credentials: credentials)
                .request(for: Self.envelope, at: Self.now)
            #expect(JSON(parsing: request.body)?["key"] == .text(key))
            return request.bodyHash
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test func aSecretInTheURLIsAParameterThatNoMessageRepeats() throws {
        let channel = try ChannelFixture.channel(
            "q",
            """
            kind: webhook
            request: { url: "https://a.example/x?y=1", query: { z: "a b" } }
            auth: { kind: query, name: key, value: env:Q_KEY }
            """)
        let credentials = try Credentials(of: channel, environment: ["Q_KEY": "s3cret&more"], directory: "/")
        let request = try RequestBuilder(channel: channel, credentials: credentials)
            .request(for: Self.envelope, at: Self.now)
        #expect(request.url == "https://a.example/x?y=1&z=a%20b&key=s3cret%26more")
        let answer = Response(status: 400, body: Array("no key=s3cret%26more here, nor s3cret&more".utf8))
        let result = Classifier(channel: channel, credentials: credentials)
            .classify(answer, attempt: .init(number: 1, firstAt: Self.now, now: Self.now))
        #expect(result == .rejected(reason: "HTTP 400: no key=*** here, nor ***"))
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

extension JSON {
    fileprivate var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Without the order of members; JSON inside of text is compared as JSON: clients differ in its white space.
    fileprivate var normal: JSON {
        switch self {
        case .text(let text) where text.hasPrefix("{"): JSON(parsing: Array(text.utf8))?.normal ?? self
        case .list(let items): .list(items.map(\.normal))
        case .object(let members):
            .object(members.map { Member($0.key, $0.value.normal) }.sorted { $0.key < $1.key })
        default: self
        }
    }

    fileprivate func without(_ key: String) -> JSON {
        switch self {
        case .list(let items): .list(items.map { $0.without(key) })
        case .object(let members):
            .object(members.filter { $0.key != key }.map { Member($0.key, $0.value.without(key)) })
        default: self
        }
    }
}

extension Secret.Reference {
    var name: String? {
        if case .environment(let name) = self { name } else { nil }
    }
}
