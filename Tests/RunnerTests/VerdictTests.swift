import Decisions
import Playbooks
import Runner
import Storage
import Testing

@Suite struct VerdictTests {
    /// What stands in the way of an account, in the order of precedence, and how each is taken away.
    private static let obstacles: [(verdict: String, reason: String, put: String, take: String)] = [
        (
            "held", "looks wrong", "UPDATE playbook SET held_at = 1, held_because = 'looks wrong' WHERE name = 'main'",
            "UPDATE playbook SET held_at = NULL, held_because = NULL"
        ),
        (
            "already", "in this playbook now",
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive)
            SELECT 1, id, version_id, 'other', 1, 'treated', 1, 0 FROM playbook WHERE name = 'main'
            """,
            "DELETE FROM enrollment WHERE match_key = 'other'"
        ),
        (
            "cooling", "enrolled less than 90d ago",
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive,
                state, ended_at, begun)
            SELECT 1, id, version_id, 'before', 1, 'treated', \(noon(19_960).milliseconds), 0, 'ended', 2, 1
            FROM playbook WHERE name = 'main'
            """,
            "DELETE FROM enrollment WHERE match_key = 'before'"
        ),
        ("too_old", "older than max_age 2d", "SELECT 1", "SELECT 1"),
        (
            "unreachable", "no active contact for \"to: owner\" that may be written to: all its contacts have left",
            "UPDATE contact SET status = 'left'",
            "UPDATE contact SET status = 'active'"
        ),
        (
            "blocked", "an exclusive playbook has the account",
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive)
            VALUES (1, 999, 999, 'exclusive', 1, 'treated', 1, 1)
            """,
            "DELETE FROM enrollment WHERE match_key = 'exclusive'"
        ),
        (
            "global_holdout", "drawn into the global holdout of 100 %",
            "SELECT 1", "DELETE FROM enrollment; DELETE FROM assignment; UPDATE standing SET enrollment_id = NULL"
        ),
        (
            "holdout", "drawn into the holdout of 100 %", "SELECT 1",
            "DELETE FROM enrollment; DELETE FROM assignment; UPDATE standing SET enrollment_id = NULL"
        ),
        ("enrolled", "all rules passed", "SELECT 1", "SELECT 1"),
    ]

    @Test(arguments: ["when: plan == \"free\"", "on: signed", "at: daily at 12:00"])
    func theFirstVerdictThatAppliesIsGivenWithItsReason(trigger: String) throws {
        func text(holdout: String) -> String {
            TestWorkspace.playbook("main", trigger, holdout: holdout, more: ["reentry: after 90d"])
        }
        let withHoldout = TestWorkspace.configuration + "\nholdout: 100%\n"
        let test = try TestWorkspace(playbooks: ["main": text(holdout: "100%")], configuration: withHoldout)
        // It goes live before there is anything to match.
        try test.run(noon(19_990))
        try test.addAccounts(1)
        for obstacle in Self.obstacles { try test.script(obstacle.put) }
        let isEvent = trigger == "on: signed"
        for (index, obstacle) in Self.obstacles.enumerated() {
            if obstacle.verdict == "too_old", !isEvent { continue }
            if obstacle.verdict == "holdout" { try test.edit(["keeptouch.yaml": TestWorkspace.configuration]) }
            if obstacle.verdict == "enrolled" {
                try test.edit(["playbooks/main/playbook.yaml": text(holdout: "0%")])
            }
            let now = noon(20_000 + index)
            if isEvent {
                let age = index <= 3 ? TimeSpan.days(3) : .hours(1)
                try test.addEvent("signed", of: "a1", at: now - age)
            }
            let report = try test.run(now)
            let counts = report.playbooks[0].verdicts.filter { $0.value > 0 }
            // What came before waits, and is counted beside it.
            #expect(
                Verdict(rawValue: obstacle.verdict).flatMap { counts[$0] } != nil,
                "day \(index) of \(trigger): \(counts)")
            if !isEvent, !trigger.hasPrefix("at") {
                #expect(counts.map { $0.key.rawValue } == [obstacle.verdict] && counts.values.reduce(0, +) == 1)
            }
            #expect(report.playbooks[0].verdicts.count == 9)
            let decided = try test.rows("SELECT verdict, reason FROM decision WHERE at = \(now.milliseconds)")
            #expect(decided.contains("\(obstacle.verdict)|\(obstacle.reason)"), "\(decided)")
            try test.script(obstacle.take)
        }
        #expect(try test.integer("SELECT count(*) FROM decision WHERE reason = ''") == 0)
    }

    @Test func aContactThatMayNotBeWrittenToIsNotReachable() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main"),
            "confirm": TestWorkspace.playbook("confirm", category: "service"),
        ])
        try test.addAccounts(6)
        try test.script(
            """
            UPDATE contact SET role = 'billing' WHERE account_id = 1;
            UPDATE contact SET email = NULL, address = NULL WHERE account_id = 2;
            INSERT INTO suppression VALUES ('a3@example.com', '', 'bounced', 1), ('a4@example.com', 'education', 'unsubscribed', 1),
                ('a5@example.com', '', 'unsubscribed', 1)
            """)
        let report = try test.run(noon(20_000))
        // Who unsubscribed from everything still gets service messages; who bounced does not.
        #expect(report.playbooks.first { $0.playbook == "confirm" }?.verdicts[.enrolled] == 4)
        // Where nobody has the role the only contact stands in; who has it and must not be written to has no stand-in.
        #expect(
            try test.rows(
                "SELECT a.key FROM enrollment e JOIN account a ON a.id = e.account_id JOIN playbook p ON p.id = e.playbook_id WHERE p.name = 'main' ORDER BY 1"
            ) == ["a1", "a6"])
    }

    @Test func anExclusivePlaybookHasTheAccountForItself() throws {
        let save = TestWorkspace.playbook(
            "save", "on: signed", more: ["exclusive: true"], steps: ["email: hello.md", "wait: 3d"])
        let test = try TestWorkspace(playbooks: [
            "save": save,
            "other": TestWorkspace.playbook("other", steps: ["wait: 1d", "email: hello.md", "wait: 30d"]),
            "invoice": TestWorkspace.playbook("invoice", "when: seats > 0", category: "service"),
            "later": TestWorkspace.playbook("later", "when: seats > 0"),
        ])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try test.script("UPDATE account SET a_seats = 5")
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 1))
        let report = try test.run(noon(20_000, hours: 2))
        let byName = Dictionary(uniqueKeysWithValues: report.playbooks.map { ($0.playbook, $0.verdicts) })
        #expect(byName["save"]?[.enrolled] == 1)
        // It admits no others in the very cycle in which it begins, service ones apart.
        #expect(byName["later"]?[.blocked] == 1 && byName["later"]?[.enrolled] == 1)
        #expect(byName["invoice"]?[.enrolled] == 2)
        try test.run(noon(20_001, hours: 1))
        let other = """
            SELECT count(*) FROM touch t JOIN playbook p ON p.id = t.playbook_id
            WHERE p.name = 'other' AND t.account_id
            """
        #expect(try test.integer("\(other) = 1") == 0)
        #expect(try test.integer("\(other) = 2") == 1)
        // When it ends, the others go on, and who was blocked has not lost the turn.
        try test.script("UPDATE enrollment SET state = 'ended', ended_at = 1, due_at = NULL WHERE exclusive = 1")
        let after = try test.run(noon(20_002))
        #expect(try test.integer("\(other) = 1") == 1)
        #expect(after.playbooks.first { $0.playbook == "later" }?.verdicts[.enrolled] == 1)
    }

    @Test func aPlannedCycleLeavesTheConnectionAsItWas() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try test.addAccounts(1)
        _ = try test.cycle.plan(now: noon(20_000, hours: -1))
        try test.run(noon(20_000, hours: -1))
        let other = try Store(path: test.store.path, mode: .readOnly)
        #expect(try other.read { try $0.integer("SELECT count(*) FROM playbook WHERE next_at IS NOT NULL") } == 1)
        _ = try test.cycle.plan(now: noon(20_000))
        #expect(try test.run(noon(20_000)).entered == 1)
    }

    @Test func afterNinetyDaysTheReentryIsDue() throws {
        for (reentry, entersAt) in [
            ("never", [20_000]), ("always", [20_000, 20_010, 20_090, 20_101]), ("after 90d", [20_000, 20_090]),
            ("after 90d from the last end", [20_000, 20_101]),
        ] {
            let test = try TestWorkspace(playbooks: [
                "main": TestWorkspace.playbook(
                    "main", "on: signed", more: ["reentry: \(reentry)", "exit: [churned]"], steps: ["wait: 9d"])
            ])
            try test.addAccounts(1)
            try test.run(noon(19_999))
            for day in [20_000, 20_001, 20_009, 20_010, 20_019, 20_090, 20_099, 20_101] {
                // The other days only end what is due.
                if ![20_009, 20_019, 20_099].contains(day) { try test.addEvent("signed", of: "a1", at: noon(day)) }
                try test.run(noon(day))
            }
            let entered = try test.rows("SELECT entered_at FROM enrollment ORDER BY id")
            #expect(entered == entersAt.map { "\(noon($0).milliseconds)" }, "\(reentry)")
        }
    }

    @Test func aWebhookNeedsNoContact() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", steps: ["webhook: hello.md"])],
            configuration: TestWorkspace.configuration.replacing("in_app: app", with: "in_app: app, webhook: chat"),
            files: ["channels/chat.yaml": TestWorkspace.channel("chat", "webhook")])
        try test.addAccounts(1)
        try test.script("DELETE FROM contact")
        #expect(try test.run(noon(20_000)).playbooks[0].verdicts[.enrolled] == 1)
        #expect(try test.rows("SELECT recipient, state FROM touch") == ["team:chat|pending"])
    }
}
