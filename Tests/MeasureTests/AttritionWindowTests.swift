import Measure
import Playbooks
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

    /// Departures that the first import left out would be missing: that too little was lost is said with that doubt.
    @Test(arguments: [(left: 0, told: true), (60, false)]) func aVerdictOnTheTimeBeforeTheFirstImportSaysItsDoubt(
        left: Int, told: Bool
    ) throws {
        let world = try AttritionWorld()
        try world.add(200, came: 1)
        try world.add(left, came: 1, left: 120, reason: "price")
        try world.add(1, came: 1, left: 100, reason: "price")
        try world.store.write {
            try $0.execute("UPDATE account SET seen_at = :seen", ["seen": .instant(AttritionWorld.day(200))])
            try $0.execute("UPDATE event SET received_at = :seen", ["seen": .instant(AttritionWorld.day(200))])
        }
        let sentences = try world.attrition(on: 400).section("How many leave").sentences
        let verdict = try #require(sentences.first { $0.hasPrefix("What is acceptable to lose") })
        #expect(verdict.contains("less is lost than that") == told, "\(verdict)")
        #expect(verdict.contains("if the import of 2025-07-20 left no departure out") == told, "\(verdict)")
    }

    /// The imports of a simulation bear the clock of the day on which it was played; with one by the moment they count as ever.
    @Test func aSimulationThatWasPlayedLaterIsKnownWhole() throws {
        let world = try AttritionWorld()
        try world.add(30, came: 1)
        try world.add(10, came: 1, left: 60, reason: "price")
        func customers() throws -> String? {
            try world.attrition(on: 100).sections.first?.sentences.first
        }
        func see(_ day: Int, _ where: String) throws {
            try world.store.write {
                try $0.execute(
                    "UPDATE account SET seen_at = :seen \(`where`)", ["seen": .instant(AttritionWorld.day(day))])
                try $0.execute("UPDATE event SET received_at = :seen", ["seen": .instant(AttritionWorld.day(day))])
            }
        }
        try see(900, "")
        #expect(try customers()?.hasPrefix("No account was a customer") == true)
        try world.store.write { try Meta.markAsSimulation($0) }
        #expect(
            try customers()?.contains("Of 40 accounts that were customers") == true, "as of a day before all imports")
        // Of those only one is known by then.
        try see(10, "WHERE id = 1")
        #expect(try customers()?.contains("Of 40 accounts") == false)
    }

    /// Shares of those only whose anniversary has come are numbers, and so are p-values; of fewer than ten nothing is said.
    @Test func programsGetNumbersWhereTheyAreSome() throws {
        let world = try AttritionWorld()
        for day in 0..<300 {
            try world.add(1, came: day, left: day % 3 == 0 ? day + 40 : nil, plan: day % 2 == 0 ? "pro" : "free")
        }
        // Of those who came on the last days of a month only some have had its anniversary.
        let report = try world.attrition(on: 300)
        let cells = try #require(report.table(named: "Cohorts")).rows.flatMap(\.self)
        #expect(cells.contains { if case .number(_, .shareSoFar) = $0 { true } else { false } })
        #expect(report.text(width: 1_000).contains("%*"))
        let json = try report.json
        #expect(!json.contains("%*\""), "\(json)")
        #expect(json.contains(/"log_rank_p":(0|[1-9]|null)/))
        // A column of bars has no title.
        #expect(!json.replacing("\"title\":\"\"", with: "").contains(":\"\""), "an empty text")
        // What CSV calls a table finds it.
        #expect(report.csv.contains("\r\nMonth by month: Months,"))
        #expect(report.table(named: "Month by month: Months") == report.table(named: "Months"))
        guard
            case .heat(let heat) = try #require(
                report.sections.flatMap(\.blocks).compactMap { block -> Report.Chart? in
                    if case .chart(let chart) = block, case .heat = chart { chart } else { nil }
                }.first)
        else { return }
        // The picture shows what the table tells.
        let rows = try #require(report.table(named: "Cohorts")).rows
        for (row, drawn) in zip(rows, heat.rows) {
            for (cell, value) in zip(row.dropFirst(2), drawn.values.dropFirst()) {
                if case .number(let told, _) = cell {
                    #expect(value == told)
                } else {
                    #expect(value == nil, "\(drawn.label)")
                }
            }
        }
    }

    /// One of something is no plural, in whatever report.
    @Test(arguments: [1, 2, 25]) func oneIsNoPlural(accounts: Int) throws {
        let world = try AttritionWorld(
            warnedWhere: "when: mrr > 0", dataMap: AttritionWorld.dataMap + "\nltv: { margin: 50% }\n")
        try world.add(accounts, came: 1)
        try world.add(1, came: 1, left: 41, reason: "price")
        for (day, from) in [(45, 30), (62, 31), (100, 31), (400, 0)] {
            let to = Day(number: 20_089 + day - 1)
            let reports = [
                try world.attrition(on: day), try world.risk(on: day),
                try world.attrition(on: day, from: Day(number: 20_089 + from), to: to),
            ]
            for text in reports.map({ $0.text(width: 10_000) }) {
                for match in text.matches(
                    of:
                        /\b1 (accounts|departures|months|customers|stays|days|entries|touches|groups)\b|\b1 of 1 \w+ lie\b/
                ) {
                    Issue.record(
                        "\(match.output.0): \(text.split(separator: "\n").first { $0.contains(String(match.output.0)) } ?? "")"
                    )
                }
                #expect(!text.contains("Each arm") && !text.contains("(always)"))
            }
        }
    }
}
