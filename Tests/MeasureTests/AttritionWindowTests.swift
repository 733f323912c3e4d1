import Measure
import Statistics
import Storage
import Testing

/// Which days and accounts the figures of a window are about.
struct AttritionWindowTests {
    /// Subscriptions end on the first: 10 on the first day of the window, 20 on the day after it.
    @Test func whoLeavesOnTheFirstOfAMonthLeavesInItInTheWindowToo() throws {
        let world = try AttritionWorld()
        try world.add(70, came: 1)
        try world.add(10, came: 1, left: 31, reason: "price")
        try world.add(20, came: 1, left: 396, reason: "price")
        let report = try world.attrition(on: 400)
        let section = try report.section("How many leave")
        #expect(section.title == "How many leave, 2025-02-01 to 2026-02-01")
        #expect(
            section.sentences[0].hasPrefix("Of 100 accounts that were customers when 2025-02-01 began, 10 were none"))
        let months = try report.section("Month by month").tables[0].rows
        #expect(months.first { $0[0].text == "2025-02" }?[3] == .count(10))
        #expect(section.sentences[2].contains("10 of their customers were gone at the end"))
        #expect(try report.section("Why they leave").sentences[0].hasPrefix("10 departures "))
    }

    /// Month 2 of tenure: half of those who passed it left; of those who are in their second day of it nobody could.
    @Test func theRiskOfAMonthIsOfThoseWhoCouldBeWatchedInIt() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1, left: 46, reason: "price")
        try world.add(20, came: 1)
        try world.add(200, came: 368)
        let rows = try world.attrition(on: 400).section("When they leave").tables[0].rows
        guard case .number(let risk, _) = rows[1][4] else { throw Unmeasurable.outOfRange }
        #expect(abs(risk - 0.5) < 0.01)
    }

    @Test func fromWhenOnDeparturesAreCompleteIsSaid() throws {
        let world = try AttritionWorld()
        try world.add(30, came: 1)
        try world.add(1, came: 1, left: 100, reason: "price")
        try world.store.write {
            try $0.execute("UPDATE account SET seen_at = :seen", ["seen": .instant(AttritionWorld.day(200))])
            try $0.execute("UPDATE event SET received_at = :seen", ["seen": .instant(AttritionWorld.day(200))])
        }
        let sentences = try world.attrition(on: 400).section("How many leave").sentences
        #expect(
            sentences[2].hasPrefix(
                "Of the time before 2025-07-20 departures are those that the import of that day told: 1 of its 31 accounts had left."
            ),
            "\(sentences)")
    }
}
