import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Storage
import Testing

@testable import Web

@Suite struct TrackingTests {
    private static let person = [
        "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    ]
    private let tracking = LinkTracking(baseURL: "", secret: PagesSite.secret)
    private let docs = TrackedLink(url: "https://acme.example/docs?a=1&b=2")
    private let news = TrackedLink(url: "https://acme.example/news")

    private func with(_ body: (PagesSite) async throws -> Void) async throws {
        try await PagesSite.with { site in
            let sent = PagesSite.now.milliseconds - 60_000
            try site.execute(
                "INSERT INTO attempt (touch_id, number, began_at, ended_at) VALUES (1, 1, \(sent), \(sent))")
            try site.store.write {
                try Links.keep([(docs.id, docs.url), (news.id, news.url)], account: 1, $0)
                try Links.keep([(docs.id, docs.url)], account: 1, $0)
            }
            try await body(site)
        }
    }

    private func click(
        _ site: PagesSite, _ link: TrackedLink, method: String = "GET", headers: [String: String] = Self.person
    ) async throws -> PagesSite.Answer {
        try await site.send(method, tracking.url(of: link, touch: 1), headers: headers)
    }

    private let outcomes = "SELECT kind, account_id, enrollment_id, touch_id FROM outcome ORDER BY id"

    @Test func aClickIsLedOnAndRecordedOnceAnHour() async throws {
        try await with { site in
            for _ in 1...3 {
                let answer = try await click(site, docs)
                #expect(answer.status == 302)
                #expect(answer.headers["location"] == "https://acme.example/docs?a=1&b=2")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["referrer-policy"] == "no-referrer")
            }
            #expect(try site.rows(outcomes) == ["clicked|1|9|1"])
            #expect(
                try site.rows("SELECT detail ->> 'url' FROM outcome") == ["https://acme.example/docs?a=1&b=2"])
            site.advance(.hours(1))
            _ = try await click(site, docs)
            #expect(try site.rows(outcomes) == ["clicked|1|9|1", "clicked|1|9|1"])
        }
    }

    @Test func linksOfWhoWasErasedLeadNowhere() async throws {
        try await with { site in
            try site.store.write {
                _ = try Erasure($0, key: ErasureKey(secret: PagesSite.secret), now: PagesSite.now).erase(
                    .address("ann@a1.example"))
            }
            #expect(try await click(site, docs).status == 404)
            let html = tracking.picture(in: "<body></body>", touch: 1)
            let picture = try #require(html.firstMatch(of: /src="([^"]+)"/)?.1)
            #expect(try await site.send("GET", String(picture), headers: Self.person).status == 404)
            #expect(try site.rows(outcomes) == [])
        }
    }

    @Test func whatAProgramFollowsIsNoClickOfAPerson() async throws {
        try await with { site in
            _ = try await click(site, docs, method: "HEAD")
            _ = try await click(site, docs, headers: ["User-Agent": "Mozilla/5.0 (compatible; MailScanner/5)"])
            _ = try await click(
                site, docs, headers: Self.person.merging(["Sec-Purpose": "prefetch;prerender"]) { $1 })
            #expect(try site.rows(outcomes) == ["machine_clicked|1|9|1"])
            // A person in the same hour is counted all the same.
            _ = try await click(site, docs)
            #expect(try site.rows(outcomes) == ["machine_clicked|1|9|1", "clicked|1|9|1"])
        }
    }

    @Test func whoFollowsAllLinksAtOnceIsAScanner() async throws {
        try await with { site in
            _ = try await click(site, docs)
            site.advance(TimeSpan(milliseconds: 400))
            _ = try await click(site, news)
            #expect(try site.rows(outcomes) == ["machine_clicked|1|9|1", "machine_clicked|1|9|1"])
            site.advance(.seconds(30))
            _ = try await click(site, docs)
            site.advance(.seconds(5))
            _ = try await click(site, news)
            #expect(try site.rows(outcomes).suffix(2) == ["clicked|1|9|1", "clicked|1|9|1"])
        }
    }

    @Test func aClickAtTheMomentOfSendingIsAScanners() async throws {
        try await with { site in
            try site.execute("UPDATE attempt SET ended_at = \(PagesSite.now.milliseconds - 1_500)")
            _ = try await click(site, docs)
            #expect(try site.rows(outcomes) == ["machine_clicked|1|9|1"])
        }
    }

    @Test func nothingLeadsWhereItWasNotSaidTo() async throws {
        try await with { site in
            try site.execute("INSERT INTO link (account_id, id, url) VALUES (1, 'bad', 'javascript:alert(1)')")
            let click = SignedToken(.click, secret: PagesSite.secret)
            let foreign = LinkTracking(baseURL: "", secret: Array(1..<33)).url(of: docs, touch: 1)
            let paths = [
                "/c/" + click.text(of: ["1", "bad"]), "/c/" + click.text(of: ["1", "unknown"]),
                "/c/" + click.text(of: ["77", docs.id]), "/c/" + click.text(of: ["1"]), "/c/x", foreign,
                "/c/https://evil.example",
            ]
            for path in paths {
                let answer = try await site.send("GET", path, headers: Self.person)
                #expect(answer.status == 404 && answer.headers["location"] == nil, "\(path)")
            }
            #expect(try site.rows(outcomes) == [])
        }
    }

    @Test func aPictureTellsWhenItIsShown() async throws {
        try await with { site in
            let html = tracking.picture(in: "<body></body>", touch: 1)
            let path = try #require(html.firstMatch(of: /src="([^"]+)"/)?.1)
            let answer = try await site.send("GET", String(path), headers: Self.person)
            #expect(answer.status == 200 && answer.headers["content-type"] == "image/gif")
            #expect(answer.headers["cache-control"] == "no-store")
            _ = try await site.send("GET", String(path), headers: ["User-Agent": "Mozilla/5.0"])
            #expect(try site.rows(outcomes) == ["opened|1|9|1", "machine_opened|1|9|1"])
            #expect(try await site.send("GET", "/o/nonsense.gif").status == 404)
            #expect(try await site.send("GET", String(path.dropLast(4))).status == 404)
        }
    }

    @Test(arguments: [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            false
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            false
        ),
        ("Mozilla/5.0", true), ("", true), ("curl/8.5.0", true), ("Slackbot-LinkExpanding 1.0", true),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", true),
        ("Barracuda Sentinel (EE)", true), ("python-requests/2.32", true),
    ])
    func aProgramIsKnownByWhatItCallsItself(_ agent: String, _ isMachine: Bool) {
        let visit = Visit(method: .get, headers: [.userAgent: agent], at: PagesSite.now, sentAt: nil)
        #expect(visit.isByMachine == isMachine)
    }
}
