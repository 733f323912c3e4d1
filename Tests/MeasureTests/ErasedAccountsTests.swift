import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// What the reports on attrition and risk say of accounts that were erased.
struct ErasedAccountsTests {
    private func erase(_ keys: String..., in world: AttritionWorld) throws {
        try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: world.store.path + ".secret"))
        try world.store.write { connection in
            for key in keys {
                _ = try Erasure(
                    connection, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)),
                    dataMap: world.workspace.dataMap, now: AttritionWorld.day(300)
                ).erase(.account(key))
            }
        }
    }

    @Test func oneErasedAccountIsSpokenOfAsOne() throws {
        func said(_ keys: String...) throws -> [String] {
            let world = try AttritionWorld()
            try world.add(40, came: 1)
            try world.add(2, came: 1, left: 150)
            for key in keys { try erase(key, in: world) }
            return try world.attrition(on: 400).section("What is missing").sentences
        }
        let left = "1 account was erased since: 1 had left before and counts with its dates, MRR and reason."
        #expect(try said("a41") == [left])
        #expect(
            try said("a1") == [
                "1 account was erased since: 1 was a customer and counts on no side, as nobody knows whether it is still there."
            ])
    }

    /// Reports and the erasure itself, over a database.
    @Test func anErasedAccountNeitherLeavesNorStaysInTheReports() throws {
        let world = try AttritionWorld()
        try world.add(40, came: 1)
        try world.add(8, came: 1, left: 150, reason: "price")
        try world.add(2, came: 1, left: 150, plan: "free", reason: "price")
        let before = try world.attrition(on: 400)
        try erase("a1", "a2", "a41", "a50", in: world)
        let after = try world.attrition(on: 400)
        #expect(try before.section("How many leave").sentences[0].hasPrefix("Of 50 accounts"))
        #expect(
            try after.section("How many leave").sentences[0].hasPrefix(
                "Of 48 accounts that were customers when 2025-02-01 began, 10 were none"))
        let reasons = try after.section("Why they leave").tables[0].rows.map { [$0[0].text, $0[3].text] }
        #expect(reasons == [["price", "10"]])
        let plans = try after.section("By plan").tables[0].rows.map { [$0[0].text, $0[1].text] }
        #expect(plans == [["free", "2"], ["pro", "46"]])
        #expect(
            try after.section("What is missing").sentences == [
                "4 accounts were erased since: 2 had left before and count with their dates, MRR and reason; 2 were "
                    + "customers and count on no side, as nobody knows whether they are still there."
            ])
        try after.expectNoNonsense()
        // Who had left before it was erased left for its reason, without a warning; who was a customer did not leave.
        let risk = try world.risk(on: 301)
        #expect(risk.table(named: "Departures by reason") == nil)
        let month = try world.store.read {
            try RiskReport.report(
                $0, workspace: world.workspace, from: Day(number: 20_089 + 140), asOf: AttritionWorld.day(400))
        }
        let departures = try #require(month.table(named: "Departures by reason")).rows.map { $0.map(\.text) }
        #expect(departures.map { [$0[0], $0[1]] } == [["price", "10"]], "\(departures)")
    }
}
