import Delivery
import Foundation
import Playbooks
import Reliability
import Testing

/// Links are asked over loopback.
@Suite struct LinkCheckTests {
    private let check = LinkCheck(allowsPrivate: true, patience: .seconds(60))

    /// A server that answers by the method and path of the request.
    private func server(_ answer: @escaping @Sendable (_ method: String, _ path: String) -> String) throws -> TestServer
    {
        try TestServer { connection in
            while let request = connection.readRequest() {
                let words = request.split(separator: " ")
                connection.send(answer(String(words[0]), String(words[1])))
            }
        }
    }

    @Test func eachLinkIsAskedOnceAndByGetWhereHeadIsNotKnown() async throws {
        let server = try server { method, path in
            switch (method, path) {
            case ("HEAD", "/there"), ("GET", "/no-head"), ("GET", "/large"):
                TestServer.answer("200 OK", body: method == "GET" ? String(repeating: "x", count: 400_000) : "")
            case ("HEAD", "/no-head"): TestServer.answer("405 Method Not Allowed")
            case ("HEAD", "/large"): TestServer.answer("501 Not Implemented")
            case (_, "/gone"): TestServer.answer("404 Not Found")
            case (_, "/shy"): TestServer.answer("403 Forbidden")
            case (_, "/moved"): TestServer.answer("301 Moved Permanently", ["Location: /there"])
            case (_, "/lost"): TestServer.answer("302 Found", ["Location: /gone"])
            case (_, "/round"): TestServer.answer("302 Found", ["Location: /round"])
            case (_, "/away"): TestServer.answer("302 Found", ["Location: javascript:alert(1)"])
            default: TestServer.answer("500 Internal Server Error")
            }
        }
        let base = server.url.hasSuffix("/") ? String(server.url.dropLast()) : server.url
        let paths = ["/there", "/no-head", "/large", "/gone", "/shy", "/moved", "/lost", "/round", "/away", "/broken"]
        let findings = await check.findings(of: paths.map { base + $0 })
        #expect(
            findings == [
                .alive, .alive, .alive, .dead("it answers 404: there is nothing"), .unclear("it answers 403"), .alive,
                .dead("it answers 404: there is nothing"), .dead("it leads on more than 5 times"),
                .unclear("it leads on to javascript:alert(1)"), .unclear("it answers 500"),
            ])
        let asked = server.requests.map { $0.prefix { !$0.isNewline } }
        #expect(asked.count { $0 == "HEAD /there HTTP/1.1" } == 2, "once for itself, once behind /moved")
        #expect(!asked.contains("GET /there HTTP/1.1"))
        #expect(asked.count { $0 == "GET /no-head HTTP/1.1" } == 1)
    }

    @Test func whereNobodyListensALinkIsDead() async throws {
        let findings = await check.findings(of: ["http://127.0.0.1:1/x", "https://nowhere.invalid/"])
        for finding in findings {
            guard case .dead = finding else {
                Issue.record("\(finding) is not dead")
                continue
            }
        }
    }

    @Test func ofThisMachineIsAskedOnlyWhatIsMeant() async throws {
        let server = try server { _, _ in TestServer.answer("200 OK") }
        let findings = await LinkCheck().findings(of: [server.url])
        guard case .unclear(let why) = findings.first else {
            Issue.record("\(findings)")
            return
        }
        #expect(why == "the address is loopback, private or reserved; check --links --allow-private asks it")
        #expect(server.requests.isEmpty)
    }

    @Test func manyLinksAreAskedWithFewAtOnce() async throws {
        let server = try server { _, _ in TestServer.answer("200 OK") }
        let findings = await check.findings(of: (0..<100).map { "\(server.url)?\($0)" })
        #expect(findings == Array(repeating: .alive, count: 100) && server.requests.count == 100)
    }
}
