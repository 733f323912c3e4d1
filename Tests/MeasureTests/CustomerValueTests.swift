import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// What customers are worth, in the reports on attrition and on risk.
struct CustomerValueTests {
    private func world(_ ltv: String) throws -> AttritionWorld {
        let world = try AttritionWorld(
            warnedWhere: "when: mrr > 0",
            dataMap: AttritionWorld.dataMap.replacing(
                "price: { theme: value,", with: "price: { title: The price, theme: value,") + "\n\(ltv)\n")
        try world.add(40, came: 1, mrr: 10_000)
        try world.add(40, came: 1, mrr: 2_000, plan: "free")
        // Half of the free leave after 100 days.
        try world.add(40, came: 1, left: 101, mrr: 2_000, plan: "free", reason: "price")
        try world.store.write { connection in
            try connection.execute("UPDATE account SET name = 'Acme ' || id")
            for account in [1, 2, 41, 42] {
                try connection.execute(
                    """
                    INSERT INTO standing (account_id, playbook_id, match_key, since, verdict, reason)
                    VALUES (:account, 1, '', :since, 'enrolled', '')
                    """, ["account": .integer(Int64(account)), "since": .instant(AttritionWorld.day(390))])
            }
        }
        return world
    }

    private func rows(_ title: String, _ report: Report) throws -> [[String]] {
        try #require(report.tables.first { $0.title == title }, "\(report.tables.map(\.title))").rows.map {
            $0.map(\.text)
        }
    }

    @Test func theValueIsMarginTimesPaymentTimesTheMonthsTheyStay() throws {
        let report = try world("ltv: { margin: 50% }").attrition(on: 400)
        let rows = try rows("Lifetime value", report)
        let pro = try #require(rows.first { $0[1] == "pro" })
        // Nobody of them has left: 365 days, of 30.44 a month, at 50.00.
        #expect(pro[2...5] == ["40", "100.00", "12.0", "599.59"], "\(pro)")
        let free = try #require(rows.first { $0[1] == "free" })
        // Half stay for 100 days: (100 + 265 / 2) days of 10.00 a month.
        #expect(free[2...5] == ["40", "20.00", "7.6", "76.39"], "\(free)")
        let sentences = try report.section("What a customer is worth").sentences
        #expect(sentences[0].hasPrefix("Within 365 days of becoming one: 50.0% of what the customers of today pay"))
        try report.expectNoNonsense()
    }

    @Test func anAttributeThatNobodyHasMakesNoGroup() throws {
        let world = try world("ltv: { margin: 50% }")
        try world.store.write { try $0.execute("UPDATE account SET a_plan = NULL") }
        let found = try rows("Lifetime value", world.attrition(on: 400))
        #expect(!found.contains { $0[0] == "plan" || $0[1] == "(none)" }, "\(found)")
    }

    @Test func withoutAMarginNothingIsSaid() throws {
        let world = try world("")
        #expect(try world.attrition(on: 400).tables.allSatisfy { $0.title != "Lifetime value" })
        let risk = try rows("Who is at risk", world.risk(on: 400))
        #expect(risk.map { $0[0] } == ["a1", "a2", "a41", "a42"])
        #expect(risk[0] == ["a1", "Acme 1", "The price", "100.00"])
    }

    @Test func whatIsAtStakeIsTheTimeAheadOfTheirAge() throws {
        let report = try world("ltv: { margin: 50%, touch_cost: 100 }").risk(on: 400)
        let rows = try rows("Who is at risk", report)
        // 40 departures in 40 · 100 + 80 · 399 days; beyond what was seen everybody leaves at that rate.
        let rate = 40.0 / (40 * 100 + 80 * 399)
        let days = (1 - exp(-rate * 365)) / rate
        for (row, mrr) in zip(rows, [100.0, 100, 20, 20]) {
            let stake = Double(row[4]) ?? 0
            #expect(abs(stake - 0.5 * mrr * days / (365.25 / 12)) < 0.006, "\(row)")
        }
        let sentences = try report.section("At risk").sentences.joined(separator: " ")
        #expect(sentences.contains("Not worth a touch of 100.00 USD: 2 of 4 (a41, a42)."), "\(sentences)")
        let cheap = try world("ltv: { margin: 50%, touch_cost: 0.50 }").risk(on: 400)
        #expect(
            try cheap.section("At risk").sentences.joined().contains(
                "Each is worth more than the 0.50 USD that a touch costs."))
        try report.expectNoNonsense()
    }

    @Test func beforeAnybodyHasLeftAllIsAtStakeThatTheyWouldPay() throws {
        let world = try world("ltv: { margin: 50% }")
        try world.store.write { connection in
            try connection.execute("DELETE FROM event")
            try connection.execute("UPDATE account SET status = 'active', churned_at = NULL")
        }
        let all = "Nobody is known to have left yet, so it is all that they would pay."
        #expect(try world.risk(on: 400).section("At risk").sentences.joined(separator: " ").contains(all))
    }
}
