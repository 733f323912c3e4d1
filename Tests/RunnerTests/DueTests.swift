import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Cycles of `serve`, which look at what is due.
@Suite struct DueTests {
    private static let path = "playbooks/main/playbook.yaml"

    @Test func aConditionIsMatchedWhenItsScheduleComesRound() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", more: ["reentry: always"])])
        try test.addAccounts(2)
        // `evaluate` is at six; a playbook that has just gone live waits for it.
        let six = noon(20_001, hours: -6)
        let first = try test.cycle.run(now: noon(20_000), matching: .due)
        #expect(first.entered == 0)
        #expect(first.nextAt == six)
        #expect(try test.cycle.run(now: six - .seconds(1), matching: .due).isNews == false)
        #expect(try test.cycle.run(now: six, matching: .due).entered == 2)
        // Somebody who comes later waits for the next morning.
        try test.addAccounts(1, from: 3)
        #expect(try test.cycle.run(now: six + .seconds(5), matching: .due).isNews == false)
        #expect(try test.cycle.run(now: six + .days(1), matching: .due).entered == 1)
    }

    @Test func aMissedMorningIsMadeUpForWithinSixHours() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main")])
        try test.addAccounts(1)
        try test.cycle.run(now: noon(20_000), matching: .due)
        let tooLate = try test.cycle.run(now: noon(20_001) + .seconds(1), matching: .due)
        #expect(tooLate.entered == 0)
        #expect(try test.store.read { try StatusQuery($0).missed().map(\.playbook) } == ["main"])
        #expect(try test.cycle.run(now: noon(20_002), matching: .due).entered == 1)
    }

    @Test func anEditedEvaluateFiresNothing() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main")])
        try test.addAccounts(1)
        try test.cycle.run(now: noon(20_000), matching: .due)
        try test.edit([Self.path: TestWorkspace.playbook("main", more: ["evaluate: daily at 11:00"])])
        #expect(try test.cycle.run(now: noon(20_000, hours: 1), matching: .due).entered == 0)
        #expect(try test.cycle.run(now: noon(20_001, hours: -1), matching: .due).entered == 1)
    }

    @Test func whatAPersonReleasesGoesAtOnce() throws {
        let asking = TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main")], configuration: asking)
        try test.addAccounts(1)
        try test.cycle.run(now: noon(20_000), matching: .due)
        #expect(try test.cycle.run(now: noon(20_001, hours: -6), matching: .due).playbooks[0].heldBecause != nil)
        try test.release("main", at: noon(20_001))
        #expect(try test.cycle.run(now: noon(20_001), matching: .due).entered == 1)
        #expect(try test.cycle.run(now: noon(20_001, hours: 1), matching: .due).isNews == false)
    }

    @Test func cyclesWithNothingToDoWriteNothing() throws {
        let asking = TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask")
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main", steps: ["wait: 3d"]),
                "answer": TestWorkspace.playbook("answer", "on: signed"),
                "monthly": TestWorkspace.playbook("monthly", "at: daily at 12:00"),
            ], configuration: asking)
        try test.addAccounts(3)
        try test.addEvent("signed", of: "a1", at: noon(20_000) + .seconds(1))
        try test.cycle.run(now: noon(20_000), matching: .due)
        // A held campaign keeps its turn, a held event waits, and neither is told again every few seconds.
        #expect(try test.cycle.run(now: noon(20_001), matching: .due).playbooks.count == 3)
        let reader = try Store(path: test.store.path, mode: .readOnly)
        let version = try reader.session { try $0.dataVersion() }
        let rows = try test.rows("SELECT (SELECT count(*) FROM cycle), (SELECT count(*) FROM tally)")
        for second in 1...50 {
            let report = try test.cycle.run(now: noon(20_001) + .seconds(Int64(5 * second)), matching: .due)
            #expect(!report.isNews)
            #expect(try !test.cycle.run(now: report.now, matching: .events).isNews)
        }
        #expect(try reader.session { try $0.dataVersion() } == version)
        #expect(try test.rows("SELECT (SELECT count(*) FROM cycle), (SELECT count(*) FROM tally)") == rows)
    }

    @Test func eventsAreTakenUpWithoutLookingAtAnythingElse() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main"),
            "answer": TestWorkspace.playbook("answer", "on: signed", more: ["if: seats > 2"]),
        ])
        try test.addAccounts(2)
        try test.script("UPDATE account SET a_seats = 3 WHERE key = 'a1'")
        try test.cycle.run(now: noon(20_000), matching: .due)
        for account in ["a1", "a2"] { try test.addEvent("signed", of: account, at: noon(20_000) + .seconds(1)) }
        let report = try test.cycle.run(now: noon(20_000) + .seconds(2), matching: .events)
        #expect(report.entered == 1)
        #expect(report.made == 1)
        #expect(report.playbooks.map(\.playbook) == ["answer"])
        // Looked at once, an event is not looked at again.
        try test.script("UPDATE account SET a_seats = 3")
        #expect(try test.cycle.run(now: noon(20_000) + .seconds(3), matching: .events).isNews == false)
        #expect(try test.cycle.run(now: noon(20_000) + .seconds(4), matching: .due).isNews == false)
    }
}
