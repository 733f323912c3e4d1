import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Web

/// Clients that send too much, too slowly, or nonsense.
@Suite struct LimitTests {
    private static func gzip(_ data: Data) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-c"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        Thread.detachNewThread {
            input.fileHandleForWriting.write(data)
            try? input.fileHandleForWriting.close()
        }
        defer { process.waitUntilExit() }
        return try output.fileHandleForReading.readToEnd() ?? Data()
    }

    @Test func bodiesThatAreTooLargeAreRefusedAlsoWhenTheyAreSmallOnTheWire() async throws {
        let large = Data((#"{"key": "a1", "name": "\#(String(repeating: "x", count: 1 << 20))"}"#).utf8)
        try await RunningSite.with { site in
            #expect(try await site.post("/v1/accounts", large).status == 413)
            let zipped = try Self.gzip(large)
            #expect(zipped.count < 10_000)
            let gzip = ["Content-Encoding": "gzip"]
            #expect(try await site.post("/v1/accounts", zipped, headers: gzip).status == 413)
            let bomb = try Self.gzip(Data(count: 64 << 20))
            #expect(try await site.post("/v1/accounts", bomb, headers: gzip).status == 413)
            #expect(try await site.post("/v1/accounts", Data([1, 2, 3]), headers: gzip).status == 400)
            #expect(try await site.post("/v1/accounts", "{}", headers: ["Content-Encoding": "br"]).status == 415)
            let good = try Self.gzip(Data(#"{"key": "a1"}"#.utf8))
            #expect(try await site.post("/v1/accounts", good, headers: gzip).status == 200)
            let rows = "[" + Array(repeating: "{}", count: 5_001).joined(separator: ",") + "]"
            #expect(try await site.post("/v1/accounts", rows).status == 413)
            #expect(try site.rows("SELECT key FROM account") == ["a1"])
        }
    }

    @Test func aHeadThatIsTooLargeEndsTheConnection() async throws {
        try await RunningSite.with { site in
            let socket = try Socket(port: site.port)
            socket.say("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Large: \(String(repeating: "x", count: 20_000))\r\n\r\n")
            let answer = try #require(await socket.rest())
            #expect(answer.hasPrefix("HTTP/1.1 4") || answer.isEmpty, "\(answer)")
            #expect(try await site.get("/healthz").status == 200)
        }
    }

    @Test func aBodyInBadChunksIsABadRequest() async throws {
        try await RunningSite.with { site in
            for (path, body) in [
                ("/v1/accounts", "ZZ\r\nhello\r\n0\r\n\r\n"), ("/v1/accounts", "5\r\nhelloworld\r\n0\r\n\r\n"),
                ("/v1/accounts", "FFFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), ("/u/x", "-5\r\nhello\r\n0\r\n\r\n"),
                ("/v1/identify", "G\r\n"),
            ] {
                let socket = try Socket(port: site.port)
                socket.say(
                    "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(site.key)\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n\(body)")
                let answer = try #require(await socket.rest())
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(path) \(body): \(answer)")
            }
            for head in [
                "Transfer-Encoding: foo", "Content-Length: -1", "X-A: a\0b", "Transfer-Encoding: gzip, chunked",
            ] {
                let socket = try Socket(port: site.port)
                socket.say(
                    "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(site.key)\r\n\(head)\r\n\r\n")
                let answer = try #require(await socket.rest())
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(head): \(answer)")
            }
            for path in ["/v1/accounts", "/u/x", "/hooks/x"] {
                let socket = try Socket(port: site.port)
                socket.say(
                    "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Encoding: br\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
                )
                let answer = try #require(await socket.rest())
                #expect(answer.hasPrefix("HTTP/1.1 415"), "\(path): \(answer)")
            }
            let nul = try await site.post("/v1/accounts", Data([0, 0, 0]))
            #expect(nul.status == 400)
            #expect(try await site.get("/healthz").status == 200)
        }
    }

    /// Monitors ask with HEAD, and an answer with a body would be taken for the next answer.
    @Test func headIsAnsweredAsGetWithoutABody() async throws {
        try await RunningSite.with { site in
            for (path, status) in [("/healthz", "200"), ("/openapi.json", "200"), ("/nothing", "404")] {
                let socket = try Socket(port: site.port)
                socket.say("HEAD \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let answer = try #require(await socket.rest())
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(80))")
                #expect(answer.hasSuffix("\r\n\r\n"), "\(answer)")
            }
        }
    }

    /// They ask nothing, and the oldest of them goes for who asks.
    @Test func whoeverHoldsConnectionsKeepsNobodyOutWhereFewAreAllowed() async throws {
        try await RunningSite.with(places: 16) { site in
            let crowd = try (0..<200).map { _ in try Socket(port: site.port) }
            // Half of a head, and half of a body, hold a place as well.
            for socket in crowd.prefix(40) { socket.say("GET /healthz HTTP/1.1\r\nHost: a\r\n") }
            for socket in crowd.suffix(40) {
                socket.say("POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            }
            for _ in 0..<3 {
                let good = try Socket(port: site.port)
                good.say("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let answer = try #require(await good.rest())
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer.prefix(80))")
            }
            withExtendedLifetime(crowd) {}
        }
    }

    /// Logs are kept by others than the database.
    @Test func addressesOfRefusedRowsStayOutOfTheLog() {
        #expect(
            Site.withoutAddresses("email \"zoe q.@haus..example\" and <ann@a.example>, a@b.c: refused")
                == "email \"zoe ***@***\" and <***@***>, ***@***: refused")
    }

    @Test func aWrongMethodIsToldTheRightOnesOnEveryRoute() async throws {
        try await RunningSite.with { site in
            let routes = Dictionary(grouping: site.routes.map { $0.split(separator: " ") }, by: { String($0[1]) })
            #expect(routes.count > 20)
            for (path, methods) in routes {
                let allowed = methods.map { String($0[0]) }
                let place = path.replacing(/\{[^}]*\}/, with: "x")
                for method in ["DELETE", "PUT", "PATCH"] where !allowed.contains(method) {
                    let socket = try Socket(port: site.port)
                    socket.say(
                        "\(method) \(place) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    let answer = try #require(await socket.rest())
                    #expect(answer.hasPrefix("HTTP/1.1 405"), "\(method) \(place): \(answer.prefix(80))")
                    for name in allowed { #expect(answer.contains(name), "\(place): \(answer)") }
                    #expect(answer.lowercased().contains("\r\nallow: "), "\(answer)")
                }
            }
            #expect(try await site.get("/nothing").status == 404)
        }
    }

    @Test func whoAsksTooOftenWaitsAndTheOthersDoNot() async throws {
        let proxy = try #require(ClientAddress("127.0.0.1"))
        #expect(ClientAddress("2001:db8::1") != ClientAddress("2001:db8::2"), "a proxy is one address")
        try await RunningSite.with(proxies: [proxy]) { site in
            func statuses(_ path: String, _ count: Int, from client: String) async throws -> [Int] {
                let socket = try Socket(port: site.port)
                let head = "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9, \(client)\r\n"
                // In one go, so that the clock hardly moves.
                socket.say(
                    String(repeating: head + "\r\n", count: count - 1) + head + "Connection: close\r\n\r\n")
                let text = try #require(await socket.rest())
                return text.matches(of: /HTTP\/1\.1 (\d+)/).compactMap { Int($0.1) }
            }
            let greedy = try await statuses("/openapi.json", 600, from: "198.51.100.1")
            #expect(greedy.prefix(50).allSatisfy { $0 == 200 } && greedy.contains(429), "\(greedy)")
            #expect(try await statuses("/openapi.json", 1, from: "198.51.100.2") == [200])
            #expect(try await statuses("/u/x", 1, from: "198.51.100.1") == [404])
            // One network of IPv6 is one client.
            let first = try await statuses("/healthz", 1_000, from: "2001:db8::1")
            #expect(first.contains(429), "\(first.count)")
            #expect(try await statuses("/healthz", 1, from: "2001:db8:0:1::1") == [200])
            #expect(try await site.post("/v1/accounts", #"{"key": "a1"}"#).status == 200)
        }
    }

    @Test func nobodyIsAnotherClientByHisOwnWord() async throws {
        try await RunningSite.with { site in
            let socket = try Socket(port: site.port)
            var text = ""
            for number in 0..<300 {
                text += "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.\(number % 250)\r\n"
                text += number == 299 ? "Connection: close\r\n\r\n" : "\r\n"
            }
            socket.say(text)
            let answer = try #require(await socket.rest())
            #expect(answer.contains("HTTP/1.1 429") && answer.lowercased().contains("retry-after: 1"))
        }
    }

    @Test func garbageIsAnsweredOrDroppedAndDisturbsNobody() async throws {
        try await RunningSite.with { site in
            var numbers = SystemRandomNumberGenerator()
            for _ in 0..<40 {
                let socket = try Socket(port: site.port)
                socket.say((0..<2_000).map { _ in UInt8.random(in: 0...255, using: &numbers) } + Array("\r\n\r\n".utf8))
                let answer = try #require(await socket.rest())
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400"), "\(answer.prefix(100))")
            }
            #expect(try await site.get("/healthz").status == 200)
        }
    }

    @Test func whoIsTooSlowIsCutOffHoweverBusyItKeepsTheConnection() async throws {
        var patience = Patience()
        patience.head = .milliseconds(300)
        patience.body = .milliseconds(300)
        try await RunningSite.with(patience: patience) { site in
            let silent = try Socket(port: site.port)
            let dripping = try Socket(port: site.port)
            let slowBody = try Socket(port: site.port)
            let head =
                "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(site.key)\r\nContent-Length: 100\r\n\r\n"
            slowBody.say(head + "{")
            let drips = Task.detached {
                while dripping.say("X"), slowBody.say(" "), !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let began = ContinuousClock.now
            for socket in [silent, dripping, slowBody] {
                #expect(await socket.rest() != nil, "it is still open")
            }
            #expect(began.duration(to: .now) < .seconds(10))
            drips.cancel()
            #expect(try await site.get("/healthz").status == 200)
        }
    }

    @Test func manyIdleConnectionsDoNotHoldUpAGoodClient() async throws {
        try await RunningSite.with { site in
            let idle = try (0..<300).map { _ in try Socket(port: site.port) }
            for socket in idle.prefix(150) { socket.say("POST /v1/events HTTP/1.1\r\nHost: ") }
            for number in 0..<20 {
                #expect(try await site.post("/v1/accounts", #"{"key": "a\#(number)"}"#).status == 200)
            }
            withExtendedLifetime(idle) {}
        }
    }

    @Test func aStopFinishesTheRequestThatIsUnderWayAndWaitsForNobodyElse() async throws {
        var patience = Patience()
        patience.stop = .milliseconds(500)
        let began = NIOLockedValueBox(ContinuousClock.now)
        try await RunningSite.with(patience: patience) { site in
            let idle = try Socket(port: site.port)
            let stuck = try Socket(port: site.port)
            stuck.say("POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            let under = try Socket(port: site.port)
            let body = #"{"key": "a1"}"#
            under.say(
                "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(site.key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            #expect(try await site.get("/healthz").status == 200)
            began.withLockedValue { $0 = .now }
            await site.stop()
            under.say(body)
            let answer = try #require(await under.rest())
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
            #expect(try site.rows("SELECT key FROM account") == ["a1"])
            withExtendedLifetime((idle, stuck)) {}
        }
        #expect(began.withLockedValue { $0 }.duration(to: .now) < .seconds(10))
    }
}
