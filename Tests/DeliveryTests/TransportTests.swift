import Delivery
import Foundation
import Playbooks
import Reliability
import Testing

@Suite struct TransportTests {
    let client = TestClient()

    @Test func anAnswerComesBackWithStatusHeadersAndBody() async throws {
        let server = try TestServer(answering: TestServer.answer("202 Accepted", ["X-Message-Id:  m-1 "], body: "ok"))
        let response = await client.send(.post(server.url, "hello"))
        #expect(response.failure == nil)
        #expect(response.status == 202)
        #expect(response.header("x-message-id") == "m-1 ")
        #expect(response.header("X-Message") == nil)
        #expect(String(decoding: response.body, as: UTF8.self) == "ok")
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(request.contains("\r\nUser-Agent: keeptouch/"))
        #expect(request.contains("\r\nContent-Length: 5\r\n"))
        #expect(!request.contains("Expect:"))
        #expect(request.hasSuffix("\r\n\r\nhello"))
    }

    @Test func aConnectionIsReused() async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK"))
        for _ in 1...5 { #expect(await client.send(.post(server.url, timeout: .minutes(2))).status == 200) }
        #expect(server.requests.count == 5)
        #expect(server.connectionCount == 1)
    }

    /// A handle keeps its list of headers for the next request, and writes values of the same length into it.
    @Test func aHandleThatIsReusedSendsTheHeadersOfItsOwnRequest() async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK"))
        let values = [
            ("t-1", "a"), ("t-2", "a"), ("t-2", "b"), ("t-10", "b"), ("", "b"), ("", "c"), ("é-3", "d"), ("t-44", "e"),
        ]
        for (key, kind) in values {
            var request = Request.post(server.url, "x", timeout: .minutes(2))
            request.headers = [Request.Header("Idempotency-Key", key), Request.Header("X-Kind", kind)]
            #expect(await client.send(request).status == 200)
        }
        let sent = server.requests.map { request in
            ["Idempotency-Key:", "X-Kind:"].map { name in
                let line = request.components(separatedBy: "\r\n").first { $0.hasPrefix(name) } ?? "-"
                return line.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
            }
        }
        #expect(sent == values.map { [$0.0, $0.1] })
    }

    /// libcurl repeats a request by itself when a reused connection dies before an answer began, up to five times.
    @Test(arguments: [#"{"to":"ada"}"#, String(repeating: "x", count: 100_000)])
    func aReusedConnectionThatDiesGetsExactlyOnePost(body: String) async throws {
        let server = try TestServer { connection in
            if connection.readRequest() != nil { connection.send(TestServer.answer("200 OK")) }
            _ = connection.readRequest()
            connection.close()
        }
        #expect(await client.send(.post(server.url, "first", timeout: .minutes(2))).status == 200)
        let response = await client.send(.post(server.url, body, timeout: .minutes(2)))
        #expect(server.requests.count == 2)
        #expect(response.status == 0)
        #expect(response.mayHaveLeft)
        guard case .curl(let code, _) = response.failure else {
            Issue.record("the transfer did not fail: \(response)")
            return
        }
        #expect([52, 55, 56].contains(code))
        guard case .unknown = response.verdict else {
            Issue.record("\(response.verdict) is not unknown")
            return
        }
    }

    /// A body of no bytes leaves nothing to rewind, so only a connection of its own keeps it from being repeated.
    @Test func aRequestWithoutABodyIsNotRepeatedEither() async throws {
        let server = try TestServer { connection in
            if connection.readRequest()?.hasSuffix("first") == true { connection.send(TestServer.answer("200 OK")) }
            _ = connection.readRequest()
            connection.close()
        }
        #expect(await client.send(.post(server.url, "first", timeout: .minutes(2))).status == 200)
        let response = await client.send(.post(server.url, ""))
        #expect(server.requests.count == 2)
        #expect(server.connectionCount == 2)
        #expect(response.mayHaveLeft)
    }

    @Test func manyRequestsComeBackEachOnce() async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK"))
        let statuses = await withTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    await client.send(.post(server.url, "request \(number).", timeout: .minutes(2))).status
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 200))
        for number in 1...200 {
            #expect(server.requests.count { $0.hasSuffix("request \(number).") } == 1)
        }
    }

    @Test func aProxyFromTheEnvironmentIsNotUsed() async throws {
        // In a process of its own: the environment belongs to every test.
        await #expect(processExitsWith: .success) {
            setenv("http_proxy", "http://127.0.0.1:9", 1)
            setenv("ALL_PROXY", "http://127.0.0.1:9", 1)
            let server = try TestServer(answering: TestServer.answer("200 OK"))
            let status = await TestClient().send(.post(server.url)).status
            try #require(status == 200)
        }
    }

    @Test func loopbackIsRefusedUnlessTheChannelAllowsIt() async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK"))
        for host in ["127.0.0.1", "localhost"] {
            let response = await client.send(.post("https://\(host):\(server.port)/", allowPrivate: false))
            #expect(!response.mayHaveLeft)
            guard case .halt(let reason) = response.verdict else {
                Issue.record("\(response.verdict) is not halt")
                return
            }
            #expect(reason.contains("allow_private"))
        }
        #expect(server.connectionCount == 0)
    }

    /// A connection that a channel with `allow_private` has opened is no way in for one without.
    @Test func aPooledConnectionToAPrivateAddressIsRefusedToo() async throws {
        let server = try TestServer(answering: TestServer.answer("200 OK"))
        #expect(await client.send(.post(server.url, "first", timeout: .minutes(2))).status == 200)
        var request = Request.post(server.url, "second", allowPrivate: false)
        request.allowPlain = true
        let response = await client.send(request)
        #expect(!response.mayHaveLeft)
        guard case .halt(let reason) = response.verdict else {
            Issue.record("\(response.verdict) is not halt")
            return
        }
        #expect(reason.contains("allow_private"))
        // It was the pooled connection that was offered: no second one was opened, and nothing left on it.
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 1)
        #expect(await client.send(.post(server.url, "third")).status == 200)
    }

    @Test(arguments: ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "not a url", "https://"])
    func onlyHttpsIsSpokenUnlessTheChannelAllowsMore(url: String) async {
        let response = await client.send(.post(url, allowPrivate: false))
        #expect(!response.mayHaveLeft)
        guard case .halt = response.verdict else {
            Issue.record("\(response.verdict) is not halt")
            return
        }
    }

    @Test func aTransportThatDrainsFinishesWhatIsUnderWay() async throws {
        let server = try TestServer { connection in
            _ = connection.readRequest()
            connection.drip(TestServer.answer("200 OK"))
        }
        async let response = client.send(.post(server.url, timeout: .minutes(2)))
        _ = await server.arrivals.first { _ in true }
        await client.transport.stop(drain: true)
        #expect(await response.status == 200)
    }

    @Test func aTransportThatAbortsSaysWhatMayHaveLeft() async throws {
        let server = try TestServer { connection in
            _ = connection.readRequest()
            connection.hang()
        }
        async let response = client.send(.post(server.url, timeout: .minutes(2)))
        _ = await server.arrivals.first { _ in true }
        await client.transport.stop(drain: false)
        #expect(await response.failure == .aborted)
        #expect(await response.mayHaveLeft)
        let late = await client.send(.post(server.url))
        #expect(late.failure == .aborted)
        #expect(!late.mayHaveLeft)
        #expect(server.requests.count == 1)
    }
}

extension Response {
    /// What it means to a channel without rules and without a key, at the first attempt.
    var verdict: SendResult {
        verdict(of: Channel(name: "test", kind: .webhook, url: "", position: Position(file: "")))
    }

    func verdict(of channel: Channel) -> SendResult {
        let now = Instant(milliseconds: 1_000_000)
        return Classifier(channel: channel).classify(self, attempt: .init(number: 1, firstAt: now, now: now))
    }
}
