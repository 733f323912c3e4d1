import Basics
import Delivery
import Foundation
import Playbooks
import Testing

@Suite struct RequestBuilderTests {
    private func channel(_ body: Channel.Template, vars: [String: String] = [:]) -> Channel {
        var channel = Channel(
            name: "test", kind: .webhook, url: "https://api.example/send",
            position: Position(file: "channels/test.yaml"))
        channel.vars = vars
        channel.body = .json(body)
        return channel
    }

    private func body(_ template: Channel.Template, _ envelope: Envelope = ProviderTests.envelope) throws -> String {
        let builder = try RequestBuilder(channel: channel(template, vars: ["region": "eu"]), credentials: nil)
        return String(decoding: try builder.request(for: envelope, at: ProviderTests.now).body, as: UTF8.self)
    }

    private var account: Envelope {
        var envelope = ProviderTests.envelope
        envelope.variables = Variables([
            "account.seats": .init(.number, .number(25)), "account.mrr": .init(.money, .number(12.5)),
            "account.vip": .init(.boolean, .boolean(false)),
            "account.renewal_at": .init(.date, .date(Day(number: 20_515))),
        ])
        return envelope
    }

    @Test func aScalarThatIsOneTagKeepsItsType() throws {
        let template = Channel.Template.object([
            .init("seats", .text("{{ account.seats }}")), .init("mrr", .text("{{account.mrr}}")),
            .init("vip", .text("{{ account.vip }}")), .init("date", .text("{{ account.renewal_at }}")),
            .init("text", .text("{{ account.seats }} seats")),
            .init("two", .text("{{account.seats}}{{account.seats}}")),
        ])
        #expect(
            try body(template, account)
                == #"{"seats":25,"mrr":12.5,"vip":false,"date":"2026-03-03","text":"25 seats","two":"2525"}"#)
    }

    @Test func aMissingValueDropsItsKeyAndThenEmptyParents() throws {
        let gone = Channel.Template.text("{{ account.plan }}")
        let template = Channel.Template.object([
            .init("plan", gone), .init("deep", .object([.init("deeper", .list([gone]))])), .init("kept", .list([])),
            .init("null", .null), .init("text", .text("plan {{ account.plan }}")), .init("n", .integer(1)),
        ])
        #expect(try body(template, account) == #"{"kept":[],"null":null,"n":1}"#)
    }

    @Test func structuresChooseRepeatAndMerge() throws {
        let template = Channel.Template.object([
            .init(
                "if",
                .object([.init("$if", .text("account.vip")), .init("then", .text("a")), .init("else", .text("b"))])),
            .init("none", .object([.init("$if", .text("{{ account.plan }}")), .init("then", .text("a"))])),
            .init("each", .object([.init("$each", .text("tags")), .init("do", .text("{{ key }}:{{ value }}"))])),
            .init(
                "merge",
                .object([
                    .init("a", .integer(1)),
                    .init("$merge", .list([.text("{{ metadata }}"), .object([.init("playbook", .text("other"))])])),
                ])),
        ])
        #expect(
            try body(template, account)
                == #"{"if":"b","each":["0:trial-ending"],"merge":{"a":1,"touch_id":"tch_01HZX","playbook":"other"}}"#)
    }

    @Test func filtersShapeValues() throws {
        var envelope = account
        envelope.to = .init("o@example.org", name: "O'Hara, \"Bo\"")
        let template = Channel.Template.list([
            .text("{{ to | address }}"), .text("{{ account.plan | default:\"free\" }}"),
            .text("{{ account.plan | default:account.seats }}"), .text("{{ subject | truncate:10 }}"),
            .text("{{ subject | token | truncate:8 }}"), .text("{{ to.name | urlencode }}"),
            .text("{{ metadata | json }}"),
            .text("{{ vars.region }}"), .text("{{ \"\" }}{{ tags.0 }}".replacing("{{ \"\" }}", with: "")),
        ])
        #expect(
            try body(template, envelope)
                == #"["\"O'Hara, \\\"Bo\\\"\" <o@example.org>","free",25,"Your trial","Your_tri","O%27Hara%2C%20%22Bo%22","#
                + #""{\"touch_id\":\"tch_01HZX\",\"playbook\":\"renewal-90\"}","eu","trial-ending"]"#)
    }

    @Test func everyCharacterIsEscapedForJSON() throws {
        var envelope = ProviderTests.envelope
        envelope.message.text = (0...0x7f).map { String(Unicode.Scalar(UInt8($0))) }.joined() + "é\u{2028}😀"
        let bytes = Array(try body(.object([.init("t", .text("{{ text }}"))]), envelope).utf8)
        #expect(JSON(parsing: bytes)?["t"] == .text(envelope.message.text))
        let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: String]
        #expect(object?["t"] == envelope.message.text)
        #expect(!bytes.contains { $0 < 0x20 })
    }

    @Test func anotherKeyOrURLIsAnotherEndpointAndNeitherIsShown() throws {
        func print(_ token: String, url: String = "https://a.example/send", secret: UInt8 = 7) throws -> String {
            var channel = channel(.object([.init("t", .text("{{ text }}"))]))
            channel.url = url
            channel.auth = .bearer(token: Secret(try #require(Secret.Reference("env:KEY"))))
            let credentials = try Credentials(of: channel, environment: ["KEY": token], directory: "/")
            let builder = try RequestBuilder(channel: channel, credentials: credentials)
            let request = try builder.request(for: ProviderTests.envelope, at: ProviderTests.now)
            return EndpointPrint(of: builder, secret: [UInt8](repeating: secret, count: 32)).text(of: request)
        }
        let text = try print("sk-one")
        #expect(try text == print("sk-one") && text.count == 32)
        #expect(try text != print("sk-two"))
        #expect(try text != print("sk-one", url: "https://b.example/send"))
        #expect(try text != print("sk-one", secret: 8))
    }

    @Test func theSameTouchGivesTheSameBytes() throws {
        let first = try ProviderTests.request("sendgrid")
        let second = try ProviderTests.request("sendgrid")
        #expect(first.body == second.body)
        #expect(first.bodyHash == second.bodyHash)
        #expect(first.bodyHash.count == 64)
    }

    @Test func valuesCannotLeaveTheirPlaceInTheURL() throws {
        var channel = channel(.object([]), vars: ["base": "https://api.example/v1"])
        channel.url = "{{ vars.base }}/users/{{ recipient.id }}/messages"
        var envelope = ProviderTests.envelope
        envelope.recipient = "../admin?x=1#"
        let request = try RequestBuilder(channel: channel, credentials: nil).request(
            for: envelope, at: ProviderTests.now)
        #expect(request.url == "https://api.example/v1/users/..%2Fadmin%3Fx%3D1%23/messages")
    }

    @Test func aLineBreakInAHeaderIsRefused() throws {
        var channel = channel(.object([]))
        channel.headers = [.init("X-Name", .text("{{ account.name }}"))]
        var envelope = ProviderTests.envelope
        envelope.variables = Variables(["account.name": .init(.text, .text("Acme\r\nX-Evil: 1"))])
        let builder = try RequestBuilder(channel: channel, credentials: nil)
        #expect(
            throws: RenderError.refused(
                "the value of the header X-Name holds a line break or another control character")
        ) {
            try builder.request(for: envelope, at: ProviderTests.now)
        }
    }

    @Test(arguments: [
        "{{ subjct }}", "{{ vars.none }}", "{{ text | shout }}", "{{ text", "{{ text | truncate:x }}", "{{ key }}",
        "{{}}",
        "{{{ text }}}", "{{ account. }}",
    ])
    func anUnknownNameIsAnErrorOfTheChannel(text: String) throws {
        let error = #expect(throws: Diagnostic.self) {
            try RequestBuilder(channel: channel(.list([.text(text)])), credentials: nil)
        }
        #expect(error?.position.file == "channels/test.yaml")
    }

    @Test func aChannelThatCountsOnAKeyNeverSendsWithoutIt() throws {
        var channel = channel(.object([.init("headers", .object([.init("a", .integer(1))]))]))
        channel.idempotency = .body(pointer: "/headers/idempotencyKey", lifetime: .minutes(30))
        let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        let request = try RequestBuilder(channel: channel, credentials: nil).request(
            for: ProviderTests.envelope, at: ProviderTests.now)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(try Regex(#"\{"headers":\{"a":1,"idempotencyKey":"\#(uuid)"\}\}"#).wholeMatch(in: body) != nil)
        channel.body = .json(
            .object([.init("headers", .object([.init("idempotencyKey", .text("{{ idempotency_key }}"))]))]))
        let own = try RequestBuilder(channel: channel, credentials: nil).request(
            for: ProviderTests.envelope, at: ProviderTests.now)
        #expect(String(decoding: own.body, as: UTF8.self) == #"{"headers":{"idempotencyKey":"tch_01HZX"}}"#)
        channel.body = .form([])
        #expect(throws: Diagnostic.self) { try RequestBuilder(channel: channel, credentials: nil) }
    }

    @Test func theVariablesThatAChannelReadsAreKnown() throws {
        let builder = try RequestBuilder(
            channel: try ChannelFixture.channel("intercom", "vars: { admin_id: 1 }"), credentials: nil)
        #expect(builder.channel.variables == ["contact.intercom_id"])
    }

    @Test func aHundredThousandRequestsTakeSeconds() throws {
        let channel = try ChannelFixture.channel("sendgrid")
        let builder = try RequestBuilder(channel: channel, credentials: nil)
        var envelope = ProviderTests.envelope
        envelope.message.html = String(repeating: "<p>A paragraph of text.</p>\n", count: 60)
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<1_000 { _ = try builder.request(for: envelope, at: ProviderTests.now) }
        }
        // Without optimization it is some ten times slower than as shipped.
        #expect(elapsed < .seconds(1))
    }
}
