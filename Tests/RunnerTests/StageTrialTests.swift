import Playbooks
import Runner
import Storage
import Testing

/// Journeys in the tests of playbooks and in backtests.
struct StageTrialTests {
    private static let journey = """
        journey: free
        for: everyone_active
        stages:
          joined:
            expect: 7d
          tried:
            enter: happened(signed)
            expect: 5d
          loved:
            enter: count(signed) >= 3
        """

    private static let playbook = """
        playbook: late
        state: live
        category: education
        holdout: 0%
        when: stuck()
        steps:
          - email: hello.md
        tests:
          - name: an account is in its stage since it was created
            account: { created_at: -8d }
            expect: [match, sent hello.md]
          - name: one that came lately is not late
            account: { created_at: -6d }
            expect: no match
          - name: an event brings it on when it happens
            account:
              created_at: -30d
              events:
                - signed: -4d
            expect: no match
            then:
              - after: 2d
                expect: match

        """

    @Test func aTestSeesTheJourneySoFar() throws {
        let world = try TestWorkspace(
            playbooks: ["late": Self.playbook], files: ["journeys/free.yaml": Self.journey])
        let playbook = try #require(world.workspace.playbook("late"))
        let bench = try TestBench(world.workspace)
        #expect(playbook.tests.count == 3)
        for test in playbook.tests {
            let result = try bench.run(test, of: playbook)
            #expect(result.failures.isEmpty, "\(test.name): \(result.failures)")
        }
    }

    @Test(arguments: [0, 9])
    func aBacktestDecidesAsTheRunsDid(_ offset: Int) throws {
        let world = try TestWorkspace(
            playbooks: ["late": Self.playbook], files: ["journeys/free.yaml": Self.journey])
        try world.store.write { connection in
            for number in 0..<8 {
                try connection.execute(
                    "INSERT INTO account (key, created_at, mrr) VALUES (:key, :created, 5000)",
                    [
                        "key": .text("a\(number)"),
                        "created": .instant(Instant(milliseconds: Int64(20_000 + number) * 86_400_000 - 3_600_000)),
                    ])
                _ = try connection.execute(
                    """
                    INSERT INTO contact (account_id, key, email, address, name, role)
                    SELECT id, 'owner', key || '@example.com', key || '@example.com', 'Ada', 'owner' FROM account
                    WHERE key = 'a\(number)'
                    """)
            }
        }
        for number in 0..<8 where number % 3 != 0 {
            for day in [20_003, 20_004, 20_012].prefix(number % 4 + 1) {
                try world.addEvent(
                    "signed", of: "a\(number)", at: noon(day + number), properties: "{\"n\": \(day)}", isHistory: true)
            }
        }
        for day in 20_000..<20_030 {
            try world.run(Instant(milliseconds: Int64(day) * 86_400_000 + 6 * 3_600_000))
        }
        // Decisions of a backtest that begins later differ, because nobody has been enrolled before it.
        let comparisons =
            [
                "SELECT account_id, journey, stage, at, how FROM stage_entry",
                "SELECT id, journey, stage, stage_since FROM account",
            ]
            + (offset == 0
                ? [
                    """
                    SELECT p.name, a.key, d.match_key, d.at, d.verdict FROM decision AS d
                    JOIN playbook AS p ON p.id = d.playbook_id JOIN account AS a ON a.id = d.account_id
                    """
                ] : [])
        let playbook = try #require(world.workspace.playbook("late"))
        let backtest = try Backtest(
            playbook, in: world.workspace, from: Day(number: 20_000 + offset), to: Day(number: 20_029),
            isWithAll: false)
        var tried: [[String]] = []
        _ = try backtest.run(on: Store(path: world.store.path, mode: .readOnly)) { _ in
        } observe: { world in
            tried = [world.stageEntryRows, world.stageRows, world.decisionRows]
        }
        #expect(tried.count == 3)
        for (sql, tried) in zip(comparisons, tried) {
            let real = try world.store.read { try $0.comparable(sql) }
            #expect(real == tried)
            #expect(real.count >= 8)
        }
    }
}
