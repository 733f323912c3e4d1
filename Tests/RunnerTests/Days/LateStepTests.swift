import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// A step that could not be walked when it was due: what has become too late to be sent is not sent, and says so.
@Suite struct LateStepTests {
    private static let steps = ["email: hello.md", "wait: 3d", "email: hello.md"]

    private func world(
        _ steps: [String] = Self.steps, more: [String] = [], holdout: String = "0%", renewal: Int = 0
    ) async throws -> LivedWorkspace {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "when: seats > 0", holdout: holdout, more: more, steps: steps)
        ])
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE account SET a_seats = 3")
        if renewal > 0 { try world.test.execute("UPDATE account SET a_renewal_at = \(renewal)") }
        try await world.run(noon(20_000))
        return world
    }

    private func touches(_ world: LivedWorkspace, of account: Int = 1) throws -> [String] {
        try world.test.rows(
            "SELECT step, state, coalesce(reason, '') FROM touch WHERE account_id = \(account) ORDER BY id")
    }

    private static let late = "waited too long: it was due 2024-10-07 12:00 UTC"

    @Test(arguments: ["playbook:main", "all"])
    func aPauseOfWeeksEndsInNoBurst(scope: String) async throws {
        let world = try await world()
        try world.pause(scope, at: noon(20_001))
        try await world.run((20_001...20_024).map { noon($0) })
        #expect(world.mails.count == 2)
        try world.resume(scope)
        let report = try await world.run(noon(20_025))
        #expect((report.made, report.tooLate) == (2, 2))
        #expect(world.mails.count == 2, "they came 22 days late")
        #expect(try touches(world) == ["email_1|sent|", "email_2|expired|\(Self.late)"])
        try await world.run(noon(20_026))
        #expect(
            try world.test.rows("SELECT DISTINCT end_reason, ended_at FROM enrollment") == [
                "completed|\(noon(20_025).milliseconds)"
            ])
    }

    @Test func whatStoodStillForLessThanExpiresGoesOut() async throws {
        let world = try await world()
        try world.pause("playbook:main", at: noon(20_001))
        try await world.run((20_001...20_009).map { noon($0) })
        try world.resume("playbook:main")
        try await world.run(noon(20_010))
        #expect(world.mails.count == 4)
    }

    @Test func whatFollowsALateMessageCountsFromWhenItsTimeWasOver() async throws {
        let steps = [
            "email: hello.md", "wait: 3d", "email: hello.md", "in_app: hello.md", "wait: 3d", "email: hello.md",
        ]
        let world = try await world(steps)
        try world.pause("playbook:main", at: noon(20_001))
        try await world.run((20_001...20_013).map { noon($0) })
        try world.resume("playbook:main")
        try await world.run((20_014...20_018).map { noon($0) })
        // What was due together with the late one is as late; ten days after the first their time was over.
        #expect(
            try touches(world) == [
                "email_1|sent|", "email_2|expired|\(Self.late)", "in_app_1|expired|\(Self.late)", "email_3|sent|",
            ])
        #expect(try world.moments() == ["10-04 12:00", "10-18 12:00"])
    }

    /// The first waits for its window when the runs end, or its step has not even come; the second is as late.
    @Test(arguments: [20_012, 20_014])
    func aDateBehindALateMessageIsAsLateAsIfSomebodyHadLooked(renewal: Int) async throws {
        let last = ["email: hello.md", "wait_till: renewal_at - 1d\n    late: send", "email: hello.md"]
        for steps in [["wait: 2d"] + last, last] {
            let world = try await world(
                steps, more: steps == last ? ["send_window: { days: mon, hours: 09:00-10:00 }"] : [],
                renewal: renewal)
            try await world.run([noon(20_001), noon(20_030)])
            #expect(world.mails.isEmpty, "\(steps.count) steps")
            #expect(
                try world.test.rows("SELECT DISTINCT step, state FROM touch ORDER BY step") == [
                    "email_1|expired", "email_2|expired",
                ])
            #expect(
                try world.test.rows("SELECT DISTINCT end_reason, ended_at FROM enrollment") == [
                    "completed|\(noon(20_030).milliseconds)"
                ], "its last messages ended only now")
        }
    }

    /// A weekly run comes some days behind the moment: before the date it is sent, behind it nobody wants to hear of it.
    @Test(arguments: [false, true])
    func whatIsToBeSaidBeforeADateIsNotSaidBehindIt(sendsLate: Bool) async throws {
        let steps = ["wait_till: renewal_at - 3d" + (sendsLate ? "\n    late: send" : ""), "email: hello.md"]
        let world = try await world(steps, renewal: 20_008)
        try world.test.execute("UPDATE account SET a_renewal_at = 20010 WHERE id = 2")
        try await world.run([noon(20_001), noon(20_009), noon(20_011)])
        #expect(try world.moments(of: "a2") == ["10-13 12:00"], "it is not over yet")
        #expect(try world.moments(of: "a1") == (sendsLate ? ["10-13 12:00"] : []))
    }

    @Test func aHoldoutsTouchIsLateLikeTheOthers() async throws {
        let world = try await world(holdout: "50%")
        try world.test.execute("UPDATE enrollment SET arm = 'holdout' WHERE account_id = 1")
        try world.test.execute("UPDATE enrollment SET arm = 'treated' WHERE account_id = 2")
        try world.pause("all", at: noon(20_001))
        try await world.run((20_001...20_024).map { noon($0) })
        try world.resume("all")
        try await world.run(noon(20_025))
        #expect(
            try world.test.rows("SELECT ghost, state FROM touch WHERE step = 'email_2' ORDER BY account_id") == [
                "1|expired", "0|expired",
            ])
    }

    @Test func whoWasSnoozedGetsAfterwardsWhatWaited() async throws {
        let world = try await world()
        try world.test.store.write { connection in
            for account in [Int64(1), 2] {
                let snooze = Exclusion(.snoozed, until: noon(20_020), reason: "on holiday")
                _ = try ByHand(
                    connection, now: noon(20_001), zone: .utc, by: Author(from: .command, at: noon(20_001))
                ).exclude(account, snooze, playbooks: [])
            }
        }
        try await world.run((20_001...20_015).map { noon($0) })
        #expect(world.mails.count == 2)
        // Somebody includes the second one before its time.
        _ = try world.test.store.write { connection in
            try ByHand(connection, now: noon(20_015), zone: .utc, by: Author(from: .command, at: noon(20_015)))
                .include(2, playbook: nil)
        }
        try await world.run((20_016...20_021).map { noon($0) })
        #expect(try world.moments(of: "a1") == ["10-04 12:00", "10-24 12:00"])
        #expect(try world.moments(of: "a2") == ["10-04 12:00", "10-20 12:00"])
    }

    @Test func aMachineThatWasOffForWeeksSendsNothingLate() async throws {
        let world = try await world()
        try await world.run([noon(20_001), noon(20_025)])
        #expect(try touches(world) == ["email_1|sent|", "email_2|expired|\(Self.late)"])
        #expect(world.mails.count == 2)
    }

    /// A daily look finds what came due since yesterday; that is no delay.
    @Test func aShortExpiryIsNoTrapForADailyRun() async throws {
        let world = try await world(["email: hello.md", "wait: 50h", "email: hello.md"], more: ["expires: 12h"])
        try await world.run((20_001...20_004).map { noon($0) })
        #expect(world.mails.count == 4)
    }
}
