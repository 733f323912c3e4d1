import Delivery
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct ClaimTests {
    @Test func windowsOpenOnTheContactsClock() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a"), "b": TestWorkspace.competitor("b", "in_app: hello.md"),
                "c": TestWorkspace.playbook(
                    "c", category: "service",
                    steps: ["{ email: hello.md, send_window: { days: mon-sun, hours: 00:00-24:00 } }"]),
            ], more: "send_window: { days: mon-fri, hours: 09:00-17:00 }", accounts: 3)
        try test.script(
            """
            UPDATE contact SET timezone = 'America/Los_Angeles' WHERE account_id = 2;
            UPDATE account SET timezone = 'Asia/Tokyo' WHERE id = 3;
            """)
        // Friday, noon in UTC: 05:00 in Los Angeles, 21:00 in Tokyo.
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 7)
        #expect(
            try test.rows(
                "SELECT account_id, (not_before - \(noon(20_000).milliseconds)) / 3600000.0 FROM touch WHERE state = 'pending' ORDER BY 1"
            )
                == ["2|4.0", "3|60.0"])
        // The window is looked at again in the claim: the contact has moved meanwhile.
        try test.script("UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 2")
        let later = try await test.drain(noon(20_000, hours: 4))
        #expect(later.sent == 0)
        #expect(
            try test.rows("SELECT reason FROM touch WHERE account_id = 2 AND state = 'pending'") == [
                "window opens 2024-10-07 09:00 Asia/Tokyo"
            ])
    }

    @Test func suppressionAndDepartureAreCheckedAgain() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a"), "s": TestWorkspace.competitor("s", category: "service"),
                "i": TestWorkspace.competitor("i", "in_app: hello.md"),
            ],
            caps: "[ 10 per 1d ]", accounts: 7)
        try test.run(noon(20_000))
        try test.script(
            """
            INSERT INTO suppression VALUES ('a1@example.com', '', 'bounced', 1), ('a2@example.com', '', 'unsubscribed', 1),
                ('a3@example.com', 'education', 'unsubscribed', 1), ('a4@example.com', 'other', 'unsubscribed', 1);
            UPDATE contact SET status = 'left' WHERE account_id = 5;
            UPDATE contact SET email = 'new@example.com', address = 'new@example.com' WHERE account_id = 6;
            UPDATE account SET status = 'churned' WHERE id = 7
            """)
        try await test.drain(noon(20_000))
        let states = """
            SELECT t.account_id, t.state, t.reason FROM touch t JOIN playbook p ON p.id = t.playbook_id WHERE p.name = '%' ORDER BY 1
            """
        let address = "suppressed|the address is suppressed"
        let nobody = "suppressed|no contact that may be written to: all its contacts have left"
        #expect(
            try test.rows(states.replacing("%", with: "a"))
                == [
                    "1|\(address)", "2|\(address)", "3|\(address)", "4|sent|-", "5|\(nobody)", "6|sent|-",
                    "7|cancelled|the enrollment ended: left_audience",
                ])
        #expect(
            try test.rows(states.replacing("%", with: "s"))
                == [
                    "1|\(address)", "2|sent|-", "3|sent|-", "4|sent|-", "5|\(nobody)", "6|sent|-",
                    "7|cancelled|the enrollment ended: left_audience",
                ])
        // What does not go to the address asks only whether the contact is there.
        #expect(
            try test.rows(states.replacing("%", with: "i"))
                == [
                    "1|sent|-", "2|sent|-", "3|sent|-", "4|sent|-", "5|\(nobody)", "6|sent|-",
                    "7|cancelled|the enrollment ended: left_audience",
                ])
    }

    @Test(arguments: ["all", "playbook:a", "channel:mail"])
    func aPauseStopsAndNothingBurstsAfterIt(scope: String) async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")], accounts: 3)
        try test.run(noon(20_000))
        try test.store.write { try Pauses.set(scope, reason: "test", at: noon(20_000), $0) }
        // A touch that had been tried before stands among them.
        try test.script("UPDATE touch SET retry_at = 1, attempts = 1 WHERE id = 1")
        let paused = try await test.drain(noon(20_000))
        #expect(paused.sent == 0)
        #expect(try test.states == ["pending": 3])
        _ = try await test.drain(noon(20_003))
        try test.store.write { _ = try Pauses.clear(scope, $0) }
        try test.script("UPDATE touch SET expires_at = \(noon(20_030).milliseconds) WHERE id = 3")
        let resumed = try await test.drain(noon(20_007))
        #expect(resumed.sent == 1)
        #expect(try test.states == ["expired": 2, "sent": 1])
        let reasons = try test.rows("SELECT DISTINCT reason FROM touch WHERE state = 'expired'")
        #expect(reasons == ["waited too long: it was due 2024-10-04 12:00 UTC"])
        #expect(endpoint.recipients == ["a3@example.com"])
    }

    @Test func aPauseInTheMiddleOfARunStopsItQuietly() async throws {
        let killSwitch = Puller()
        let endpoint = try Endpoint { received in
            if received.number == 5 { killSwitch.pull() }
            return received.number > 5 ? .answer(429, ["Retry-After: 0"]) : .answer(202)
        }
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")], accounts: 200)
        killSwitch.path = test.store.path
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        // At most 2 × in_flight rows were on their way, and those that may be tried again do not keep the run going.
        #expect(report.sent == 5 && endpoint.received.count <= 5 + 3 * 16)
        #expect(try test.states == ["sent": 5, "pending": 195])
    }

    @Test func anExclusivePlaybookHoldsTheOthersTouchesBack() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint, ["a": TestWorkspace.competitor("a"), "s": TestWorkspace.competitor("s", category: "service")],
            caps: "[ 10 per 1d ]")
        try test.run(noon(20_000))
        try test.script(
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive)
            VALUES (1, 999, 999, 'x', 1, 'treated', 1, 1);
            UPDATE touch SET retry_at = 1
            """)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 1)
        #expect(
            try test.rows(
                "SELECT p.name FROM touch t JOIN playbook p ON p.id = t.playbook_id WHERE t.state = 'pending'") == ["a"]
        )
        let reasons = "SELECT DISTINCT coalesce(reason, 'none') FROM touch WHERE state = 'pending'"
        #expect(try test.rows(reasons) == ["an exclusive playbook has the account"])
        try await test.drain(noon(20_009))
        #expect(
            try test.rows("SELECT state, reason FROM touch WHERE reason IS NOT NULL") == [
                "expired|waited too long: an exclusive playbook has the account"
            ])
    }

    @Test func theUnsubscribeLinkNamesTheContactByItsId() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")], accounts: 2)
        try test.edit(["playbooks/a/hello.md": "---\nsubject: Hello\n---\n[Bye]({{unsubscribe_url}}) now\n"])
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        let secret = [UInt8](repeating: 7, count: 32)
        for received in endpoint.received {
            let account = try #require(received.to?.prefix(2))
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(received.body.utf8)) as? [String: String])
            let rest = try #require(object["text"]?.components(separatedBy: "touch.test.example/u/").dropFirst().first)
            let token = String(rest.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) })
            let opened = try #require(Unsubscription.open(token, secret: secret))
            let ids = try test.rows(
                """
                SELECT c.id, t.id FROM contact AS c JOIN touch AS t ON t.contact_id = c.id
                WHERE c.address = '\(account)@example.com'
                """)
            #expect("\(opened.contact)|\(opened.touch ?? 0)" == ids.first && opened.category == "education")
        }
        #expect(endpoint.received.count == 2)
    }

    @Test func theChannelsNameTellsWhetherItsSecretIsNeeded() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")])
        let locked = TestWorkspace.channel("app", "in_app", url: endpoint.url)
            .replacing("auth: { kind: none }", with: "auth: { kind: bearer, token: env:NOT_THERE }")
        try test.edit(["channels/app.yaml": locked])
        try test.run(noon(20_000))
        // Nothing waits for that channel: it is nobody's trouble.
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 1 && report.stopped.isEmpty)
        try test.edit([
            "channels/mail.yaml": locked.replacing("channel: app", with: "channel: mail").replacing(
                "in_app", with: "email")
        ])
        try test.addAccounts(1, from: 2)
        try test.run(noon(20_001))
        let stopped = try await test.drain(noon(20_001))
        #expect(stopped.stopped["mail"]?.contains("NOT_THERE") == true && stopped.sent == 0)
        #expect(try test.states == ["sent": 1, "pending": 1])
    }
}

/// Pauses everything from another connection, as `keeptouch pause` does.
final class Puller: @unchecked Sendable {
    // Written once, before the first request.
    var path = ""

    func pull() {
        do {
            let store = try Store(path: path, mode: .readWrite)
            try store.write { try Pauses.set("all", reason: "test", at: noon(20_000), $0) }
        } catch {
            Issue.record(error)
        }
    }
}
