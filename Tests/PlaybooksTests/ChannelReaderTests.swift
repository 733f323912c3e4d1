import Playbooks
import Testing

struct ChannelReaderTests {
    private func read(_ text: String) -> (Channel?, [String]) {
        var files = SampleWorkspace.files
        files["channels/c.yaml"] = text
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        let complaints = diagnostics.map(\.description).filter { $0.hasPrefix("channels/c.yaml:") }
        return (workspace?.channels["c"], complaints.map { String($0.dropFirst("channels/c.yaml:".count)) })
    }

    private let least = "channel: c\nkind: webhook\nrequest: { url: https://a.example/x }\n"

    @Test func aJSONChannelHasItsValues() throws {
        let workspace = try #require(WorkspaceReader.read(SampleWorkspace.files).workspace)
        let channel = try #require(workspace.channels["sendgrid"])
        #expect(channel.kind == .email)
        #expect(channel.vars == ["base": "https://api.sendgrid.com"])
        #expect(channel.url == "{{ vars.base }}/v3/mail/send")
        #expect(channel.headers == [.init("X-Team", .text("success"))])
        #expect(channel.connectTimeout == .seconds(4))
        #expect(channel.totalTimeout == .seconds(20))
        #expect(channel.auth == .bearer(token: Secret(.environment("SENDGRID_API_KEY"))))
        #expect(
            channel.body
                == .json(
                    .object([
                        .init(
                            "personalizations",
                            .list([.object([.init("to", .list([.object([.init("email", .text("{{ to.email }}"))])]))])])
                        ),
                        .init(
                            "reply_to",
                            .object([
                                .init("$if", .text("reply_to")),
                                .init("then", .object([.init("email", .text("{{ reply_to }}"))])),
                            ])),
                        .init(
                            "asm",
                            .object([
                                .init("group", .integer(12)), .init("share", .number(0.5)), .init("on", .boolean(true)),
                                .init("none", .null), .init("code", .text("12")),
                            ])),
                    ])))
        #expect(channel.id == .header("X-Message-Id"))
        #expect(channel.errorMessage == .pointer("/errors/0/message"))
        #expect(channel.errorCode == .header("X-Code"))
        #expect(channel.perSecond == 100)
        #expect(channel.inFlight == 4)
        #expect(channel.idempotency == .header(name: "Idempotency-Key", lifetime: .days(1)))
        #expect(channel.onUnknown == .assumeSent)
        #expect(channel.events?.dialect == .sendgrid)
        #expect(!channel.allowPrivate)
    }

    @Test func responseRulesKeepTheirOrderAndTests() throws {
        let workspace = try #require(WorkspaceReader.read(SampleWorkspace.files).workspace)
        let rules = try #require(workspace.channels["sendgrid"]).rules
        #expect(rules.map(\.then) == [.accepted, .retry, .halt, .retry, .halt])
        #expect(
            rules.map(\.status) == [[202...202], [429...429], [401...401, 403...403], [408...408, 500...599], []])
        #expect(
            rules[1].after == [
                Channel.RetryAfter(.header("Retry-After")),
                Channel.RetryAfter(.header("X-RateLimit-Reset"), as: .epoch),
            ])
        #expect(rules[1].maxAttempts == 5)
        #expect(
            rules[3].pointers == [
                "/code": .oneOf([.number(1), .text("two")]), "/text": .contains(["busy", "later"]),
                "/wait": .greater(3),
            ])
        #expect(rules[4].headers == ["x-kind": "~(Paused|Limit)"])
        #expect(rules[4].text == "stop")
    }

    @Test func aFormChannelHasItsValues() throws {
        let workspace = try #require(WorkspaceReader.read(SampleWorkspace.files).workspace)
        let channel = try #require(workspace.channels["inapp"])
        #expect(channel.allowPrivate)
        #expect(channel.auth == .basic(user: "api", password: Secret(.file("/run/secrets/inapp"))))
        #expect(
            channel.body
                == .form([
                    .init("to", .text("{{ recipient.id }}")), .init("o:tag", .text("{{ tags }}")),
                    .init(
                        "$spread", .list([.object([.init("map", .text("headers")), .init("prefix", .text("h:"))])])),
                ]))
        #expect(channel.idempotency == .none)
        #expect(workspace.channels["slack"]?.url == "env:SLACK_WEBHOOK_URL")
    }

    @Test func aSecretInTheFileIsAWarning() {
        let (channel, complaints) = read(least + "auth: { kind: header, name: X-Key, value: abc }\n")
        #expect(channel?.auth == .header(name: "X-Key", value: Secret(.literal("abc"))))
        #expect(
            complaints == ["4:43: warning: \"value\" holds the secret itself; write env:NAME or file:PATH instead"])
    }

    @Test func plainHTTPIsRefusedUnlessAllowed() {
        let http = least.replacing("https", with: "http")
        #expect(
            read(http).1 == ["3:17: error: the URL is not https; say \"allow_private: true\" if that is meant"])
        #expect(read(http + "allow_private: true\n").1 == [])
    }

    @Test func onlyTheFileDecidesTheHost() {
        let url = least.replacing("https://a.example/x", with: "\"https://{{ account.key }}.example/\"")
        #expect(read(url).1 == ["3:17: error: the host of \"url\" may use {{ vars.NAME }} only"])
        for bad in ["ftp://a.example", "a.example", "https://"] {
            let (channel, complaints) = read(least.replacing("https://a.example/x", with: "\"\(bad)\""))
            #expect(channel == nil)
            #expect(complaints.first?.hasPrefix("3:17: error: expected an https URL") == true, "\(bad)")
        }
    }

    @Test func aPasswordInTheURLIsRefusedAndNotRepeated() {
        for scheme in ["https", "http", "ftp"] {
            let (channel, complaints) = read(
                least.replacing("https://a.example/x", with: "\"\(scheme)://me:hunter2@a.example/\""))
            #expect(channel == nil)
            #expect(!complaints.isEmpty)
            #expect(!complaints.contains { $0.contains("hunter2") }, "\(complaints)")
        }
    }

    @Test func allComplaintsComeAtOnceWithTheirPlaces() {
        let text = """
            channel: c
            kind: emial
            request: { method: FETCH, url: "https://a.example/{{ vars.x }}", timeout: { connect: 9s, total: 3s } }
            auth: { kind: bearer, user: me }
            body: { kind: json, fields: {} }
            response:
              id: X-Id
              rules:
                - { status: 700, then: accepted }
                - { status: 200, then: acepted }
                - { body: { code: 1 }, then: reject, after: { header: X } }
                - { status: 200-100, then: retry, after: { as: epoch } }
            limits: { per_second: 0, in_flight: many }
            idempotency: { lifetime: 24h }
            on_unknown: retry
            batches: 10

            """
        #expect(
            read(text).1 == [
                "2:7: error: expected email, in_app, push, sms or webhook for \"kind\", got \"emial\"; did you mean \"email\"?",
                "3:20: error: unknown method \"FETCH\"; known: POST, PUT, PATCH",
                "3:51: error: unknown variable \"vars.x\"; declare it under \"vars\"",
                "3:75: error: the timeout \"connect\" is longer than \"total\"",
                "4:7: error: the auth kind bearer needs \"token\"",
                "4:23: error: \"user\" does not go with the auth kind bearer",
                "5:7: error: the body kind json needs \"template\"",
                "5:21: error: \"fields\" does not go with the body kind json",
                "7:7: error: expected { header: NAME } or a JSON pointer such as /id for \"id\", got \"X-Id\"",
                "9:17: error: expected a status such as 202 or 400-499, got \"700\"",
                "10:28: error: expected accepted, retry, reject, suppress, duplicate or halt for \"then\", "
                    + "got \"acepted\"; did you mean \"accepted\"?",
                "11:17: error: a JSON pointer begins with /, got \"code\"",
                "11:42: error: \"after\" goes with \"then: retry\"",
                "12:17: error: expected a status such as 202 or 400-499, got \"200-100\"",
                "12:46: error: either \"header\" or \"pointer\" is needed",
                "13:23: error: expected a number from 0.001 to 100,000 for \"per_second\", got \"0\"",
                "13:37: error: expected a whole number from 1 to 1000 for \"in_flight\", got \"many\"",
                "14:14: error: \"idempotency\" is none, or has either \"header\" or \"body\"",
                "15:13: error: expected hold, assume_sent or resend for \"on_unknown\", got \"retry\"",
                "16:1: error: unknown key \"batches\"; did you mean \"batch\"?",
            ])
    }

    @Test func templatesKnowTheirForms() {
        let body = """
            body:
              kind: json
              template:
                a: { $if: text }
                b: { $each: headers, do: x, other: y }
                c: { $iff: text, then: x }
                d: "{{ open"
                e: "{{ }}"
                f: { $merge: [ x ], g: 1 }

            """
        #expect(
            read(least + body).1 == [
                "7:10: error: \"$if\" needs \"then\" beside it",
                "8:10: error: \"other\" does not go with \"$each\"",
                "9:10: error: unknown form \"$iff\"; did you mean \"$if\"?",
                "10:9: error: \"{{\" is not closed by \"}}\"",
                "11:9: error: \"{{ }}\" names nothing",
            ])
    }

    @Test func anAuthKindHasItsOwnKeys() {
        #expect(
            read(least + "auth: { kind: sigv4, service: ses, region: r, token: env:T, access_key: env:A }\n").1 == [
                "4:7: error: the auth kind sigv4 needs \"secret_key\"",
                "4:47: error: \"token\" does not go with the auth kind sigv4",
            ])
        #expect(
            read(least + "auth: { kind: hmca }\n").1 == [
                "4:15: error: unknown auth kind \"hmca\"; did you mean \"hmac\"?"
            ])
    }

    @Test func anAuthKindHasItsValues() {
        let hmac =
            "{ kind: hmac, key: env:K, payload: \"{{ timestamp }}{{ body }}\", encoding: hex, headers: { X: \"{{ signature }}\" } }"
        let kinds: [(String, Channel.Auth)] = [
            (
                "{ kind: header, name: X-Key, scheme: Key, value: env:K }",
                .header(name: "X-Key", value: Secret(.environment("K")), scheme: "Key")
            ),
            ("{ kind: query, name: key, value: file:k }", .query(name: "key", value: Secret(.file("k")))),
            (
                "{ kind: body, value: env:K }\nbody: { kind: form, fields: { k: \"{{ secret }}\" } }",
                .body(value: Secret(.environment("K")))
            ),
        ]
        for (text, auth) in kinds {
            let (channel, complaints) = read(least + "auth: \(text)\n")
            #expect(complaints == [])
            #expect(channel?.auth == auth)
        }
        guard case .hmac(let auth)? = read(least + "auth: \(hmac)\n").0?.auth else {
            Issue.record("not hmac")
            return
        }
        #expect(auth.key == Secret(.environment("K")) && auth.encoding == .hex)
        #expect(auth.payload == "{{ timestamp }}{{ body }}" && auth.headers == [.init("X", .text("{{ signature }}"))])
    }

    @Test func aChannelInAFileOfAnotherNameIsAWarning() {
        let (_, complaints) = read(least.replacing("channel: c", with: "channel: d"))
        #expect(complaints == ["1:1: warning: the channel \"d\" lies in a file of another name, channels/c.yaml"])
    }
}
