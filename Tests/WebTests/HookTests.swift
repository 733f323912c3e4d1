import Basics
import Crypto
import Delivery
import Foundation
import Playbooks
import Storage
import Testing

/// Delivery webhooks over HTTP; touch 1 went to `ann@a1.example` by the channel `mail`.
@Suite struct HookTests {
    private func channel(_ events: String, _ name: String = "mail") -> [String: String] {
        [
            "channels/\(name).yaml": """
            channel: \(name)
            kind: email
            request: { method: POST, url: "http://127.0.0.1:1/send" }
            allow_private: true
            body: { kind: json, template: { to: "{{ to.email }}" } }
            \(events)
            """
        ]
    }

    private let plain = "events: { dialect: plain, key: hush }"
    private let known = ["Authorization": "Bearer hush"]

    @Test func aSignedWebhookBecomesAnOutcome() async throws {
        let key = P256.Signing.PrivateKey()
        let text = key.publicKey.derRepresentation.base64EncodedString()
        try await PagesSite.with(channel("events: { dialect: sendgrid, key: \(text) }")) { site async throws in
            let seconds = PagesSite.now.milliseconds / 1_000
            let body = """
                [{"email": "ann@a1.example", "timestamp": \(seconds - 60), "event": "click", "sg_event_id": "e1",
                  "sg_message_id": "m.1", "touch_id": "t1", "url": "https://app.example/x"}]
                """
            let signature = try key.signature(for: Data("\(seconds)\(body)".utf8)).derRepresentation
            let headers = [
                "X-Twilio-Email-Event-Webhook-Timestamp": "\(seconds)",
                "X-Twilio-Email-Event-Webhook-Signature": signature.base64EncodedString(),
            ]
            for _ in 1...2 {
                #expect(try await site.send("POST", "/hooks/mail", body: body, headers: headers).status == 200)
            }
            #expect(
                try site.rows("SELECT touch_id, account_id, enrollment_id, kind, at, detail FROM outcome") == [
                    "1|1|9|clicked|\((seconds - 60) * 1_000)|{\"link\":\"https://app.example/x\"}"
                ])
            let forged = try await site.send("POST", "/hooks/mail", body: body + " ", headers: headers)
            #expect(forged.status == 401)
            #expect(forged.text.contains("its signature is wrong"))
            #expect(forged.headers["content-type"] == "application/problem+json")
            #expect(try await site.send("POST", "/hooks/mail", body: body).status == 401)
            site.advance(.hours(26))
            #expect(try await site.send("POST", "/hooks/mail", body: body, headers: headers).status == 401)
        }
    }

    @Test func whoIsNotKnownIsToldSo() async throws {
        try await PagesSite.with(
            channel(plain).merging(channel("", "quiet")) { $1 }.merging(channel("events: sendgrid", "bare")) { $1 }
        ) { site async throws in
            func status(_ path: String, _ body: String, _ headers: [String: String]) async throws -> Int {
                try await site.send("POST", path, body: body, headers: headers).status
            }
            #expect(try await status("/hooks/nothing", "{}", known) == 404)
            #expect(try await status("/hooks/quiet", "{}", known) == 404)
            #expect(try await status("/hooks/bare", "[]", known) == 401)
            #expect(try await status("/hooks/mail", "{", known) == 400)
            #expect(try await status("/hooks/mail", "{}", [:]) == 401)
            #expect(try await status("/hooks/mail/hush", "[]", [:]) == 200)
            #expect(try await status("/hooks/mail/husH", "{}", [:]) == 401)
            #expect(try await status("/hooks/mail", "{}", known) == 400)
            #expect(try await site.send("HEAD", "/hooks/mail").status == 200)
            #expect(try await site.send("HEAD", "/hooks/nothing").status == 404)
            let large = String(repeating: " ", count: 5 * 1_024 * 1_024 + 1)
            #expect(try await status("/hooks/mail", large, known) == 413)
            #expect(try site.rows("SELECT count(*) FROM outcome") == ["0"])
        }
    }

    @Test func whatBelongsToNoTouchIsKeptAndAnswered() async throws {
        try await PagesSite.with(channel(plain)) { site async throws in
            let body =
                #"[{"event": "opened", "touch_id": "t77", "id": "e1"}, {"event": "opened", "touch_id": "t1", "id": "e2"}]"#
            for _ in 1...2 {
                #expect(try await site.send("POST", "/hooks/mail", body: body, headers: known).status == 200)
            }
            #expect(
                try site.rows("SELECT source, body FROM webhook") == [
                    #"mail|{"event":"opened","touch_id":"t77","id":"e1"}"#
                ])
            #expect(try site.rows("SELECT kind, touch_id FROM outcome") == ["opened|1"])
        }
    }

    @Test func aTokenOfMailgunIsGoodForOneBodyOnly() async throws {
        try await PagesSite.with(channel("events: { dialect: mailgun, key: hush }")) { site async throws in
            let timestamp = "\(PagesSite.now.milliseconds / 1_000)"
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("\(timestamp)abc".utf8), using: SymmetricKey(data: Data("hush".utf8)))
            func body(_ event: String) -> String {
                """
                {"signature": {"timestamp": "\(timestamp)", "token": "abc", "signature": "\(Hexadecimal.text(code))"},
                 "event-data": {"event": "\(event)", "id": "e-\(event)", "user-variables": {"touch_id": "t1"}}}
                """
            }
            #expect(try await site.send("POST", "/hooks/mail", body: body("opened")).status == 200)
            // Mailgun did not hear the answer and repeats it.
            #expect(try await site.send("POST", "/hooks/mail", body: body("opened")).status == 200)
            let replay = try await site.send("POST", "/hooks/mail", body: body("complained"))
            #expect(replay.status == 401)
            #expect(replay.text.contains("has been used before"))
            #expect(try site.rows("SELECT kind FROM outcome") == ["opened"])
            #expect(try site.rows("SELECT count(*) FROM suppression") == ["0"])
        }
    }

    /// Whoever says it in other words is told, and says it again.
    @Test(arguments: [
        (
            #"{"event": "unsubscribe", "touch_id": "t1", "id": "x"}"#,
            "there is no event \"unsubscribe\"; did you mean \"unsubscribed\"?"
        ),
        (
            #"[{"event": "opened", "touch_id": "t1", "id": "y"}, {"event": "Bounce", "touch_id": "t1"}]"#,
            "did you mean \"bounced\"?"
        ),
        (
            #"{"event": "hard_bounce", "touch_id": "t1"}"#,
            "there is no event \"hard_bounce\"; known: accepted, bounced, clicked,"
        ),
        (#"{"event": "goal", "touch_id": "t1"}"#, "there is no event \"goal\""),
        ("{}", "an object needs an `event`; known: accepted, bounced, clicked,"),
        (#"{"event": "open", "touch_id": "t1"}"#, "there is no event \"open\"; did you mean \"opened\"?"),
        (#"{"event": "delivery", "touch_id": "t1"}"#, "did you mean \"delivered\"?"),
        (
            #"{"event": "opened", "email": "ann@a1.example"}"#,
            "opened needs `touch_id` or `message_id`, which say of which message it is"
        ),
        (#"{"event": "bounced"}"#, "or `email`, of which address"),
        (#"{"event": "bounced", "email": "ann"}"#, "`email`: \"ann\" is no address"),
        (#"{"event": "unsubscribed", "email": "ann@a1.example", "category_only": true}"#, "`category_only` is of"),
    ])
    func aWordThatNobodyKnowsIsNotLost(body: String, complaint: String) async throws {
        try await PagesSite.with(channel(plain)) { site async throws in
            let answer = try await site.send("POST", "/hooks/mail", body: body, headers: known)
            #expect(answer.status == 400)
            #expect(answer.text.replacing("\\\"", with: "\"").contains(complaint), "\(answer.text)")
            #expect(try site.rows("SELECT count(*) FROM outcome") == ["0"])
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
        }
    }

    @Test(arguments: [("bounced", "hard bounce"), ("complained", "complaint"), ("unsubscribed", "unsubscribed")])
    func anAddressAloneIsSuppressed(word: String, reason: String) async throws {
        try await PagesSite.with(channel(plain)) { site async throws in
            let body = "{\"event\": \"\(word)\", \"email\": \"Eve@X.example\", \"id\": \"e1\"}"
            for _ in 1...2 {
                #expect(try await site.send("POST", "/hooks/mail", body: body, headers: known).status == 200)
            }
            #expect(try site.rows("SELECT address, category, reason FROM suppression") == ["eve@x.example||\(reason)"])
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
        }
    }

    @Test func aBounceSuppressesAndSettlesOverHTTP() async throws {
        try await PagesSite.with(channel(plain)) { site async throws in
            try site.execute("UPDATE touch SET state = 'unknown', settled_at = NULL")
            let body = #"{"event": "bounced", "touch_id": "t1", "id": "e1", "reason": "550 no such user"}"#
            #expect(try await site.send("POST", "/hooks/mail", body: body, headers: known).status == 200)
            #expect(try site.rows("SELECT state FROM touch") == ["sent"])
            #expect(try site.rows("SELECT address, reason FROM suppression") == ["ann@a1.example|hard bounce"])
        }
    }

    @Test func changedFilesChangeWhoIsBelieved() async throws {
        try await PagesSite.with(channel("events: { dialect: plain, key: env:NOT_SET }")) { site async throws in
            let refused = try await site.send("POST", "/hooks/mail", body: "{}", headers: known)
            #expect(refused.status == 401)
            #expect(refused.text.contains("NOT_SET is not set"))
        }
    }
}
