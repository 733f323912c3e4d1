import Decisions
import Playbooks
import Runner
import Storage
import Testing

@Suite struct EventTests {
    private static let main = TestWorkspace.playbook("main", "on: signed", steps: ["wait: 1h"])

    @Test func eachEventIsACandidateOnce() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.main])
        try test.addAccounts(1)
        // Before it went live.
        try test.addEvent("signed", of: "a1", at: noon(19_999))
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_000, hours: -1))
        #expect(try test.run(noon(20_000, hours: 1)).playbooks[0].matched == 0)
        let event = try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 2))
        #expect(try test.run(noon(20_000, hours: 3)).entered == 1)
        #expect(try test.rows("SELECT match_key, event_id FROM enrollment") == ["\(event)|\(event)"])
        #expect(try test.run(noon(20_000, hours: 4)).playbooks[0].matched == 0)
        // Late arrivals count from when they are first seen.
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        #expect(try test.run(noon(20_004)).playbooks[0].verdicts[.tooOld] == 1)
        // One that an import marked as history never triggers.
        try test.addEvent("signed", of: "a1", at: noon(20_004), isHistory: true)
        #expect(try test.run(noon(20_004, hours: 1)).playbooks[0].matched == 0)
    }

    /// As an answer that is confirmed anew.
    @Test func anEventThatMovesIsTheEventThatItWas() throws {
        let text = TestWorkspace.playbook("main", "on: signed", more: ["reentry: always"], steps: ["wait: 1h"])
        let test = try TestWorkspace(playbooks: ["main": text])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        let event = try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 1))
        #expect(try test.run(noon(20_000, hours: 2)).entered == 1)
        try test.script("UPDATE event SET at = \(noon(20_000, hours: 5).milliseconds) WHERE id = \(event)")
        for hours in 6...8 { #expect(try test.run(noon(20_000, hours: Int64(hours))).entered == 0) }
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 1)
    }

    @Test func anEventDatedLaterWaitsForItsMoment() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.main])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_003))
        for day in 20_001...20_002 { #expect(try test.run(noon(day)).playbooks[0].matched == 0) }
        #expect(try test.run(noon(20_003)).entered == 1)
        #expect(try test.run(noon(20_004)).playbooks[0].matched == 0)
    }

    @Test func eachKeyIsACandidateOnce() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "on: signed", more: ["per: event.deal"], steps: ["wait: 1h"])
        ])
        try test.addAccounts(2)
        try test.run(noon(20_000))
        for deal in ["x", "x", "y"] {
            try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 1), properties: "{\"deal\": \"\(deal)\"}")
        }
        try test.addEvent("signed", of: "a2", at: noon(20_000, hours: 1), properties: "{\"deal\": \"x\"}")
        let report = try test.run(noon(20_000, hours: 2))
        // The account's first enters; the second finds it in the playbook.
        #expect(report.playbooks[0].matched == 3)
        #expect(report.playbooks[0].verdicts.filter { $0.value > 0 } == [.enrolled: 2, .already: 1])
        try test.addEvent("signed", of: "a1", at: noon(20_001), properties: "{\"deal\": \"x\"}")
        try test.addEvent("signed", of: "a1", at: noon(20_001), properties: "{\"deal\": \"z\"}")
        // Without the property each event is its own key.
        try test.addEvent("signed", of: "a2", at: noon(20_001))
        // The second key of the day before is answered now, and the third waits in its turn.
        let second = try test.run(noon(20_001)).playbooks[0]
        #expect(second.verdicts.filter { $0.value > 0 } == [.enrolled: 2, .already: 1])
        #expect(
            try test.rows("SELECT account_id, match_key FROM standing ORDER BY account_id, match_key")
                == ["1|per:x", "1|per:y", "1|per:z", "2|7", "2|per:x"])
    }

    @Test func ofSeveralEventsTheEarliestToArriveEnters() throws {
        let test = try TestWorkspace(playbooks: ["main": Self.main])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        // Ids that sort otherwise as text.
        for _ in 1...11 { try test.addEvent("signed", of: "a1", at: noon(20_000, hours: 1), isHistory: true) }
        try test.script("DELETE FROM event WHERE id < 9; UPDATE event SET history = 0")
        let report = try test.run(noon(20_000, hours: 2))
        #expect(report.playbooks[0].verdicts.filter { $0.value > 0 } == [.enrolled: 1, .already: 2])
        #expect(try test.rows("SELECT match_key FROM enrollment") == ["9"])
    }

    @Test func theConditionReadsTheEvent() throws {
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook(
                    "main", "on: signed\nif: event.deal == \"big\"", steps: ["email: hello.md"])
            ], message: "---\nsubject: Hello\n---\n{{event.deal}}\n")
        try test.addAccounts(2)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001), properties: #"{"deal": "big"}"#)
        try test.addEvent("signed", of: "a2", at: noon(20_001), properties: #"{"deal": "small"}"#)
        #expect(try test.run(noon(20_001)).playbooks[0].matched == 1)
        #expect(try test.rows("SELECT variables FROM touch") == [#"{"event.deal":["text","big"]}"#])
    }

    @Test func aTriggerOfAnotherKindDoesNotTakeOldMatchesUp() throws {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main")],
            configuration: TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.addAccounts(2)
        #expect(try test.run(noon(20_000)).playbooks[0].verdicts[.held] == 2)
        try test.edit(["playbooks/main/playbook.yaml": TestWorkspace.playbook("main", "on: signed")])
        #expect(try test.run(noon(20_001)).playbooks[0].matched == 0)
    }

    /// Its steps are over before anything is asked about it.
    @Test func anEventBetweenTheLastTouchAndTheNextCycleIsNotLost() throws {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", "on: signed")])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        try test.run(noon(20_001))
        // Sent in working hours of its own clock.
        try test.send(noon(20_001, hours: 1))
        try test.addEvent("signed", of: "a1", at: noon(20_001, hours: 2))
        #expect(try test.run(noon(20_001, hours: 2)).entered == 1)
        // While its steps go on, an event waits.
        try test.addEvent("signed", of: "a1", at: noon(20_001, hours: 3))
        #expect(try test.run(noon(20_001, hours: 4)).playbooks[0].verdicts[.already] == 1)
        try test.send(noon(20_001, hours: 5))
        #expect(try test.run(noon(20_001, hours: 6)).entered == 1)
        try test.send(noon(20_001, hours: 7))
        #expect(try test.run(noon(20_001, hours: 8)).entered == 0)
    }

    @Test func twoCyclesOfOneMomentLoseNobody() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook("main", "on: signed", steps: ["wait: 1h"])
        ])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        #expect(try test.run(noon(20_001)).entered == 1)
        try test.addEvent("signed", of: "a1", at: noon(20_001))
        let again = try test.run(noon(20_001))
        #expect(again.entered == again.playbooks[0].verdicts[.enrolled])
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 1)
    }
}
