import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// What is to be tried again in a simulation, whose clock stands still between runs.
@Suite struct SimulatedRetryTests {
    @Test(arguments: [true, false]) func aRetryIsDueByTheClockThatDecides(isSimulation: Bool) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "when: seats > 0")]) { received in
            received.number == 1 ? .answer(503, ["Retry-After: 3600"]) : .answer(202)
        }
        try world.test.addAccounts(1)
        try world.test.execute("UPDATE account SET a_seats = 3")
        if isSimulation { try world.test.store.write { try Meta.markAsSimulation($0) } }
        try await world.run([noon(20_000), noon(20_000) + .minutes(20)])
        #expect(try world.test.states == ["pending": 1])
        try await world.run(noon(20_000, hours: 2))
        #expect(try world.test.states == [isSimulation ? "sent" : "pending": 1])
    }
}
