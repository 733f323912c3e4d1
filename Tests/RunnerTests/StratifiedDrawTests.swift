import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Arms that are drawn within the values of an attribute.
@Suite struct StratifiedDrawTests {
    private func world(
        _ experiment: String = "{ stratify: plan }", holdout: String = "10%", more: [String] = [], salt: String = ""
    ) throws -> TestWorkspace {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook(
                "main", "when: mrr > 0", holdout: holdout, more: ["experiment: \(experiment)"] + more)
        ])
        try test.addAccounts(200)
        try test.addAccounts(60, plan: "pro", from: 201)
        try test.addAccounts(23, from: 261)
        try test.script("UPDATE account SET a_plan = NULL WHERE id > 260")
        return test
    }

    private let arms = """
        SELECT coalesce(a.a_plan, '-'), s.arm, count(*) FROM assignment AS s JOIN account AS a ON a.id = s.account_id
        GROUP BY 1, 2 ORDER BY 1, 2
        """
    private let accounts = "SELECT account_id, arm, variant FROM assignment ORDER BY account_id"

    @Test func everyPlanHasTheShareThatIsHeldOut() throws {
        let test = try world()
        try test.run(noon(20_000))
        let rows = try test.rows(arms)
        #expect(
            rows.suffix(4) == ["free|holdout|20", "free|treated|180", "pro|holdout|6", "pro|treated|54"], "\(rows)")
        #expect(rows.first?.hasPrefix("-|holdout|") == true && ["-|treated|20", "-|treated|21"].contains(rows[1]))
        #expect(
            try test.rows("SELECT stratum, count(*) FROM assignment GROUP BY stratum ORDER BY 1")
                == ["|23", "free|200", "pro|60"])
    }

    @Test func theSameWorldIsDrawnTheSameWayAndAPlanSaysAsMuch() throws {
        let (first, second) = (try world(), try world())
        let planned = try first.cycle.plan(now: noon(20_000))
        try first.run(noon(20_000))
        try second.run(noon(20_000))
        #expect(try first.rows(accounts) == second.rows(accounts))
        let verdicts = try #require(planned.playbooks.first).verdicts
        #expect(verdicts[.holdout] == (try first.integer("SELECT count(*) FROM assignment WHERE arm = 'holdout'")))
        let other = try world("{ name: another, stratify: plan }")
        try other.run(noon(20_000))
        #expect(try other.rows(accounts) != first.rows(accounts))
    }

    @Test func whoComesLaterGoesOnWhereTheSeatsEnd() throws {
        let test = try world()
        // Twelve a day: what is short of twenty is made up on the next day.
        for day in 0..<10 {
            if day > 0 { try test.addAccounts(12, plan: "pro", from: 1_000 + day * 12) }
            try test.run(noon(20_000 + day))
        }
        let pro = try test.rows(arms).filter { $0.hasPrefix("pro") }
        #expect(try test.integer("SELECT count(*) FROM assignment WHERE stratum = 'pro'") == 168)
        // Eight rows of twenty are full, and of the ninth there are eight.
        let held = try #require(pro.first?.split(separator: "|").last.flatMap { Int($0) })
        #expect((16...18).contains(held), "\(pro)")
    }

    @Test func variantsAreSharedOutWithinThePlansToo() throws {
        let test = try world(holdout: "20%", more: ["variants: { a: 1, b: 1 }"])
        try test.run(noon(20_000))
        let rows = try test.rows(
            """
            SELECT stratum, variant, count(*) FROM assignment WHERE arm = 'treated' AND stratum <> ''
            GROUP BY stratum, variant ORDER BY 1, 2
            """)
        #expect(rows == ["free|a|80", "free|b|80", "pro|a|24", "pro|b|24"])
    }

    @Test func theDrawOfEveryAccountCanBeTold() throws {
        let test = try world()
        for day in 0..<3 {
            if day > 0 { try test.addAccounts(12, plan: "pro", from: 1_000 + day * 12) }
            try test.run(noon(20_000 + day))
        }
        var places: [String: [Int]] = [:]
        try test.store.read { connection in
            for key in try connection.query("SELECT key FROM account").compactMap({ $0["key"].text }) {
                let story = try AccountStory.find(key, connection)
                let draw = try #require(try story.draw(experiment: "main"))
                let seat = try #require(draw.seat)
                #expect((draw.number < 0.1) == (draw.arm == .holdout), "\(key): \(draw)")
                places[seat.stratum, default: []].append(seat.place)
            }
        }
        #expect(places.mapValues { $0.sorted() } == ["free": Array(1...200), "pro": Array(1...84), "": Array(1...23)])
        let plain = try world("plain")
        try plain.run(noon(20_000))
        let draw = try plain.store.read { try AccountStory.find("a1", $0).draw(experiment: "plain") }
        #expect(draw?.number == Draw.number(salt: "plain", key: "a1") && draw?.seat == nil)
        // The share is that of the draw, whatever the file says by now.
        #expect(draw?.share == 0.1)
        try plain.edit([
            "playbooks/main/playbook.yaml": plain.workspace.playbook("main")?.source.replacing(
                "holdout: 10%", with: "holdout: 90%")
        ])
        try plain.run(noon(20_001))
        let later = try plain.store.read { try AccountStory.find("a1", $0).draw(experiment: "plain") }
        #expect(plain.workspace.playbook("main")?.holdout == 0.9 && later?.share == 0.1 && later?.at == draw?.at)
        #expect(try plain.store.read { try AccountStory.find("a1", $0).draw(experiment: "other") } == nil)
    }

    @Test func withoutStrataTheDrawStaysWhatItWas() throws {
        let test = try world("plain")
        try test.run(noon(20_000))
        let drawn = try test.rows(
            "SELECT a.key, s.arm, coalesce(s.stratum, 'none') FROM assignment AS s JOIN account AS a ON a.id = s.account_id"
        )
        #expect(drawn.count == 283)
        for row in drawn {
            let cells = row.split(separator: "|").map { String($0) }
            #expect(cells[1] == (Draw.number(salt: "plain", key: cells[0]) < 0.1 ? "holdout" : "treated"))
            #expect(cells[2] == "none")
        }
    }

    @Test func aBacktestOfSeveralBlocksDrawsAsTheRunsOfTheSameDaysDid() throws {
        let test = try TestWorkspace(playbooks: [
            "main": TestWorkspace.playbook(
                "main", "on: signed", holdout: "30%", more: ["experiment: { stratify: plan }"])
        ])
        try test.addAccounts(1_040)
        try test.run(noon(20_000))
        for day in 1...6 {
            // Of each block some every day, so that neither has its seats in a row.
            for number in 1...5 {
                for first in [0, 1_000] {
                    try test.addEvent(
                        "signed", of: "a\(first + day * 5 + number)", at: noon(20_000 + day, hours: -6))
                }
            }
            try test.run(noon(20_000 + day))
        }
        let real = try test.rows("SELECT a.key, s.arm FROM assignment AS s JOIN account AS a ON a.id = s.account_id")
        #expect(real.count == 60 && real.count { $0.hasSuffix("holdout") } == 18)
        let playbook = try #require(test.workspace.playbook("main"))
        let backtest = try Backtest(
            playbook, in: test.workspace, from: Day(number: 20_000), to: Day(number: 20_006), isWithAll: false)
        var tried: [String] = []
        let report = try backtest.run(on: test.store) { _ in
        } observe: { world in
            tried += world.enrollmentRows.map { row in
                let cells = row.split(separator: "|")
                return "\(cells[1])|\(cells[3])"
            }
        }
        #expect(tried.sorted() == real.sorted())
        #expect(report.warnings.contains { $0.hasPrefix("main draws within plan as it is now") }, "\(report.warnings)")
    }

    @Test func moreAccountsThanABlockAreSharedOutAsOne() throws {
        let test = try world()
        try test.addAccounts(4_900, from: 2_000)
        try test.run(noon(20_000))
        #expect(try test.rows(arms).contains("free|holdout|510"))
    }
}
