import Decisions
import Measure
import Playbooks
import Statistics
import Storage
import Testing

struct AttritionReportTests {
    @Test func theHeadlineSaysItsConventionAndItsInterval() throws {
        let world = try AttritionWorld()
        try world.add(90, came: 1)
        try world.add(10, came: 1, left: 200, reason: "price")
        let report = try world.attrition(on: 400)
        let section = try report.section("How many leave")
        #expect(section.title == "How many leave, 2025-02-01 to 2026-02-01")
        #expect(
            section.sentences[0]
                == "Of 100 accounts that were customers when 2025-02-01 began, 10 were none when 2026-02-01 did: 10.0% in 365 days "
                + "(95% interval 5.5% to 17.4%). At this pace it is 0.9% a month and 10.0% a year.")
        #expect(section.sentences[1].contains("its MRR is above 0, or unknown"))
        #expect(section.tables[0].rows[0][3].text.contains("at the start"))
        #expect(section.sentences[2].hasPrefix("What is acceptable to lose: 2.5% a month, which makes 26.2%"))
        try report.expectNoNonsense()
    }

    @Test func reasonsKeepTheUnknownOnesAndTellPaymentsApart() throws {
        let world = try AttritionWorld()
        try world.add(50, came: 1)
        try world.add(6, came: 1, left: 100, reason: "price")
        try world.add(3, came: 1, left: 100, reason: "payment_failed")
        try world.add(2, came: 1, left: 100)
        try world.add(1, came: 1, left: 100, reason: "out_of_business")
        let section = try world.attrition(on: 380).section("Why they leave")
        let rows = section.tables[0].rows.map { $0.prefix(4).map(\.text) }
        #expect(
            rows == [
                ["price", "value", "voluntary", "6"], ["payment_failed", "payment", "involuntary", "3"],
                ["unknown", "", "", "2"], ["out_of_business", "external", "voluntary", "1"],
            ])
        #expect(section.sentences[0].hasPrefix("12 departures with 480.00 USD of MRR."))
        #expect(section.sentences[0].contains("25.0% were involuntary"))
    }

    @Test func whatARiskPlaybookHadMatchedWasExpected() throws {
        let world = try AttritionWorld(warnedWhere: "audience: small\nwhen: plan == \"pro\"")
        try world.add(20, came: 1)
        try world.add(4, came: 1, left: 200, reason: "price")
        try world.add(1, came: 1, left: 200, reason: "out_of_business")
        try world.store.write { connection in
            // 21: seen; 22: long before; 23: held back; 24: not at all; 25: seen.
            for (account, day, verdict) in [
                (21, 150, "enrolled"), (22, 60, "enrolled"), (23, 180, "held"), (25, 199, "holdout"),
            ] {
                try connection.execute(
                    """
                    INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
                    VALUES (:account, 1, '', :at, 1, :verdict, '')
                    """,
                    [
                        "account": .integer(Int64(account)), "at": .instant(AttritionWorld.day(day)),
                        "verdict": .text(verdict),
                    ])
            }
        }
        let matrix = try world.attrition(on: 380).section("Expected and avoidable").tables[0].rows.map {
            $0.map(\.text)
        }
        #expect(
            matrix == [
                ["expected", "1", "1", "0", "2"], ["not expected", "3", "0", "0", "3"], ["all", "4", "1", "0", "5"],
            ])
        let unseen = try world.risk(on: 210).section("Left without a warning")
        #expect(unseen.sentences[0].hasPrefix("Of 5 departures, 3 came without"))
        #expect(unseen.tables[1].rows.map { $0[0].text } == ["a22", "a23", "a24"])
    }

    @Test func aSegmentOfActiveAccountsKeepsThoseThatLeft() throws {
        let world = try AttritionWorld()
        try world.add(30, came: 1, mrr: 4_000)
        try world.add(10, came: 1, left: 150, mrr: 4_000)
        try world.add(10, came: 1, mrr: 9_000)
        let report = try world.attrition(on: 380, segment: "small")
        #expect(report.title == "Attrition of small")
        #expect(try report.section("How many leave").sentences[0].hasPrefix("Of 40 accounts"))
        #expect(throws: MeasureError.self) { try world.attrition(on: 380, segment: "smal") }
    }

    @Test func accountsThatLeftNobodyKnowsWhenAreSaidToBeMissing() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1)
        try world.store.write { connection in
            try connection.executeScript("UPDATE account SET status = 'churned' WHERE id <= 3")
        }
        let report = try world.attrition(on: 200)
        #expect(try report.section("What is missing").sentences[0].hasPrefix("3 accounts left nobody knows when"))
        #expect(try report.section("How many leave").sentences[0].hasPrefix("Of 17 accounts"))
    }

    @Test func whoLeavesOnTheDayItCameIsCounted() throws {
        let world = try AttritionWorld()
        try world.add(40, came: 1)
        try world.add(10, came: 100, left: 100, reason: "price")
        let report = try world.attrition(on: 400)
        let rows = try report.section("How many leave").tables[0].rows
        #expect(rows[10][0].text == "came" && rows[10][1].text == "10", "\(rows[10])")
        #expect(rows[11][0].text == "went" && rows[11][1].text == "10", "\(rows[11])")
        #expect(try report.section("Why they leave").tables[0].rows[0][3].text == "10")
        let tenure = try report.section("When they leave").tables[0].rows[0].map(\.text)
        #expect(Array(tenure.prefix(4)) == ["1", "50", "50", "10"])
        try report.expectNoNonsense()
    }

    @Test func whetherTooManyLeaveIsAskedOfTheMonthsAndNotOfOneCohort() throws {
        func sentence(_ world: AttritionWorld) throws -> String {
            let sentences = try world.attrition(on: 400).section("How many leave").sentences
            return try #require(sentences.first { $0.hasPrefix("What is acceptable to lose: 2.5% a month") })
        }
        // Of the customers at the start nobody leaves; of those who come later nearly everybody does.
        let leaking = try AttritionWorld()
        try leaking.add(100, came: 0)
        for month in 0..<11 { try leaking.add(30, came: 32 + 30 * month, left: 77 + 30 * month) }
        let more = try sentence(leaking)
        #expect(more.contains("in 12 whole months ") && more.contains(": more is lost than that (z "), "\(more)")
        let loyal = try AttritionWorld()
        try loyal.add(400, came: 0)
        #expect(
            try sentence(loyal).contains(
                "0 of their customers were gone at the end, where 120 were acceptable: less is lost than that (z -"))
        let usual = try AttritionWorld()
        try usual.add(300, came: 0)
        for month in 0..<12 { try usual.add(9, came: 0, left: 45 + 30 * month) }
        let none = try sentence(usual)
        #expect(none.contains(": no difference is shown (z "), "\(none)")
    }

    /// Of forty customers not five are acceptable to lose; that all leave is more, whatever the normal distribution says.
    @Test func thatFarTooManyOfAFewLeaveIsShown() throws {
        func sentence(_ left: Int) throws -> String {
            let world = try AttritionWorld()
            try world.add(left, came: 0, left: 45)
            try world.add(40 - left, came: 0)
            let sentences = try world.attrition(on: 100).section("How many leave").sentences
            return try #require(sentences.first { $0.hasPrefix("What is acceptable to lose") })
        }
        let all = try sentence(40)
        #expect(
            all.contains(": more is lost than that (by chance in under 0.0001 of such windows, asked at 0.025)."),
            "\(all)")
        let one = try sentence(1)
        #expect(one.hasSuffix(" acceptable: too little time or too few customers to tell."), "\(one)")
    }

    @Test func thePictureOfMonthsBeginsWithEnoughCustomersAndSaysWhatChanceDoes() throws {
        let world = try AttritionWorld()
        try world.add(5, came: 0)
        try world.add(30, came: 100)
        try world.add(2, came: 0, left: 130)
        let section = try world.attrition(on: 400).section("Month by month")
        let labels = section.blocks.compactMap { block -> [String]? in
            guard case .chart(.control(let chart)) = block else { return nil }
            return chart.points.map(\.label)
        }
        #expect(labels.first?.first == "2025-05" && section.tables[0].rows[0][0].text == "2025-01")
        // Of 37 customers with a target of 2.5% three standard deviations are 3.8 accounts: four leave in 1.4% of months.
        #expect(
            section.sentences[0].hasPrefix(
                "All 9 months lie within three standard deviations of the target, where chance alone puts 0.1"),
            "\(section.sentences[0])")
    }

    /// Without a target the mean of all months is what each is compared with, and nobody's leaving makes none.
    @Test func monthsWithoutATargetAndWithoutDeparturesAreSaidToHaveNothingToBeComparedWith() throws {
        let dataMap = AttritionWorld.dataMap.replacing("attrition: { target: 2.5% per month }", with: "")
        let world = try AttritionWorld(dataMap: dataMap)
        try world.add(30, came: 1)
        let section = try world.attrition(on: 100).section("Month by month")
        let why = "No target is given, and nobody has left, so that there is no mean to compare with."
        #expect(section.sentences[0] == "No month is asked about. \(why)")
        #expect(section.tables[0].rows.last?[9] == .none(why))
        let few = try AttritionWorld(dataMap: dataMap)
        try few.add(3, came: 1)
        #expect(
            try few.attrition(on: 100).section("Month by month").sentences[0]
                == "No month begins with 20 customers, so none is asked about.")
    }

    @Test func aSegmentOfEverybodyHasNobodyToBeComparedWith() throws {
        let world = try AttritionWorld(
            dataMap: AttritionWorld.dataMap.replacing("small: mrr < 50 and", with: "all: mrr > 0 and"))
        try world.add(40, came: 1)
        try world.add(12, came: 1, left: 100)
        let row = try #require(try world.attrition(on: 400).section("By segment").tables[0].rows.first)
        let alone = Report.Cell.none("There is no account outside of it to compare with.")
        #expect(row[6] == alone && row[8] == alone, "\(row)")
    }

    @Test func aMonthOfTenureStandsOutOnlyBeyondChance() throws {
        // One in twenty leaves in each month, and one month has one more: some month is always the worst.
        let world = try AttritionWorld()
        for month in 0..<12 { try world.add(5, came: 0, left: 15 + month * 30) }
        try world.add(1, came: 0, left: 100)
        try world.add(40, came: 0)
        let even = try #require(try world.attrition(on: 400).section("When they leave").sentences.first)
        #expect(even.hasPrefix("No month of tenure stands out: "), "\(even)")
        // Now a third leaves in the fourth.
        try world.add(25, came: 0, left: 105)
        let planted = try #require(try world.attrition(on: 400).section("When they leave").sentences.first)
        #expect(
            planted.hasPrefix("More leave in month 4 of tenure than in the other months with 20 customers: "),
            "\(planted)")
        #expect(planted.contains("(p ") && planted.contains("corrected for 1"), "\(planted)")
    }

    @Test func oneOldAccountThatLeavesSaysNothingOfAll() throws {
        let world = try AttritionWorld()
        try world.add(30, came: 200)
        try world.add(10, came: 200, left: 260)
        try world.add(1, came: 1, left: 350)
        let section = try world.attrition(on: 400).section("How long they stay")
        #expect(section.sentences[0].contains("More than half of the customers are still there"))
        #expect(section.sentences[0].hasSuffix("Shown to day 200, where at least 10 accounts were watched."))
        #expect(!section.tables[0].rows.contains { $0[0].text == "365" })
    }

    @Test func theGlobalHoldoutIsComparedWithAllOthers() throws {
        let world = try AttritionWorld()
        try world.add(1_000, came: 1)
        try world.store.write { connection in
            try connection.execute(
                """
                INSERT INTO experiment (name, period, design, started_at)
                VALUES ('global holdout', 1, '{"share":0.2,"period":"2025"}', :at)
                """, ["at": .instant(AttritionWorld.day(100))])
        }
        let keys = try world.store.read { try $0.query("SELECT id, key FROM account ORDER BY id") }
        let heldOut = Set(
            keys.filter { Draw.number(salt: "global/test/2025", key: $0["key"].text ?? "") < 0.2 }
                .compactMap { $0["id"].integer })
        // Of those held out every second leaves, of the others every tenth.
        try world.store.write { connection in
            for id in keys.compactMap({ $0["id"].integer }) where id % (heldOut.contains(id) ? 2 : 10) == 0 {
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                    SELECT id, 1, :at, :at, key FROM account WHERE id = :id
                    """, ["at": .instant(AttritionWorld.day(150)), "id": .integer(id)])
            }
        }
        let section = try world.attrition(on: 200).section("What all playbooks did together")
        #expect(section.sentences[0].contains("The playbooks kept accounts: about"))
        #expect(section.sentences[0].contains("(the last one is due by 2026-01-01)"), "\(section.sentences[0])")
        #expect(section.tables[0].rows[0][1].text == "\(heldOut.count)")
        #expect(section.tables[0].rows[1][1].text == "\(1_000 - heldOut.count)")
    }

    @Test func theSameDayGivesTheSameBytesWhateverArrivesLater() throws {
        let world = try AttritionWorld()
        try world.add(200, came: 1)
        for index in 0..<40 { try world.add(1, came: 5 + index, left: 90 + 6 * index, reason: "price") }
        let before = try world.attrition(on: 250)
        try world.store.write { connection in
            let later: [String: SQLValue] = [
                "at": .instant(AttritionWorld.day(300)), "old": .instant(AttritionWorld.day(120)),
            ]
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT id, 1, :old, :at, 'x' || key FROM account WHERE id <= 50
                """, later)
            try connection.execute("UPDATE account SET status = 'churned', churned_at = :old WHERE id <= 50", later)
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT id, 'mrr', :at, 90000, mrr FROM account WHERE id > 50
                """, later)
            try connection.execute("UPDATE account SET mrr = 90000 WHERE id > 50")
            try connection.execute(
                "INSERT INTO account (key, created_at, seen_at, mrr) VALUES ('late', :old, :at, 100)", later)
        }
        let after = try world.attrition(on: 250)
        #expect(after.text() == before.text())
        #expect(try after.json == before.json)
        #expect(after.csv == before.csv)
        #expect(after.page == before.page)
        #expect(try world.attrition(on: 310).text() != before.text())
    }

    // MARK: Bad input

    @Test func nobodyIsASentence() throws {
        let report = try AttritionWorld().attrition(on: 100)
        #expect(report.sections[0].sentences[0].hasPrefix("No account was a customer, or known, by 2025-04-11"))
        try report.expectNoNonsense()
    }

    @Test func aClockBeforeTheFirstAccountIsASentence() throws {
        let world = try AttritionWorld()
        try world.add(10, came: 50)
        try world.attrition(on: 20).expectNoNonsense()
        #expect(try world.attrition(on: 20).sections.count == 1)
    }

    @Test(arguments: [
        (kept: 40, gone: 0, mrr: Int64(4_000)), (0, 40, 4_000), (40, 40, 0), (1, 0, 4_000), (0, 1, 4_000), (1, 1, 1),
    ])
    func extremesAreSentences(kept: Int, gone: Int, mrr: Int64) throws {
        let world = try AttritionWorld()
        try world.add(kept, came: 1, mrr: mrr)
        try world.add(gone, came: 1, left: 120, mrr: mrr)
        for day in [2, 30, 121, 400] { try world.attrition(on: day).expectNoNonsense() }
        try world.risk(on: 130).expectNoNonsense()
        try world.journey(on: 130).expectNoNonsense()
    }

    @Test func nobodyLeavingBoundsWhatMayLeave() throws {
        let world = try AttritionWorld()
        try world.add(40, came: 1)
        let sentence = try world.attrition(on: 400).section("How long they stay").sentences[0]
        #expect(
            sentence
                == "No account has left yet. With 40 of 40 observed for 365 days, at most 8.8% leave within them (97.5% sure)."
        )
    }

    @Test func withoutAnMRRThereIsNoRevenueToRetain() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1, mrr: nil)
        try world.add(5, came: 1, left: 120, mrr: nil)
        let report = try world.attrition(on: 400)
        let rows = try report.section("How many leave").tables[0].rows
        #expect(rows[0][1].text == "20.0%")
        let nothing = Report.Cell.none("No customer at the start has an MRR, so there is no revenue to retain.")
        #expect(rows[5][1] == nothing)
        // What nobody knows is not zero.
        #expect(
            rows[7][0].text == "MRR" && rows[7][1] == nothing
                && rows[8][1] == .none("No customer at the end has an MRR that anybody knows."))
        try report.expectNoNonsense()
    }

    @Test func aWindowThatIsNoneIsRefused() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1)
        let (march, may) = (Day(number: 20_150), Day(number: 20_210))
        #expect(throws: MeasureError.self) { try world.attrition(on: 300, from: may, to: march) }
        #expect(throws: MeasureError.self) { try world.attrition(on: 90, from: may) }
        #expect(throws: MeasureError.self) { try world.attrition(on: 90, to: may) }
        try world.attrition(on: 300, from: march, to: may).expectNoNonsense()
        try world.attrition(on: 300, from: may).expectNoNonsense()
        try world.attrition(on: 300, to: march).expectNoNonsense()
    }

    @Test func accountsThatAreGoneCountNoMore() throws {
        let world = try AttritionWorld()
        try world.add(20, came: 1)
        try world.add(5, came: 1, left: 120)
        try world.store.write { connection in
            try connection.execute("DELETE FROM account WHERE id > 22")
        }
        let report = try world.attrition(on: 400)
        #expect(try report.section("How many leave").sentences[0].hasPrefix("Of 22 accounts that were customers"))
        try report.expectNoNonsense()
    }
}
