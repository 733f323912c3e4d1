import Delivery
import Playbooks
import Reliability
import Testing

/// What an endpoint can do to a request, and what each must mean.
@Suite struct ChaosTests {
    enum Class: Equatable {
        case sent, retry, rejected, unknown, halt
    }

    struct Behavior: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let unkeyed: Class
        let keyed: Class
        /// How long the client waits: short only where nothing would end the request but that.
        let timeout: TimeSpan
        let script: @Sendable (TestConnection) -> Void

        init(
            _ name: String, _ unkeyed: Class, keyed: Class? = nil, timeout: TimeSpan = .seconds(20),
            _ script: @escaping @Sendable (TestConnection) -> Void
        ) {
            testDescription = name
            self.unkeyed = unkeyed
            self.keyed = keyed ?? unkeyed
            self.timeout = timeout
            self.script = script
        }

        static func answers(_ text: String) -> @Sendable (TestConnection) -> Void {
            { connection in
                _ = connection.readRequest()
                connection.send(text)
                connection.close()
            }
        }
    }

    static let behaviors: [Behavior] = [
        Behavior("200", .sent, Behavior.answers(TestServer.answer("200 OK"))),
        Behavior("200 with bad JSON", .sent, Behavior.answers(TestServer.answer("200 OK", body: "{\"id\":"))),
        Behavior("200 without length, then the end", .sent, Behavior.answers("HTTP/1.1 200 OK\r\n\r\n{}")),
        Behavior(
            "200 shorter than its length", .unknown, keyed: .retry,
            Behavior.answers("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")),
        Behavior(
            "200 with 300 KiB", .unknown, keyed: .retry,
            Behavior.answers(TestServer.answer("200 OK", body: String(repeating: "x", count: 300_000)))),
        Behavior(
            "404 with 300 KiB", .rejected,
            Behavior.answers(TestServer.answer("404 Not Found", body: String(repeating: "x", count: 300_000)))),
        Behavior(
            "200 with endless headers", .unknown, keyed: .retry,
            Behavior.answers(
                "HTTP/1.1 200 OK\r\n"
                    + String(repeating: "X-A: \(String(repeating: "y", count: 1_000))\r\n", count: 300))),
        Behavior(
            "redirect", .halt,
            Behavior.answers(TestServer.answer("307 Temporary Redirect", ["Location: http://127.0.0.1:1/"]))),
        Behavior("400", .rejected, Behavior.answers(TestServer.answer("400 Bad Request"))),
        Behavior(
            "429 in seconds", .retry, Behavior.answers(TestServer.answer("429 Too Many Requests", ["Retry-After: 7"]))),
        Behavior(
            "429 with a date", .retry,
            Behavior.answers(TestServer.answer("429 Too Many Requests", ["Retry-After: Thu, 01 Jan 1970 00:16:47 GMT"]))
        ),
        Behavior("500", .unknown, keyed: .retry, Behavior.answers(TestServer.answer("500 Internal Server Error"))),
        Behavior("503", .retry, Behavior.answers(TestServer.answer("503 Service Unavailable"))),
        Behavior("not HTTP", .unknown, keyed: .retry, Behavior.answers("hello, this is not HTTP at all\r\n\r\n")),
        Behavior("closes before the request is read", .unknown, keyed: .retry) { $0.close() },
        Behavior("closes after the request", .unknown, keyed: .retry) { connection in
            _ = connection.readRequest()
            connection.close()
        },
        Behavior("closes after the head of the request", .unknown, keyed: .retry) { connection in
            _ = connection.readHead()
            connection.close()
        },
        Behavior("resets after the request", .unknown, keyed: .retry) { connection in
            _ = connection.readRequest()
            connection.reset()
        },
        Behavior("closes in the middle of the status line", .unknown, keyed: .retry, Behavior.answers("HTTP/1.")),
        Behavior("resets in the middle of the body", .unknown, keyed: .retry) { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
            connection.reset()
        },
        Behavior("hangs before the request is read", .unknown, keyed: .retry, timeout: TimeSpan(milliseconds: 400)) {
            $0.hang()
        },
        Behavior("hangs after the request", .unknown, keyed: .retry, timeout: TimeSpan(milliseconds: 400)) {
            connection in
            _ = connection.readRequest()
            connection.hang()
        },
        Behavior("hangs in the middle of the body", .unknown, keyed: .retry, timeout: TimeSpan(milliseconds: 400)) {
            connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
            connection.hang()
        },
        Behavior("drips", .unknown, keyed: .retry, timeout: TimeSpan(milliseconds: 400)) { connection in
            _ = connection.readRequest()
            connection.drip(TestServer.answer("200 OK", body: String(repeating: "x", count: 1_000)))
        },
    ]

    @Test(arguments: behaviors)
    func everyBehaviorHasItsClassAndEnds(behavior: Behavior) async throws {
        let server = try TestServer(behavior.script)
        let response = await TestClient().send(.post(server.url, timeout: behavior.timeout))
        #expect(response.duration < TimeSpan(milliseconds: behavior.timeout.milliseconds + 3_000))
        var channel = Channel(
            name: "test", kind: .email, url: server.url, position: Position(file: "channels/test.yaml"))
        channel.id = .pointer("/id")
        #expect(Self.classOf(response.verdict(of: channel)) == behavior.unkeyed, "\(response.verdict(of: channel))")
        channel.idempotency = .header(name: "Idempotency-Key", lifetime: .hours(24))
        #expect(Self.classOf(response.verdict(of: channel)) == behavior.keyed, "\(response.verdict(of: channel))")
        #expect(server.connectionCount == 1)
        #expect(server.requests.count <= 1)
    }

    @Test func aRefusedPortIsProvablyUnsent() async throws {
        var server: TestServer? = try TestServer { $0.close() }
        let url = try #require(server?.url)
        server = nil
        let response = await TestClient().send(.post(url))
        #expect(!response.mayHaveLeft)
        #expect(Self.classOf(response.verdict) == .retry)
    }

    @Test func anUnknownHostIsProvablyUnsent() async {
        let response = await TestClient().send(.post("https://keeptouch-test.invalid/", timeout: .seconds(2)))
        #expect(!response.mayHaveLeft)
        #expect(Self.classOf(response.verdict) == .retry)
    }

    @Test func aBrokenHandshakeIsProvablyUnsent() async throws {
        let server = try TestServer { connection in
            connection.send("this is not TLS\r\n\r\n")
            connection.close()
        }
        let response = await TestClient().send(.post("https://127.0.0.1:\(server.port)/"))
        #expect(!response.mayHaveLeft)
        #expect(Self.classOf(response.verdict) == .retry)
    }

    private static func classOf(_ result: SendResult) -> Class {
        switch result {
        case .sent, .duplicate: .sent
        case .retry: .retry
        case .rejected, .suppress: .rejected
        case .unknown: .unknown
        case .halt: .halt
        }
    }
}
