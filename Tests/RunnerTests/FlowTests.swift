import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Waits and choices, walked on a real database.
@Suite struct FlowTests {
    private static let outcome = """
        INSERT INTO outcome (account_id, enrollment_id, touch_id, kind, at, dedup)
        SELECT account_id, enrollment_id, id
        """

    private func workspace(
        _ steps: String, holdout: String = "0%", more: [String] = [], files: [String: String] = [:],
        configuration: String = TestWorkspace.configuration, map: String = TestWorkspace.dataMap
    ) throws -> TestWorkspace {
        let lines = steps.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let text =
            TestWorkspace.playbook("main", holdout: holdout, more: more, steps: []) + lines + "\n"
        return try TestWorkspace(
            playbooks: ["main": text], configuration: configuration, files: ["data.yaml": map].merging(files) { $1 })
    }

    private func note(_ kind: String, step: String, of account: Int, at: Instant, _ test: TestWorkspace) throws {
        try test.execute(
            """
            \(Self.outcome), '\(kind)', \(at.milliseconds), '\(kind)' || id FROM touch
            WHERE step = '\(step)' AND account_id = \(account)
            """)
    }

    private func passages(_ test: TestWorkspace) throws -> [String] {
        try test.rows("SELECT account_id, step, result FROM passage ORDER BY account_id, at, step")
    }

    // MARK: wait_for

    private static let waiting = """
        - wait_for: happened(signed)
          at_most: 4d
        - email: hello.md
        """

    @Test func aWaitEndsWhenItsConditionHoldsOrItsTimeIsOver() throws {
        let test = try workspace(Self.waiting)
        try test.addAccounts(3)
        // Nothing before the enrollment counts.
        try test.addEvent("signed", of: "a3", at: noon(19_999))
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT DISTINCT step, begun, waiting, due_at FROM enrollment")
                == ["0|1|1|\(noon(20_004).milliseconds)"])
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        let report = try test.run(noon(20_001, hours: 1))
        #expect(report.moved == 1 && report.made == 1)
        #expect(try passages(test) == ["1|wait_for_1|met"])
        #expect(try test.touches() == ["1|email_1|hello.md"])
        #expect(try test.run(noon(20_003)).moved == 0)
        try test.run(noon(20_005))
        #expect(try passages(test) == ["1|wait_for_1|met", "2|wait_for_1|timed_out", "3|wait_for_1|timed_out"])
        // What is due counts from the end of the wait.
        #expect(
            try test.rows("SELECT account_id, due_at FROM touch WHERE account_id > 1 ORDER BY id")
                == ["2|\(noon(20_004).milliseconds)", "3|\(noon(20_004).milliseconds)"])
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE waiting = 1") == 0)
    }

    @Test func aWaitWhoseConditionHoldsOnArrivalIsOverAtOnce() throws {
        let test = try workspace("- wait_for: seats > 3\n  at_most: 4d\n- email: hello.md")
        try test.addAccounts(2)
        try test.script("UPDATE account SET a_seats = id * 3")
        try test.run(noon(20_000))
        #expect(try passages(test) == ["2|wait_for_1|met"])
        #expect(try test.touches() == ["2|email_1|hello.md"])
    }

    @Test func aWaitOnLateDataNeitherEndsNorTimesOut() throws {
        let map = TestWorkspace.dataMap.replacing("{ title: Logins }", with: "{ title: Logins, fresh_within: 36h }")
        let test = try workspace("- wait_for: sum(logins, 1d) > 0\n  at_most: 2d\n- email: hello.md", map: map)
        try test.addAccounts(1)
        try test.script(
            """
            INSERT INTO metric (name) VALUES ('logins');
            INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (1, 19999, 1, 1)
            """)
        try test.run(noon(20_000))
        #expect(try test.rows("SELECT waiting FROM enrollment") == ["1"])
        try test.run(noon(20_003))
        #expect(try passages(test) == [])
        try test.script("INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (1, 20002, 1, 1)")
        try test.run(noon(20_003, hours: 1))
        #expect(try passages(test) == ["1|wait_for_1|timed_out"])
    }

    @Test func whoLeavesInTheCycleDoesNotBeginTheNextStep() throws {
        let test = try workspace(Self.waiting, more: ["exit: [seats > 9]"])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        for account in ["a1", "a2"] { try test.addEvent("signed", of: account, at: noon(20_001)) }
        try test.script("UPDATE account SET a_seats = 10 WHERE id = 1")
        try test.run(noon(20_001))
        #expect(try test.touches() == ["2|email_1|hello.md"])
        #expect(
            try test.rows("SELECT state, end_reason FROM enrollment ORDER BY id") == ["ended|seats > 9", "active|-"])
    }

    // MARK: choose

    private static let branching = """
        - email: hello.md
        - wait_for: clicked(email_1)
          at_most: 2d
        - choose:
            - if: waited(wait_for_1) == "met"
              then:
                - in_app: hello.md
                - choose:
                    - if: seats > 5
                      then:
                        - stop
                    - else:
                        - wait: 1d
            - if: delivered(email_1)
              then:
                - wait: 3d
                - email: hello.md
        - in_app: hello.md
        """

    @Test func everybodyGoesTheWayOfTheFirstBranchThatHolds() throws {
        let test = try workspace(Self.branching)
        try test.addAccounts(4)
        try test.script("UPDATE account SET a_seats = id * 4")
        try test.run(noon(20_000))
        try test.send(noon(20_000))
        try test.run(noon(20_000, hours: 1))
        try note("clicked", step: "email_1", of: 1, at: noon(20_001), test)
        try note("clicked", step: "email_1", of: 2, at: noon(20_001), test)
        try note("delivered", step: "email_1", of: 3, at: noon(20_001), test)
        try test.run(noon(20_001))
        #expect(
            try passages(test) == [
                "1|choose_1|if_1", "1|wait_for_1|met", "2|choose_1|if_1", "2|wait_for_1|met",
            ])
        try test.run(noon(20_003))
        #expect(
            try passages(test).suffix(4) == [
                "3|choose_1|if_2", "3|wait_for_1|timed_out", "4|choose_1|else", "4|wait_for_1|timed_out",
            ])
        #expect(
            try test.rows("SELECT account_id, step FROM touch WHERE step <> 'email_1' ORDER BY account_id")
                == ["1|in_app_1", "2|in_app_1", "4|in_app_2"])
        try test.send(noon(20_003))
        try test.run(noon(20_004))
        // The nested choice: one goes on behind both, one stops.
        #expect(
            try test.rows("SELECT account_id, state, end_reason FROM enrollment ORDER BY account_id")
                == ["1|active|-", "2|ended|stopped", "3|active|-", "4|ended|completed"])
        try test.run(noon(20_006))
        #expect(
            try test.rows("SELECT account_id, step FROM touch WHERE account_id IN (1, 3) ORDER BY account_id, id")
                == ["1|email_1", "1|in_app_1", "1|in_app_2", "3|email_1", "3|email_2"])
    }

    @Test func variantsWalkStepsOfTheirOwn() throws {
        let test = try workspace(
            "- email: hello.md\n- stop",
            more: [
                "variants:", "  plain: 1", "  patient:", "    weight: 1", "    steps:", "      - wait_for: seats > 3",
                "        at_most: 1d", "      - choose:", "          - if: waited(wait_for_1) == \"met\"",
                "            then: [ { in_app: hello.md } ]", "          - else: [ { email: hello.md } ]",
            ])
        try test.addAccounts(40)
        try test.run(noon(20_000))
        try test.script("UPDATE account SET a_seats = 10 WHERE id % 2 = 0")
        try test.run(noon(20_000, hours: 1))
        try test.run(noon(20_001))
        let walked = try test.rows(
            """
            SELECT DISTINCT e.variant, t.step, a.a_seats FROM enrollment AS e JOIN touch AS t ON t.enrollment_id = e.id
            JOIN account AS a ON a.id = e.account_id WHERE e.variant = 'patient' OR a.a_seats IS NULL ORDER BY 1, 2
            """)
        #expect(walked == ["patient|email_1|-", "patient|in_app_1|10.0", "plain|email_2|-"])
        #expect(try test.integer("SELECT count(*) FROM touch") == 40)
    }

    @Test func aGhostsRoadEndsWhereTheWayAsksAboutTouches() throws {
        let test = try workspace(Self.branching, holdout: "50%")
        try test.addAccounts(30)
        try test.run(noon(20_000))
        try test.send(noon(20_000))
        try test.run(noon(20_001))
        #expect(
            try test.rows("SELECT DISTINCT arm, state, end_reason FROM enrollment ORDER BY 1")
                == ["holdout|ended|ghost road ends", "treated|active|-"])
        // A wait that asks about the account's data is walked by both.
        let other = try workspace(Self.waiting, holdout: "50%")
        try other.addAccounts(30)
        try other.run(noon(20_000))
        try other.run(noon(20_004))
        #expect(try other.rows("SELECT DISTINCT state FROM enrollment") == ["active"])
        #expect(try other.integer("SELECT count(*) FROM touch WHERE ghost = 1") > 0)
    }

    // MARK: wait_till

    private static let dates = """
        attributes:
          plan: { type: text, values: [free, pro] }
          seats: { type: number }
          renewal_at: { type: date }
        events:
          signed: { properties: { deal: text } }
        segments:
          everyone_active: status == "active"
        """

    @Test(arguments: [false, true])
    func aDateThatIsPastSkipsTheTouchesUpToTheNextWait(sendsLate: Bool) throws {
        let test = try workspace(
            """
            - wait_till: renewal_at - 30d
            \(sendsLate ? "  late: send" : "")
            - email: hello.md
            - in_app: hello.md
            - wait_till: renewal_at - 7d
            - email: hello.md
            """, map: Self.dates)
        try test.addAccounts(5)
        // Ahead, past, today, missing, and past with both.
        for (account, day) in [(1, 20_040), (2, 20_020), (3, 20_030), (5, 20_001)] {
            try test.script("UPDATE account SET a_renewal_at = \(day) WHERE id = \(account)")
        }
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, step, due_at FROM enrollment WHERE account_id = 1")
                == ["1|0|\(Day(number: 20_010).milliseconds)"])
        let firsts =
            sendsLate
            ? ["2|email_1|hello.md", "3|email_1|hello.md", "5|email_1|hello.md"]
            : ["3|email_1|hello.md"]
        #expect(try test.touches() == firsts)
        if !sendsLate {
            #expect(
                try passages(test) == [
                    "2|email_1|skipped", "2|in_app_1|skipped", "2|wait_till_1|late", "3|wait_till_1|met",
                    "4|email_1|skipped", "4|email_2|skipped", "4|in_app_1|skipped", "4|wait_till_1|missing",
                    "4|wait_till_2|missing", "5|email_1|skipped", "5|email_2|skipped", "5|in_app_1|skipped",
                    "5|wait_till_1|late", "5|wait_till_2|late",
                ])
            #expect(try test.rows("SELECT account_id FROM enrollment WHERE state = 'ended' ORDER BY id") == ["4", "5"])
        }
        for day in 20_000...20_014 {
            try test.send(noon(day))
            try test.run(noon(day, hours: 1))
        }
        #expect(try test.rows("SELECT step FROM touch WHERE account_id = 1 ORDER BY id") == ["email_1", "in_app_1"])
        #expect(
            try test.rows("SELECT step FROM touch WHERE account_id = 2 ORDER BY id")
                == (sendsLate ? ["email_1", "in_app_1", "email_2"] : ["email_2"]))
    }

    @Test func aDateThatMovesAwayIsWaitedFor() throws {
        let test = try workspace("- wait_till: renewal_at\n- email: hello.md", map: Self.dates)
        try test.addAccounts(1)
        try test.script("UPDATE account SET a_renewal_at = 20005")
        try test.run(noon(20_000))
        try test.script("UPDATE account SET a_renewal_at = 20009")
        try test.run(noon(20_006))
        #expect(try test.touches() == [])
        try test.run(noon(20_009))
        #expect(try test.touches() == ["1|email_1|hello.md"])
        #expect(try passages(test) == ["1|wait_till_1|met"])
    }

    @Test func aTimeOfDayIsThatOfTheFirstRecipientsClock() throws {
        let configuration = TestWorkspace.configuration.replacing("timezone: UTC", with: "timezone: America/New_York")
        let test = try workspace("- wait_till: 10:00 local\n- in_app: hello.md", configuration: configuration)
        try test.addAccounts(3)
        try test.script(
            """
            UPDATE contact SET timezone = 'Asia/Tokyo' WHERE account_id = 1;
            UPDATE account SET timezone = 'Europe/Berlin' WHERE id < 3
            """)
        // 12:00 UTC on 4 October 2024.
        try test.run(noon(20_000))
        func at(_ text: String) throws -> Int64 { try Instant.parse(text).get().milliseconds }
        #expect(
            try test.rows("SELECT account_id, due_at FROM enrollment ORDER BY 1") == [
                "1|\(try at("2024-10-05T01:00:00Z"))", "2|\(try at("2024-10-05T08:00:00Z"))",
                "3|\(try at("2024-10-04T14:00:00Z"))",
            ])
        try test.run(noon(20_000, hours: 2))
        #expect(try test.touches() == ["3|in_app_1|hello.md"])
    }

    // MARK: Goals

    @Test func secondaryGoalsAreRecordedOnceWithinTheWindowOfTheGoal() throws {
        let test = try workspace(
            "- wait: 20d",
            more: [
                "goal:", "  when: seats > 90", "  within: 10d", "also: [signed, seats > 5]",
                "guardrail_metrics: { unsubscribed: 1% }",
            ])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        // The goal does not end the watching.
        try test.script("UPDATE account SET a_seats = 100 WHERE id = 1")
        try test.run(noon(20_001))
        try test.run(noon(20_002))
        #expect(
            try test.rows("SELECT account_id, kind FROM outcome ORDER BY kind")
                == ["1|also:seats > 5", "1|also:signed", "1|goal"])
        try test.script("UPDATE account SET a_seats = 6 WHERE id = 2")
        try test.run(noon(20_011))
        #expect(try test.integer("SELECT count(*) FROM outcome") == 3)
    }

    // MARK: Pinned versions

    @Test func aPinnedVersionWaitsAndChoosesAsItDid() throws {
        let test = try workspace(
            """
            - wait_for: seats > 5
              at_most: 4d
            - choose:
                - if: plan == "pro"
                  then: [ { in_app: hello.md } ]
            - email: hello.md
            """)
        try test.addAccounts(2)
        try test.run(noon(20_000))
        let path = "playbooks/main/playbook.yaml"
        try test.edit([path: TestWorkspace.playbook("main", steps: ["wait: 9d", "in_app: hello.md"])])
        try test.script("UPDATE account SET a_seats = 6, a_plan = 'pro' WHERE id = 1")
        try test.run(noon(20_001))
        #expect(try test.touches() == ["1|in_app_1|hello.md"])
        try test.run(noon(20_004))
        #expect(try test.touches() == ["1|in_app_1|hello.md", "2|email_1|hello.md"])
    }

    @Test func anExclusivePlaybookStopsWaitsAndIsNoLongerThanItself() throws {
        let save = TestWorkspace.playbook(
            "save", "on: signed", more: ["exclusive: true"],
            steps: ["choose: [ { if: seats > 5, then: [ stop ] }, { else: [ { wait: 2d } ] } ]"])
        let other = TestWorkspace.playbook("main", steps: ["wait_for: seats > 3\n    at_most: 9d", "email: hello.md"])
        let test = try TestWorkspace(playbooks: ["main": other, "save": save])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        try test.run(noon(20_001))
        try test.script("UPDATE account SET a_seats = 4")
        try test.run(noon(20_002))
        #expect(try test.integer("SELECT count(*) FROM touch") == 0)
        try test.run(noon(20_003))
        try test.run(noon(20_003, hours: 1))
        #expect(try test.touches() == ["1|email_1|hello.md"])
    }
}

extension Day {
    fileprivate var milliseconds: Int64 { Int64(number) * 86_400_000 }
}
