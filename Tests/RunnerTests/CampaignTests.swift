import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct CampaignTests {
    @Test func anOccurrenceEnrollsTheWholeAudienceOnce() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["wait: 1h"])
        ])
        try test.addAccounts(3)
        // A new schedule never fires for what has passed.
        #expect(try test.run(noon(20_000, hours: 1)).entered == 0)
        #expect(try test.run(noon(20_001, hours: -1)).entered == 0)
        #expect(try test.run(noon(20_001)).entered == 3)
        #expect(try test.run(noon(20_001, hours: 1)).playbooks[0].matched == 0)
        #expect(try test.run(noon(20_002, hours: 5)).entered == 3)
        #expect(
            try test.rows("SELECT DISTINCT match_key FROM standing") == [
                "2024-10-05T12:00:00Z", "2024-10-06T12:00:00Z",
            ])
        #expect(
            try test.rows("SELECT at, state, matched FROM occurrence ORDER BY at")
                == [20_001, 20_002].map { "\(noon($0).milliseconds)|done|3" })
    }

    @Test(arguments: [("", 1), ("once_per: person", 1), ("once_per: account", 3)])
    func aPersonInThreeAccountsGetsACampaignOnce(option: String, touches: Int) throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", more: option.isEmpty ? [] : [option])
        ])
        try test.addAccounts(4)
        try test.script("UPDATE contact SET address = 'agency@x.example' WHERE account_id < 4")
        try test.run(noon(20_000, hours: -1))
        #expect(try test.run(noon(20_000)).playbooks[0].verdicts[.already, default: 0] == 3 - touches)
        // As long as nothing has left, another account may have to stand in.
        #expect(try test.run(noon(20_000, hours: 1)).playbooks[0].matched == 3 - touches)
        try test.script("UPDATE touch SET state = 'sent', settled_at = 1")
        try test.run(noon(20_000, hours: 2))
        #expect(try test.run(noon(20_000, hours: 3)).playbooks[0].matched == 0)
        #expect(try test.integer("SELECT count(*) FROM decision WHERE verdict = 'already'") == 3 - touches)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE recipient = 'agency@x.example'") == touches)
        #expect(try test.integer("SELECT count(*) FROM touch") == touches + 1)
        let reasons = try test.rows("SELECT DISTINCT reason FROM standing WHERE verdict = 'already'")
        let key = try #require(try test.rows("SELECT key FROM account WHERE id = 1").first)
        #expect(
            reasons == (touches == 3 ? [] : ["agency@x.example gets it for the account \(key); once_per: person"]))
    }

    @Test func whoHasOtherContactsIsNotLeftOutBecauseOfOne() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", more: ["to: everyone"])
        ])
        try test.addAccounts(2)
        try test.script(
            """
            UPDATE contact SET address = 'agency@x.example';
            INSERT INTO contact (account_id, key, email, address) VALUES (2, 'other', 'o@x.example', 'o@x.example')
            """)
        try test.run(noon(20_000, hours: -1))
        #expect(try test.run(noon(20_000)).entered == 2)
        #expect(
            try test.rows("SELECT account_id, recipient FROM touch ORDER BY id")
                == ["1|agency@x.example", "2|o@x.example"])
    }

    @Test func aHoldoutsPersonIsNotWrittenToForAnotherAccount() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", holdout: "100%")
        ])
        try test.addAccounts(2)
        try test.script("UPDATE contact SET address = 'agency@x.example'")
        try test.run(noon(20_000, hours: -1))
        let verdicts = try test.run(noon(20_000)).playbooks[0].verdicts
        #expect((verdicts[.holdout, default: 0], verdicts[.already, default: 0]) == (1, 1))
        let reason = try #require(try test.rows("SELECT reason FROM standing WHERE verdict = 'already'").first)
        #expect(reason.hasPrefix("agency@x.example counts for the account a1, which is held out"))
    }

    /// The window opens on Monday; on Sunday the first account of the person leaves.
    @Test(arguments: [
        "UPDATE account SET status = 'churned', churned_at = 1 WHERE key = 'a1'",
        "UPDATE contact SET status = 'left' WHERE account_id = 1",
    ])
    func anotherAccountOfThePersonStandsInForOneThatFallsOut(change: String) async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "at: weekly on sat at 10:00")],
            more: "send_window: { days: mon-fri, hours: \"09:00-17:00\" }")
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE contact SET email = 'p@example.com', address = 'p@example.com'")
        try await world.run([noon(20_000), noon(20_001), noon(20_002)])
        #expect(try world.test.rows("SELECT verdict FROM standing ORDER BY account_id") == ["enrolled", "already"])
        try world.test.execute(change)
        try await world.run([noon(20_002, hours: 2), noon(20_003, hours: -2), noon(20_003), noon(20_004)])
        #expect(world.mails.count == 1)
        #expect(try world.test.rows("SELECT state FROM touch ORDER BY account_id").last == "sent")
    }

    @Test func anAccountThatHasLeftTakesNoCampaignFromAnotherOfThePerson() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "at: daily at 12:00").replacing(
                "audience: everyone_active\n", with: "")
        ])
        try world.test.addAccounts(2)
        try world.test.execute("UPDATE contact SET email = 'p@example.com', address = 'p@example.com'")
        try world.test.execute("UPDATE account SET status = 'churned', churned_at = 1 WHERE key = 'a1'")
        try await world.run([noon(20_000), noon(20_001)])
        #expect(world.mails.count == 1)
    }

    @Test func aMissedOccurrenceRunsOnceWithinSixHours() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["wait: 1h"])
        ])
        try test.addAccounts(1)
        try test.run(noon(20_000, hours: 1))
        #expect(try test.run(noon(20_001, hours: 6)).entered == 1)
        let late = Instant(milliseconds: noon(20_002, hours: 6).milliseconds + 1)
        #expect(try test.run(late).entered == 0)
        // After a week of silence: those that were missed are named, and today's runs.
        #expect(try test.run(noon(20_010)).entered == 1)
        #expect(
            try test.rows("SELECT at, state FROM occurrence ORDER BY at")
                == ["\(noon(20_001).milliseconds)|done"] + (20_002...20_009).map { "\(noon($0).milliseconds)|missed" }
                + ["\(noon(20_010).milliseconds)|done"])
        let (missed, count) = try test.store.read {
            (try StatusQuery($0).missed().map { $0.at.text(in: Zone.utc) }, try StatusQuery($0).missedCount())
        }
        #expect(missed.first == "2024-10-13 12:00" && missed.count == 5 && count == 8)
        // Two months later the first stands for those before the last days.
        #expect(try test.run(noon(20_070)).entered == 1)
        #expect(try test.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'") == 8 + 1 + 2)
    }

    @Test func aHundredMissedMinutesAreOneRun() throws {
        for matching in [Cycle.Matching.all, .due] {
            let test = try TestWorkspace(playbooks: [
                "main": TestWorkspace.playbook("main", "at: \"* * * * *\"", steps: ["wait: 1m"])
            ])
            try test.addAccounts(1)
            try test.cycle.run(now: noon(20_000), matching: matching)
            let late = noon(20_000) + .minutes(101)
            #expect(try test.cycle.run(now: late, matching: matching).entered == 1)
            #expect(try test.cycle.run(now: late + .seconds(1), matching: matching).entered == 0)
            #expect(try test.rows("SELECT at, state FROM occurrence") == ["\(late.milliseconds)|done"])
        }
    }

    @Test(arguments: [
        // Minutes late, and whether it runs: by default up to 6 h, however late, up to 15 minutes.
        ("default", 360, true), ("default", 361, false), ("run", 5 * 1_440, true), ("skip", 15, true),
        ("skip", 16, false),
    ])
    func misfireSaysWhatBecomesOfAMissedOccurrence(misfire: String, late: Int64, runs: Bool) throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook(
                "main", "at: monthly on 6 at 12:00", more: ["misfire: \(misfire)"], steps: ["wait: 1h"])
        ])
        try test.addAccounts(1)
        // Day 20,002 is 6 October 2024.
        try test.cycle.run(now: noon(20_000), matching: .due)
        let report = try test.cycle.run(now: noon(20_002) + .minutes(late), matching: .due)
        #expect(report.entered == (runs ? 1 : 0))
        #expect(
            try test.rows("SELECT at, state FROM occurrence")
                == ["\(noon(20_002).milliseconds)|\(runs ? "done" : "missed")"])
    }

    @Test func anOccurrenceThatAPausePassedOverSaysSo() async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try world.test.addAccounts(1)
        try await world.run(noon(20_000, hours: -1))
        try world.pause("playbook:main", at: noon(20_000, hours: -1))
        try await world.run(noon(20_000, hours: 1))
        try world.resume("playbook:main")
        try await world.run(noon(20_001, hours: 1))
        #expect(
            try world.test.rows("SELECT state, reason FROM occurrence ORDER BY at") == [
                "missed|paused: test", "done|-",
            ])
    }

    @Test func anEditedScheduleNeverFires() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00")])
        try test.addAccounts(1)
        try test.run(noon(20_000, hours: -3))
        try test.edit(["playbooks/main/playbook.yaml": TestWorkspace.playbook("main", "at: daily at 10:00")])
        #expect(try test.run(noon(20_000)).entered == 0)
        #expect(try test.run(noon(20_001, hours: -2)).entered == 1)
    }

    @Test func aHeldOccurrenceKeepsItsTurnUntilItIsTooLate() throws {
        let configuration = TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        for (hours, misfire, entered, state) in [
            (Int64(5), "default", 2, "done"), (40, "default", 2, "done"), (49, "default", 0, "missed"),
            (49, "run", 2, "done"), (1, "skip", 0, "missed"),
        ] {
            let test = try TestWorkspace(
                playbooks: [
                    "main": TestWorkspace.playbook("main", "at: weekly on fri at 12:00", more: ["misfire: \(misfire)"])
                ], configuration: configuration)
            try test.addAccounts(2)
            try test.run(noon(20_000, hours: -1))
            let held = try test.run(noon(20_000)).playbooks[0]
            #expect(held.verdicts[.held] == 2)
            #expect(held.warnings.contains { $0.contains("keeps its turn until") })
            #expect(try test.rows("SELECT state FROM occurrence") == ["held"])
            try test.release("main", at: noon(20_000))
            #expect(try test.run(noon(20_000, hours: hours)).entered == entered, "\(hours) \(misfire)")
            #expect(try test.rows("SELECT state FROM occurrence") == [state])
            // Whom it would have reached is told.
            let dropped = try test.store.read { try StatusQuery($0).dropped(since: noon(20_000)) }
            #expect(dropped.map(\.count) == (entered == 0 ? [2] : []))
            #expect(dropped.allSatisfy { $0.reason.hasPrefix("held until its time was over: first run") })
        }
    }
}
