import Basics
import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Reliability
import Storage
import Testing

@testable import Web

/// Webhooks that nobody would send.
@Suite struct FuzzTests {
    @Test func brokenSignatureHeadersAreRefused() throws {
        let body = Array("{\"a\":1}".utf8)
        let secret = "whsec_" + Data("0123456789abcdef0123456789abcdef".utf8).base64EncodedString()
        let headers: [(String, String)] = [
            ("Stripe-Signature", "t=1736935200,v1=\(String(repeating: "a", count: 64)),v0=b"),
            ("Paddle-Signature", "ts=1736935200;h1=\(String(repeating: "a", count: 64))"),
            ("X-Slack-Signature", "v0=\(String(repeating: "a", count: 64))"),
            ("X-Slack-Request-Timestamp", "1736935200"), ("webhook-id", "msg_1"), ("webhook-timestamp", "1736935200"),
            ("webhook-signature", "v1,\(Data(repeating: 1, count: 32).base64EncodedString()) v1a,AAAA"),
            ("X-Mandrill-Signature", "AAAA"), ("X-Hub-Signature-256", "sha256=\(String(repeating: "0", count: 64))"),
            ("X-CIO-Timestamp", "1736935200"), ("X-CIO-Signature", String(repeating: "a", count: 64)),
            ("X-Twilio-Email-Event-Webhook-Timestamp", "1736935200"),
            ("X-Twilio-Email-Event-Webhook-Signature", "MEUCIQDx"), ("Authorization", "Basic cG06c2VjcmV0"),
        ]
        let signatures: [(any Signature)?] = [
            TimedSignature(.stripe, secret: secret), TimedSignature(.paddle, secret: secret),
            TimedSignature(.slack, secret: secret), TimedSignature(.customerio, secret: secret),
            StandardSignature(secret: secret), FormSignature(.mandrill, key: secret), BodySignature(secret: secret),
            MailgunSignature(signingKey: secret), SharedSecret(secret),
        ]
        var number = 0
        let findings = Fuzzer(
            headers.map { $0.1 } + [
                "{\"signature\":{\"timestamp\":\"1736935200\",\"token\":\"a\",\"signature\":\"b\"}}"
            ],
            words: ["t=", ",v1=", ";h1=", "v1,", " ", "%", "&", "=", "-1", "99999999999999999999"]
        ).run { bytes in
            let value = String(decoding: bytes, as: UTF8.self)
            number += 1
            var fields = HTTPFields()
            for (index, header) in headers.enumerated() {
                guard let name = HTTPField.Name(header.0) else { continue }
                let isChanged = number % headers.count == index || number % 5 == 0
                let field = isChanged ? value : header.1
                if HTTPField.isValidValue(field) { fields[name] = field }
            }
            let webhook = Webhook(
                headers: fields, body: number % 3 == 0 ? bytes : body, url: "https://a.example/hooks/x")
            for case let signature? in signatures
            where (try? signature.check(webhook, at: ProviderFixture.signedAt)) != nil {
                return "\(type(of: signature)) believes it"
            }
            return nil
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }

    @Test func brokenWebhooksAreReadOrRefused() throws {
        let index = try #require(ProviderFixture.json("webhooks/index.json").listed)
        let bodies = try index.prefix(60).compactMap { item in
            try item["file"]?.scalarText.map {
                String(decoding: try ProviderFixture.bytes("webhooks/" + $0), as: UTF8.self)
            }
        }
        let dialects = Set(index.compactMap { $0["provider"]?.scalarText }.compactMap(Channel.Dialect.init)).sorted {
            $0.rawValue < $1.rawValue
        }
        var number = 0
        let findings = Fuzzer(
            bodies.filter { $0.utf8.count < 8_000 },
            words: ["\"event\":", "\"timestamp\":", "1e400", "-1", "\"\"", "[]", "{}", "null", "\"bounce\"", "\\ud800"]
        ).run { bytes in
            number += 1
            let webhook = Webhook(body: bytes)
            do {
                for notice in try dialects[number % dialects.count].notices(in: webhook) where notice.id.isEmpty {
                    return "a notice without an id"
                }
            } catch let refusal as Unreadable {
                if "\(refusal)".isEmpty { return "a refusal without words" }
            }
            _ = FormFields(bytes)
            return nil
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        Rounds.tell(findings.inputs, findings.figures)
    }
}
