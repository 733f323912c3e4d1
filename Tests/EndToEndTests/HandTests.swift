import Foundation
import Testing

/// What people do by hand: enroll, unenroll, snooze, exclude, hold.
@Suite struct HandTests {
    /// Accounts `a1` to `a20` with three seats, and `b1` to `b4` with one; `hello` takes those with more than one in.
    private func workspace(_ endpoint: Endpoint, when: String = "seats > 100", steps: [String] = []) throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            """
            playbook: hello
            state: live
            category: education
            audience: seats < 1000
            when: \(when)
            holdout: 0%
            to: [owner]
            goal: { when: happened(report_made), within: 30d }
            steps:
            \((steps + ["- in_app: hello.md"]).map { "  " + $0 }.joined(separator: "\n"))

            """)
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let rows =
            (1...20).map { "a\($0),Account \($0),3,owner@a\($0).example" }
            + (1...4).map { "b\($0),Small \($0),1,owner@b\($0).example" } + ["big,Huge,5000,x@big.example"]
        try scratch.write("accounts.csv", "key,name,seats,contact_email\n" + rows.joined(separator: "\n") + "\n")
        let imported = try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-01T09:00Z")
        #expect(imported.code == 0, "\(imported)")
        try run(scratch, "2026-03-02T09:00Z")
        return scratch
    }

    @discardableResult
    private func run(_ scratch: Scratch, _ now: String) throws -> Program.Outcome {
        let ran = try scratch.keeptouch("run", "--now", now)
        #expect(ran.output.contains("The books balance."), "\(ran)")
        return ran
    }

    @Test func anEnrollmentByHandIsDecidedByTheRulesOfAllAndCountedApart() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        let wrong = try scratch.keeptouch("enroll", "a1", "Account 2", "nobody", "big", "--playbook", "hello")
        #expect(wrong.code == 1 && wrong.output.hasPrefix("2 accounts to be enrolled in hello"), "\(wrong)")
        #expect(wrong.complaints.contains("there is no account \"nobody\""), "\(wrong)")
        #expect(wrong.complaints.contains("big is not in the audience of hello"), "\(wrong)")
        let again = try scratch.keeptouch("enroll", "a1", "--playbook", "hello")
        #expect(again.output.hasPrefix("0 accounts to be enrolled in hello, 1 was asked for before"), "\(again)")

        let plan = try scratch.keeptouch("plan", "hello", "--who", "--format", "csv", "--now", "2026-03-02T10:00Z")
        #expect(plan.output.contains("hello,a1,Account 1,enrolled,"), "\(plan)")
        try run(scratch, "2026-03-02T10:00Z")
        #expect(try scratch.query("SELECT count(*) FROM touch WHERE state = 'sent'") == [["2"]])
        try run(scratch, "2026-03-02T11:00Z")
        #expect(try scratch.number("SELECT count(*) FROM enrollment") == 2)
        let third = try scratch.keeptouch("enroll", "a1", "--playbook", "hello")
        #expect(third.code == 0, "\(third)")
        try run(scratch, "2026-03-02T12:00Z")
        #expect(try scratch.keeptouch("explain", "a1").output.contains("cooling"), "it has been in before")

        let report = try scratch.keeptouch("report", "playbook", "hello")
        #expect(report.output.contains("Entered by hand, and counted nowhere else: 2, of which 2 treated, 0 of them"))
        let json = try scratch.keeptouch("report", "experiment", "hello", "--format", "json")
        #expect(!json.output.contains("\"entered\":2"), "\(json)")
        #expect(
            try scratch.keeptouch("accounts", "--in", "hello", "--state", "all", "--format", "csv").output.contains(
                "a1,"))
    }

    @Test func aFileOfAccountsLosesOnlyWhatIsWrong() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        try scratch.write("list.csv", "name,account\nOne,a3\nX,nobody\nTwo,owner@a4.example\nY,\nTwice,a3\n")
        let asked = try scratch.keeptouch("enroll", "--file", "list.csv", "--playbook", "hello")
        #expect(asked.code == 1, "\(asked)")
        #expect(asked.complaints.contains("list.csv:3: error: there is no account \"nobody\", by key or address"))
        #expect(asked.complaints.contains("list.csv:5: error: account: it is empty"), "\(asked)")
        #expect(asked.output.hasPrefix("2 accounts to be enrolled in hello, 1 named more than once;"), "\(asked)")
        try run(scratch, "2026-03-02T10:00Z")
        #expect(try scratch.query("SELECT count(*) FROM touch WHERE state = 'sent'") == [["2"]])
        for (arguments, complaint) in [
            (["enroll", "a1", "--playbook", "helo"], "did you mean \"hello\"?"),
            (["enroll", "--playbook", "hello"], "name accounts, or a file"),
            (["enroll", "--file", "no.csv", "--playbook", "hello"], "no.csv"),
        ] {
            let outcome = try Program.run(arguments, in: scratch.folder)
            #expect(outcome.code != 0 && outcome.complaints.contains(complaint), "\(outcome)")
        }
        try scratch.replace("when: seats > 100", with: "on: report_made", in: "playbooks/hello/playbook.yaml")
        let event = try scratch.keeptouch("enroll", "a1", "--playbook", "hello")
        #expect(event.complaints.contains("keeptouch record ACCOUNT report_made"), "\(event)")
    }

    @Test func manyByHandAreHeldByTheSafetyRules() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        try scratch.replace("max_share: 100%", with: "max_share: 20%", in: "keeptouch.yaml")
        try scratch.write("list.csv", "account\n" + (1...15).map { "a\($0)\n" }.joined())
        #expect(try scratch.keeptouch("enroll", "--file", "list.csv", "--playbook", "hello").code == 0)
        let held = try scratch.keeptouch("run", "--now", "2026-03-02T10:00Z")
        #expect(held.code == 1 && held.output.contains("hello is held"), "\(held)")
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        try run(scratch, "2026-03-02T11:00Z")
        #expect(try scratch.number("SELECT count(*) FROM enrollment") == 15)
    }

    @Test func whoIsUnenrolledGetsNothingMore() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint, when: "seats > 1", steps: ["- wait: 2d"])
        let out = try scratch.keeptouch("unenroll", "a1", "nobody", "--playbook", "hello", "--reason", "they asked")
        #expect(out.code == 1 && out.output == "a1 is out of hello.\n", "\(out)")
        #expect(try scratch.keeptouch("unenroll", "b1", "--playbook", "hello").output == "b1 was not in hello.\n")
        try run(scratch, "2026-03-05T09:00Z")
        #expect(try scratch.query("SELECT count(*) FROM touch WHERE state = 'sent'") == [["19"]])
        let told = try scratch.keeptouch("explain", "a1").output
        #expect(told.contains("(by hand: they asked)"), "\(told)")
    }

    @Test func whoIsSnoozedGoesOnAfterwards() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(
            endpoint, when: "seats > 1", steps: ["- wait: 2d", "- in_app: hello.md", "- wait: 1d"])
        let snoozed = try scratch.keeptouch("snooze", "a1", "14d", "--reason", "on holiday")
        #expect(snoozed.output == "a1 is snoozed by hand until 2026-03-16 09:00 UTC: on holiday.\n", "\(snoozed)")
        #expect(try scratch.keeptouch("snooze", "b1", "2026-03-20").code == 0)
        try run(scratch, "2026-03-05T09:00Z")
        try run(scratch, "2026-03-07T09:00Z")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE state = 'sent'") == 38)
        let listed = try scratch.keeptouch("accounts", "--excluded", "--format", "csv")
        #expect(
            listed.output.contains(
                "a1,Account 1,active,,,,snoozed by hand until 2026-03-16 09:00 UTC: on holiday,2026-03-16T09:00:00Z"))
        #expect(try scratch.keeptouch("status").output.contains("2 accounts are snoozed by hand"))
        try run(scratch, "2026-03-16T10:00Z")
        try run(scratch, "2026-03-18T10:00Z")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE state = 'sent'") == 40)
        let told = try scratch.keeptouch("explain", "a1").output
        #expect(told.contains("2026-03-02 09:00  snoozed: snoozed by hand until"), "\(told)")
        for (arguments, complaint) in [
            (["snooze", "a1", "soon"], "neither a span such as 14d nor a date"),
            (["snooze", "a1", "2020-01-01"], "is over"),
            (["snooze", "a1", "14d", "--playbook", "helo"], "did you mean \"hello\"?"),
            (["exclude", "a1"], "--reason"), (["hold", "hello", "till", "2026-12-01"], "say until when"),
        ] {
            let outcome = try Program.run(arguments, in: scratch.folder)
            #expect(outcome.code != 0 && outcome.complaints.contains(complaint), "\(outcome)")
        }
    }

    @Test func aTouchThatWaitsIsSnoozedAndIncludedWithItsAccount() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint, when: "seats > 1")
        #expect(try scratch.keeptouch("pause", "channel:carrier").code == 0)
        try scratch.replace("when: seats > 1", with: "when: seats >= 1", in: "playbooks/hello/playbook.yaml")
        _ = try scratch.keeptouch("run", "--now", "2026-03-03T09:00Z")
        let waiting = try scratch.number("SELECT count(*) FROM touch WHERE state = 'pending'")
        #expect(waiting == 4)
        #expect(try scratch.keeptouch("snooze", "b1", "7d").code == 0)
        #expect(try scratch.keeptouch("snooze", "b2", "7d").code == 0)
        #expect(
            try scratch.keeptouch("include", "b2", "b3").output
                == "b2 takes part again.\nb3 was neither snoozed nor excluded.\n")
        #expect(try scratch.keeptouch("resume", "channel:carrier").code == 0)
        try run(scratch, "2026-03-04T09:00Z")
        #expect(
            try scratch.query("SELECT reason FROM touch WHERE state = 'pending'")
                == [["snoozed by hand until 2026-03-10 09:00 UTC: no reason was given"]])
        try run(scratch, "2026-03-10T10:00Z")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE state = 'sent'") == 24)
    }

    @Test func whoIsExcludedLeavesAndEntersNothing() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint, when: "seats > 1", steps: ["- wait: 2d"])
        let out = try scratch.keeptouch("exclude", "a1", "b1", "--until", "90d", "--reason", "in a dispute")
        #expect(
            out.output.hasPrefix(
                "a1 is excluded by hand until 2026-05-31 09:00 UTC: in a dispute; 1 enrollment ended.\nb1 is excluded"),
            "\(out)")
        try scratch.replace("when: seats > 1", with: "when: seats >= 1", in: "playbooks/hello/playbook.yaml")
        try run(scratch, "2026-03-05T09:00Z")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE account_id = 1") == 0)
        let told = try scratch.keeptouch("explain", "b1").output
        #expect(told.contains("verdict: blocked, matching since 2026-03-05 09:00: excluded by hand until"), "\(told)")
        #expect(try scratch.keeptouch("accounts", "--verdict", "blocked", "--playbook", "hello").output.contains("b1 "))
        #expect(try scratch.keeptouch("include", "b1").code == 0)
        try run(scratch, "2026-03-06T09:00Z")
        #expect(
            try scratch.query(
                "SELECT state FROM enrollment WHERE account_id = (SELECT id FROM account WHERE key = 'b1')") == [
                    ["active"]
                ])
        #expect(try scratch.keeptouch("explain", "b1").output.contains("included: by hand"))
    }

    /// Whatever was said first.
    @Test(arguments: [false, true])
    func aSnoozeAndAnExclusionBothHold(isSnoozedFirst: Bool) throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        let ofThree = """
            SELECT count(*) FROM touch AS t JOIN account AS a ON a.id = t.account_id WHERE a.key IN ('a1', 'a2', 'a3')
            """
        let exclude = ["exclude", "a1", "a2", "--reason", "in a dispute"]
        let until = ["exclude", "a3", "--until", "2d", "--reason", "a holiday"]
        let snoozes = [
            ["snooze", "a1", "1d"], ["snooze", "a2", "1d", "--playbook", "hello"], ["snooze", "a3", "14d"],
        ]
        var said: [String] = []
        for words in isSnoozedFirst ? snoozes + [exclude, until] : [exclude, until] + snoozes {
            let done = try Program.run(words, in: scratch.folder)
            #expect(done.code == 0, "\(done)")
            said.append(done.output)
        }
        if !isSnoozedFirst {
            #expect(
                said[2]
                    == "a1 is snoozed by hand until 2026-03-03 09:00 UTC: no reason was given, and excluded by hand: in "
                    + "a dispute.\n")
        }
        try scratch.replace("when: seats > 100", with: "when: seats > 1", in: "playbooks/hello/playbook.yaml")
        let listed = try scratch.keeptouch("accounts", "--excluded", "--format", "csv").output
        #expect(
            listed.contains("\na1,Account 1,active,,,,excluded by hand: in a dispute; snoozed by hand until"),
            "\(listed)")
        let ends = listed.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("a") && !$0.hasPrefix("account") }
        #expect(
            ends.map { $0.split(separator: ",", omittingEmptySubsequences: false).last } == [
                "", "", "2026-03-16T09:00:00Z",
            ])
        try run(scratch, "2026-03-05T09:00Z")
        #expect(try scratch.number(ofThree) == 0)
        let told = try scratch.keeptouch("explain", "a3", "--now", "2026-03-06T09:00Z").output
        #expect(told.contains("left alone by all playbooks: snoozed by hand until 2026-03-16 09:00 UTC"), "\(told)")
        #expect(told.contains("verdict: blocked, matching since 2026-03-05 09:00: snoozed by hand until"), "\(told)")
        #expect(
            try scratch.keeptouch("include", "a1", "--playbook", "hello").output
                == "a1 is left alone by all playbooks, and not by hello alone: excluded by hand: in a dispute; end that with: "
                + "keeptouch include a1\n")
        #expect(try scratch.keeptouch("include", "a1").output == "a1 takes part again.\n")
        try run(scratch, "2026-03-07T09:00Z")
        #expect(try scratch.number(ofThree) == 1)
    }

    @Test func itIsToldWhenWhatStandsStillGoesOn() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint, when: "seats > 1", steps: ["- wait: 2d"])
        for time in ["30d", "14d"] { #expect(try scratch.keeptouch("snooze", "a1", time).code == 0) }
        #expect(try scratch.keeptouch("snooze", "a1", "7d", "--playbook", "hello").code == 0)
        let inside = try scratch.keeptouch("accounts", "--in", "hello", "--format", "csv").output
        #expect(
            inside.contains(
                "at wait_1; snoozed by hand until 2026-03-16 09:00 UTC: no reason was given\",2026-03-16T09:00:00Z"),
            "\(inside)")
        #expect(inside.contains("\"in hello: treated, at wait_1\",2026-03-04T09:00:00Z"), "\(inside)")
        let told = try scratch.keeptouch("explain", "a1").output
        #expect(told.contains("stands still: snoozed by hand until 2026-03-16 09:00 UTC"), "\(told)")
        let note = try scratch.keeptouch("risk", "a1").output
        #expect(note.contains("in_app_1 of hello, not before 2026-03-16"), "\(note)")
    }

    @Test func anOccurrenceThatAPersonHeldIsNotToldAsAMachineThatWasOff() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        try scratch.replace("when: seats > 100", with: "at: daily at 10:00", in: "playbooks/hello/playbook.yaml")
        _ = try scratch.keeptouch("run", "--now", "2026-03-03T09:00Z")
        #expect(
            try scratch.keeptouch("hold", "hello", "until", "2026-03-10", "--reason", "the product is down").code == 0)
        for day in 3...4 { _ = try scratch.keeptouch("run", "--now", "2026-03-0\(day)T11:00Z") }
        let status = try scratch.keeptouch("status", "--now", "2026-03-04T11:00Z").output
        #expect(
            status.contains(
                "hello: the occurrence of 2026-03-03 10:00 was missed: held by hand until 2026-03-10 00:00 UTC: the product "
                    + "is down"), "\(status)")
        #expect(status.ranges(of: "hello is held: held by hand until").count == 1, "\(status)")
        #expect(!status.contains("--complete") && !status.contains("hello waits"), "\(status)")
    }

    @Test func aPlaybookHeldByHandTakesInAfterwards() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        let held = try scratch.keeptouch("hold", "hello", "until", "2026-03-10", "--reason", "the product is down")
        #expect(held.output == "hello takes nobody in until 2026-03-10 00:00 UTC.\n", "\(held)")
        try scratch.replace("when: seats > 100", with: "when: seats > 1", in: "playbooks/hello/playbook.yaml")
        let ran = try scratch.keeptouch("run", "--now", "2026-03-05T09:00Z")
        #expect(
            ran.output.contains(
                "hello is held: held by hand until 2026-03-10 00:00 UTC: the product is down"), "\(ran)")
        let who = try scratch.keeptouch(
            "plan", "hello", "--who", "held", "--format", "csv", "--now", "2026-03-05T10:00Z")
        let free = who.output.split(whereSeparator: \.isNewline).filter { $0.contains("held, if released enrolled") }
        #expect(free.count == 20 && free.allSatisfy { $0.contains("all rules passed") }, "\(who)")
        try run(scratch, "2026-03-10T09:00Z")
        #expect(try scratch.number("SELECT count(*) FROM enrollment") == 20)
        #expect(try scratch.query("SELECT held_at, held_until FROM playbook WHERE name = 'hello'") == [["", ""]])
        #expect(try scratch.keeptouch("hold", "hello", "until", "2026-04-01").code == 0)
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        #expect(!(try scratch.keeptouch("status").output.contains("is held")))
    }

    @Test func everyMoveOfACommandIsInTheAuditLog() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(endpoint)
        for words in [
            ["enroll", "a1", "--playbook", "hello"], ["unenroll", "a1", "--playbook", "hello"],
            ["snooze", "a2", "14d"], ["exclude", "a3", "--reason", "a lawsuit"], ["include", "a3"],
            ["hold", "hello", "until", "2026-04-01"], ["release", "hello"], ["pause", "hello", "--reason", "a look"],
            ["resume", "hello"], ["suppress", "owner@a4.example"], ["unsuppress", "owner@a4.example"],
            ["keys", "create", "backend"], ["keys", "revoke", "backend"], ["users", "add", "ada"],
            ["users", "role", "ada", "admin"], ["users", "link", "ada"], ["users", "disable", "ada"],
            ["forget", "owner@a5.example"], ["inbox-token", "--renew-key"], ["record", "a6", "report_made", "score=1"],
            ["retype", "seats", "text", "--yes"],
        ] {
            let done = try Program.run(words, in: scratch.folder)
            #expect(done.code == 0, "\(words): \(done)")
        }
        #expect(
            try scratch.query("SELECT action, object, origin, is_done FROM audit ORDER BY id").map {
                "\($0[0]) \($0[1])"
            } == [
                "enroll a1", "unenroll a1", "snooze a2", "exclude a3", "include a3", "hold hello", "release hello",
                "pause playbook:hello", "resume playbook:hello", "suppress owner@a4.example",
                "unsuppress owner@a4.example", "create key backend", "revoke key backend", "add user ada",
                "make link ada", "set role ada", "make link ada", "disable user ada", "forget a person",
                "renew inbox key all", "record a6", "retype seats",
            ])
        #expect(try scratch.query("SELECT DISTINCT origin, is_done FROM audit") == [["command", "1"]])
        // What is done twice changes nothing the second time, and is not written down again.
        _ = try Program.run(["include", "a3"], in: scratch.folder)
        #expect(try scratch.number("SELECT count(*) FROM audit") == 22)
    }
}
