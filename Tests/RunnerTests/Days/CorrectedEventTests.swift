import Playbooks
import Runner
import Storage
import Testing

/// An event that is corrected is the event that it was, and what waits says what it says now.
@Suite struct CorrectedEventTests {
    private static let week = "send_window: { days: mon-fri, hours: 09:00-17:00 }"
    private static let once = TestWorkspace.playbook("main", "on: signed", more: ["per: event.deal"])

    /// A world in which nothing has happened, one hour before noon of a Tuesday.
    private func world(_ playbook: String = once, subject: String = "{{event.deal | none}}") async throws
        -> LivedWorkspace
    {
        let world = try LivedWorkspace(["main": playbook], more: Self.week, subject: subject)
        try world.test.addAccounts(1)
        try await world.run(noon(20_004, hours: -1))
        return world
    }

    private func correct(_ world: LivedWorkspace, _ event: Int64, to properties: String, at moment: Instant) throws {
        try world.test.execute("UPDATE event SET properties = '\(properties)' WHERE id = \(event)")
        try world.test.execute(
            "INSERT OR REPLACE INTO revised_event (event_id, at) VALUES (\(event), \(moment.milliseconds))")
    }

    /// The deal of the correction, and the other one, both come again afterwards.
    private func tellBothAgain(_ world: LivedWorkspace) async throws {
        try world.signs("right", at: noon(20_005, hours: 1))
        try world.signs("wrong", at: noon(20_005, hours: 1) + .minutes(1))
        try await world.run(every(1, from: noon(20_005, hours: 1), through: noon(20_005, hours: 4)))
    }

    @Test func aValueThatIsCorrectedBeforeTheMessageLeavesIsTheOneThatWasAnswered() async throws {
        let world = try await world()
        let event = try world.signs("wrong", at: noon(20_004, hours: 7))
        try await world.run(noon(20_004, hours: 7))
        try correct(world, event, to: "{\"deal\": \"right\"}", at: noon(20_004, hours: 8))
        try await world.run([noon(20_004, hours: 8), noon(20_005, hours: -3)])
        #expect(world.subjects == ["right"])
        try await tellBothAgain(world)
        #expect(world.subjects == ["right", "wrong"])
        #expect(
            try world.test.rows("SELECT match_key FROM enrollment ORDER BY id") == ["per:right", "per:wrong"])
    }

    @Test func aValueThatIsCorrectedAfterTheMessageHasLeftIsAnotherOne() async throws {
        let world = try await world()
        let event = try world.signs("wrong", at: noon(20_004))
        try await world.run(noon(20_004))
        try correct(world, event, to: "{\"deal\": \"right\"}", at: noon(20_004, hours: 1))
        try await world.run([noon(20_004, hours: 1), noon(20_005, hours: -3)])
        #expect(world.subjects == ["wrong"])
        try await tellBothAgain(world)
        #expect(world.subjects == ["wrong", "right"])
    }

    @Test func aValueThatIsFilledInLaterIsTheOneThatWasAnswered() async throws {
        let world = try await world()
        let event = try world.tell("signed", at: noon(20_004))
        try await world.run(noon(20_004))
        try correct(world, event, to: "{\"deal\": \"right\"}", at: noon(20_004, hours: 1))
        try await world.run([noon(20_004, hours: 1), noon(20_005, hours: -3)])
        #expect(world.subjects == ["none"])
        try await tellBothAgain(world)
        #expect(world.subjects == ["none", "wrong"])
    }

    @Test func aValueThatIsCorrectedToOneThatWasAnsweredIsNotAnsweredAgain() async throws {
        let world = try await world()
        try world.signs("right", at: noon(20_004))
        try await world.run(noon(20_004))
        let event = try world.signs("wrong", at: noon(20_004, hours: 7))
        try await world.run(noon(20_004, hours: 7))
        try correct(world, event, to: "{\"deal\": \"right\"}", at: noon(20_004, hours: 8))
        try await world.run([noon(20_004, hours: 8), noon(20_005, hours: -3), noon(20_005)])
        #expect(world.subjects == ["right"])
        #expect(
            try world.test.rows("SELECT end_reason FROM enrollment ORDER BY id") == [
                "completed", "another event of the same `per` value was answered",
            ])
    }

    @Test func anEventThatWaitsForAPersonKeepsItsTurnUnderTheCorrectedValue() async throws {
        let world = try await world()
        try world.test.execute("DELETE FROM contact")
        let event = try world.signs("wrong", at: noon(20_004))
        try await world.run(noon(20_004))
        try correct(world, event, to: "{\"deal\": \"right\"}", at: noon(20_004, hours: 1))
        try await world.run(noon(20_004, hours: 1))
        #expect(try world.test.rows("SELECT match_key, settled FROM standing") == ["per:right|0"])
        try world.addContact("late", role: "owner")
        try await world.run(noon(20_004, hours: 2))
        #expect(world.subjects == ["right"])
        try await tellBothAgain(world)
        #expect(world.subjects == ["right", "wrong"])
    }

    // MARK: The condition

    /// Whoever was told of 9 hears nothing once it was 0; what the account is by now is another matter.
    @Test(arguments: ["event.score > 5", "event.score > 5 and seats > 1", "seats > 1 and not (event.score <= 5)"])
    func whatTheEventMeantIsAskedAgainUntilTheMessageLeaves(condition: String) async throws {
        let playbook = TestWorkspace.playbook("main", "on: answered", more: ["if: \(condition)"])
        for score in [0, 8] {
            let world = try await world(playbook, subject: "{{event.score}}")
            try world.test.execute("UPDATE account SET a_seats = 5")
            let event = try world.tell("answered", at: noon(20_004, hours: 7), "{\"score\": 9}")
            try await world.run(noon(20_004, hours: 7))
            try world.test.execute("UPDATE account SET a_seats = 1")
            try correct(world, event, to: "{\"score\": \(score)}", at: noon(20_004, hours: 8))
            try await world.run([noon(20_004, hours: 8), noon(20_005, hours: -3)])
            #expect(world.subjects == (score == 0 ? [] : ["8"]))
            let reason = try world.test.rows("SELECT end_reason FROM enrollment")
            #expect(reason == [score == 0 ? "corrected" : "completed"])
        }
    }

    /// The scores that files tell one after the other, and whether somebody is asked for a talk in the end.
    @Test(arguments: [
        ([3, 9], true), ([9, 3], false), ([9, 3, 9], true), ([9, 3, 9, 3], false), ([3, 9, 3, 9], true),
    ])
    func theLastCorrectionIsAnsweredOnce(scores: [Int], isAnswered: Bool) async throws {
        let playbook = TestWorkspace.playbook("main", "on: answered", more: ["if: event.score > 5"])
        let world = try await world(playbook, subject: "{{event.score}}")
        let event = try world.tell("answered", at: noon(20_004, hours: 6), "{\"score\": \(scores[0])}")
        for (hour, score) in scores.enumerated() {
            try correct(world, event, to: "{\"score\": \(score)}", at: noon(20_004, hours: 6 + Int64(hour)))
            try await world.run(noon(20_004, hours: 6 + Int64(hour)))
        }
        try await world.run([noon(20_005, hours: -3), noon(20_005)])
        #expect(world.subjects == (isAnswered ? ["9"] : []))
        // What has left is not taken back, and not said again.
        try correct(world, event, to: "{\"score\": 2}", at: noon(20_005))
        try await world.run(noon(20_005))
        try correct(world, event, to: "{\"score\": 8}", at: noon(20_005, hours: 1))
        try await world.run([noon(20_005, hours: 1), noon(20_005, hours: 2)])
        #expect(world.subjects == (isAnswered ? ["9"] : ["8"]))
    }

    /// With `exit: no_match` all of the condition is asked again.
    @Test func anExitNoMatchAsksAllOfTheCondition() async throws {
        let playbook = TestWorkspace.playbook(
            "main", "on: answered", more: ["if: event.score > 5 and seats > 1", "exit: [no_match]"])
        let world = try await world(playbook, subject: "{{event.score}}")
        try world.test.execute("UPDATE account SET a_seats = 5")
        try world.tell("answered", at: noon(20_004, hours: 7), "{\"score\": 9}")
        try await world.run(noon(20_004, hours: 7))
        try world.test.execute("UPDATE account SET a_seats = 1")
        try await world.run([noon(20_004, hours: 8), noon(20_005, hours: -3)])
        #expect(world.subjects == [])
        #expect(try world.test.rows("SELECT end_reason FROM enrollment") == ["no_match"])
    }
}
