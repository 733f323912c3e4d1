import Playbooks
import Runner
import Storage
import Testing

@Suite struct StageEntryTests {
    private static let journey = """
        journey: free
        for: everyone_active and plan == "free"
        stages:
          joined:
            expect: 7d
          tried:
            enter: happened(signed)
            expect: 5d
          grown:
            enter: seats >= 3
          loved:
            enter: seats >= 10
        """

    private static let imported = """
        journey: pro
        for: plan == "pro"
        source: import
        stages:
          sold: {}
          live: {}
        """

    private func world(_ more: [String: String] = [:], playbooks: [String: String] = [:]) throws -> TestWorkspace {
        var files = ["journeys/free.yaml": Self.journey, "journeys/pro.yaml": Self.imported]
        files.merge(more) { $1 }
        return try TestWorkspace(playbooks: playbooks, files: files)
    }

    /// Accounts that are new on day 20000.
    private func addNew(_ keys: [String], to test: TestWorkspace, plan: String = "free") throws {
        try test.store.write { connection in
            for key in keys {
                try connection.execute(
                    "INSERT INTO account (key, created_at, mrr, a_plan) VALUES (:key, :created, 5000, :plan)",
                    ["key": .text(key), "created": .instant(noon(20_000) - .hours(2)), "plan": .text(plan)])
            }
        }
    }

    private func change(_ sql: String, in test: TestWorkspace) throws {
        try test.store.write { _ = try $0.execute(sql) }
    }

    private func entries(_ test: TestWorkspace, of key: String = "a1") throws -> [String] {
        try test.rows(
            """
            SELECT e.journey, e.stage, e.at / 86400000, e.how FROM stage_entry AS e JOIN account AS a ON a.id = e.account_id
            WHERE a.key = '\(key)' ORDER BY e.journey, e.at, e.stage
            """)
    }

    private func stage(_ test: TestWorkspace, of key: String = "a1") throws -> String {
        try test.rows("SELECT journey, stage, stage_since / 86400000 FROM account WHERE key = '\(key)'")[0]
    }

    @Test func anAccountMovesOnAndNeverFallsBack() throws {
        let test = try world()
        try addNew(["a1"], to: test)
        let first = try test.run(noon(20_000))
        #expect(first.journeys.map(\.entered) == [["joined": 1], [:]])
        #expect(try stage(test) == "free|joined|20000")
        try test.addEvent("signed", of: "a1", at: noon(20_003))
        let second = try test.run(noon(20_003))
        #expect(second.journeys.first?.entered == ["tried": 1])
        try change("UPDATE account SET a_seats = 4", in: test)
        try test.run(noon(20_005))
        try change("UPDATE account SET a_seats = 0", in: test)
        let last = try test.run(noon(20_006))
        #expect(last.journeys.first?.entered == [:])
        #expect(try stage(test) == "free|grown|20005")
        #expect(
            try entries(test) == ["free|joined|20000|entered", "free|tried|20003|entered", "free|grown|20005|entered"])
        #expect(
            try test.rows("SELECT at / 86400000, previous, value FROM history WHERE attribute = 'stage' ORDER BY at")
                == ["20000|-|joined", "20003|joined|tried", "20005|tried|grown"])
    }

    @Test func stagesThatAreSkippedCountAsEnteredAtThatMoment() throws {
        let test = try world()
        try addNew(["a1"], to: test)
        try test.run(noon(20_000))
        try change("UPDATE account SET a_seats = 12", in: test)
        try test.run(noon(20_004))
        #expect(try stage(test) == "free|loved|20004")
        #expect(
            try entries(test) == [
                "free|joined|20000|entered", "free|grown|20004|skipped", "free|loved|20004|entered",
                "free|tried|20004|skipped",
            ])
    }

    @Test func whatWasThereBeforeAnybodyLookedIsMarked() throws {
        let test = try world()
        try test.addAccounts(1)
        try change("UPDATE account SET a_seats = 5", in: test)
        try test.run(noon(20_000))
        // In the first stage since it exists; nobody knows when it came into the others.
        #expect(
            try entries(test) == ["free|joined|19900|entered", "free|grown|20000|found", "free|tried|20000|found"])
    }

    @Test func theFirstJourneyWhoseSegmentHoldsIsTheAccounts() throws {
        let test = try world([
            "journeys/a-seats.yaml": """
            journey: seats
            for: seats > 0
            stages:
              first: {}
              second:
                enter: seats > 5
            """
        ])
        try addNew(["a1", "a2"], to: test)
        try change("UPDATE account SET a_seats = 1 WHERE key = 'a1'", in: test)
        try test.run(noon(20_000))
        #expect(try stage(test) == "seats|first|20000")
        #expect(try stage(test, of: "a2") == "free|joined|20000")
        // Into another segment, and back to where it had been.
        try change("UPDATE account SET a_seats = NULL WHERE key = 'a1'", in: test)
        try test.run(noon(20_001))
        #expect(try stage(test) == "free|joined|20001")
        try change("UPDATE account SET a_seats = 9 WHERE key = 'a1'", in: test)
        try test.run(noon(20_002))
        #expect(try stage(test) == "seats|second|20002")
        try change("UPDATE account SET a_seats = NULL WHERE key = 'a1'", in: test)
        try test.run(noon(20_003))
        #expect(try stage(test) == "free|joined|20001")
    }

    @Test func anAccountOnNoJourneyHasTheStageThatTheDataSay() throws {
        let test = try world(["journeys/pro.yaml": "journey: none\nfor: seats > 100\nstages: { one: {} }\n"])
        try addNew(["a1"], to: test)
        try change("UPDATE account SET stage_imported = 'vip', stage_imported_at = 5", in: test)
        try test.run(noon(20_000))
        #expect(try stage(test) == "free|joined|20000")
        try change("UPDATE account SET a_plan = 'pro'", in: test)
        try test.run(noon(20_001))
        #expect(try stage(test) == "-|vip|0")
        #expect(try test.run(noon(20_002)).journeys.map(\.entered) == [[:], [:]])
    }

    @Test func theStagesOfAnImportedJourneyComeWithTheDataAndDoNotFallBack() throws {
        let test = try world()
        try addNew(["a1", "a2"], to: test, plan: "pro")
        let importer = Importer(
            store: test.store, dataMap: test.workspace.dataMap, configuration: test.workspace.configuration)
        func bring(_ stage: String, at day: Int) throws {
            _ = try importer.run(
                .accounts, from: .rows(columns: ["key", "stage"], rows: [["a1", stage], ["a2", "trial"]]),
                now: noon(day))
        }
        try bring("sold", at: 20_000)
        try test.run(noon(20_001))
        #expect(try stage(test) == "pro|sold|20000")
        // A stage that the journey does not have is none.
        #expect(try stage(test, of: "a2") == "pro|-|-")
        try bring("live", at: 20_002)
        #expect(try stage(test) == "pro|sold|20000")
        try test.run(noon(20_003))
        #expect(try stage(test) == "pro|live|20002")
        try bring("sold", at: 20_004)
        try test.run(noon(20_005))
        #expect(try stage(test) == "pro|live|20002")
        #expect(try entries(test) == ["pro|sold|20000|entered", "pro|live|20002|entered"])
    }

    @Test func anImportedStageDoesNotTouchAJourneyByConditions() throws {
        let test = try world()
        try addNew(["a1"], to: test)
        try test.run(noon(20_000))
        _ = try Importer(
            store: test.store, dataMap: test.workspace.dataMap, configuration: test.workspace.configuration
        ).run(.accounts, from: .rows(columns: ["key", "stage"], rows: [["a1", "loved"]]), now: noon(20_001))
        try test.run(noon(20_001))
        #expect(try stage(test) == "free|joined|20000")
    }

    @Test func aChurnedAccountStaysWhereItWas() throws {
        let test = try world()
        try addNew(["a1"], to: test)
        try test.run(noon(20_000))
        try change("UPDATE account SET status = 'churned', churned_at = 1, a_seats = 20", in: test)
        try test.run(noon(20_001))
        #expect(try stage(test) == "free|joined|20000")
    }

    @Test func anAccountIsInItsStageBeforeAnythingIsAskedAboutIt() throws {
        let playbook = TestWorkspace.playbook("p", "when: in_stage(joined)")
        let test = try world(playbooks: ["p": playbook])
        try addNew(["a1"], to: test)
        #expect(try test.run(noon(20_000)).playbooks[0].matched == 1)
    }

    @Test func planningMovesNobody() throws {
        let test = try world()
        try addNew(["a1", "a2"], to: test)
        #expect(try test.cycle.plan(now: noon(20_000)).journeys.first?.entered == ["joined": 2])
        #expect(try test.integer("SELECT count(*) FROM stage_entry") == 0)
        #expect(try stage(test) == "-|-|-")
    }

    @Test func stagesWaitForTheirTurnAndForLateData() throws {
        let late = Self.journey.replacing("seats >= 3", with: "sum(logins, 7d) > 3")
        let data = TestWorkspace.dataMap.replacing("{ title: Logins }", with: "{ fresh_within: 36h }")
        let test = try world(["journeys/free.yaml": late, "data.yaml": data])
        try addNew(["a1"], to: test)
        let report = try test.cycle.run(now: noon(20_000), matching: .due)
        #expect(report.journeys.first?.heldBecause?.contains("logins has no complete day yet") == true)
        #expect(try stage(test) == "-|-|-")
        // It had its turn at 06:00, so that the next one is tomorrow.
        #expect(try test.cycle.run(now: noon(20_000) + .hours(1), matching: .due).journeys.isEmpty)
        #expect(try test.cycle.run(now: noon(20_001), matching: .due).journeys.count == 2)
    }

    @Test func manyAccountsMoveInSlicesAndOnlyOnce() throws {
        let test = try world()
        try addNew((1...2_500).map { "n\($0)" }, to: test)
        #expect(try test.run(noon(20_000)).journeys.first?.entered == ["joined": 2_500])
        #expect(try test.run(noon(20_000) + .hours(1)).journeys.first?.entered == [:])
        #expect(try test.integer("SELECT count(*) FROM stage_entry") == 2_500)
        #expect(try test.integer("SELECT count(*) FROM history") == 2_500)
        // A cycle that died half-way: the next one takes up those that are left.
        try change("UPDATE account SET journey = NULL, stage = NULL, stage_since = NULL WHERE id > 1200", in: test)
        #expect(try test.run(noon(20_001)).journeys.first?.entered == ["joined": 1_300])
        #expect(try test.integer("SELECT count(*) FROM stage_entry") == 2_500)
        #expect(try test.integer("SELECT count(DISTINCT stage_since) FROM account") == 1)
    }

    @Test func anAccountIsStuckWhenItStaysLongerThanExpected() throws {
        let playbook = TestWorkspace.playbook("p", "when: stuck()")
        let test = try world(playbooks: ["p": playbook])
        try addNew(["a1", "a2"], to: test)
        try test.run(noon(20_000))
        try test.addEvent("signed", of: "a2", at: noon(20_006))
        #expect(try test.run(noon(20_006)).playbooks[0].matched == 0)
        #expect(try test.run(noon(20_008)).playbooks[0].matched == 1)
        #expect(try test.rows("SELECT a.key FROM standing AS s JOIN account AS a ON a.id = s.account_id") == ["a1"])
        // Expected are 5 days in the second stage.
        #expect(try test.run(noon(20_011)).playbooks[0].matched == 1)
        #expect(try test.run(noon(20_012)).playbooks[0].matched == 2)
    }
}
