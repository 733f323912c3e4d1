import Basics
import Crypto
import Foundation
import Playbooks
import Storage
import Testing

/// What providers of text messages tell and bring, over HTTP; touch 2 went to `+14155550123` by the channel `texts`.
@Suite struct TextHookTests {
    private func files(_ dialect: String) -> [String: String] {
        [
            "channels/texts.yaml": """
            channel: texts
            kind: sms
            request: { method: POST, url: "http://127.0.0.1:1/send" }
            allow_private: true
            body: { kind: json, template: { to: "{{ to.phone }}" } }
            events: { dialect: \(dialect), key: hush }
            """
        ]
    }

    private func with(_ dialect: String, _ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with(files(dialect)) { site async throws in
            try site.execute(
                "UPDATE contact SET phone = '+14155550123'",
                """
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    provider_id, claimed_at, settled_at)
                VALUES (9, 1, 1, 1, 'sms_1', 1, '+14155550123', 'sms', 'texts', 'education', 'hello.md', 0, 'sent', 50, 0, 0,
                    0, '{}', 'SM1', \(PagesSite.now.milliseconds - 60_000), \(PagesSite.now.milliseconds))
                """)
            try await body(site)
        }
    }

    private let outcomes = "SELECT touch_id, kind FROM outcome ORDER BY id"
    private let suppressed = "SELECT address, reason FROM suppression"

    // MARK: Twilio

    /// A form and its signature.
    private func twilio(_ fields: [(String, String)], query: String = "", key: String = "hush") -> (
        body: String, headers: [String: String]
    ) {
        let body = fields.map { name, value in
            let allowed = CharacterSet.alphanumerics
            return "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
        let signed =
            "https://touch.acme.example/hooks/texts\(query)"
            + fields.sorted { $0.0 < $1.0 }.map { $0.0 + $0.1 }.joined()
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return (body, ["X-Twilio-Signature": Data(code).base64EncodedString()])
    }

    @Test func twiliosStatesBecomeOutcomes() async throws {
        try await with("twilio") { site async throws in
            func tell(_ status: String, _ code: String? = nil, query: String = "") async throws -> Int {
                let (body, headers) = twilio(
                    [
                        ("MessageSid", "SM1"), ("MessageStatus", status), ("To", "+14155550123"),
                        ("From", "+14155550100"),
                    ]
                        + (code.map { [("ErrorCode", $0)] } ?? []), query: query)
                return try await site.send("POST", "/hooks/texts\(query)", body: body, headers: headers).status
            }
            #expect(try await tell("queued") == 200)
            #expect(try await tell("sent") == 200)
            #expect(try await tell("delivered", query: "?a=1&b=%20") == 200)
            #expect(try await tell("delivered") == 200)
            #expect(try site.rows(outcomes) == ["2|accepted", "2|delivered"])
            #expect(try await tell("undelivered", "30003") == 200)
            #expect(try await tell("failed", "30007") == 200)
            #expect(try site.rows(suppressed) == [])
            #expect(try site.rows(outcomes).suffix(2) == ["2|soft_bounced", "2|dropped"])
        }
    }

    @Test func aNumberThatIsNoneIsSuppressed() async throws {
        try await with("twilio") { site async throws in
            let (body, headers) = twilio([
                ("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("To", "whatsapp:+14155550123"),
                ("ErrorCode", "30005"),
            ])
            #expect(try await site.send("POST", "/hooks/texts", body: body, headers: headers).status == 200)
            #expect(try site.rows(suppressed) == ["+14155550123|hard bounce"])
        }
    }

    @Test func stopInTheirLanguageEndsThemAndNothingIsAnswered() async throws {
        try await with("twilio") { site async throws in
            func write(_ text: String, _ id: String, _ more: [(String, String)] = []) async throws -> PagesSite.Answer {
                let (body, headers) = twilio(
                    [("MessageSid", id), ("SmsStatus", "received"), ("From", "+14155550123"), ("Body", text)] + more)
                return try await site.send("POST", "/hooks/texts", body: body, headers: headers)
            }
            let answer = try await write("Thanks!", "SM10")
            // A plain text would be sent to the phone.
            #expect(answer.text.contains("<Response/>") && answer.headers["content-type"] == "text/xml")
            #expect(try site.rows(outcomes) == ["2|replied"])
            _ = try await write("Arrêt", "SM11")
            #expect(try site.rows(suppressed) == ["+14155550123|STOP"])
            _ = try await write("Start", "SM12")
            #expect(try site.rows(suppressed) == [])
            // A word of the account's own means what Twilio says that it means.
            _ = try await write("Nevermore", "SM13", [("OptOutType", "STOP")])
            #expect(try site.rows(suppressed) == ["+14155550123|STOP"])
            #expect(
                try site.rows("SELECT kind FROM outcome ORDER BY id")
                    == ["replied", "unsubscribed", "resubscribed", "unsubscribed"])
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
        }
    }

    @Test func whatIsNotSignedByTwilioIsRefused() async throws {
        try await with("twilio") { site async throws in
            let fields = [("MessageSid", "SM10"), ("From", "+14155550123"), ("Body", "STOP")]
            let (body, headers) = twilio(fields)
            let forged = twilio(fields, key: "other").headers
            #expect(try await site.send("POST", "/hooks/texts", body: body, headers: forged).status == 401)
            #expect(try await site.send("POST", "/hooks/texts", body: body).status == 401)
            #expect(try await site.send("POST", "/hooks/texts", body: body + "&A=1", headers: headers).status == 401)
            #expect(try await site.send("POST", "/hooks/texts?x=1", body: body, headers: headers).status == 401)
            #expect(try await site.send("GET", "/hooks/texts").status == 405)
            #expect(try site.rows(suppressed) == [])
        }
    }

    // MARK: JSON Web Tokens

    private func hash(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    private func token(_ claims: String, key: String = "hush", algorithm: String = "HS256") -> String {
        func part(_ data: Data) -> String {
            data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let text = part(Data("{\"alg\":\"\(algorithm)\",\"typ\":\"JWT\"}".utf8)) + "." + part(Data(claims.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return text + "." + part(Data(code))
    }

    private let seconds = PagesSite.now.milliseconds / 1_000

    @Test func vonagesStatesAndTextsAreProvedByTheirToken() async throws {
        try await with("vonage") { site async throws in
            func post(
                _ body: String, hashed: String? = nil, key: String = "hush", age: Int64 = 0, algorithm: String = "HS256"
            ) async throws -> Int {
                let claims = "{\"iat\":\(seconds - age),\"jti\":\"j\",\"payload_hash\":\"\(hash(hashed ?? body))\"}"
                return try await site.send(
                    "POST", "/hooks/texts", body: body,
                    headers: [
                        "Authorization": "Bearer \(token(claims, key: key, algorithm: algorithm))",
                        "Content-Type": "application/json",
                    ]
                ).status
            }
            let delivered = """
                {"message_uuid": "SM1", "to": "14155550123", "from": "Acme", "timestamp": "2026-03-08T06:59:00Z",
                 "status": "delivered", "client_ref": "t2"}
                """
            #expect(try await post(delivered, hashed: "{}") == 401)
            #expect(try await post(delivered, key: "other") == 401)
            #expect(try await post(delivered, algorithm: "none") == 401)
            #expect(try await post(delivered, age: 26 * 3_600) == 401)
            #expect(try site.rows(outcomes) == [])
            #expect(try await post(delivered) == 200)
            #expect(try site.rows(outcomes) == ["2|delivered"])
            let stop = """
                {"channel": "sms", "message_uuid": "V9", "to": "Acme", "from": "14155550123", "text": "Stopp!",
                 "message_type": "text", "timestamp": "2026-03-08T06:59:30Z"}
                """
            #expect(try await post(stop) == 200)
            #expect(try site.rows(suppressed) == ["+14155550123|STOP"])
        }
    }

    @Test func messageBirdTellsInItsURLAndProvesIt() async throws {
        try await with("messagebird") { site async throws in
            func get(_ query: String, proved: String? = nil, end: Int64 = 60, key: String = "hush") async throws -> Int
            {
                let url = "https://touch.acme.example/hooks/texts?\(proved ?? query)"
                let claims = """
                    {"iss":"MessageBird","nbf":\(seconds - 10),"exp":\(seconds + end),"jti":"j","url_hash":"\(hash(url))"}
                    """
                return try await site.send(
                    "GET", "/hooks/texts?\(query)", headers: ["MessageBird-Signature-JWT": token(claims, key: key)]
                ).status
            }
            let query =
                "id=SM1&reference=t2&recipient=14155550123&status=delivered&statusDatetime=2026-03-08T06%3A59%3A00Z"
            #expect(try await get(query, proved: "id=SM1") == 401)
            #expect(try await get(query, end: -600) == 401)
            #expect(try await get(query, key: "other") == 401)
            #expect(try await get(query) == 200)
            #expect(try site.rows("SELECT touch_id, kind, at FROM outcome") == ["2|delivered|1772953140000"])
            #expect(try await get("id=mb2&originator=14155550123&recipient=14155550100&body=STOP") == 200)
            #expect(try site.rows(suppressed) == ["+14155550123|STOP"])
        }
    }
}
