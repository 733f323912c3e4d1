import Delivery
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// What is written down for pages while touches are sent.
@Suite struct InboxChannelTests {
    private func workspace(holdout: String = "0%", message: String, more: [String: String] = [:]) throws
        -> TestWorkspace
    {
        let test = try TestWorkspace(
            playbooks: ["a": TestWorkspace.playbook("a", holdout: holdout, steps: ["in_app: hello.md"])],
            configuration: TestWorkspace.configuration.replacing("in_app: app", with: "in_app: inbox"),
            message: message, files: more)
        try test.addAccounts(3)
        return test
    }

    @Test func aTouchOfTheInboxIsSentByWritingItDown() async throws {
        let test = try workspace(
            message:
                "---\nsubject: Hello\naction: { label: Start, url: \"https://acme.example/s\" }\n---\nFor *{{account.key}}*.\n"
        )
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 3)
        #expect(try test.states == ["sent": 3])
        let kept = try test.rows(
            "SELECT i.account_id, i.contact_id, i.touch_id, i.at, i.body FROM inbox AS i ORDER BY i.touch_id")
        #expect(
            kept.first
                == "1|1|1|\(noon(20_000).milliseconds)|"
                + #"{"title":"Hello","html":"<p>For <em>a1</em>.</p>\n<p><a href=\"https://acme.example/s\">Start</a></p>\n","text":"For a1.\n\nStart: https://acme.example/s\n"}"#
        )
        #expect(kept.count == 3)
        #expect(try test.rows("SELECT result, count(*) FROM attempt GROUP BY 1") == ["sent|3"])
        // Another pass finds nothing to do, and the enrollments go on to their end.
        try await test.drain(noon(20_000, hours: 1))
        try test.run(noon(20_001))
        #expect(try test.integer("SELECT count(*) FROM inbox") == 3)
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE state = 'ended'") == 3)
    }

    @Test func aHoldoutGetsNothingIntoItsInbox() async throws {
        let test = try workspace(holdout: "100%", message: "---\nsubject: Hello\n---\nHi.\n")
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(try test.states == ["ghost": 3])
        #expect(try test.integer("SELECT count(*) FROM inbox") == 0)
    }

    @Test func aPausedInboxWaits() async throws {
        let test = try workspace(message: "---\nsubject: Hello\n---\nHi.\n")
        try test.run(noon(20_000))
        try test.store.write { try Pauses.set("channel:inbox", reason: "look first", at: noon(20_000), $0) }
        try await test.drain(noon(20_000))
        #expect(try test.states == ["pending": 3])
        #expect(try test.integer("SELECT count(*) FROM inbox") == 0)
    }

    @Test func trackedLinksAreOnRecordBeforeTheMessageIsOut() async throws {
        let endpoint = try Endpoint()
        let mail = TestWorkspace.channel(
            "mail", "email", url: endpoint.url, more: "track: { links: true, opens: true }"
        )
        .replacing("text: \"{{ text }}\"", with: "html: \"{{ html }}\"")
        let test = try TestWorkspace(
            playbooks: ["a": TestWorkspace.playbook("a")],
            message:
                "---\nsubject: Hello\n---\n[Docs](https://acme.example/docs?a=1&b=2) for [you](https://acme.example/{{account.key}})\n",
            files: ["channels/mail.yaml": mail])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, url FROM link ORDER BY account_id, url") == [
                "1|https://acme.example/a1", "1|https://acme.example/docs?a=1&b=2", "2|https://acme.example/a2",
                "2|https://acme.example/docs?a=1&b=2",
            ])
        let tracking = LinkTracking(
            baseURL: "https://touch.test.example", secret: [UInt8](repeating: 7, count: 32))
        let link = TrackedLink(url: "https://acme.example/docs?a=1&b=2")
        for received in endpoint.received {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(received.body.utf8)) as? [String: String])
            let html = try #require(object["html"])
            let touch = try #require(
                try test.rows("SELECT id FROM touch WHERE recipient = '\(received.to ?? "")'").first.flatMap {
                    Int64($0)
                })
            #expect(html.contains("href=\"\(tracking.url(of: link, touch: touch))\""))
            #expect(html.contains("href=\"https://touch.test.example/u/"), "leaving is never tracked")
            #expect(html.contains("<img src=\"https://touch.test.example/o/"))
            #expect(!html.contains("href=\"https://acme.example"))
        }
        #expect(endpoint.received.count == 2)
    }

    @Test func nothingIsTrackedUnlessTheChannelSaysSo() async throws {
        let endpoint = try Endpoint()
        let mail = TestWorkspace.channel("mail", "email", url: endpoint.url)
        let test = try TestWorkspace(
            playbooks: ["a": TestWorkspace.playbook("a")],
            message: "---\nsubject: Hello\n---\n[Docs](https://acme.example/docs)\n",
            files: ["channels/mail.yaml": mail])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 1)
        #expect(try test.integer("SELECT count(*) FROM link") == 0)
    }
}
