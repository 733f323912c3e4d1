import Foundation
import Playbooks
import Storage
import Testing

struct RejectedRowsTests {
    private func text(_ path: String?) throws -> String {
        try String(contentsOfFile: try #require(path), encoding: .utf8)
    }

    @Test func rejectedRowsKeepTheirFieldsAndGetTheReason() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,seats,name\na,1,ok\nb,many,\"a, \"\"b\"\"\"\nc,,=1+1,extra\n")
        #expect(report.rejectedPath == world.scratch.path("data.csv.rejected.csv"))
        #expect(
            try text(report.rejectedPath) == """
                key,seats,name,rejected_row,rejected_reason
                b,many,"a, ""b""\",3,"taken without seats: ""many"" is not a number"
                c,,'=1+1,extra,4,"the row has 4 fields, the header has 3"

                """)
    }

    @Test func theFileOfAnEarlierRunGoesWhenNothingIsRejected() throws {
        let world = try ImportWorld()
        let path = try #require(try world.load(.accounts, "key,seats\na,many\n").rejectedPath)
        #expect(FileManager.default.fileExists(atPath: path))
        let report = try world.load(.accounts, "key,seats\na,1\n")
        #expect(report.rejectedPath == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aMendedFileOfRejectedRowsCanBeImported() throws {
        let world = try ImportWorld()
        let path = try #require(try world.load(.accounts, "key,seats,name\na,-1x,-x\n").rejectedPath)
        let mended = try text(path).replacing("'-1x", with: "'-1")
        let report = try world.load(.accounts, mended)
        #expect(report.warnings == [])
        #expect(try world.rows("SELECT key, a_seats, name FROM account") == ["a|-1.0|-x"])
    }

    @Test func mostRowsFailingAlikeStopsBeforeAnythingChanges() throws {
        let world = try ImportWorld()
        world.dataMap.attributes = [Attribute("renewal_at", .date)]
        let rows = (0..<5_000).map { "k\($0),\($0 % 12 + 1)/\($0 % 28 + 1)/2026" }
        let report = try world.load(.accounts, "key,renewal_at\ngood,2026-01-01\n" + rows.joined(separator: "\n"))
        #expect(report.read == 1_000)
        #expect(
            report.stopped?.hasPrefix("stopped after 1000 rows, and nothing was changed: 999 of them fail alike")
                == true)
        #expect(report.groups.first?.hint == "attributes: { renewal_at: { type: date, format: m/d/y } }")
        #expect(try world.rows("SELECT count(*) FROM account") == ["0"])
    }

    @Test func theHintNamesWhatIsMissing() throws {
        let world = try ImportWorld()
        let plans = (0..<30).map { "k\($0),gold,2025-01-01" }.joined(separator: "\n")
        let report = try world.load(.accounts, "key,Subscription Plan,created_at\n\(plans)\n")
        #expect(report.isClean && report.inserted == 30)
        #expect(
            report.warnings == [
                "plan: 1 value was taken that data.yaml does not list: \"gold\" (30); add it to values: if it is right"
            ])
        try world.load(.accounts, "key\na\n")
        #expect(
            try world.load(.events, "account,event,at\na,surprise,2026-03-01\n").groups.first?.hint
                == "events: { surprise: {} }")
        let dates = (0..<30).map { "k\($0),\($0 % 28 + 1).03.2025" }.joined(separator: "\n")
        #expect(
            try world.load(.accounts, "key,created_at\n\(dates)\n").groups.first?.hint
                == "attributes: { created_at: { format: d.m.y } }")
    }

    @Test func aFewBadRowsDoNotStopAFile() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,seats\na,x\nb,y\nc,1\n")
        #expect(report.stopped == nil)
        #expect((report.inserted, report.rejected, report.cellsLeftOut) == (3, 0, 2))
        #expect(try world.rows("SELECT key, a_seats FROM account ORDER BY key") == ["a|", "b|", "c|1.0"])
    }

    @Test func aPlaceThatCannotBeWrittenIsAWarning() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,seats\na,x\nb,1\n", ImportOptions(rejectedPath: world.scratch.path("no/where.csv")))
        #expect(report.inserted == 2)
        #expect(report.warnings.contains { $0.contains("could not be written") })
    }
}
