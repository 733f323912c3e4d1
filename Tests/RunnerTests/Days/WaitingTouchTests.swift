import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// While a touch waits, the world goes on: it goes to whom it should go now, and says what is true now.
@Suite struct WaitingTouchTests {
    /// What a touch waits for, overnight.
    enum Obstacle: String, CaseIterable {
        case window, cap, pause
    }

    private static let window = "send_window: { days: mon-sun, hours: 09:00-17:00 }"
    private static let morning = noon(20_001, hours: -2)

    /// A world whose touches were made at eight in the evening and have not gone out, of accounts with three seats that
    /// renew on day 20,010, October 14.
    private func world(
        _ obstacle: Obstacle = .window, to: String = "[owner, admin]", accounts: Int = 1,
        subject: String = "Hello", signals: [String] = [], prepare: (LivedWorkspace) throws -> Void = { _ in }
    ) async throws -> LivedWorkspace {
        let main = TestWorkspace.playbook("main", "when: seats > 0", more: ["to: \(to)"] + signals)
        var playbooks = ["main": main]
        if obstacle == .cap {
            playbooks["before"] = TestWorkspace.playbook(
                "before", "when: plan == \"free\"", more: ["to: \(to)", "priority: 90"])
        }
        let more = [Obstacle.window: Self.window, .cap: "caps: [ 1 per 12h ]", .pause: ""]
        let world = try LivedWorkspace(playbooks, more: more[obstacle] ?? "", subject: subject)
        try world.test.addAccounts(accounts)
        try world.test.execute("UPDATE account SET a_seats = 3, a_renewal_at = 20010")
        try prepare(world)
        if obstacle == .pause { try world.pause("channel:mail", at: noon(20_000)) }
        try await world.run(noon(20_000, hours: 8))
        #expect(
            try world.test.rows(
                "SELECT DISTINCT t.state FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id WHERE p.name = 'main'"
            )
                == ["pending"])
        if obstacle == .pause { try world.resume("channel:mail") }
        return world
    }

    private func touch(_ world: LivedWorkspace, _ columns: String = "t.recipient, t.state") throws -> [String] {
        try world.test.rows(
            """
            SELECT \(columns) FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id
            WHERE p.name = 'main' ORDER BY t.id
            """)
    }

    private func correct(_ world: LivedWorkspace, _ contact: String, to address: String, of account: Int = 1) throws {
        try world.test.execute(
            """
            UPDATE contact SET email = '\(address)', address = '\(address)'
            WHERE key = '\(contact)' AND account_id = \(account)
            """)
    }

    // MARK: To whom

    @Test(arguments: Obstacle.allCases)
    func aCorrectedAddressGetsTheTouch(obstacle: Obstacle) async throws {
        let world = try await world(obstacle)
        try correct(world, "owner", to: "ada@right.example")
        try await world.run([Self.morning, Self.morning + .hours(1), Self.morning + .days(1)])
        #expect(try touch(world) == ["ada@right.example|sent"])
        #expect(world.endpoint.recipients.filter { $0 == "ada@right.example" }.count == 1)
        #expect(try world.test.rows("SELECT state, end_reason FROM enrollment WHERE state = 'ended'").isEmpty == false)
    }

    @Test(arguments: Obstacle.allCases)
    func anotherOwnerGetsTheTouchOfOneWhoLeft(obstacle: Obstacle) async throws {
        let world = try await world(obstacle)
        try world.test.execute("UPDATE contact SET status = 'left'")
        try world.addContact("admin", role: "admin")
        try world.addContact("zoe", role: "owner")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(try touch(world, "t.recipient, t.state, t.contact_id") == ["zoe@example.com|sent|3"])
    }

    @Test(arguments: Obstacle.allCases)
    func theNextRoleGetsTheTouchOfOneWhoLeft(obstacle: Obstacle) async throws {
        let world = try await world(obstacle) { try $0.addContact("bob", role: "admin") }
        try world.test.execute("UPDATE contact SET status = 'left' WHERE role = 'owner'")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(try touch(world) == ["bob@example.com|sent"])
    }

    @Test func anotherRoleOfTheSamePersonChangesNothing() async throws {
        let world = try await world()
        try world.addContact("zoe", role: "owner")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.endpoint.recipients == ["a1@example.com"])
    }

    /// The one before is still a contact of the account, who is not meant any more.
    @Test(arguments: Obstacle.allCases)
    func whoTakesARoleOverGetsTheTouchOfTheOneBefore(obstacle: Obstacle) async throws {
        let world = try await world(obstacle)
        try world.test.execute("UPDATE contact SET role = 'user' WHERE role = 'owner'")
        try world.addContact("zoe", role: "owner")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(try touch(world) == ["zoe@example.com|sent"])
    }

    @Test func ofAllWithARoleThoseWhoHaveItNowGetIt() async throws {
        let world = try await world(to: "all admin") { world in
            for key in ["bob", "cyd"] { try world.addContact(key, role: "admin") }
        }
        try world.test.execute("UPDATE contact SET role = 'user' WHERE key = 'bob'")
        try world.addContact("dan", role: "admin")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.endpoint.recipients.sorted() == ["cyd@example.com", "dan@example.com"])
    }

    @Test func whoHasARoleNoMoreGetsNothingWhereTheOneWhoHasItMustNotBeWrittenTo() async throws {
        let world = try await world(to: "owner")
        try world.test.execute("UPDATE contact SET role = 'user' WHERE role = 'owner'")
        try world.addContact("zoe", role: "owner")
        try world.test.execute("INSERT INTO suppression VALUES ('zoe@example.com', '', 'bounced', 1)")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.mails.isEmpty)
        #expect(
            try touch(world, "t.state, t.reason") == [
                "suppressed|no contact that may be written to: its contact with the role owner is suppressed (bounced)"
            ])
    }

    @Test func aTouchThatNobodyCanGetIsSuppressedWithItsReason() async throws {
        let world = try await world(accounts: 2)
        try world.test.execute("UPDATE contact SET status = 'left' WHERE account_id = 1 AND role = 'owner'")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(try touch(world) == ["a1@example.com|suppressed", "a2@example.com|sent"])
        #expect(try touch(world, "coalesce(t.reason, '') <> ''").first == "1")
        #expect(world.endpoint.recipients == ["a2@example.com"])
    }

    /// As for a touch that is made today.
    @Test(arguments: Obstacle.allCases)
    func whoStandsInGetsTheTouchOfOneWhoLeft(obstacle: Obstacle) async throws {
        let world = try await world(obstacle)
        try world.addContact("user", role: "user")
        try world.test.execute("UPDATE contact SET status = 'left' WHERE role = 'owner'")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(try touch(world) == ["user@example.com|sent"])
    }

    @Test func aNewAddressThatIsSuppressedIsNotWrittenTo() async throws {
        let world = try await world()
        try correct(world, "owner", to: "gone@right.example")
        try world.test.execute("INSERT INTO suppression VALUES ('gone@right.example', '', 'bounced', 1)")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.mails.isEmpty)
        #expect(try touch(world, "t.state") == ["suppressed"])
        #expect(try touch(world, "coalesce(t.reason, '') <> ''") == ["1"])
    }

    /// Who would be written to instead is asked by the same rules as at first.
    @Test func aSuppressedAddressLeavesTheTouchToTheNextRole() async throws {
        let world = try await world { try $0.addContact("bob", role: "admin") }
        try correct(world, "owner", to: "gone@right.example")
        try world.test.execute("INSERT INTO suppression VALUES ('gone@right.example', '', 'bounced', 1)")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.mails == ["bob@example.com: Hello"])
    }

    /// Two contacts turn out to have one address, and the first had the message while the second waited for the morning.
    @Test func anAddressThatHadTheStepAlreadyDoesNotGetItAgain() async throws {
        let world = try await world(to: "everyone") { world in
            try world.addContact("bob", role: "admin")
            try world.test.execute("UPDATE contact SET timezone = 'Asia/Tokyo' WHERE key = 'bob'")
        }
        // Nine in the morning in Tokyo is midnight in UTC.
        try await world.run(noon(20_000, hours: 12))
        #expect(world.endpoint.recipients == ["bob@example.com"])
        try correct(world, "owner", to: "bob@example.com")
        try await world.run([Self.morning, Self.morning + .days(1), Self.morning + .days(2)])
        #expect(world.endpoint.recipients == ["bob@example.com"])
        let states = try touch(world, "t.state, coalesce(t.reason, '') <> ''").sorted()
        #expect(states.count == 2 && states.contains { $0.hasPrefix("sent|") })
        #expect(states.contains { ["suppressed|1", "cancelled|1"].contains($0) }, "\(states)")
    }

    @Test func eachOfSeveralIsFollowedAlone() async throws {
        let world = try await world(to: "everyone") { try $0.addContact("bob", role: "admin") }
        try correct(world, "bob", to: "robert@example.com")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.endpoint.recipients.sorted() == ["a1@example.com", "robert@example.com"])
    }

    // MARK: What it says

    @Test func aValueThatSpeaksOfTimeIsTrueOnTheDayItIsSent() async throws {
        let world = try await world(.pause, subject: "{{days}}", signals: ["signals: { days: days_until(renewal_at) }"])
        try world.pause("channel:mail", at: noon(20_001))
        try await world.run(every(24, from: noon(20_001), through: noon(20_003)))
        try world.resume("channel:mail")
        try await world.run(noon(20_004))
        #expect(world.subjects == ["6"])
    }

    /// `serve` claims between two cycles, also across midnight.
    @Test func aValueThatSpeaksOfTimeIsNeverThatOfTheDayBefore() async throws {
        let world = try await world(.pause, subject: "{{days}}", signals: ["signals: { days: days_until(renewal_at) }"])
        try world.pause("channel:mail", at: noon(20_001))
        try await world.run(noon(20_001, hours: 11))
        try world.resume("channel:mail")
        try await world.test.drain(noon(20_001, hours: 13))
        try await world.run(noon(20_001, hours: 14))
        #expect(world.subjects == ["8"])
    }

    @Test(arguments: Obstacle.allCases)
    func aPlainValueIsToldAsItIsWhenTheTouchGoesOut(obstacle: Obstacle) async throws {
        let world = try await world(obstacle, subject: "{{account.seats}} of {{contact.first_name}}")
        try world.test.script("UPDATE account SET a_seats = 8; UPDATE contact SET name = 'Grace Hopper'")
        try await world.run([Self.morning, Self.morning + .days(1)])
        #expect(world.subjects.last == "8 of Grace")
        #expect(try touch(world, "t.state") == ["sent"])
    }

    /// What was true at entry stays as it was: that is what `entry` is for.
    @Test func aValueOfTheEntryStaysThatOfTheEntry() async throws {
        let world = try await world(subject: "{{entry.size}}", signals: ["signals: { size: seats * 2 }"])
        try world.test.execute("UPDATE account SET a_seats = 50")
        try await world.run(Self.morning)
        #expect(world.subjects == ["6"])
    }

    @Test func aValueThatWentMissingHoldsTheTouchUntilItIsBack() async throws {
        let world = try await world(subject: "{{account.renewal_at}}")
        try world.test.execute("UPDATE account SET a_renewal_at = NULL")
        try await world.run(Self.morning)
        #expect(world.mails.isEmpty)
        #expect(try touch(world, "t.state, t.reason") == ["held|missing: account.renewal_at"])
        try world.test.execute("UPDATE account SET a_renewal_at = 20020")
        try await world.run([Self.morning + .hours(1), Self.morning + .hours(2)])
        #expect(world.subjects.count == 1 && world.subjects.first?.hasPrefix("October 24") == true)
    }

    /// The value came, and meanwhile somebody else took over.
    @Test func aHeldTouchThatGoesOnGoesToWhoIsThereThen() async throws {
        let world = try await world(subject: "{{account.renewal_at}}")
        try world.test.execute("UPDATE account SET a_renewal_at = NULL")
        try await world.run(Self.morning)
        try world.test.execute("UPDATE account SET a_renewal_at = 20020")
        try correct(world, "owner", to: "ada@right.example")
        try await world.run([Self.morning + .hours(1), Self.morning + .hours(2)])
        #expect(world.endpoint.recipients == ["ada@right.example"])
    }

    // MARK: What may have arrived

    @Test func aTouchThatMayHaveArrivedKeepsItsBytesAndItsRecipient() async throws {
        let killSwitch = Puller()
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "when: seats > 0")], subject: "{{account.seats}}",
            channelLines: "idempotency: { header: Idempotency-Key, lifetime: 2d }"
        ) { received in
            guard received.number == 1 else { return .answer(202) }
            killSwitch.pull()
            return .reset
        }
        killSwitch.path = world.test.store.path
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 3")
        try await world.run(noon(20_000))
        #expect(try world.test.rows("SELECT state, ambiguous FROM touch") == ["pending|1"])
        try world.resume("all")
        try world.test.execute("UPDATE account SET a_seats = 8")
        try correct(world, "owner", to: "ada@right.example")
        try await world.run([noon(20_000, hours: 1), noon(20_000, hours: 2)])
        let state = try world.test.rows("SELECT recipient, state FROM touch")
        #expect(["a1@example.com|sent", "a1@example.com|unknown"].contains(state.first), "\(state)")
        #expect(Set(world.endpoint.received.map(\.body)).count == 1)
        #expect(Set(world.endpoint.recipients) == ["a1@example.com"])
    }
}
