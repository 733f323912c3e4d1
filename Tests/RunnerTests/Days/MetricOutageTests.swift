import Decisions
import Foundation
import Playbooks
import Storage
import Testing

/// A night on which a feed says that nobody did anything, seen by enrollments that ask for it.
@Suite struct MetricOutageTests {
    /// Sixty accounts, steady until day 20,001; each gets a message once nobody has logged in for a day.
    private func world() async throws -> LivedWorkspace {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook(
                "main", "when: seats > 0",
                steps: ["wait_for: sum(logins, 1d) == 0\n    at_most: 20d", "email: hello.md"])
        ])
        try world.test.edit([
            "keeptouch.yaml": LivedWorkspace.configuration.replacing("max_shift: 100%", with: "max_shift: 50%")
        ])
        try world.test.addAccounts(60)
        try world.test.execute("UPDATE account SET a_seats = 1")
        try world.test.execute("INSERT INTO metric (id, name) VALUES (1, 'logins')")
        try logIn(world, 19_970...20_001, 5)
        try await world.run((0...2).map { noon(20_000 + $0) })
        #expect(world.mails.isEmpty)
        return world
    }

    private func logIn(_ world: LivedWorkspace, _ days: ClosedRange<Int>, _ count: Double) throws {
        var series = SeriesWriter()
        for account in try world.test.rows("SELECT id FROM account").compactMap({ Int64($0) }) {
            for day in days { series.add(metric: 1, account: account, day: day, value: count) }
        }
        try series.flush(to: world.test.store)
    }

    @Test func aNightOfZerosForEverybodyMeetsNoWait() async throws {
        let world = try await world()
        try logIn(world, 20_002...20_002, 0)
        try await world.run(noon(20_003))
        #expect(world.mails.isEmpty)
        let said = try world.test.store.read { try StatusQuery($0).standingStill() }
        #expect(
            said == [
                """
                max_fall: logins fell on 2024-10-06 for 60 of 60 steady accounts at once (100 %; a week before 0 %, and \
                10 % more is the most): enrollments that ask for it wait, of main (60 running); import the day again, or wait \
                for the next one, or believe it with: keeptouch release main
                """
            ])
        // The next day is as others are, and a whole one later really is empty for one account.
        try logIn(world, 20_003...20_004, 5)
        try await world.run([noon(20_004), noon(20_005)])
        #expect(world.mails.isEmpty)
        #expect(try world.test.store.read { try StatusQuery($0).standingStill() }.isEmpty)
    }

    @Test func aCorrectedDayIsBelieved() async throws {
        let world = try await world()
        try logIn(world, 20_002...20_002, 0)
        try await world.run(noon(20_003))
        try logIn(world, 20_002...20_002, 5)
        var series = SeriesWriter()
        series.add(metric: 1, account: 7, day: 20_002, value: 0)
        try series.flush(to: world.test.store)
        try await world.run(noon(20_003, hours: 1))
        #expect(world.mails == ["a7@example.com: Hello a7"])
    }

    /// A holiday on which really nobody came, in the eyes of a person.
    @Test func aReleaseBelievesTheDay() async throws {
        let world = try await world()
        try logIn(world, 20_002...20_002, 0)
        try await world.run(noon(20_003))
        try world.test.release("main", at: noon(20_003, hours: 1))
        try await world.run(noon(20_003, hours: 2))
        #expect(world.mails.count == 60)
    }
}
