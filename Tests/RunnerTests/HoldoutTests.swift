import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct HoldoutTests {
    private static func text(holdout: String, variants: String? = nil, name: String = "main") -> String {
        TestWorkspace.playbook(
            name, holdout: holdout, more: variants.map { ["variants: { \($0) }"] } ?? [], steps: ["wait: 1d"])
    }

    /// Within 4.5 standard deviations of a binomial count.
    private func isPlausible(_ count: Int, of total: Int, share: Double) -> Bool {
        abs(Double(count) - Double(total) * share) < 4.5 * (Double(total) * share * (1 - share)).squareRoot()
    }

    @Test func sharesAreWithinBinomialBounds() throws {
        let test = try TestWorkspace(
            playbooks: ["main": Self.text(holdout: "10%", variants: "lessons: 3, checklist: 1")],
            configuration: TestWorkspace.configuration + "\nholdout: 5%\n")
        try test.addAccounts(4_000)
        let report = try test.run(noon(20_000)).playbooks[0]
        #expect(isPlausible(report.verdicts[.globalHoldout] ?? 0, of: 4_000, share: 0.05))
        #expect(isPlausible(report.verdicts[.holdout] ?? 0, of: 4_000, share: 0.095))
        #expect(isPlausible(report.variants["lessons"] ?? 0, of: 4_000, share: 0.75))
        #expect(report.variants.values.reduce(0, +) == 4_000)
        // The draws are independent of each other: the variants of the holdout are shared out alike.
        let held = try test.integer("SELECT count(*) FROM enrollment WHERE arm = 'holdout' AND variant = 'lessons'")
        #expect(isPlausible(held, of: report.verdicts[.holdout] ?? 0, share: 0.75))
    }

    @Test func theDrawIsTheSameEverywhere() throws {
        // SHA-256 of "main", a zero byte and the key, its first 52 bits as a fraction.
        let test = try TestWorkspace(playbooks: ["main": Self.text(holdout: "50%")])
        try test.addAccounts(8)
        try test.run(noon(20_000))
        let other = try TestWorkspace(playbooks: ["main": Self.text(holdout: "50%")])
        // Other ids, the same keys.
        try other.addAccounts(4, from: 5)
        try other.addAccounts(4)
        try other.run(noon(20_555))
        let arms = "SELECT a.key, e.arm FROM enrollment e JOIN account a ON a.id = e.account_id ORDER BY a.key"
        #expect(try test.rows(arms) == other.rows(arms))
        let drawn = (1...8).map { account in
            Draw.number(salt: "main", key: "a\(account)") < 0.5 ? "a\(account)|holdout" : "a\(account)|treated"
        }
        #expect(try test.rows(arms) == drawn)
    }

    @Test func whatWasDrawnIsStoredAndNeverDerivedAgain() throws {
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook(
                    "main", "on: signed", holdout: "50%", more: ["variants: { lessons: 1, checklist: 1 }"],
                    steps: ["wait: 1h"])
            ], configuration: TestWorkspace.configuration + "\nholdout: 20%\n")
        try test.addAccounts(40)
        try test.run(noon(19_999))
        func enterAll(_ day: Int) throws -> [String] {
            for account in 1...40 { try test.addEvent("signed", of: "a\(account)", at: noon(day)) }
            try test.run(noon(day))
            return try test.rows(
                "SELECT account_id, arm, variant FROM enrollment WHERE entered_at = \(noon(day).milliseconds) ORDER BY account_id"
            )
        }
        let first = try enterAll(20_000)
        try test.run(noon(20_000, hours: 2))
        #expect(try enterAll(20_001) == first)
        try test.run(noon(20_001, hours: 2))
        // What is stored wins over the draw: turn every stored arm of the playbook round.
        try test.script(
            """
            UPDATE assignment SET arm = CASE arm WHEN 'treated' THEN 'holdout' ELSE 'treated' END,
                variant = CASE variant WHEN 'lessons' THEN 'checklist' ELSE 'lessons' END WHERE arm <> 'global_holdout'
            """)
        let turned = try enterAll(20_002)
        for (before, after) in zip(first, turned) where !before.contains("global") {
            #expect(before.split(separator: "|")[1] != after.split(separator: "|")[1])
            #expect(before.split(separator: "|")[2] != after.split(separator: "|")[2])
        }
    }

    @Test func aChangedWeightBeginsANewPeriod() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.text(holdout: "10%", variants: "a: 1, b: 1")])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        // A title, a comment or the layout is no change of the experiment; a step is.
        let text = Self.text(holdout: "10%", variants: "a: 1, b: 1")
        let same = text.replacing("title: main", with: "title: Another  # comment") + "\n# the end\n"
        try test.edit(["playbooks/main/playbook.yaml": same])
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT name, period FROM experiment ORDER BY id") == ["main|1"])
        try test.edit(["playbooks/main/playbook.yaml": text.replacing("wait: 1d", with: "wait: 2d")])
        try test.run(noon(20_001, hours: 1))
        #expect(try test.rows("SELECT name, period FROM experiment ORDER BY id") == ["main|1", "main|2"])
        for (index, text) in [
            Self.text(holdout: "20%", variants: "a: 1, b: 1"), Self.text(holdout: "20%", variants: "a: 2, b: 1"),
            Self.text(holdout: "10%", variants: "a: 1, b: 1"),
        ].enumerated() {
            try test.edit(["playbooks/main/playbook.yaml": text])
            try test.run(noon(20_002 + index))
            try test.run(noon(20_002 + index, hours: 1))
            #expect(try test.integer("SELECT max(period) FROM experiment") == index + 3)
        }
    }

    @Test func whatIsMeasuredOrSentBeginsAPeriodWhenItChanges() throws {
        func text(goal: String = "sum(logins, 7d) > 1", trigger: String = "plan == \"free\"", more: [String] = [])
            -> String
        {
            TestWorkspace.playbook(
                "main", "when: \(trigger)", holdout: "10%",
                more: ["goal:", "  when: \(goal)", "  within: 30d"] + more)
        }
        let test = try TestWorkspace(playbooks: ["main": text()])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        func periods() throws -> Int { try test.integer("SELECT max(period) FROM experiment") }
        // A message is live text, unless the experiment is strict.
        let message = "playbooks/main/hello.md"
        try test.edit([message: "---\nsubject: Another\n---\nAnother text.\n"])
        try test.run(noon(20_001))
        #expect(try periods() == 1)
        for (index, edited) in [
            text(goal: "sum(logins, 7d) > 2"), text(trigger: "plan == \"pro\""), text(more: ["strict: true"]),
        ].enumerated() {
            try test.edit(["playbooks/main/playbook.yaml": edited])
            try test.run(noon(20_002 + index))
            try test.run(noon(20_002 + index, hours: 1))
            #expect(try periods() == index + 2)
        }
        try test.edit([message: "---\nsubject: Once more\n---\nOnce more.\n"])
        try test.run(noon(20_010))
        #expect(try periods() == 5)
    }

    @Test func aPeriodOfAnEarlierProgramGoesOn() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.text(holdout: "10%")])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.script(#"UPDATE experiment SET design = '{"holdout":0.1,"variants":{}}'"#)
        try test.run(noon(20_001))
        #expect(try test.integer("SELECT max(period) FROM experiment") == 1)
        try test.edit(["playbooks/main/playbook.yaml": Self.text(holdout: "10%").replacing("1d", with: "2d")])
        try test.run(noon(20_002))
        #expect(try test.integer("SELECT max(period) FROM experiment") == 2)
    }

    @Test func playbooksThatShareAnExperimentDoNotBeginPeriodsByTurns() throws {
        func text(_ name: String, _ variants: String) -> String {
            TestWorkspace.playbook(
                name, holdout: "10%", more: ["variants: { \(variants) }", "experiment: together"])
        }
        let test = try TestWorkspace(playbooks: ["one": text("one", "a: 1, b: 1"), "two": text("two", "c: 1, d: 1")])
        try test.addAccounts(30)
        for day in 20_000...20_003 { try test.run(noon(day)) }
        #expect(try test.rows("SELECT name, period FROM experiment ORDER BY id") == ["together|1"])
        // Each account walks a variant of the playbook that it is in.
        #expect(
            try test.rows(
                "SELECT DISTINCT p.name, e.variant FROM enrollment e JOIN playbook p ON p.id = e.playbook_id ORDER BY 1, 2"
            )
                == ["one|a", "one|b", "two|c", "two|d"])
        #expect(try test.integer("SELECT count(*) FROM touch") == 60)
        // Who is held out of one is held out of the other.
        #expect(
            try test.integer(
                "SELECT count(*) FROM (SELECT account_id FROM enrollment GROUP BY account_id HAVING count(DISTINCT arm) > 1) AS a"
            ) == 0)
    }

    @Test func theGlobalHoldoutHoldsForAllPlaybooksUntilItIsRedrawn() throws {
        let test = try TestWorkspace(
            playbooks: [
                "one": Self.text(holdout: "0%", name: "one"), "two": Self.text(holdout: "0%", name: "two"),
                "service": TestWorkspace.playbook("service", category: "service", steps: ["wait: 1d"]),
            ], configuration: TestWorkspace.configuration + "\nholdout: { share: 30%, redraw: yearly }\n")
        try test.addAccounts(60)
        // 2024-12-31 and 2025-01-01.
        let report = try test.run(noon(20_088))
        let outside = report.playbooks.map { $0.verdicts[.globalHoldout] ?? 0 }
        #expect(outside[0] > 5 && outside[0] == outside[2] && outside[1] == 0)
        let members = "SELECT account_id FROM assignment WHERE arm = 'global_holdout' AND experiment_id ="
        #expect(try test.rows("\(members) 4 ORDER BY 1").count == outside[0])
        try test.script("DELETE FROM enrollment; DELETE FROM standing")
        try test.run(noon(20_089))
        #expect(
            try test.rows("SELECT name, period FROM experiment WHERE name = 'global holdout' ORDER BY id") == [
                "global holdout|1", "global holdout|2",
            ])
        let before = try test.rows(
            "\(members) (SELECT id FROM experiment WHERE name = 'global holdout' AND period = 1) ORDER BY 1")
        let after = try test.rows(
            "\(members) (SELECT id FROM experiment WHERE name = 'global holdout' AND period = 2) ORDER BY 1")
        #expect(before != after && !after.isEmpty)
    }

    @Test func whoIsDrawnIntoANewGlobalHoldoutGetsNoMoreMailFromRunningEnrollments() async throws {
        let endpoint = try Endpoint()
        let steps = ["email: hello.md", "wait: 1d", "email: hello.md"]
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", holdout: "0%", steps: steps),
                "bill": TestWorkspace.playbook("bill", category: "service", steps: steps),
            ],
            configuration: TestWorkspace.configuration + "\nholdout: { share: 30%, redraw: yearly }\n",
            files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url)])
        try test.addAccounts(40)
        // 2024-12-31 and the first days of 2025.
        try test.run(noon(20_088))
        try await test.drain(noon(20_088))
        for day in 20_089...20_091 {
            try test.run(noon(day))
            try await test.drain(noon(day))
        }
        let inside = (1...40).filter { Draw.number(salt: "global/test/2025", key: "a\($0)") < 0.3 }
        let second = try test.rows(
            """
            SELECT p.name || ' ' || t.state || ' ' || coalesce(t.reason, ''), t.account_id FROM touch t
            JOIN playbook p ON p.id = t.playbook_id JOIN enrollment e ON e.id = t.enrollment_id
            WHERE t.step = 'email_2' AND e.arm = 'treated'
            """)
        let stopped = second.filter {
            $0.contains("main cancelled the account was drawn into the global holdout of 2025")
        }
        #expect(!stopped.isEmpty)
        for row in second {
            let account = try #require(Int(row.split(separator: "|")[1]))
            #expect(row.hasPrefix("main sent") == (row.hasPrefix("main") && !inside.contains(account)), "\(row)")
            if row.hasPrefix("bill") { #expect(row.hasPrefix("bill sent")) }
        }
    }

    @Test func aHoldoutWalksTheSameRoadWithGhosts() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook(
                    "main", holdout: "50%", steps: ["email: hello.md", "wait: 1d", "in_app: hello.md"])
            ],
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
            ])
        try test.addAccounts(20)
        for hour in [Int64(0), 1, 30, 31] {
            try test.run(noon(20_000, hours: hour))
            try await test.drain(noon(20_000, hours: hour))
        }
        try test.run(noon(20_000, hours: 32))
        let held = try test.integer("SELECT count(*) FROM enrollment WHERE arm = 'holdout'")
        #expect(held > 3 && held < 17)
        #expect(try test.states == ["ghost": held * 2, "sent": (20 - held) * 2])
        #expect(endpoint.received.count == (20 - held) * 2)
        #expect(try test.rows("SELECT DISTINCT state, end_reason FROM enrollment") == ["ended|completed"])
    }
}
