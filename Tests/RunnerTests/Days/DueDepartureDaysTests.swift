import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Who leaves on a day that lay ahead is told goodbye then, and gets nothing for customers any more.
@Suite struct DueDepartureDaysTests {
    private func world() async throws -> LivedWorkspace {
        let bye = TestWorkspace.playbook(
            "bye", "on: churned", category: "service", more: ["exit: [left_audience]"]
        ).replacing("audience: everyone_active\n", with: "")
        let world = try LivedWorkspace(["bye": bye, "tip": TestWorkspace.playbook("tip", "at: daily at 12:00")])
        try world.test.addAccounts(2)
        try await world.run(noon(20_000, hours: -1))
        let file = world.test.folder.appendingPathComponent("events.csv")
        // Day 20,003 at midnight.
        try "account,event,at\na1,churned,2024-10-07T00:00:00Z\n".write(to: file, atomically: true, encoding: .utf8)
        let importer = Importer(
            store: world.test.store, dataMap: world.test.workspace.dataMap,
            configuration: world.test.workspace.configuration)
        #expect(try importer.run(.events, from: .file(file.path), now: noon(20_000, hours: -1)).updated == 1)
        return world
    }

    @Test func itsDayIsAnsweredOnceAndCampaignsForCustomersStop() async throws {
        let world = try await world()
        try await world.run(every(24, from: noon(20_000), through: noon(20_006)))
        #expect(try world.moments("bye").count == 1)
        #expect(try world.moments("bye").first?.hasPrefix("10-07") == true)
        #expect(try world.moments("tip") == ["10-04 12:00", "10-05 12:00", "10-06 12:00"])
        #expect(try world.moments("tip", of: "a2").count == 7)
    }

    @Test func serveTakesItWithoutAnyImport() async throws {
        let world = try await world()
        try world.test.cycle.run(now: noon(20_002), matching: .due)
        #expect(try world.test.rows("SELECT status FROM account") == ["active", "active"])
        try world.test.cycle.run(now: noon(20_003, hours: -11), matching: .due, isChanged: false)
        #expect(try world.test.rows("SELECT status FROM account ORDER BY id") == ["churned", "active"])
        #expect(
            try world.test.rows(
                "SELECT p.name, e.account_id FROM enrollment e JOIN playbook p ON p.id = e.playbook_id WHERE p.name = 'bye'"
            ) == ["bye|1"])
    }
}
