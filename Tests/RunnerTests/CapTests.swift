import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// How many messages a person gets at most.
@Suite struct CapTests {
    @Test func capsHoldPerAddressAcrossPlaybooksByPriority() async throws {
        let endpoint = try Endpoint()
        let names = ["a", "b", "c", "d", "e"]
        let test = try TestWorkspace.competing(
            endpoint,
            Dictionary(
                uniqueKeysWithValues: names.enumerated().map { ($1, TestWorkspace.competitor($1, priority: 10 + $0)) })
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

    /// The cap is not what kept it from leaving.
    @Test func whatAPauseKeepsBackUntilItsTimeIsOverIsNotCapped() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint, ["a": TestWorkspace.competitor("a", priority: 90), "b": TestWorkspace.competitor("b")])
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(try test.rows("SELECT reason FROM touch WHERE state = 'pending'") == ["cap 1 per 1d"])
        try test.store.write { try Pauses.set("playbook:b", reason: "test", at: noon(20_000), $0) }
        try await test.drain(noon(20_008))
        #expect(
            try test.rows("SELECT state, reason FROM touch WHERE state <> 'sent'") == [
                "expired|waited too long: the playbook is paused: test"
            ])
        #expect(endpoint.received.count == 1)
    }

    /// Three have gone in a week, the last of them today: there is room by both caps on the eighth day, or never.
    @Test(arguments: [("7d", false), ("3d", true)])
    func aMessageThatTwoCapsHoldSaysWhenBothHaveRoom(expires: String, isInVain: Bool) async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            Dictionary(
                uniqueKeysWithValues: (0..<4).map { index in
                    let name = "\("abcd".dropFirst(index).first ?? "a")"
                    return (
                        name,
                        TestWorkspace.competitor(
                            name, priority: 90 - index, more: ["expires: \(index < 3 ? "7d" : expires)"])
                    )
                }))
        try test.run(noon(20_000))
        for day in 0...2 { try await test.drain(noon(20_000 + day)) }
        let room = noon(20_007) - .minutes(1)
        let waiting = try test.rows("SELECT not_before, reason FROM touch WHERE state = 'pending'")
        if isInVain {
            #expect(
                waiting == [
                    "\(noon(20_003).milliseconds)|cap 3 per 7d, which has room from 2024-10-11 11:59 UTC; its time is over "
                        + "before that"
                ])
            #expect(try test.store.read { try Outbox($0).nextLeaving() } == nil)
            try await test.drain(noon(20_003))
            #expect(try test.states == ["sent": 3, "capped": 1])
        } else {
            #expect(waiting == ["\(room.milliseconds)|cap 3 per 7d"])
            #expect(try test.store.read { try Outbox($0).nextLeaving() } == room)
        }
    }

    @Test func capsCountEmailAndPushTogetherAndNothingElse() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a", priority: 90),
                "b": TestWorkspace.competitor("b", "push: hello.md", priority: 80),
                "c": TestWorkspace.competitor("c", "in_app: hello.md", priority: 70),
                "d": TestWorkspace.competitor("d", "in_app: hello.md", priority: 60),
            ])
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 3)
        #expect(try test.rows("SELECT kind FROM touch WHERE state = 'pending'").count == 1)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE kind = 'in_app' AND state = 'sent'") == 2)
    }

    @Test func aCapOfAKindAChannelOrACategoryCountsThatAlone() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a", "in_app: hello.md", priority: 90),
                "b": TestWorkspace.competitor("b", "in_app: hello.md", priority: 80),
                "c": TestWorkspace.competitor("c", priority: 70),
                "d": TestWorkspace.competitor("d", priority: 60, category: "news"),
                "e": TestWorkspace.competitor("e", priority: 50, category: "news"),
                "f": TestWorkspace.competitor("f", "push: hello.md", priority: 40),
                "g": TestWorkspace.competitor("g", "push: hello.md", priority: 30),
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

    /// A message that is refused, or cannot be written, is none: the next one goes out in the same run.
    @Test(arguments: [true, false])
    func aMessageThatDoesNotLeaveGivesItsRoomBack(isRefused: Bool) async throws {
        let endpoint = try Endpoint { isRefused && $0.body.contains("first") ? .answer(422) : .answer(202) }
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a", priority: 90), "b": TestWorkspace.competitor("b", priority: 80),
            ])
        try test.edit(["playbooks/a/hello.md": "---\nsubject: first {{account.name}}\n---\nHi\n"])
        try test.execute("UPDATE account SET name = '\(isRefused ? "Acme" : "North\nwind")'")
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(
            try test.rows(
                "SELECT p.name, t.state FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id ORDER BY 1")
                == ["a|\(isRefused ? "rejected" : "held")", "b|sent"])
        #expect(endpoint.received.last?.body.contains("Hello") == true)
        // What has left keeps its room.
        try test.run(noon(20_000, hours: 2))
        try await test.drain(noon(20_000, hours: 2))
        #expect(endpoint.received.count == (isRefused ? 2 : 1))
    }

    @Test func aServicePlaybookIsOutsideCapsBothWays() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "bill": TestWorkspace.competitor("bill", priority: 90, category: "service"),
                "bill2": TestWorkspace.competitor("bill2", priority: 90, category: "service"),
                "tips": TestWorkspace.competitor("tips", priority: 50),
                "late": TestWorkspace.competitor("late", priority: 1, category: "service"),
            ])
        try test.run(noon(20_000))
        // Neither does it count for the others, nor do they for it.
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 4)
    }

    @Test func twoAccountsWithOneAddressShareItsCaps() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")], accounts: 3)
        try test.script(
            "UPDATE contact SET email = 'Shared@example.com', address = 'shared@example.com' WHERE account_id < 3")
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 2)
        #expect(try test.rows("SELECT account_id FROM touch WHERE state = 'pending'") == ["2"])
    }

    @Test func ghostsCompeteWithRealSendsAndNotWithOtherGhosts() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            [
                "a": TestWorkspace.competitor("a", priority: 90, holdout: "100%"),
                "b": TestWorkspace.competitor("b", priority: 80, holdout: "100%"),
                "c": TestWorkspace.competitor("c", priority: 70),
                "d": TestWorkspace.competitor("d", priority: 60, holdout: "100%"),
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
        let test = try TestWorkspace.competing(endpoint, ["a": text])
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
        let test = try TestWorkspace.competing(
            endpoint,
            Dictionary(
                uniqueKeysWithValues: names.enumerated().map {
                    ($1, TestWorkspace.competitor($1, priority: 90 - $0, holdout: "50%", more: ["expires: 3d"]))
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
}
