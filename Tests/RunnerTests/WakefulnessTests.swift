import NIOConcurrencyHelpers
import Playbooks
import Storage
import Testing

@testable import Runner

/// What a start finds when much has happened meanwhile.
@Suite struct WakefulnessTests {
    private func reading(_ wall: Instant, boot: Instant? = nil, _ id: String = "boot") -> ClockReading {
        ClockReading(wall: wall, sinceBoot: (boot ?? wall) - noon(19_000), boot: id)
    }

    private func workspace() throws -> TestWorkspace {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main")])
        try test.addAccounts(2)
        return test
    }

    private func begin(_ test: TestWorkspace, _ reading: ClockReading) throws -> String? {
        var wakefulness = Wakefulness(store: test.store, workspace: test.workspace)
        return try wakefulness.begin(reading, id: "\(reading.wall.milliseconds)", SendLog(database: test.store.path))
    }

    @Test func aDatabaseThatSleptWithOverdueTouchesBeginsPaused() throws {
        let test = try workspace()
        #expect(try begin(test, reading(noon(20_000))) == nil)
        try test.run(noon(20_000))
        #expect(try begin(test, reading(noon(20_000, hours: 5))) == nil)
        // From the last sign of life, not from the touches.
        #expect(try begin(test, reading(noon(20_000, hours: 11))) == nil)
        let reason =
            "asleep: nothing has run for 24 hours, and 2 touches are overdue; they may be out of date "
            + "(where runs are as far apart as that: safety: { asleep: 30h })"
        #expect(try begin(test, reading(noon(20_001, hours: 11))) == reason)
        #expect(try test.rows("SELECT scope, reason FROM pause") == ["all|\(reason)"])
        // Once is enough.
        try test.store.write { _ = try Pauses.clear("all", $0) }
        #expect(try begin(test, reading(noon(20_001, hours: 12))) == nil)
    }

    /// Their next message is due on the third day; the machine wakes up a month later, or its clock does.
    @Test func aDatabaseThatSleptWithStepsThatCameDueBeginsPaused() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", steps: ["wait: 3d", "in_app: hello.md"])
        ])
        try test.addAccounts(2)
        #expect(try begin(test, reading(noon(20_000))) == nil)
        try test.run(noon(20_000))
        #expect(
            try begin(test, reading(noon(20_031), "another"))?
                .hasPrefix("asleep: nothing has run for 744 hours, and 2 steps are overdue") == true)
    }

    /// Once a day by cron: what comes due in the evening goes out in the next morning.
    @Test func whoRunsOnceADayDoesNotSleep() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", steps: ["wait: 12h", "in_app: hello.md"])
        ])
        try test.addAccounts(2)
        for day in 20_000..<20_003 {
            #expect(try begin(test, reading(noon(day))) == nil)
            try test.run(noon(day))
        }
        #expect(try test.rows("SELECT count(*) FROM touch") == ["2"])
        // The touches were not sent, and the next day is as the others.
        #expect(try begin(test, reading(noon(20_003))) == nil)
        #expect(try begin(test, reading(noon(20_006))) != nil)
    }

    @Test func sleepWithNothingToSendIsNoMatter() throws {
        let test = try workspace()
        #expect(try begin(test, reading(noon(20_000))) == nil)
        #expect(try begin(test, reading(noon(20_030))) == nil)
    }

    @Test func aClockThatWasSetPausesEverything() throws {
        let test = try workspace()
        #expect(try begin(test, reading(noon(20_000))) == nil)
        let jumped = try begin(test, reading(noon(20_000, hours: 24), boot: noon(20_000, hours: 1)))
        #expect(
            jumped == "clock: the machine's clock jumped 82800 s ahead, to 2024-10-05T12:00:00Z; see that it is right")
        // It stays one until somebody says that the clock is right.
        #expect(try begin(test, reading(noon(20_000, hours: 25), boot: noon(20_000, hours: 2))) != nil)
        let right = reading(noon(20_002), boot: noon(20_001))
        try test.store.write { connection in
            try Meta.clock.write(right.text, connection)
            _ = try Pauses.clear("all", connection)
        }
        var wakefulness = Wakefulness(store: test.store, workspace: test.workspace)
        _ = try wakefulness.begin(
            reading(noon(20_002), boot: noon(20_001)), id: "x", SendLog(database: test.store.path))
        #expect(try wakefulness.stay(reading(noon(20_002, hours: 1), boot: noon(20_001, hours: 1))) == nil)
        let back = try wakefulness.stay(reading(noon(20_001, hours: 1), boot: noon(20_001, hours: 2)))
        #expect(back?.hasPrefix("clock: the machine's clock jumped 90000 s back") == true)
        #expect(try test.integer("SELECT count(*) FROM pause WHERE scope = 'all'") == 1)
        // Set right again, it goes on by itself.
        #expect(try wakefulness.stay(reading(noon(20_002, hours: 3), boot: noon(20_001, hours: 3))) == nil)
        #expect(try test.integer("SELECT count(*) FROM pause WHERE scope = 'all'") == 0)
    }

    @Test func aDoubtedClockIsNoLessDoubtfulAfterTheMachineHasStartedAnew() throws {
        let test = try workspace()
        #expect(try begin(test, reading(noon(20_000))) == nil)
        #expect(try begin(test, reading(noon(20_030), boot: noon(20_000, hours: 1))) != nil)
        // As often as the program is started.
        for hour in [Int64(1), 2, 3] {
            #expect(
                try begin(test, reading(noon(20_030, hours: hour), boot: noon(19_000, hours: hour), "other")) != nil)
        }
        #expect(try test.integer("SELECT count(*) FROM pause WHERE scope = 'all'") == 1)
    }

    @Test func decisionsStandStillBehindALaterOneUntilAPersonSaysThatTheClockIsRight() throws {
        let last = noon(20_100)
        let clock = DecisionClock(processNow: { noon(20_000) }, last: last)
        for _ in 0..<3 { #expect(clock.now() == nil) }
    }

    @Test func aClockThatIsPutRightBetweenTwoLooksPassesNothingOfBefore() {
        let isRight = NIOLockedValueBox(true)
        let clock = DecisionClock(
            processNow: {
                // Long ago by now: whoever asked had to wait for the others.
                isRight.withLockedValue { $0 = true }
                return noon(20_006)
            }, last: nil,
            reading: {
                isRight.withLockedValue { $0 } ? reading(noon(20_000)) : reading(noon(20_006), boot: noon(20_000))
            })
        isRight.withLockedValue { $0 = false }
        #expect(clock.now() == nil)
    }

    @Test func whatChannelsAnswerIsNoPersonsWordAndEndsWhenTheClockIsPutRight() throws {
        let test = try workspace()
        var wakefulness = Wakefulness(store: test.store, workspace: test.workspace)
        let log = try SendLog(database: test.store.path)
        #expect(try wakefulness.begin(reading(noon(20_030)), id: "x", log) == nil)
        let clock = DecisionClock(
            processNow: { noon(20_030) }, last: nil, reading: { reading(noon(20_030, hours: 1)) })
        #expect(clock.now() != nil)
        var trusted = reading(noon(20_000), boot: noon(20_030))
        trusted.witness = "mail.example.com"
        try test.store.write { try Meta.clock.write(trusted.text, $0) }
        clock.doubt(trusted)
        #expect(clock.now() == nil)
        let doubt = try wakefulness.stay(reading(noon(20_030, hours: 1)))
        #expect(doubt?.contains("2592000 s ahead of the answers of mail.example.com") == true)
        #expect(!wakefulness.wasSet)
        #expect(try test.rows("SELECT scope, reason FROM pause") == ["all|\(doubt ?? "")"])
        // Nobody has to say anything once it is right.
        #expect(try wakefulness.stay(reading(noon(20_000, hours: 2), boot: noon(20_030, hours: 2))) == nil)
        #expect(try test.integer("SELECT count(*) FROM pause") == 0)
    }

    @Test func aPersonsPauseStaysWhenTheClockIsRightAgain() throws {
        let test = try workspace()
        #expect(try begin(test, reading(noon(20_000))) == nil)
        try test.store.write { try Pauses.set("all", reason: "a holiday", at: noon(20_000), $0) }
        #expect(try begin(test, reading(noon(20_030), boot: noon(20_000, hours: 1))) != nil)
        #expect(try begin(test, reading(noon(20_000, hours: 2), boot: noon(20_000, hours: 2))) == nil)
        #expect(try test.rows("SELECT scope, reason FROM pause") == ["all|a holiday"])
    }

    @Test func aSimulationKnowsNeither() throws {
        let test = try workspace()
        try test.store.write { try Meta.markAsSimulation($0) }
        #expect(try begin(test, reading(noon(20_000))) == nil)
        try test.run(noon(20_000))
        #expect(try begin(test, reading(noon(20_400), boot: noon(20_000))) == nil)
    }
}
