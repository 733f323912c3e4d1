import Foundation
import Measure
import Playbooks
import Runner
import Storage
import Testing

@Suite struct ReportKeepingTests {
    private let test: TestWorkspace
    private let experiment = KeptReports.Key("experiment", "main")

    init() throws {
        test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", holdout: "50%")])
        try test.addAccounts(40)
        try test.store.write { try DashboardUser.add("ada", role: .viewer, at: noon(0), $0) }
    }

    private func keep(_ now: Instant) throws -> ReportKeeping.Outcome {
        try ReportKeeping(workspace: test.workspace, store: test.store, processNow: { noon(20_000) }).keep(now: now)
    }

    private func kept(_ report: String) throws -> KeptReports.Kept? {
        try test.store.read { try KeptReports($0).kept(KeptReports.Key(report)) }
    }

    @Test func reportsAreMadeOnceADayAfterItsFirstCycle() throws {
        #expect(try keep(noon(20_000)).made == 0, "there was no cycle yet")
        try test.run(noon(20_000))
        #expect(try keep(noon(20_000)).made == 4)
        #expect(try keep(noon(20_000, hours: 1)).made == 0)
        let first = try #require(try kept("attrition"))
        #expect(first.asOf == noon(20_000))
        let report = try ReportBody(text: first.body).report
        let fresh = try test.store.read {
            try AttritionReport.report($0, workspace: test.workspace, asOf: noon(20_000))
        }
        #expect(report == fresh)
        // The next day begins without a report until a cycle has looked at it.
        #expect(try keep(noon(20_001)).made == 0)
        try test.run(noon(20_001))
        #expect(try keep(noon(20_001)).made == 4)
        #expect(try kept("attrition")?.asOf == noon(20_001))
        #expect(try test.rows("SELECT count(*) FROM kept_report") == ["4"], "the newest takes the place of the others")
    }

    @Test func eachWeeklyLookOfAnExperimentStays() throws {
        for day in [20_000, 20_003, 20_007, 20_010, 20_014] {
            try test.run(noon(day))
            #expect(try keep(noon(day)).made == 4)
        }
        let looks = try test.store.read { try KeptReports($0).looks(experiment) }
        #expect(looks == [noon(20_014), noon(20_007)])
        let ofFirst = try test.store.read { try KeptReports($0).kept(experiment, look: noon(20_007)) }
        #expect(ofFirst?.asOf == noon(20_010))
        let newest = try test.store.read { try KeptReports($0).kept(experiment) }
        #expect(newest?.asOf == noon(20_014))
    }

    @Test func nobodyWhoMayLookMeansNoReport() throws {
        try test.store.write { _ = try $0.execute("UPDATE dashboard_user SET disabled_at = 0") }
        try test.run(noon(20_000))
        #expect(try keep(noon(20_000)).made == 0)
    }

    @Test func aSimulationWhoseDaysPassInSecondsKeepsNone() throws {
        try test.store.write { try Meta.markAsSimulation($0) }
        try test.run(noon(20_000))
        #expect(try keep(noon(20_000)).made == 0)
    }

    @Test func whoIsErasedIsInNoKeptReport() throws {
        try test.run(noon(20_000))
        #expect(try keep(noon(20_000)).made == 4)
        try test.store.write { connection in
            _ = try Erasure(
                connection, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: noon(20_000)
            ).erase(.account("a1"))
        }
        #expect(try test.rows("SELECT DISTINCT report FROM kept_report") == ["experiment"])
    }
}
