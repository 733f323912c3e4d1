import Basics
import Crypto
import Delivery
import Foundation
import Playbooks
import Reliability
import Testing

/// Requests that carry a signature, as they arrive.
@Suite struct SignatureTests {
    @Test func aStandardWebhookIsSignedAsTheVectorHasIt() throws {
        let file = ChannelFixture.folder.appending(path: "signatures/standard-webhooks.json")
        let vector = try #require(JSON(parsing: try Data(contentsOf: file)))
        // The body stands in the payload, so that its bytes are those of the vector.
        let body = try #require(vector["body"]?.scalarText)
        var channel = try ChannelFixture.channel("webhook")
        guard case .hmac(var auth) = channel.auth else {
            Issue.record("not hmac")
            return
        }
        auth.payload = "{{ idempotency_key }}.{{ timestamp }}.\(body)"
        channel.auth = .hmac(auth)
        var envelope = ProviderTests.envelope
        envelope.idempotencyKey = try #require(vector["headers"]?["webhook-id"]?.scalarText)
        let credentials = try Credentials(
            of: channel,
            environment: ["WEBHOOK_URL": "https://a.example", "WEBHOOK_SECRET": vector["secret"]?.scalarText ?? ""],
            directory: "/")
        let request = try RequestBuilder(channel: channel, credentials: credentials)
            .request(for: envelope, at: ProviderTests.now)
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            #expect(request.headers.first { $0.name == name }?.value == vector["headers"]?[name]?.scalarText)
        }
    }

    @Test func aLaterAttemptIsSignedAnewOverTheSameBytes() throws {
        let channel = try ChannelFixture.channel("webhook")
        let credentials = try Credentials(of: channel, environment: ProviderTests.environment, directory: "/")
        let builder = try RequestBuilder(channel: channel, credentials: credentials)
        let requests = try [TimeSpan.seconds(0), .minutes(9)].map {
            try builder.request(for: ProviderTests.envelope, at: ProviderTests.now + $0)
        }
        #expect(requests[0].body == requests[1].body && requests[0].bodyHash == requests[1].bodyHash)
        #expect(requests[0].headers != requests[1].headers)
        for request in requests {
            func header(_ name: String) -> String { request.headers.first { $0.name == name }?.value ?? "" }
            let payload = "\(header("webhook-id")).\(header("webhook-timestamp"))."
            let key = SymmetricKey(data: (0..<24).map { UInt8($0) })
            let code = HMAC<SHA256>.authenticationCode(for: Array(payload.utf8) + request.body, using: key)
            #expect(header("webhook-signature") == "v1,\(Data(code).base64EncodedString())")
        }
    }

    @Test func aSignatureMayBeHexadecimalInAHeaderOfItsOwn() throws {
        let channel = try ChannelFixture.channel(
            "hooks",
            """
            kind: webhook
            request: { url: "https://a.example" }
            auth:
              kind: hmac
              key: env:HOOK_KEY
              payload: "{{ body }}"
              encoding: hex
              headers: { X-Signature: "sha256={{ signature }}" }
            body: { kind: json, template: { a: 1 } }
            """)
        let credentials = try Credentials(of: channel, environment: ["HOOK_KEY": "key"], directory: "/")
        let request = try RequestBuilder(channel: channel, credentials: credentials)
            .request(for: ProviderTests.envelope, at: ProviderTests.now)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(#"{"a":1}"#.utf8), using: SymmetricKey(data: Array("key".utf8)))
        let hex = code.map { String(format: "%02x", $0) }.joined()
        #expect(request.headers.contains(Request.Header("X-Signature", "sha256=\(hex)")))
    }

    @Test func aKeyThatIsNotBase64IsTold() throws {
        let channel = try ChannelFixture.channel("webhook")
        let error = #expect(throws: Diagnostic.self) {
            try Credentials(
                of: channel, environment: ["WEBHOOK_URL": "https://a.example", "WEBHOOK_SECRET": "whsec_%%"],
                directory: "/")
        }
        #expect(error?.message.contains("whsec_") == true)
    }

    // MARK: - SigV4

    /// What a server recomputes from the request as it came (AWS General Reference, "Signature Version 4").
    struct SigV4 {
        let credential: [String]
        let signedHeaders: [String]
        let signature: String
        let head: [(name: String, value: String)]
        let body: String
        let path: String

        init?(_ request: String) {
            guard let end = request.range(of: "\r\n\r\n") else { return nil }
            body = String(request[end.upperBound...])
            let lines = request[..<end.lowerBound].components(separatedBy: "\r\n")
            path = lines[0].split(separator: " ").map(String.init)[1]
            head = lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map { colon in
                    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                    return (line[..<colon].lowercased(), value)
                }
            }
            let authorization = head.first { $0.name == "authorization" }?.value ?? ""
            let pattern = /AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})/
            guard let match = authorization.wholeMatch(of: pattern) else { return nil }
            credential = match.1.split(separator: "/").map(String.init)
            signedHeaders = match.2.split(separator: ";").map(String.init)
            signature = String(match.3)
        }

        func header(_ name: String) -> String? { head.first { $0.name == name }?.value }

        func expected(secret: String) -> String {
            let hash = Self.hex(SHA256.hash(data: Array(body.utf8)))
            let headers = signedHeaders.map { "\($0):\(header($0) ?? "missing")\n" }.joined()
            let canonical = "POST\n\(path)\n\n\(headers)\n\(signedHeaders.joined(separator: ";"))\n\(hash)"
            let scope = credential.dropFirst().joined(separator: "/")
            let text =
                "AWS4-HMAC-SHA256\n\(header("x-amz-date") ?? "")\n\(scope)\n"
                + Self.hex(SHA256.hash(data: Array(canonical.utf8)))
            var key = Array("AWS4\(secret)".utf8)
            for part in Array(credential.dropFirst()) + [text] {
                key = Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: SymmetricKey(data: key)))
            }
            return Self.hex(key)
        }

        static func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { String(format: "%02x", $0) }.joined()
        }
    }

    static func ses(url: String) throws -> Channel {
        try ChannelFixture.channel("amazon_ses", "request: { url: \"\(url)\" }\nallow_private: true")
    }

    @Test(arguments: [nil, "FwoGZXIvYXdzE//token+="]) func sigV4SignsTheBodyThatIsSent(token: String?) async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK", body: #"{"MessageId":"m-1"}"#))
        let channel = try Self.ses(url: "\(server.url)v2/email/outbound-emails")
        var environment = ProviderTests.environment
        environment["AWS_SESSION_TOKEN"] = token
        let credentials = try Credentials(of: channel, environment: environment, directory: "/")
        let builder = try RequestBuilder(channel: channel, credentials: credentials)
        let request = try builder.request(for: ProviderTests.envelope, at: ProviderTests.now)
        let client = TestClient()
        let response = await client.send(request)
        #expect(response.status == 200)
        // A handle that has signed must not sign for the next channel.
        _ = await client.send(.post(server.url, "{}"))
        let arrived = try #require(SigV4(server.requests.first ?? ""))
        #expect(Array(arrived.body.utf8) == request.body)
        #expect(arrived.header("x-amz-content-sha256") == request.bodyHash)
        #expect(arrived.signedHeaders.contains("x-amz-content-sha256") && arrived.signedHeaders.contains("host"))
        #expect(arrived.header("x-amz-security-token") == token)
        #expect(arrived.signedHeaders.contains("x-amz-security-token") == (token != nil))
        #expect(arrived.credential.dropFirst(2) == ["us-east-1", "ses", "aws4_request"])
        #expect(arrived.signature == arrived.expected(secret: environment["AWS_SECRET_ACCESS_KEY"] ?? ""))
        #expect(arrived.signature != arrived.expected(secret: "another"))
        let next = server.requests.last ?? ""
        #expect(!next.lowercased().contains("authorization") && !next.lowercased().contains("x-amz"))
        await client.transport.stop(drain: false)
    }
}
