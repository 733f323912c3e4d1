import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// An event that cannot be answered yet waits for as long as `max_age` gives it, and is answered then.
@Suite struct WaitingEventTests {
    private static let answer = TestWorkspace.playbook("main", "on: signed", more: ["per: event.deal"])
    private static let week = "send_window: { days: mon-fri, hours: 09:00-17:00 }"

    /// A world in which nothing has happened, one hour before noon of a Tuesday.
    private func world(
        _ playbooks: [String: String] = ["main": answer], accounts: Int = 1, more: String = "",
        subject: String = "{{event.deal}}"
    ) async throws -> LivedWorkspace {
        let world = try LivedWorkspace(playbooks, more: more, subject: subject)
        try world.test.addAccounts(accounts)
        try await world.run(noon(20_004, hours: -1))
        return world
    }

    @Test(arguments: [Int64(1), 24])
    func twoEventsOfOneCycleAreBothAnswered(hours: Int64) async throws {
        let world = try await world()
        try world.signs("north", at: noon(20_004) - .minutes(5))
        try world.signs("south", at: noon(20_004) - .minutes(4))
        // The other one is answered as soon as the first is through.
        let first = try await world.run(noon(20_004))
        #expect(first.entered == 2 && world.subjects == ["north", "south"])
        try await world.run(every(hours, from: noon(20_004, hours: hours), through: noon(20_006)))
        #expect(world.subjects == ["north", "south"])
        #expect(try world.test.integer("SELECT count(*) FROM standing WHERE settled = 0") == 0)
    }

    @Test func anEventThatComesWhileTheFirstTouchWaitsForItsWindowIsAnswered() async throws {
        let world = try await world(more: Self.week)
        try world.signs("evening", at: noon(20_004, hours: 6))
        try await world.run(noon(20_004, hours: 7))
        try world.signs("night", at: noon(20_004, hours: 10))
        try await world.run([noon(20_004, hours: 11), noon(20_005, hours: -6)])
        #expect(world.mails.isEmpty)
        try await world.run(every(1, from: noon(20_005, hours: -2), through: noon(20_005, hours: 3)))
        #expect(world.subjects == ["evening", "night"])
    }

    @Test func anEventThatComesDuringAWaitIsAnsweredWhenTheWaitIsOver() async throws {
        let world = try await world([
            "main": TestWorkspace.playbook("main", "on: signed", steps: ["email: hello.md", "wait: 4h"])
        ])
        try world.signs("one", at: noon(20_004))
        try await world.run(noon(20_004))
        try world.signs("two", at: noon(20_004, hours: 1))
        try world.signs("three", at: noon(20_004, hours: 2))
        try await world.run(every(1, from: noon(20_004, hours: 1), through: noon(20_005)))
        #expect(world.subjects == ["one", "two", "three"])
        #expect(try world.moments() == ["10-08 12:00", "10-08 16:00", "10-08 20:00"])
    }

    @Test func eachKeyIsAnsweredOnceHoweverOftenItComes() async throws {
        let world = try await world()
        for deal in ["x", "y", "x", "z", "y"] { try world.signs(deal, at: noon(20_004) - .minutes(1)) }
        try await world.run([noon(20_004), noon(20_004, hours: 1)])
        try world.signs("x", at: noon(20_004, hours: 2))
        try world.signs("z", at: noon(20_004, hours: 2))
        try await world.run(every(1, from: noon(20_004, hours: 2), through: noon(20_005)))
        #expect(world.subjects == ["x", "y", "z"])
    }

    @Test func twoContactsWhoBothAnswerAreTwo() async throws {
        let world = try await world(
            ["main": TestWorkspace.playbook("main", "on: answered", more: ["to: event.contact"])],
            subject: "{{event.score}}")
        try world.addContact("bob", role: "admin")
        try world.tell("answered", at: noon(20_004) - .minutes(2), by: "owner", "{\"score\": 3}")
        try world.tell("answered", at: noon(20_004) - .minutes(1), by: "bob", "{\"score\": 9}")
        try await world.run([noon(20_004), noon(20_004, hours: 1), noon(20_005)])
        #expect(world.mails == ["a1@example.com: 3", "bob@example.com: 9"])
    }

    @Test(arguments: [Int64(1), 3_600, 86_400])
    func aPersonWhoArrivesAfterTheEventIsReached(seconds: Int64) async throws {
        let world = try await world()
        try world.test.execute("DELETE FROM contact")
        try world.signs("x", at: noon(20_004))
        try await world.run(noon(20_004))
        #expect(try world.test.rows("SELECT verdict, settled FROM standing") == ["unreachable|0"])
        try world.addContact("late", role: "owner")
        try await world.run([noon(20_004) + .seconds(seconds), noon(20_004) + .seconds(seconds + 3_600)])
        #expect(world.mails == ["late@example.com: x"])
    }

    /// Events and people come by different ways, and nobody orders them.
    @Test func anEventThatNamesAPersonWhoArrivesLaterIsAnsweredToThatPerson() async throws {
        let world = try await world(
            ["main": TestWorkspace.playbook("main", "on: answered", more: ["to: event.contact"])],
            subject: "{{event.score}}")
        let importer = Importer(
            store: world.test.store, dataMap: world.test.workspace.dataMap,
            configuration: world.test.workspace.configuration)
        let files = [
            "events.csv": "account,contact,event,at,score\na1,eve,answered,2024-10-08T12:00:00Z,4\n",
            "contacts.csv": "account,key,email,name,role\na1,eve,eve@example.com,Eve,user\n",
        ]
        for (name, text) in files {
            try text.write(to: world.test.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        func load(_ kind: ImportKind, _ name: String, at moment: Instant) throws {
            let path = world.test.folder.appendingPathComponent(name).path
            let report = try importer.run(kind, from: .file(path), options: ImportOptions(), now: moment)
            #expect(report.rejected == 0)
        }
        try load(.events, "events.csv", at: noon(20_004))
        try await world.run(noon(20_004))
        try load(.contacts, "contacts.csv", at: noon(20_004, hours: 1))
        try await world.run([noon(20_004, hours: 1), noon(20_004, hours: 2)])
        #expect(world.mails == ["eve@example.com: 4"])
    }

    @Test(arguments: [Int64(1), 24])
    func anEventThatAnExclusivePlaybookBlocksIsAnsweredWhenThatIsThrough(hours: Int64) async throws {
        let world = try await world([
            "main": Self.answer,
            "save": TestWorkspace.playbook("save", "on: left", more: ["exclusive: true"], steps: ["wait: 30h"]),
        ])
        try world.tell("left", at: noon(20_004))
        try await world.run(noon(20_004))
        try world.signs("x", at: noon(20_004, hours: 1))
        try world.signs("y", at: noon(20_004, hours: 2))
        try await world.run(every(hours, from: noon(20_004, hours: hours), through: noon(20_008)))
        #expect(world.subjects == ["x", "y"])
        // Thirty hours after it began, or with the next run.
        #expect(try world.moments().first == (hours == 1 ? "10-09 18:00" : "10-10 12:00"))
    }

    // MARK: What is dropped

    struct Obstacle: CustomTestStringConvertible {
        var testDescription: String
        /// What the reason names.
        var why: String
        var put: String = ""
        var remove: String = ""
    }

    private static let obstacles = [
        Obstacle(testDescription: "an exclusive playbook", why: "exclusive"),
        Obstacle(testDescription: "an earlier enrollment", why: "in this playbook"),
        Obstacle(
            testDescription: "nobody to write to", why: "contact", put: "UPDATE contact SET status = 'left'",
            remove: "UPDATE contact SET status = 'active'"),
    ]

    @Test(arguments: obstacles)
    func whatWaitedLongerThanMaxAgeIsDroppedForGoodAndSaysWhy(obstacle: Obstacle) async throws {
        let isEarlier = obstacle.why.hasPrefix("in this")
        let world = try await world([
            "main": TestWorkspace.playbook("main", "on: signed", steps: ["email: hello.md", "wait: 5d"]),
            "save": TestWorkspace.playbook("save", "on: left", more: ["exclusive: true"], steps: ["wait: 5d"]),
        ])
        if obstacle.why == "exclusive" { try world.tell("left", at: noon(20_004)) }
        if isEarlier { try world.signs("first", at: noon(20_004)) }
        if !obstacle.put.isEmpty { try world.test.script(obstacle.put) }
        try await world.run(noon(20_004))
        let event = try world.signs("kept", at: noon(20_004, hours: 1))
        let standing = "SELECT settled, reason FROM standing WHERE event_id = \(event)"
        try await world.run(every(6, from: noon(20_004, hours: 6), through: noon(20_006, hours: 6)))
        // First seen at six in the evening: two days later it still waits.
        let waiting = try #require(try world.test.rows(standing).first)
        #expect(waiting.hasPrefix("0|") && waiting.contains(obstacle.why), "\(waiting)")
        try await world.run(noon(20_006, hours: 12))
        let dropped = try #require(try world.test.rows(standing).first)
        #expect(dropped.hasPrefix("1|") && dropped.contains(obstacle.why) && dropped.contains("max_age"), "\(dropped)")
        let decided = try world.test.rows(
            "SELECT reason FROM decision WHERE match_key = '\(event)' ORDER BY cycle_id DESC LIMIT 1")
        #expect(decided == [String(dropped.dropFirst(2))])
        if !obstacle.remove.isEmpty { try world.test.script(obstacle.remove) }
        try await world.run(every(12, from: noon(20_007), through: noon(20_012)))
        #expect(world.subjects == (isEarlier ? ["first"] : []))
        // Told once, and not matched again.
        #expect(try world.test.rows(standing) == [dropped])
    }

    @Test func maxAgeIsThePlaybooksOwn() async throws {
        for (age, answered) in [("12h", ["one"]), ("36h", ["one", "two"])] {
            let world = try await world([
                "main": TestWorkspace.playbook(
                    "main", "on: signed", more: ["max_age: \(age)"], steps: ["email: hello.md", "wait: 23h"])
            ])
            try world.signs("one", at: noon(20_004))
            try world.signs("two", at: noon(20_004))
            try await world.run(every(6, from: noon(20_004), through: noon(20_008)))
            #expect(world.subjects == answered)
        }
    }

    /// Day 20,007 is a Friday: what is due in the evening waits for Monday, and by then the next one has taken its place.
    @Test func anOccurrenceOfWhichNothingHasLeftIsOvertakenByTheNext() async throws {
        let world = try await world(
            ["main": TestWorkspace.playbook("main", "at: daily at 20:00")], more: Self.week, subject: "Hello")
        try await world.run([20_007, 20_008, 20_009].map { noon($0, hours: 8) })
        #expect(world.mails.isEmpty)
        let standing = try world.test.rows(
            "SELECT match_key, verdict, settled FROM standing ORDER BY match_key")
        #expect(
            standing == [
                "2024-10-11T20:00:00Z|enrolled|1", "2024-10-12T20:00:00Z|enrolled|1", "2024-10-13T20:00:00Z|enrolled|1",
            ])
        #expect(
            try world.test.rows("SELECT state, count(*) FROM touch GROUP BY state ORDER BY state") == [
                "cancelled|2", "pending|1",
            ])
        try await world.run(every(1, from: noon(20_010, hours: -3), through: noon(20_010, hours: 4)))
        // Sunday's; those of Friday and Saturday are not made up for.
        #expect(try world.moments() == ["10-14 09:00"])
        try await world.run([noon(20_010, hours: 8), noon(20_011, hours: -3), noon(20_011, hours: -2)])
        #expect(try world.moments().suffix(1) == ["10-15 09:00"])
        #expect(try world.moments().count == 2)
    }

    /// With a second step it goes on, and the next occurrence waits for it.
    @Test func anOccurrenceOfWhichSomethingHasLeftGoesOn() async throws {
        let world = try await world(
            [
                "main": TestWorkspace.playbook(
                    "main", "at: daily at 20:00", steps: ["email: hello.md", "wait: 30h", "email: hello.md"])
            ], subject: "Hello")
        // Thursday's mail leaves on Friday morning; Friday's occurrence comes while its second step waits.
        try await world.run(every(1, from: noon(20_006, hours: 7), through: noon(20_007, hours: 9)))
        #expect(world.mails.count == 1)
        let verdicts = try world.test.rows("SELECT match_key, verdict, settled FROM standing ORDER BY match_key")
        #expect(verdicts == ["2024-10-10T20:00:00Z|enrolled|1", "2024-10-11T20:00:00Z|already|0"], "\(verdicts)")
    }

    // MARK: status

    @Test func statusCountsWhatWasDroppedInAWeekByReason() async throws {
        let world = try await world(
            [
                "main": TestWorkspace.playbook("main", "on: signed", steps: ["wait: 60h"]),
                "never": TestWorkspace.playbook("never", "on: left", more: ["reentry: never"], steps: ["wait: 1h"]),
            ], accounts: 3)
        for account in ["a1", "a2"] {
            try world.signs("answered", account, at: noon(20_004))
            try world.signs("dropped", account, at: noon(20_004))
        }
        try world.tell("left", of: "a3", at: noon(20_004))
        try await world.run([noon(20_004), noon(20_005)])
        func dropped(at moment: Instant) throws -> [StatusQuery.Dropped] {
            try world.test.store.read { try StatusQuery($0).dropped(since: moment - .days(7)) }
        }
        // What waits is not dropped, nor is what was answered.
        #expect(try dropped(at: noon(20_005)).isEmpty)
        try world.tell("left", of: "a3", at: noon(20_005, hours: 1))
        try await world.run([noon(20_006), noon(20_006, hours: 1), noon(20_007)])
        let found = try dropped(at: noon(20_007))
        #expect(found.map(\.playbook) == ["main", "never"])
        #expect(found.map(\.count) == [2, 1])
        #expect(found.first?.reason.contains("max_age") == true)
        #expect(found.last?.reason == "enrolled before; reentry: never")
        #expect(try dropped(at: noon(20_020)).isEmpty)
    }
}
