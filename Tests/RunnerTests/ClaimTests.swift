import Delivery
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct ClaimTests {
    /// Playbooks that write to everybody at once; each is a text by name.
    private func workspace(
        _ endpoint: Endpoint, _ playbooks: [String: String], caps: String = "[ 1 per 1d, 3 per 7d ]", more: String = "",
        accounts: Int = 1
    ) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: playbooks,
            configuration: TestWorkspace.configuration.replacing("in_app: app", with: "in_app: app, push: device")
                .replacing("{ education: Tips }", with: "{ education: Tips, news: News }")
                + "\ncaps: \(caps)\n\(more)\n",
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
                "channels/device.yaml": TestWorkspace.channel("device", "push", url: endpoint.url),
            ])
        try test.addAccounts(accounts)
        return test
    }

    private func playbook(
        _ name: String, _ step: String = "email: hello.md", priority: Int = 50, category: String = "education",
        holdout: String = "0%", more: [String] = []
    ) -> String {
        TestWorkspace.playbook(
            name, category: category, holdout: holdout, more: ["priority: \(priority)"] + more, steps: [step])
    }

    @Test func capsHoldPerAddressAcrossPlaybooksByPriority() async throws {
        let endpoint = try Endpoint()
        let names = ["a", "b", "c", "d", "e"]
        let test = try workspace(
            endpoint, Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, playbook($1, priority: 10 + $0)) })
        )
        try test.run(noon(20_000))
        #expect(try test.states == ["pending": 5])
        // All five stand in one batch; the highest priority goes first.
        try await test.drain(noon(20_000))
        let sent = """
            SELECT p.name, (t.claimed_at - \(noon(20_000).milliseconds)) / 86400000.0 FROM touch t
            JOIN playbook p ON p.id = t.playbook_id WHERE t.state = 'sent' ORDER BY t.claimed_at
            """
        #expect(try test.rows(sent) == ["e|0.0"])
        #expect(
            try test.rows("SELECT DISTINCT reason, not_before FROM touch WHERE state = 'pending'")
                == ["cap 1 per 1d|\((noon(20_001) - .minutes(1)).milliseconds)"])
        for hour in stride(from: Int64(12), through: 7 * 24 - 1, by: 12) {
            try await test.drain(noon(20_000, hours: hour))
        }
        // One a day, three in a week.
        #expect(try test.rows(sent) == ["e|0.0", "d|1.0", "c|2.0"])
        #expect(try test.integer("SELECT count(*) FROM touch WHERE state = 'pending' AND reason = 'cap 3 per 7d'") == 2)
        // What waited longer than a week for the caps ends as capped.
        try await test.drain(noon(20_007))
        #expect(try test.states == ["sent": 3, "capped": 2])
        #expect(
            try test.rows("SELECT DISTINCT reason FROM touch WHERE state = 'capped'") == [
                "waited too long: cap 3 per 7d"
            ])
        #expect(endpoint.received.count == 3)
    }

    @Test func capsCountEmailAndPushTogetherAndNothingElse() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint,
            [
                "a": playbook("a", priority: 90), "b": playbook("b", "push: hello.md", priority: 80),
                "c": playbook("c", "in_app: hello.md", priority: 70),
                "d": playbook("d", "in_app: hello.md", priority: 60),
            ])
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 3)
        #expect(try test.rows("SELECT kind FROM touch WHERE state = 'pending'").count == 1)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE kind = 'in_app' AND state = 'sent'") == 2)
    }

    @Test func aCapOfAKindAChannelOrACategoryCountsThatAlone() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint,
            [
                "a": playbook("a", "in_app: hello.md", priority: 90),
                "b": playbook("b", "in_app: hello.md", priority: 80),
                "c": playbook("c", priority: 70), "d": playbook("d", priority: 60, category: "news"),
                "e": playbook("e", priority: 50, category: "news"), "f": playbook("f", "push: hello.md", priority: 40),
                "g": playbook("g", "push: hello.md", priority: 30),
            ],
            caps: """

                  - { cap: 1 per 2d, kind: in_app }
                  - { cap: 1 per 1d, category: news }
                  - { cap: 1 per 3d, channel: device }
                """)
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        let names =
            "SELECT p.name FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id WHERE t.state = 'sent' ORDER BY 1"
        #expect(try test.rows(names) == ["a", "c", "d", "f"])
        #expect(
            try test.rows("SELECT reason FROM touch WHERE state = 'pending' ORDER BY reason") == [
                "cap 1 per 1d (news)", "cap 1 per 2d (in_app)", "cap 1 per 3d (device)",
            ])
        try await test.drain(noon(20_001))
        #expect(try test.rows(names) == ["a", "c", "d", "e", "f"])
        try await test.drain(noon(20_002))
        try await test.drain(noon(20_003))
        #expect(try test.states == ["sent": 7])
        #expect(endpoint.received.count == 7)
    }

    @Test func aServicePlaybookIsOutsideCapsBothWays() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint,
            [
                "bill": playbook("bill", priority: 90, category: "service"),
                "bill2": playbook("bill2", priority: 90, category: "service"),
                "tips": playbook("tips", priority: 50), "late": playbook("late", priority: 1, category: "service"),
            ])
        try test.run(noon(20_000))
        // Neither does it count for the others, nor do they for it.
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 4)
    }

    @Test func twoAccountsWithOneAddressShareItsCaps() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, ["a": playbook("a")], accounts: 3)
        try test.script(
            "UPDATE contact SET email = 'Shared@example.com', address = 'shared@example.com' WHERE account_id < 3")
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 2)
        #expect(try test.rows("SELECT account_id FROM touch WHERE state = 'pending'") == ["2"])
    }

    @Test func ghostsCompeteWithRealSendsAndNotWithOtherGhosts() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint,
            [
                "a": playbook("a", priority: 90, holdout: "100%"), "b": playbook("b", priority: 80, holdout: "100%"),
                "c": playbook("c", priority: 70), "d": playbook("d", priority: 60, holdout: "100%"),
            ])
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        // The real touch does not see the ghosts, nor they each other; the last one finds the cap used up by the real one.
        #expect(
            try test.rows("SELECT p.name, t.state FROM touch t JOIN playbook p ON p.id = t.playbook_id ORDER BY p.name")
                == ["a|ghost", "b|ghost", "c|sent", "d|pending"])
        try await test.drain(noon(20_001))
        #expect(try test.states == ["ghost": 3, "sent": 1])
        #expect(endpoint.received.count == 1)
    }

    @Test func ghostsOfOneEnrollmentShareTheCap() async throws {
        let endpoint = try Endpoint()
        let text = TestWorkspace.playbook("a", holdout: "100%", steps: ["email: hello.md", "email: hello.md"])
        let test = try workspace(endpoint, ["a": text])
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        try test.run(noon(20_000, hours: 1))
        try await test.drain(noon(20_000, hours: 1))
        #expect(try test.states == ["ghost": 1, "pending": 1])
        try await test.drain(noon(20_001))
        #expect(try test.states == ["ghost": 2])
    }

    /// Eight playbooks write to each address, one message a day, and what waits for three days ends.
    @Test func aGhostPassesTheClaimThatItsTouchWouldHavePassed() async throws {
        let endpoint = try Endpoint()
        let names = (0..<8).map { "p\($0)" }
        let test = try workspace(
            endpoint,
            Dictionary(
                uniqueKeysWithValues: names.enumerated().map {
                    ($1, playbook($1, priority: 90 - $0, holdout: "50%", more: ["expires: 3d"]))
                }), caps: "[ 1 per 1d ]", accounts: 60)
        try test.run(noon(20_000))
        for day in 20_000...20_003 { try await test.drain(noon(day)) }
        let rows = try test.rows(
            """
            SELECT t.account_id, t.ghost, t.claimed_at IS NOT NULL FROM touch t ORDER BY t.account_id, t.priority DESC
            """
        ).map { $0.split(separator: "|").map { String($0) } }
        #expect(rows.count == 480)
        var passed: [String: (of: Int, count: Int)] = [:]
        for account in Set(rows.map { $0[0] }) {
            var real = 0
            for row in rows where row[0] == account {
                // As many real messages as there are days go before it, or fewer.
                #expect((row[2] == "1") == (real < 3), "\(row)")
                passed[row[1], default: (0, 0)].count += row[2] == "1" ? 1 : 0
                passed[row[1], default: (0, 0)].of += 1
                if row[1] == "0" { real += 1 }
            }
        }
        let (treated, ghosts) = (try #require(passed["0"]), try #require(passed["1"]))
        let shares = (Double(treated.count) / Double(treated.of), Double(ghosts.count) / Double(ghosts.of))
        #expect(abs(shares.0 - shares.1) < 0.1, "\(shares)")
    }

    @Test func windowsOpenOnTheContactsClock() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint,
            [
                "a": playbook("a"), "b": playbook("b", "in_app: hello.md"),
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
        let test = try workspace(
            endpoint,
            ["a": playbook("a"), "s": playbook("s", category: "service"), "i": playbook("i", "in_app: hello.md")],
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
        let test = try workspace(endpoint, ["a": playbook("a")], accounts: 3)
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
        #expect(endpoint.recipients == ["a3@example.com"])
    }

    @Test func aPauseInTheMiddleOfARunStopsItQuietly() async throws {
        let killSwitch = Puller()
        let endpoint = try Endpoint { received in
            if received.number == 5 { killSwitch.pull() }
            return received.number > 5 ? .answer(429, ["Retry-After: 0"]) : .answer(202)
        }
        let test = try workspace(endpoint, ["a": playbook("a")], accounts: 200)
        killSwitch.path = test.store.path
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        // At most 2 × in_flight rows were on their way, and those that may be tried again do not keep the run going.
        #expect(report.sent == 5 && endpoint.received.count <= 5 + 3 * 16)
        #expect(try test.states == ["sent": 5, "pending": 195])
    }

    @Test func anExclusivePlaybookHoldsTheOthersTouchesBack() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint, ["a": playbook("a"), "s": playbook("s", category: "service")], caps: "[ 10 per 1d ]")
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
    }

    @Test func theUnsubscribeLinkNamesTheContactByItsId() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, ["a": playbook("a")], accounts: 2)
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
        let test = try workspace(endpoint, ["a": playbook("a")])
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
