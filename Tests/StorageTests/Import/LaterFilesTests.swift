import Playbooks
import Storage
import Testing

/// Files of a later day that are written otherwise, or cut.
struct LaterFilesTests {
    private func world(_ rows: (Int) -> String, _ change: (inout DataMap) -> Void = { _ in }) throws -> ImportWorld {
        let world = try ImportWorld()
        change(&world.dataMap)
        try world.load(.accounts, file(rows))
        return world
    }

    private func file(_ rows: (Int) -> String) -> String {
        "key,renewal_at,mrr\n" + (1...9).map { "a\($0),\(rows($0))\n" }.joined()
    }

    @Test func datesWithDayAndMonthExchangedAreNoticed() throws {
        let world = try world { "0\($0)/12/2026,49" }
        let later = file { "12/0\($0)/2026,49" }
        let report = try world.load(.accounts, later)
        let stopped = try #require(report.stopped)
        #expect(
            stopped.contains("9 dates of renewal_at would change to those with day and month exchanged"), "\(stopped)")
        #expect(stopped.contains("attributes: { renewal_at: { format: d/m/y } }"), "\(stopped)")
        #expect(try world.load(.accounts, file { "0\($0)/12/2026,49" }).unchanged == 9)
        #expect(try world.load(.accounts, later, ImportOptions(takesDepartures: true)).updated == 9)
    }

    @Test func aFewDatesThatMoveAreTaken() throws {
        let world = try world { "0\($0)/12/2026,49" }
        #expect(try world.load(.accounts, file { $0 < 4 ? "12/0\($0)/2026,49" : "0\($0)/12/2026,49" }).updated == 3)
    }

    @Test func momentsThatAreExchangedAreNoticed() throws {
        let text = { (isDayFirst: Bool) in
            "key,created_at\n" + (1...9).map { "a\($0),\(isDayFirst ? "2025-12-0\($0)" : "2025-0\($0)-12")\n" }.joined()
        }
        let world = try ImportWorld(zone: "America/Chicago")
        try world.load(.accounts, text(false))
        let stopped = try #require(try world.load(.accounts, text(true)).stopped)
        #expect(stopped.contains("9 dates of created_at"), "\(stopped)")
    }

    @Test(arguments: [
        ("4900", "100 times as much", "unit: cents"), ("588", "12 times as much", "per: year"),
        ("0.49", "the 100th part", "without unit: cents"), ("4.08", "the 12th part", "without per: year"),
    ]) func amountsInAnotherUnitAreNoticed(amount: String, how: String, line: String) throws {
        let world = try world { _ in "01/12/2026,49" }
        let report = try world.load(.accounts, file { _ in "01/12/2026,\(amount)" })
        let stopped = try #require(report.stopped)
        #expect(stopped.contains("9 amounts of mrr would be exactly \(how)") && stopped.contains(line), "\(stopped)")
        #expect(try world.rows("SELECT DISTINCT mrr FROM account") == ["4900"])
    }

    @Test func aRaiseForEverybodyIsTaken() throws {
        let world = try world { "01/12/2026,\($0)9" }
        #expect(try world.load(.accounts, file { "01/12/2026,\($0 + 1)9" }).updated == 9)
    }

    @Test func aFileWithoutRowsIsNamed() throws {
        let world = try world { _ in "01/12/2026,49" }
        let report = try world.load(.accounts, "key,renewal_at,mrr\n")
        #expect(
            report.warnings.contains { $0.contains("holds no row but the names of the columns") }, "\(report.warnings)")
    }

    @Test func peopleWhoAreGoneFromTheFileAreNamed() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        try world.load(.contacts, "account,key,email\na,1,x@a.example\na,2,y@a.example\nb,3,z@b.example\n")
        let report = try world.load(.contacts, "account,key,email\na,1,x2@a.example\na,2,y@a.example\n")
        #expect(
            report.warnings.contains { $0.hasPrefix("1 of 3 active contacts is not in this file (z@b.example)") },
            "\(report.warnings)")
        let part = try world.load(.contacts, "account,key,email\na,1,x@a.example\n")
        #expect(!part.warnings.contains { $0.contains("not in this file") }, "\(part.warnings)")
        try world.load(.contacts, "account,key,email,status\nb,3,z@b.example,left\n")
        let whole = try world.load(.contacts, "account,email\na,x@a.example\na,y@a.example\n")
        #expect(!whole.warnings.contains { $0.contains("not in this file") }, "\(whole.warnings)")
    }

    @Test(arguments: [
        ("Record ID,First Name,Email,Associated Company IDs", true), ("id,First Name,Email,Company ID", true),
        ("ID,First Name,Email,Company ID", false),
    ]) func aPersonWithAnotherAddressIsTheSameOne(header: String, isKey: Bool) throws {
        let ids = isKey ? ["5105", "61", "9003"] : ["1", "2", "3"]
        let text = { (first: String) in
            "\(header)\n\(ids[0]),Ada,\(first),900\n\(ids[1]),Bo,bo@red.example,901\n\(ids[2]),Cy,cy@green.example,902\n"
        }
        let files = try GuessedFiles([
            (
                "companies.csv",
                "Record ID,Company name,Create Date\n900,Blue,2024-02-03\n901,Red,2024-02-03\n902,Green,2024-02-03\n"
            ),
            ("contacts.csv", text("ada@blue.example")),
        ])
        let map = files.world.dataMap.importMap("contacts")
        #expect((map?.columns["key"] != nil) == isKey, "\(files.guess.yaml)")
        guard isKey else { return }
        try files.world.load(.contacts, text("ada@new.example"), ImportOptions(map: map))
        #expect(
            try files.rows("SELECT email FROM contact ORDER BY email")
                == ["ada@new.example", "bo@red.example", "cy@green.example"])
    }
}
