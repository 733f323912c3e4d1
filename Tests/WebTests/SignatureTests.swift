import Basics
import Crypto
import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Testing

@testable import Web

/// Signatures against vectors that the vendors' own libraries accept.
@Suite struct SignatureTests {
    private struct Vector {
        var scheme: String
        var signature: any Signature
        var webhook: Webhook
        /// The headers that take part.
        var headers: [HTTPField.Name]
    }

    private func vector(_ item: JSON) throws -> Vector? {
        let scheme = try #require(item["scheme"]?.scalarText)
        let secret = item["secret"]?.scalarText ?? ""
        let signature: (any Signature)? =
            switch scheme {
            case "sendgrid-ecdsa":
                SendGridSignature(publicKey: item["public_key_spki_base64"]?.scalarText ?? "")
            case "svix", "standard-webhooks": StandardSignature(secret: secret)
            case "stripe": TimedSignature(.stripe, secret: secret)
            case "paddle": TimedSignature(.paddle, secret: secret)
            case "slack-request": TimedSignature(.slack, secret: secret)
            case "customerio": TimedSignature(.customerio, secret: secret)
            case "mailgun": MailgunSignature(signingKey: secret)
            case "mandrill": FormSignature(.mandrill, key: secret)
            case "intercom", "github-style", "segment-webhook-destination", "shopify-style":
                BodySignature(secret: secret)
            case "sns-v1", "sns-v2":
                try TopicSignature(
                    certificates: [
                        "SimpleNotificationService-0123456789abcdef.pem": item["cert_pem"]?.scalarText ?? ""
                    ], topics: ["arn:aws:sns:us-east-1:123456789012:ses-events"])
            // What this program signs itself, with libcurl.
            case "aws-sigv4": nil
            default: throw TestFailure("no check for \(scheme)")
            }
        guard let signature else { return nil }
        let headers = item["headers"]?.headers ?? HTTPFields()
        let body =
            try item["body_file"]?.scalarText.map(ProviderFixture.bytes) ?? Array((item["body"]?.scalarText ?? "").utf8)
        return Vector(
            scheme: scheme, signature: signature,
            webhook: Webhook(headers: headers, body: body, url: item["url"]?.scalarText ?? ""),
            headers: headers.map(\.name))
    }

    private func vectors() throws -> [Vector] { try ProviderFixture.vectors().compactMap(vector) }

    private func isBelieved(_ webhook: Webhook, _ vector: Vector, at now: Instant = ProviderFixture.signedAt) -> Bool {
        (try? vector.signature.check(webhook, at: now)) != nil
    }

    @Test func everyVectorIsBelieved() throws {
        let vectors = try vectors()
        #expect(vectors.count == 17)
        for vector in vectors {
            #expect(throws: Never.self, "\(vector.scheme)") {
                try vector.signature.check(vector.webhook, at: ProviderFixture.signedAt)
            }
        }
    }

    @Test func oneOfSeveralSignaturesIsEnoughWhileAKeyIsChanged() throws {
        for item in try ProviderFixture.vectors() {
            guard let rotated = item["headers_rotated"], let vector = try vector(item) else { continue }
            var webhook = vector.webhook
            webhook.headers = rotated.headers
            #expect(isBelieved(webhook, vector), "\(vector.scheme)")
        }
        let key = "whsec_stripe_test_secret"
        let body = Array("{}".utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("1736935200.{}".utf8), using: SymmetricKey(data: Array(key.utf8)))
        var headers = HTTPFields()
        headers[try #require(HTTPField.Name("Stripe-Signature"))] =
            "t=1736935200,v1=\(String(repeating: "0", count: 64)),v1=\(Hexadecimal.text(code)),v0=\(Hexadecimal.text(code))"
        let stripe = TimedSignature(.stripe, secret: key)
        #expect(throws: Never.self) {
            try stripe.check(Webhook(headers: headers, body: body), at: ProviderFixture.signedAt)
        }
    }

    @Test func everyFlippedBitOfABodyIsRefused() throws {
        for vector in try vectors() {
            let body = vector.webhook.body
            let covered = try Self.covered(vector.scheme, body)
            #expect(!covered.isEmpty, "\(vector.scheme)")
            for index in covered {
                for bit in 0..<8 {
                    var webhook = vector.webhook
                    webhook.body[index] ^= 1 << bit
                    if isBelieved(webhook, vector), !Self.isSame(webhook.body, body, vector.scheme) {
                        Issue.record("\(vector.scheme): bit \(bit) of byte \(index) of the body")
                    }
                }
            }
        }
    }

    @Test func everyFlippedBitOfASignatureATimestampOrAnIdIsRefused() throws {
        for vector in try vectors() {
            for name in vector.headers {
                let value = Array((vector.webhook.headers[name] ?? "").utf8)
                for index in value.indices {
                    for bit in 0..<7 {
                        var flipped = value
                        flipped[index] ^= 1 << bit
                        var webhook = vector.webhook
                        webhook.headers[name] = String(decoding: flipped, as: UTF8.self)
                        if isBelieved(webhook, vector) {
                            Issue.record("\(vector.scheme): bit \(bit) of byte \(index) of \(name)")
                        }
                    }
                }
                var bare = vector.webhook
                bare.headers[name] = nil
                #expect(!isBelieved(bare, vector), "\(vector.scheme) without \(name)")
            }
        }
    }

    /// The bytes that a signature speaks of: all of the body, for Mailgun its three fields alone.
    private static func covered(_ scheme: String, _ body: [UInt8]) throws -> [Int] {
        let text = String(decoding: body, as: UTF8.self)
        switch scheme {
        case "mailgun":
            let part = try #require(JSON(parsing: body)?["signature"])
            return try part.members.flatMap { member in
                let value = try #require(member.value.scalarText)
                let range = try #require(text.range(of: "\"\(value)\""))
                let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
                return Array((start + 1)..<(start + 1 + value.utf8.count))
            }
        case "sns-v1", "sns-v2":
            // AWS signs no UnsubscribeURL, and nothing here reads it.
            guard let range = text.range(of: "\"UnsubscribeURL\"") else { return Array(body.indices) }
            let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
            return Array(body.indices.prefix(start - 2))
        default: return Array(body.indices)
        }
    }

    /// Whether two bodies are two spellings of one and the same content: `%5b` and `%5B`.
    private static func isSame(_ left: [UInt8], _ right: [UInt8], _ scheme: String) -> Bool {
        switch scheme {
        case "mandrill":
            guard let first = FormFields(left), let second = FormFields(right) else { return false }
            return first.fields.map(\.value) == second.fields.map(\.value)
                && first.fields.map(\.name) == second.fields.map(\.name)
        case "sns-v1", "sns-v2": return JSON(parsing: left) == JSON(parsing: right)
        default: return false
        }
    }

    @Test func anOldOrAnEarlySignatureIsRefused() throws {
        for vector in try vectors() {
            if ["mandrill", "intercom", "github-style", "segment-webhook-destination", "shopify-style"]
                .contains(vector.scheme)
            {
                continue
            }
            let at = ProviderFixture.signedAt
            let repeats = ["sendgrid-ecdsa", "mailgun", "sns-v1", "sns-v2"].contains(vector.scheme)
            #expect(isBelieved(vector.webhook, vector, at: at + .minutes(4)), "\(vector.scheme)")
            #expect(isBelieved(vector.webhook, vector, at: at + .minutes(6)) == repeats, "\(vector.scheme)")
            #expect(!isBelieved(vector.webhook, vector, at: at + .hours(26)), "\(vector.scheme)")
            #expect(!isBelieved(vector.webhook, vector, at: at - .hours(2)), "\(vector.scheme)")
        }
    }

    @Test func aSharedSecretIsTakenInThreeWaysAndNoOther() throws {
        let secret = SharedSecret("hush-hush")
        func check(_ authorization: String?, token: String? = nil) -> Bool {
            var headers = HTTPFields()
            headers[.authorization] = authorization
            return (try? secret.check(Webhook(headers: headers, body: [], token: token), at: ProviderFixture.signedAt))
                != nil
        }
        func basic(_ pair: String) -> String { "Basic \(Data(pair.utf8).base64EncodedString())" }
        #expect(check(basic("anybody:hush-hush")))
        #expect(check("Bearer hush-hush"))
        #expect(check(nil, token: "hush-hush"))
        for wrong in [
            nil, "", "Bearer", "Bearer hush-husH", "Bearer ", "hush-hush", basic("hush-hush"), basic("a:"), "Basic ?",
            "Digest hush-hush",
        ] {
            #expect(!check(wrong), "\(wrong ?? "nothing")")
        }
        // A wrong part of the URL is not made good by a right header.
        #expect(!check("Bearer hush-hush", token: "x"))
    }

    @Test func anotherTopicRegionOrCertificateIsRefused() throws {
        let item = try #require(ProviderFixture.vectors().first { $0["scheme"]?.scalarText == "sns-v2" })
        let certificate = try #require(item["cert_pem"]?.scalarText)
        let topic = "arn:aws:sns:us-east-1:123456789012:ses-events"
        let name = "SimpleNotificationService-0123456789abcdef.pem"
        let body = try ProviderFixture.bytes("signatures/sns_Bounce_Permanent.v2.json")
        func refusal(_ name: String, _ topic: String, _ body: [UInt8], at now: Instant) -> String? {
            do {
                try TopicSignature(certificates: [name: certificate], topics: [topic]).check(
                    Webhook(body: body), at: now)
                return nil
            } catch { return "\(error)" }
        }
        let now = ProviderFixture.signedAt
        #expect(refusal(name, topic, body, at: now) == nil)
        #expect(refusal(name, topic + "2", body, at: now)?.contains("topic") == true)
        #expect(refusal("other.pem", topic, body, at: now)?.contains("not held") == true)
        let text = String(decoding: body, as: UTF8.self)
        for host in [
            "https://sns.us-east-2.amazonaws.com/", "https://evil.example/", "http://sns.us-east-1.amazonaws.com/",
            "https://sns.us-east-1.amazonaws.com.evil.example/",
        ] {
            let moved = text.replacing("https://sns.us-east-1.amazonaws.com/Simple", with: host + "Simple")
            #expect(moved != text)
            #expect(refusal(name, topic, Array(moved.utf8), at: now)?.contains("SigningCertURL") == true, "\(host)")
        }
        #expect(throws: Refusal.self) { try TopicSignature(certificates: [name: "nothing"], topics: [topic]) }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
