import Foundation
import Playbooks
import Testing

@testable import Delivery

/// Requests that carry several touches, against those that providers' own clients send.
@Suite struct BatchPlanTests {
    static func channel(_ text: String) throws -> Channel {
        let files = [
            "keeptouch.yaml": """
            workspace: test
            timezone: UTC
            sender: { name: Acme CS, email: cs@acme.example, postal_address: "1 Main St" }
            base_url: https://touch.test.example
            channels: { email: test }
            categories: { education: Tips }
            """, "data.yaml": "attributes: { plan: { type: text } }", "channels/test.yaml": text,
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        let errors = diagnostics.filter { $0.severity == .error }
        return try #require(workspace?.channels["test"], "\(errors)")
    }

    static func complaints(_ batch: String, limits: String = "limits: { batch: 5 }") -> [String] {
        let text = """
            channel: test
            kind: email
            request: { url: "https://api.example/send" }
            body: { kind: json, template: { to: "{{ to.email }}" } }
            \(limits)
            \(batch)
            """
        return WorkspaceReader.read(["channels/test.yaml": text]).diagnostics
            .filter { $0.severity == .error && $0.description.contains("channels/test.yaml") }.map(\.message)
    }

    private static let sendgrid = """
        channel: test
        kind: email
        request: { url: "https://api.sendgrid.com/v3/mail/send" }
        body: { kind: json, template: { to: "{{ to.email }}" } }
        limits: { batch: 1000 }
        batch:
          items: /personalizations
          body:
            kind: json
            template:
              from: { name: "{{ from.name }}", email: "{{ from.email }}" }
              subject: Hi -name-
              personalizations:
                - to: [{ email: "{{ to.email }}" }]
                  headers: "{{ headers }}"
                  substitutions: { -name-: "{{ to.name }}" }
                  custom_args: { touch_id: "{{ metadata.touch_id }}" }
              content:
                - { type: text/plain, value: Hi -name- }
                - { type: text/html, value: "<p>Hi -name-</p>" }
              categories: "{{ tags }}"
              reply_to: { email: "{{ reply_to }}" }
        """

    private static let mailgun = """
        channel: test
        kind: email
        request: { url: "https://api.mailgun.net/v3/mg.example.com/messages" }
        body: { kind: form, fields: { to: "{{ to.email }}" } }
        limits: { batch: 1000 }
        batch:
          items: /to
          by_address: /recipient-variables
          body:
            kind: form
            fields:
              from: "{{ from.email }}"
              to: "{{ to.email }}"
              subject: Hi %recipient.name%
              text: "{{ text }}"
              html: "{{ html }}"
              recipient-variables: { name: "{{ to.name }}" }
              o:tag: [t1, t2]
              v:touch_id: "%recipient.id%"
              h:List-Unsubscribe: <https://acme.example/u/%recipient.id%>
        """

    private static let resend = """
        channel: test
        kind: email
        request: { url: "https://api.resend.com/emails" }
        body:
          kind: json
          template:
            from: "{{ from | address }}"
            to: ["{{ to.email }}"]
            subject: "{{ subject }}"
            html: "{{ html }}"
            text: "{{ text }}"
            reply_to: "{{ reply_to }}"
            headers: "{{ headers }}"
            tags: { $each: metadata, do: { name: "{{ key }}", value: "{{ value }}" } }
        limits: { batch: 100 }
        batch: { url: "https://api.resend.com/emails/batch", results: /data }
        idempotency: { header: Idempotency-Key, lifetime: 24h }
        """

    private static let postmark = """
        channel: test
        kind: email
        request: { url: "https://api.postmarkapp.com/email" }
        body:
          kind: json
          template:
            From: "{{ from.email }}"
            To: "{{ to.email }}"
            Subject: "{{ subject }}"
            Tag: "{{ tags.0 }}"
            HtmlBody: "{{ html }}"
            TextBody: "{{ text }}"
            ReplyTo: "{{ reply_to }}"
            Headers: { $each: headers, do: { Name: "{{ key }}", Value: "{{ value }}" } }
            Attachments: []
            Metadata: "{{ metadata }}"
            MessageStream: outbound
        limits: { batch: 500 }
        batch: { url: "https://api.postmarkapp.com/email/batch", results: whole }
        response:
          id: /MessageID
          error: { message: /Message, code: /ErrorCode }
          rules:
            - { status: 200, body: { /ErrorCode: 0 }, then: accepted }
            - { body: { /ErrorCode: 406 }, then: suppress }
            - { body: { /ErrorCode: [100, 429] }, then: retry }
            - { status: [200-299, 400-499], then: reject }
        """

    private static func envelope(
        _ email: String, name: String? = nil, touch: String, tag: String, unsubscribe: String
    ) -> Envelope {
        Envelope(
            to: .init(email, name: name), recipient: "u", from: .init("cs@acme.example", name: "Acme CS"),
            replyTo: "csm@acme.example", message: RenderedMessage(subject: "Hi", html: "<p>Hi</p>", text: "Hi"),
            headers: [.init("List-Unsubscribe", unsubscribe)], metadata: [.init("touch_id", touch)], tags: [tag],
            idempotencyKey: touch)
    }

    private static let now = Instant(milliseconds: 1_736_935_200_000)

    private static func parts(_ channel: Channel, _ envelopes: [Envelope]) throws -> [BatchPlan.Part] {
        let builder = try RequestBuilder(channel: channel, credentials: nil)
        let plan = try #require(builder.batch)
        return try envelopes.map { try #require(plan.part(of: $0, alone: builder.request(for: $0, at: now))) }
    }

    private static func request(_ channel: Channel, _ envelopes: [Envelope]) throws -> Request {
        let plan = try #require(try RequestBuilder(channel: channel, credentials: nil).batch)
        return try #require(plan.request(of: parts(channel, envelopes)))
    }

    private static func recorded(_ name: String) throws -> [String: Any] {
        let file = Bundle.module.bundleURL.appending(path: "Providers/batches/\(name).json")
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }

    private static func object(_ bytes: [UInt8]) throws -> NSObject {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? NSObject)
    }

    @Test func personalizationsAreThoseOfTheSDK() throws {
        let envelopes = [
            Self.envelope(
                "b@example.org", name: "N1", touch: "tch_2", tag: "renewal-90",
                unsubscribe: "<https://acme.example/u/tch_2>"),
            Self.envelope(
                "a@example.org", name: "N0", touch: "tch_1", tag: "renewal-90",
                unsubscribe: "<https://acme.example/u/tch_1>"),
        ]
        let request = try Self.request(Self.channel(Self.sendgrid), envelopes)
        let wanted = try #require(try Self.recorded("sendgrid")["body_json"] as? NSObject)
        #expect(try Self.object(request.body) == wanted)
    }

    @Test func recipientVariablesAreThoseOfTheSDK() throws {
        let envelopes = ["A", "B"].map { name in
            Self.envelope("\(name.lowercased())@example.org", name: name, touch: "t", tag: "x", unsubscribe: "x")
        }
        let request = try Self.request(Self.channel(Self.mailgun), envelopes)
        let wanted = try #require(try Self.recorded("mailgun")["body_text"] as? String)
        #expect(String(decoding: request.body, as: UTF8.self) == wanted)
    }

    @Test(arguments: ["resend", "postmark"])
    func listsOfWholeMessagesAreThoseOfTheSDK(provider: String) throws {
        let channel = try Self.channel(provider == "resend" ? Self.resend : Self.postmark)
        let envelope = Self.envelope(
            "ada@example.org", touch: "tch_01HZX", tag: "trial", unsubscribe: "<https://acme.example/u/t>")
        let recorded = try Self.recorded(provider)
        let wanted = try #require(recorded["body_json"] as? NSArray)
        let request = try Self.request(channel, Array(repeating: envelope, count: wanted.count))
        #expect(try Self.object(request.body) == wanted)
        let path = try #require(recorded["path"] as? String)
        #expect(request.url.hasSuffix(path))
    }

    @Test func theKeyDerivesFromTheTouchesAndTheirOrder() throws {
        let channel = try Self.channel(Self.resend)
        let envelopes = (1...3).map {
            Self.envelope("a\($0)@example.org", touch: "t\($0)", tag: "x", unsubscribe: "<https://x/\($0)>")
        }
        let request = try Self.request(channel, envelopes)
        let again = try Self.request(channel, envelopes)
        #expect(request.body == again.body && request.bodyHash == again.bodyHash)
        func key(_ request: Request) -> [String] {
            request.headers.filter { $0.name == "Idempotency-Key" }.map(\.value)
        }
        #expect(key(request) == key(again) && key(request).count == 1 && key(request)[0] == request.idempotencyKey)
        let others = [Array(envelopes.reversed()), Array(envelopes.dropLast())]
        for other in others {
            let another = try Self.request(channel, other)
            #expect(key(another) != key(request))
        }
        #expect(!envelopes.map(\.idempotencyKey).contains(request.idempotencyKey))
    }

    @Test func whatDiffersElsewhereHasAnotherShell() throws {
        let channel = try Self.channel(Self.sendgrid)
        let one = Self.envelope("a@example.org", touch: "t1", tag: "x", unsubscribe: "<https://x/1>")
        var (two, three) = (one, one)
        (two.to, two.idempotencyKey) = (.init("b@example.org"), "t2")
        three.tags = ["y"]
        let shells = try Self.parts(channel, [one, two, three]).map(\.shell)
        #expect(shells[0] == shells[1] && shells[0] != shells[2])
    }

    @Test func aTouchWithoutAPlaceOrAnAddressGoesAlone() throws {
        let builder = try RequestBuilder(channel: Self.channel(Self.mailgun), credentials: nil)
        var envelope = Self.envelope("a@example.org", touch: "t1", tag: "x", unsubscribe: "x")
        envelope.to = nil
        let alone = try builder.request(for: envelope, at: Self.now)
        #expect(builder.batch?.part(of: envelope, alone: alone) == nil)
    }

    // MARK: - Answers

    private let attempt = Classifier.Attempt(number: 1, firstAt: .init(milliseconds: 0), now: .init(milliseconds: 0))

    private func answer(_ status: Int, _ text: String) -> Response { Response(status: status, body: Array(text.utf8)) }

    @Test func eachResultSpeaksForItsTouch() throws {
        let classifier = Classifier(channel: try Self.channel(Self.postmark))
        let text = """
            [{"ErrorCode":0,"MessageID":"m1"},{"ErrorCode":300,"Message":"Invalid 'To'"},
             {"ErrorCode":406,"Message":"inactive"},{"ErrorCode":429,"Message":"later"},{"ErrorCode":0,"MessageID":"m5"}]
            """
        let (results, isSplit) = classifier.classify(
            answer(200, text), attempts: Array(repeating: attempt, count: 5))
        #expect(!isSplit)
        #expect(
            results == [
                .sent(id: "m1"), .rejected(reason: "HTTP 200: Invalid 'To' (300)"),
                .suppress(reason: "HTTP 200: inactive (406)"),
                .retry(after: nil, before: nil, reason: "HTTP 200: later (429)"), .sent(id: "m5"),
            ])
    }

    @Test(arguments: ["", "{}", "[]", "[{}]", "[{},{},{}]", "nonsense", "{\"data\":[{}]}"])
    func resultsThatAreMissingMakeEveryTouchDoubtful(text: String) throws {
        for source in [Self.postmark, Self.resend] {
            let channel = try Self.channel(source)
            let (results, isSplit) = Classifier(channel: channel).classify(
                answer(200, text), attempts: [attempt, attempt])
            #expect(!isSplit && results.count == 2)
            for result in results {
                switch result {
                case .unknown: #expect(channel.idempotency == .none)
                case .retry(_, let before, _): #expect(before != nil && channel.idempotency != .none)
                default: Issue.record("\(result)")
                }
            }
        }
    }

    @Test func aRefusalOfTheWholeLetsEachTryAlone() throws {
        let classifier = Classifier(channel: try Self.channel(Self.resend))
        let (results, isSplit) = classifier.classify(answer(422, "{}"), attempts: [attempt, attempt])
        #expect(isSplit)
        #expect(
            results.allSatisfy {
                if case .retry(_, before: nil, _) = $0 { true } else { false }
            })
        // Not when an earlier attempt may have arrived.
        var doubtful = attempt
        doubtful.mayHaveArrived = true
        let (unclear, isSplitAgain) = classifier.classify(answer(422, "{}"), attempts: [doubtful, doubtful])
        #expect(!isSplitAgain)
        #expect(unclear.allSatisfy { if case .unknown = $0 { true } else { false } })
    }

    @Test(arguments: [429, 500, 503])
    func whatIsWrongWithTheEndpointIsWrongForAll(status: Int) throws {
        let classifier = Classifier(channel: try Self.channel(Self.resend))
        let (results, isSplit) = classifier.classify(answer(status, "{}"), attempts: [attempt, attempt])
        #expect(!isSplit && results.count == 2 && results[0] == results[1])
        #expect(results[0] == classifier.classify(answer(status, "{}"), attempt: attempt))
    }

    // MARK: - Files

    @Test func badBatchesAreRefusedInWords() {
        #expect(Self.complaints("batch: { results: whole }").isEmpty)
        #expect(Self.complaints("batch: { results: whole }", limits: "")[0].contains("needs \"limits: { batch: N }\""))
        #expect(Self.complaints("")[0].contains("needs \"batch\", which says how"))
        #expect(Self.complaints("", limits: "limits: { batch: 1 }").isEmpty)
        #expect(Self.complaints("batch: { results: data }")[0].contains("such as /items"))
        #expect(Self.complaints("batch: { by_address: /to }")[0].contains("goes with \"items\""))
        #expect(Self.complaints("batch: { url: \"http://other.example\" }")[0].contains("not https"))
        #expect(!Self.complaints("batch: {}", limits: "limits: { batch: 2000 }").isEmpty)
        #expect(
            Self.complaints("batch: {}\nidempotency: { body: /key, lifetime: 1h }")[0].contains(
                "idempotency key in a header"))
    }
}
