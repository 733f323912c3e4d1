import Decisions
import Playbooks
import Runner
import Storage
import Testing

@Suite struct CanaryTests {
    private static let configuration = TestWorkspace.configuration.replacing("canary: off", with: "canary: on")

    private func workspace(
        _ trigger: String, accounts: Int, holdout: String = "0%", steps: [String] = ["wait: 30d"]
    ) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", trigger, holdout: holdout, steps: steps)],
            configuration: Self.configuration)
        try test.addAccounts(accounts)
        return test
    }

    private func minutes(_ count: Int64) -> Instant { noon(20_000) + .minutes(count) }

    @Test(arguments: ["when: plan == \"free\"", "on: signed", "at: daily at 12:00"])
    func aFirstLargeBatchGoesInThreeParts(trigger: String) throws {
        let test = try workspace(trigger, accounts: 300, holdout: "20%")
        if !trigger.hasPrefix("when") { try test.run(minutes(-1)) }
        if trigger.hasPrefix("on") {
            for account in 1...300 { try test.addEvent("signed", of: "a\(account)", at: noon(20_000)) }
        }
        func entered(_ minute: Int64) throws -> Int {
            let planned = try test.cycle.plan(now: minutes(minute))
            let report = try test.run(minutes(minute))
            #expect(planned.playbooks[0].verdicts == report.playbooks[0].verdicts)
            let held = report.playbooks[0].verdicts[.held] ?? 0
            #expect(try test.integer("SELECT count(*) FROM standing WHERE verdict = 'held'") == held)
            #expect(report.playbooks[0].warnings.contains { $0.hasPrefix("canary: ") } == (held > 0))
            #expect(report.playbooks[0].heldBecause == nil)
            return report.entered
        }
        #expect(try entered(0) == 10)
        #expect(
            try test.rows("SELECT DISTINCT reason FROM standing WHERE verdict = 'held'")
                == ["canary: waits until the first touches have gone well"])
        #expect(try entered(10) == 0)
        #expect(try entered(31) == 29)
        #expect(try entered(32) == 0)
        #expect(try entered(62) == 261)
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 300)
        // The draw is as it would have been at once.
        #expect((30...90).contains(try test.integer("SELECT count(*) FROM enrollment WHERE arm = 'holdout'")))
        if trigger.hasPrefix("at") { #expect(try test.rows("SELECT state FROM occurrence") == ["done"]) }
    }

    @Test(arguments: ["when: plan == \"free\"", "at: daily at 12:00"])
    func theNextPartComesWithoutTheNextSchedule(trigger: String) throws {
        let test = try workspace(trigger, accounts: 300)
        func entered(_ minute: Int64) throws -> Int {
            try test.cycle.run(now: minutes(minute), matching: .due).entered
        }
        _ = try test.run(minutes(-1))
        if trigger.hasPrefix("at") { #expect(try entered(0) == 10) }
        let cycles = try test.integer("SELECT count(*) FROM cycle")
        for minute in Int64(1)...20 { #expect(try entered(minute) == 0) }
        // Waiting leaves no rows.
        #expect(try test.integer("SELECT count(*) FROM cycle") == cycles)
        #expect(try entered(31) == 29)
        #expect(try entered(62) == 261)
        #expect(try entered(63) == 0)
    }

    /// The runs are six hours apart.
    @Test(arguments: ["at: weekly on fri at 10:00", "at: weekly on fri at 10:00 local"])
    func anOccurrenceThatHasBegunInPartsGoesOnHoweverFarApartTheRunsAre(trigger: String) throws {
        let test = try workspace(trigger, accounts: 150)
        let entered = try (-1...9).map { try test.run(noon(20_000, hours: 6 * $0)).entered }
        #expect(entered == [0, 10, 14, 126, 0, 0, 0, 0, 0, 0, 0])
        #expect(try test.rows("SELECT state FROM occurrence") == ["done"])
    }

    /// One contact lives elsewhere, and somebody is enrolled by hand between two occurrences.
    @Test(arguments: ["at: daily at 10:00", "at: daily at 10:00 local"])
    func aCampaignIsComparedWithItsLastOccurrenceAndNotWithItsLastLook(trigger: String) throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", trigger, steps: ["wait: 1h"])],
            configuration: TestWorkspace.configuration)
        try test.addAccounts(60)
        try test.script("UPDATE contact SET timezone = 'America/New_York' WHERE account_id = 1")
        try test.run(noon(20_000))
        for day in 1...3 {
            for hour in [Int64(-2), 3, 4] {
                let report = try test.run(noon(20_000 + day, hours: hour))
                #expect(report.playbooks[0].heldBecause == nil, "\(day) \(hour)")
            }
            try test.store.write {
                try ByHand(
                    $0, now: noon(20_000 + day, hours: 5), zone: .utc,
                    by: Author(from: .command, at: noon(20_000 + day))
                ).enroll(2, in: "main")
            }
        }
        #expect(try test.integer("SELECT count(*) FROM enrollment") >= 180)
    }

    @Test func whomTheNextOccurrenceCutsOffIsTold() throws {
        let test = try workspace("at: daily at 10:00", accounts: 150, steps: ["wait: 1h"])
        let entered = try (-1...3).map { try test.run(noon(20_001 + $0)).entered }
        #expect(entered == [0, 10, 15, 150, 150])
        let dropped = try test.store.read { try StatusQuery($0).dropped(since: noon(20_000)) }
        #expect(dropped.map(\.count) == [275], "\(dropped)")
        #expect(dropped.allSatisfy { $0.reason.hasPrefix("held until its time was over: canary") })
        #expect(try test.integer("SELECT count(*) FROM standing WHERE verdict = 'held'") == 0)
        #expect(try test.integer("SELECT count(*) FROM occurrence WHERE state <> 'done'") == 0)
    }

    /// The first run is held for a person, who lets it go; what holds the rest from then on is the canary.
    @Test func whomACanaryDidNotReachIsToldSoAfterAFirstRunThatWasHeld() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["wait: 1h"])],
            configuration: Self.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.addAccounts(150)
        for minute in Int64(-1)...0 { try test.run(minutes(minute)) }
        #expect(try test.rows("SELECT DISTINCT substr(reason, 1, 10) FROM standing") == ["first run:"])
        try test.release("main", at: minutes(10))
        #expect(try test.run(minutes(11)).entered == 10)
        #expect(
            try test.rows("SELECT DISTINCT reason FROM standing WHERE verdict = 'held'")
                == ["canary: waits until the first touches have gone well"])
        try test.run(noon(20_001))
        #expect(
            try test.store.read { try StatusQuery($0).dropped(since: noon(20_000)) }.map(\.reason)
                == ["held until its time was over: canary: waits until the first touches have gone well"])
    }

    @Test func aSmallBatchGoesAtOnce() throws {
        let test = try workspace("when: plan == \"free\"", accounts: 100)
        #expect(try test.run(noon(20_000)).entered == 100)
        #expect(try test.store.read { try StatusQuery($0).canaries() }.isEmpty)
    }

    @Test func aReleaseLetsTheRestInAtOnce() throws {
        let test = try workspace("when: plan == \"free\"", accounts: 300)
        #expect(try test.run(noon(20_000)).entered == 10)
        let canaries = try test.store.read { try StatusQuery($0).canaries() }
        #expect(canaries.map(\.playbook) == ["main"] && canaries.first?.stage == 1)
        try test.release("main", at: minutes(1))
        #expect(try test.store.read { try StatusQuery($0).canaries() }.isEmpty)
        #expect(try test.run(minutes(2)).entered == 290)
    }

    @Test func aPauseStopsTheNextPart() throws {
        let test = try workspace("when: plan == \"free\"", accounts: 300)
        try test.run(noon(20_000))
        try test.store.write { try Pauses.set("playbook:main", reason: "bounces", at: minutes(5), $0) }
        #expect(try test.run(minutes(31)).entered == 0)
        try test.store.write { _ = try Pauses.clear("playbook:main", $0) }
        #expect(try test.run(minutes(40)).entered == 29)
    }

    @Test func anotherVersionBeginsAnew() throws {
        let test = try workspace("when: plan == \"free\"", accounts: 300)
        for minute in [Int64(0), 31, 62] { try test.run(minutes(minute)) }
        try test.edit([
            "playbooks/main/playbook.yaml": TestWorkspace.playbook(
                "main", "when: plan == \"pro\"", steps: ["wait: 31d"])
        ])
        try test.addAccounts(200, plan: "pro", from: 301)
        #expect(try test.run(noon(20_001)).entered == 10)
    }
}
