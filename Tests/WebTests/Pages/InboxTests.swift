import Basics
import Delivery
import Foundation
import Playbooks
import Storage
import Testing

@testable import Web

@Suite struct InboxTests {
    private static let files = [
        "keeptouch.yaml": PagesSite.files["keeptouch.yaml", default: ""]
            + "\ninbox: { origins: [ \"https://app.acme.example\" ] }\n"
    ]
    private let path = "/v1/inbox/" + InboxToken(secret: PagesSite.secret).text(account: "a1", contact: "ann")
    private let outcomes = "SELECT kind, account_id, enrollment_id, touch_id, detail FROM outcome ORDER BY id"

    private func with(_ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with(Self.files) { site in
            try site.put(1, title: "Hello \"Ann\"")
            try await body(site)
        }
    }

    private func titles(_ answer: PagesSite.Answer) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        return try #require(object?["messages"] as? [[String: Any]]).compactMap { $0["title"] as? String }
    }

    @Test func aContactFetchesItsMessagesNewestFirst() async throws {
        try await with { site in
            site.advance(.seconds(60))
            try site.put(2, title: "Second", at: PagesSite.now + .seconds(30))
            let answer = try await site.send("GET", path)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.text.contains(##""look":{"accent":"#0b57d0","accent_dark":"#8ab4f8","font":""##))
            #expect(try titles(answer) == ["Second", "Hello \"Ann\""])
            #expect(answer.text.contains(#""id":"t1","at":"2026-03-08T07:00:00Z","read":false,"#))
            #expect(try site.rows(outcomes) == [])
        }
    }

    @Test func whatTheContactDoesIsAnOutcomeOnce() async throws {
        try await with { site in
            for _ in 1...2 {
                for (act, body) in [("read", ""), ("click", "https://acme.example/x"), ("dismiss", "")] {
                    let answer = try await site.send("POST", "\(path)/t1/\(act)", body: body)
                    #expect(answer.status == 204)
                }
            }
            #expect(
                try site.rows(outcomes) == [
                    "opened|1|9|1|-", #"clicked|1|9|1|{"url":"https://acme.example/x"}"#, "dismissed|1|9|1|-",
                ])
            #expect(try titles(try await site.send("GET", path)) == [])
        }
    }

    @Test func nobodyActsOnTheMessagesOfOthers() async throws {
        try await with { site in
            try site.execute(
                "INSERT INTO contact (account_id, key, email, address) VALUES (1, 'bob', 'b@a1.example', 'b@a1.example')"
            )
            let bob = "/v1/inbox/" + InboxToken(secret: PagesSite.secret).text(account: "a1", contact: "bob")
            #expect(try titles(try await site.send("GET", bob)) == [])
            for name in ["t1", "t77", "1", "tx", "t"] {
                #expect(try await site.send("POST", "\(bob)/\(name)/dismiss", body: "").status == 404)
            }
            #expect(try await site.send("GET", "/v1/inbox/nonsense").status == 401)
            let foreign = InboxToken(secret: Array(1..<33)).text(account: "a1", contact: "ann")
            #expect(try await site.send("GET", "/v1/inbox/\(foreign)").status == 401)
            let gone = InboxToken(secret: PagesSite.secret).text(account: "a1", contact: "eve")
            #expect(try await site.send("GET", "/v1/inbox/\(gone)").status == 404)
            #expect(try site.rows(outcomes) == [])
        }
    }

    @Test func aTokenEndsWhenItSaysSoAndWhenTheKeyIsRenewed() async throws {
        try await with { site in
            let tokens = InboxToken(secret: PagesSite.secret)
            func status(_ tokens: InboxToken, until end: Instant? = nil) async throws -> Int {
                let token = tokens.text(account: "a1", contact: "ann", until: end)
                return try await site.send("GET", "/v1/inbox/\(token)").status
            }
            #expect(try await status(tokens, until: PagesSite.now + .minutes(1)) == 200)
            #expect(try await status(tokens, until: PagesSite.now - .minutes(1)) == 401)
            try site.execute("INSERT INTO meta (key, value) VALUES ('inbox_generation', '1')")
            #expect(try await status(tokens) == 401)
            #expect(try await status(InboxToken(secret: PagesSite.secret, generation: 1)) == 200)
        }
    }

    @Test func whatIsOldAndWhoIsGoneIsShownNothing() async throws {
        try await with { site in
            try site.execute("UPDATE account SET status = 'churned'")
            #expect(try titles(try await site.send("GET", path)) == [])
            try site.execute("UPDATE account SET status = 'active'", "UPDATE contact SET status = 'left'")
            #expect(try titles(try await site.send("GET", path)) == [])
            try site.execute("UPDATE contact SET status = 'active'")
            #expect(try titles(try await site.send("GET", path)).count == 1)
            site.advance(.days(30))
            #expect(try titles(try await site.send("GET", path)) == [])
        }
    }

    @Test func onlyTheNamedOriginsMayReadIt() async throws {
        try await with { site in
            let ours = try await site.send("GET", path, headers: ["Origin": "https://app.acme.example"])
            #expect(ours.headers["access-control-allow-origin"] == "https://app.acme.example")
            #expect(ours.headers["vary"] == "Origin")
            let other = try await site.send("GET", path, headers: ["Origin": "https://evil.example"])
            #expect(other.headers["access-control-allow-origin"] == nil)
            let asked = try await site.send(
                "OPTIONS", "\(path)/t1/read", headers: ["Origin": "https://app.acme.example"])
            #expect(asked.status == 204 && asked.headers["access-control-allow-methods"] == "GET, POST")
        }
    }

    @Test func aTokenCanBeMadeByAnyHMAC() {
        // python3: hmac.new(key, b"a1\nann", hashlib.sha256), key = hmac.new(b"\x07" * 32, b"keeptouch inbox", sha256)
        let token = InboxToken(secret: PagesSite.secret).text(account: "a1", contact: "ann")
        #expect(token == "YTEKYW5u.mdz0ZTm3zEvHrL_BC0tHK8U-0WVBBqzhub57CNrSjL0")
    }
}

extension PagesSite {
    /// A message in Ann's inbox.
    func put(_ touch: Int64, title: String, html: String = "<p>Hi</p>", at: Instant = PagesSite.now) throws {
        let body = JSON.object([
            JSON.Member("title", .text(title)), JSON.Member("html", .text(html)), JSON.Member("text", .text("Hi")),
        ])
        try store.write {
            try Inbox.put(
                String(decoding: body.encoded, as: UTF8.self), account: 1, contact: 1, touch: touch, at: at, $0)
        }
    }
}
