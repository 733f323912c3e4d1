import Decisions
import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// Every number of a report that leads to accounts leads to as many as it says.
struct LeadTests {
    /// How many accounts, counted as often as they are there for a reason, a list has.
    private func listed(_ question: AccountQuestion, _ world: AttritionWorld, on day: Int) throws -> Int {
        try world.store.read { connection in
            let now = AttritionWorld.day(day)
            var choice = try question.choice(in: world.workspace)
            let context = try EvaluationContext(
                connection, workspace: world.workspace, now: now, asking: [choice.condition].compactMap(\.self))
            try question.narrow(&choice, in: world.workspace, connection, asOf: now)
            var count = 0
            _ = try AccountList(connection, context, choice) { _, _, _, _ in nil }.forEach { item in
                count += question.life == nil ? 1 : item.reasons.count
            }
            return count
        }
    }

    /// - Returns: how many cells were compared.
    private func expectLeads(_ report: Report, _ world: AttritionWorld, on day: Int) throws -> Int {
        var compared = 0
        for table in report.tables {
            for (row, leads) in zip(table.rows, table.leads) {
                for (index, (cell, lead)) in zip(row, leads).enumerated() {
                    guard case .count(let count) = cell, case .accounts(let question)? = lead else { continue }
                    compared += 1
                    let found = try listed(question, world, on: day)
                    #expect(
                        found == count, "\(table.title), \(row[0].text), \(table.columns[index].title): \(question)")
                }
            }
        }
        return compared
    }

    @Test func theAccountsBehindANumberOfAttritionAreAsManyAsItSays() throws {
        let world = try AttritionWorld(warnedWhere: "audience: small\nwhen: plan == \"pro\"")
        try world.add(20, came: 1)
        try world.add(4, came: 10, left: 200, reason: "price")
        try world.add(1, came: 31, left: 212, reason: "out_of_business")
        try world.add(3, came: 40, left: 41)
        try world.add(2, came: 59, left: 90, mrr: 2_000, reason: "payment_failed")
        try world.store.write { connection in
            try connection.execute(
                """
                INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
                VALUES (21, 1, '', :at, 1, 'enrolled', '')
                """, ["at": .instant(AttritionWorld.day(150))])
        }
        #expect(try expectLeads(world.attrition(on: 380), world, on: 380) > 60)
        #expect(try expectLeads(world.attrition(on: 380, segment: "small"), world, on: 380) > 40)
        #expect(try expectLeads(world.risk(on: 213), world, on: 213) >= 3)
    }

    @Test func anAccountThatLeftTwiceIsThereTwice() throws {
        let world = try AttritionWorld()
        try world.add(1, came: 1, left: 50)
        try world.store.write { connection in
            try connection.execute(
                "INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (1, 2, :at, :at, 'r')",
                ["at": .instant(AttritionWorld.day(60))])
            try connection.execute(
                "INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (1, 1, :at, :at, 'c')",
                ["at": .instant(AttritionWorld.day(70))])
        }
        let report = try world.attrition(on: 380)
        #expect(try expectLeads(report, world, on: 380) > 5)
    }
}
