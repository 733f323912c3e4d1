import Basics
import Crypto
import Delivery
import Foundation
import Playbooks
import Storage
import Testing

/// Inbound mail over HTTP; touch 1 went to `ann@a1.example` and is `m1@mail.example` to its provider.
@Suite struct InboundTests {
    private static let signingSecret = "whsec_" + Data("resends signing secret".utf8).base64EncodedString()

    private func with(_ body: (PagesSite) async throws -> Void) async throws {
        let configuration = try #require(PagesSite.files["keeptouch.yaml"])
        let inbound = """

            inbound: { postmark: hush, mailgun: hush, sendgrid: hush, sparkpost: hush, brevo: hush, plain: hush,
              resend: \(Self.signingSecret) }
            """
        try await PagesSite.with(["keeptouch.yaml": configuration + inbound]) { site async throws in
            try site.execute("UPDATE touch SET provider_id = '<m1@mail.example>', claimed_at = 1, settled_at = 2")
            try await body(site)
        }
    }

    private func fixture(_ name: String) throws -> String {
        String(decoding: try ProviderFixture.bytes("inbound/" + name), as: UTF8.self)
    }

    private func outcomes(_ site: PagesSite) throws -> [String] {
        try site.rows("SELECT touch_id, account_id, enrollment_id, kind, detail FROM outcome")
    }

    private let replied = ["1|1|9|replied|-"]

    @Test(arguments: [
        ("postmark", "postmark.json", "application/json"),
        ("sendgrid", "sendgrid.multipart", "multipart/form-data; boundary=xYzZY"),
        ("sendgrid", "sendgrid_raw.multipart", "multipart/form-data; boundary=xYzZY"),
        ("brevo", "brevo.json", "application/json"), ("sparkpost", "sparkpost.json", "application/json"),
        ("plain", "plain.json", "application/json"),
    ])
    func aReplyIsOneOutcomeHoweverOftenItComesAndNothingOfItIsKept(
        provider: String, file: String, type: String
    ) async throws {
        try await with { site async throws in
            let body = try fixture(file)
            let headers = ["Content-Type": type]
            for path in ["/inbound/\(provider)/husH", "/inbound/\(provider)"] {
                #expect(try await site.send("POST", path, body: body, headers: headers).status == 401)
            }
            #expect(try outcomes(site) == [])
            for _ in 1...2 {
                let answer = try await site.send("POST", "/inbound/\(provider)/hush", body: body, headers: headers)
                #expect(answer.status == 200, "\(answer.text)")
            }
            #expect(try outcomes(site) == replied)
            #expect(try site.rows("SELECT type, touch_id, detail FROM change") == ["replied|1|-"])
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
            let dump = try site.rows("SELECT dedup FROM outcome").joined()
            #expect(!dump.contains("@") && !dump.contains("secret"))
        }
    }

    @Test func aRouteOfMailgunIsProvedByItsFields() async throws {
        try await with { site async throws in
            let timestamp = "\(PagesSite.now.milliseconds / 1_000)"
            func form(_ name: String, token: String = "abc") throws -> String {
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data("\(timestamp)\(token)".utf8), using: SymmetricKey(data: Data("hush".utf8)))
                return try fixture(name).replacing("TIMESTAMP", with: timestamp).replacing("TOKEN", with: token)
                    .replacing("SIGNATURE", with: Hexadecimal.text(code))
            }
            func post(_ body: String, _ type: String) async throws -> Int {
                try await site.send("POST", "/inbound/mailgun", body: body, headers: ["Content-Type": type]).status
            }
            let (fields, parts) = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b1")
            #expect(try await post(fixture("mailgun.form"), fields) == 401)
            #expect(try await post(form("mailgun.form"), fields) == 200)
            #expect(try await post(form("mailgun.multipart"), parts) == 200)
            #expect(try outcomes(site) == replied)
            // The token of one mail proves no other.
            let other = try form("mailgun.form").replacing("CAGXpo2", with: "Other")
            #expect(try await post(other, fields) == 401)
            #expect(try outcomes(site) == replied)
            site.advance(.hours(26))
            #expect(try await post(form("mailgun.form", token: "def"), fields) == 401)
        }
    }

    @Test func mailOfResendIsSignedAndFoundByTheAddressItWentTo() async throws {
        try await with { site async throws in
            let body = try fixture("resend.json")
            let seconds = "\(PagesSite.now.milliseconds / 1_000)"
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("msg_1.\(seconds).\(body)".utf8),
                using: SymmetricKey(data: Data("resends signing secret".utf8)))
            let headers = [
                "svix-id": "msg_1", "svix-timestamp": seconds, "Content-Type": "application/json",
                "svix-signature": "v1," + code.withUnsafeBytes { Data($0).base64EncodedString() },
            ]
            let forged = body.replacing("ann@a1", with: "bob@a1")
            #expect(try await site.send("POST", "/inbound/resend", body: forged, headers: headers).status == 401)
            for _ in 1...2 {
                #expect(try await site.send("POST", "/inbound/resend", body: body, headers: headers).status == 200)
            }
            #expect(try outcomes(site) == replied)
        }
    }

    @Test func sparkPostsTokenStandsInItsOwnHeader() async throws {
        try await with { site async throws in
            func post(_ token: String) async throws -> Int {
                try await site.send(
                    "POST", "/inbound/sparkpost", body: fixture("sparkpost.json"),
                    headers: ["X-MessageSystems-Webhook-Token": token, "Content-Type": "application/json"]
                ).status
            }
            #expect(try await post("hus") == 401)
            #expect(try await post("hush") == 200)
            #expect(try outcomes(site) == replied)
        }
    }

    @Test func sendGridMaySignInstead() async throws {
        let key = P256.Signing.PrivateKey()
        let text = key.publicKey.derRepresentation.base64EncodedString()
        let configuration = try #require(PagesSite.files["keeptouch.yaml"])
        try await PagesSite.with(["keeptouch.yaml": configuration + "\ninbound: { sendgrid: \(text) }"]) {
            site async throws in
            try site.execute("UPDATE touch SET provider_id = 'm1', claimed_at = 1, settled_at = 2")
            let seconds = PagesSite.now.milliseconds / 1_000
            let body = try fixture("sendgrid.multipart")
            let signature = try key.signature(for: Data("\(seconds)\(body)".utf8)).derRepresentation
            let headers = [
                "Content-Type": "multipart/form-data; boundary=xYzZY",
                "X-Twilio-Email-Event-Webhook-Timestamp": "\(seconds)",
                "X-Twilio-Email-Event-Webhook-Signature": signature.base64EncodedString(),
            ]
            let forged = body.replacing("ann@a1", with: "bob@a1")
            #expect(try await site.send("POST", "/inbound/sendgrid", body: forged, headers: headers).status == 401)
            // The public key is no secret.
            #expect(
                try await site.send(
                    "POST", "/inbound/sendgrid", body: body,
                    headers: ["Content-Type": headers["Content-Type"] ?? "", "Authorization": "Bearer \(text)"]
                ).status == 401)
            #expect(try await site.send("POST", "/inbound/sendgrid", body: body, headers: headers).status == 200)
            #expect(try outcomes(site) == replied)
        }
    }

    @Test func machinesAndStrangersAreAnsweredAndNothingIsKept() async throws {
        try await with { site async throws in
            let mail = try fixture("plain.json")
            for text in [
                mail.replacing(#""Auto-Submitted": "no""#, with: #""Auto-Submitted": "auto-replied""#),
                mail.replacing("ann@a1.example", with: "eve@evil.example"),
                mail.replacing("<m1@mail.example>", with: "<m7@mail.example>"),
                mail.replacing("Ann Example <ann@a1.example>", with: "nobody"),
            ] {
                #expect(text != mail)
                #expect(try await site.send("POST", "/inbound/plain/hush", body: text).status == 200)
            }
            #expect(try outcomes(site) == [])
            #expect(try site.rows("SELECT count(*) FROM webhook") == ["0"])
            for text in ["", "{", "7", "{}", "[[]]"] {
                #expect(try await site.send("POST", "/inbound/plain/hush", body: text).status == 400, "\(text)")
            }
            #expect(try await site.send("POST", "/inbound/nobody/hush", body: mail).status == 404)
            #expect(try await site.send("HEAD", "/inbound/plain").status == 200)
        }
        try await PagesSite.with { site async throws in
            let refused = try await site.send("POST", "/inbound/plain/hush", body: "{}")
            #expect(refused.status == 404)
            #expect(refused.text.contains("inbound: { plain: env:NAME }"))
        }
    }

    /// As large as what Postmark and SendGrid let in.
    @Test func aMailOf30MegabytesIsReadWithinBounds() async throws {
        try await with { site async throws in
            let file = String(repeating: "QUJDREVG", count: 30 * 1_024 * 1_024 / 8)
            let mail = try fixture("postmark.json").replacing(
                #""Attachments": []"#, with: #""Attachments": [{"Name": "film.mov", "Content": "\#(file)"}]"#)
            let answer = try await site.send(
                "POST", "/inbound/postmark/hush", body: mail, headers: ["Content-Type": "application/json"])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try outcomes(site) == replied)
            let parts = try fixture("sendgrid.multipart").replacing("a file", with: file)
            let second = try await site.send(
                "POST", "/inbound/sendgrid/hush", body: parts,
                headers: ["Content-Type": "multipart/form-data; boundary=xYzZY"])
            #expect(second.status == 200, "\(second.text)")
            // What is signed whole is not read in part; what has many texts is not kept.
            let whole = try await site.send("POST", "/inbound/plain/hush", body: #"{"text": "\#(file)"}"#)
            #expect(whole.status == 413)
            let many =
                "["
                + Array(repeating: "\"\(String(repeating: "x", count: 60_000))\"", count: 100).joined(separator: ",")
                + "]"
            let refused = try await site.send(
                "POST", "/inbound/brevo/hush", body: many, headers: ["Content-Type": "application/json"])
            #expect(refused.status == 413)
        }
    }
}
