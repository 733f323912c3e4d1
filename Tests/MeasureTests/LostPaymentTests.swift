import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// An MRR that nobody knows any more, or that was zero before it was known that the account had left.
struct LostPaymentTests {
    @Test func anMRRThatNobodyKnowsAnyMoreIsNoLessThanItWas() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1)
        for account in 1...10 { try world.pay(nil, account: account, from: 200) }
        // It is known again, and one is gone by then.
        try world.pay(3_000, account: 1, from: 220)
        try world.add(1, came: 1, left: 210)
        try world.pay(nil, account: 21, from: 205)
        let section = try world.attrition(on: 400).section("How many leave")
        let rows = section.tables[0].rows.map { $0.map(\.text) }
        #expect(rows[5][0] == "GRR" && rows[5][1] == "94.0%", "\(rows[5])")
        #expect(rows[6][0] == "NRR" && rows[6][1] == "94.0%", "\(rows[6])")
        #expect(rows[8][1] == "790.00", "\(rows[8])")
        #expect(
            section.sentences.contains(
                "9 customers have an MRR that nobody knows any more; they count with what was known last."),
            "\(section.sentences)")
    }

    @Test func whoPaysNothingAndIsSaidToHaveLeftLaterLeftForThatReason() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1)
        try world.add(1, came: 1, left: 205, reason: "price")
        try world.pay(0, account: 21, from: 200)
        // This one pays again, and leaves for another reason then; that one stays without paying.
        try world.add(1, came: 1, left: 300, reason: "payment_failed")
        try world.pay(0, account: 22, from: 100)
        try world.pay(4_000, account: 22, from: 150)
        try world.add(1, came: 1)
        try world.pay(0, account: 23, from: 100)
        func reasons(on day: Int) throws -> [[String]] {
            try world.attrition(on: day).section("Why they leave").tables[0].rows.map { $0.map(\.text) }
        }
        let rows = try reasons(on: 400)
        #expect(
            rows.map { "\($0[0]) \($0[3])" } == ["stays without paying 2", "payment_failed 1", "price 1"], "\(rows)")
        // Five days earlier nobody knew.
        #expect(try reasons(on: 202).map { $0[0] } == ["stays without paying"])
    }

    /// Who is paid, as by a credit, pays nothing.
    @Test func aNegativeMRRIsKnownAndNone() throws {
        let world = try AttritionWorld()
        try world.add(30, came: 1)
        try world.pay(-1_000, account: 1, from: 40)
        let report = try world.attrition(on: 100)
        let rows = try report.section("How many leave").tables[0].rows.map { $0.map(\.text) }
        #expect(rows[0][1] == "3.3%" && rows[11][1] == "1", "\(rows)")
        #expect(!report.text().contains("nobody knows any more"))
    }

    @Test func whereNobodyPaysAnythingKnownNoneIsSaidToBeLost() throws {
        let world = try AttritionWorld(dataMap: AttritionWorld.dataMap + "\nltv: { margin: 50% }\n")
        try world.add(30, came: 1, mrr: nil)
        try world.add(6, came: 1, left: 50, mrr: nil, reason: "price")
        let report = try world.attrition(on: 100)
        let why = try report.section("Why they leave")
        #expect(why.sentences[0].hasPrefix("6 departures, of which nobody knows what they paid."), "\(why.sentences)")
        #expect(why.tables[0].rows[0][6] == .none("Nobody knows what they paid."))
        let worth = try #require(report.table(named: "Lifetime value")).rows[0]
        let none = Report.Cell.none("There is no customer of today of whom it is known what it pays.")
        #expect(worth[3] == none && worth[5] == none, "\(worth)")
    }
}
