import Foundation
import Playbooks
import Storage
import Testing

/// Totals of weeks and months, however a file names them, go to the days of these.
@Suite struct PeriodTotalsTests {
    private func values(_ world: ImportWorld) throws -> [(day: String, value: Double)] {
        try world.rows("SELECT date, value FROM series_rows WHERE account = 'a' ORDER BY date").map { row in
            let parts = row.split(separator: "|").map(String.init)
            return (parts[0], Double(parts[1]) ?? .nan)
        }
    }

    /// The figures of an account by day, as `2026-01-01 2.0`, the first and the last, and how many there are.
    private func figures(_ text: String, _ map: ImportMap? = nil) throws -> String {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var options = ImportOptions()
        options.map = map
        let report = try world.load(.metrics, text, options)
        #expect(report.isClean && report.cellsLeftOut == 0, "\(report)")
        let found = try values(world)
        guard let first = found.first, let last = found.last else { return "" }
        return "\(first.day) \(last.day) \(found.count) \(found.reduce(0) { $0 + $1.value }.rounded())"
    }

    @Test(arguments: [
        "account,month,logins\na,2026-01-01,62\n", "account,month,logins\na,2026-01,62\n",
        "account,month,logins\na,Jan 2026,62\n", "account,month,logins\na,Januar 2026,62\n",
        "account,day,logins\na,2026-01,62\n", "account,period start,period end,logins\na,2026-01-01,2026-01-31,62\n",
        "account,period start,period end,logins\na,2026-01-01,2026-02-01,62\n",
    ]) func aMonthInARow(text: String) throws {
        var map = ImportMap("metrics", .metrics)
        if text.contains("period start") { map.columns["day"] = ColumnForm(column: "period start") }
        if text.contains(",month,") { map.columns["day"] = ColumnForm(column: "month") }
        #expect(try figures(text, map) == "2026-01-01 2026-01-31 31 62.0")
    }

    @Test func aWeekOfTheCalendar() throws {
        #expect(try figures("account,day,logins\na,2026-W05,70\n") == "2026-01-26 2026-02-01 7 70.0")
    }

    @Test func columnsThatAreCalledAfterTheFirstsOfMonths() throws {
        var map = ImportMap("metrics", .metrics)
        map.metric = "logins"
        map.days = ["d.m.y"]
        #expect(
            try figures("account;01.01.2026;01.02.2026\na;31;28\n", map) == "2026-01-01 2026-02-28 59 59.0")
    }

    @Test(arguments: [
        "Sep 2025;Okt 2025;Nov 2025;Dez 2025;Jan 2026;Feb 2026",
        "Sept. 2025;Oct. 2025;Nov. 2025;Déc. 2025;Janv. 2026;Févr. 2026",
        "Sep 2025;Oct 2025;Nov 2025;Dic 2025;Ene 2026;Feb 2026",
        "Set 2025;Ott 2025;Nov 2025;Dic 2025;Gen 2026;Feb 2026",
        "Set 2025;Out 2025;Nov 2025;Dez 2025;Jan 2026;Fev 2026",
        "Sep 2025;Okt 2025;Nov 2025;Dec 2025;Jan 2026;Feb 2026",
    ]) func monthsOfOtherLanguages(header: String) throws {
        let world = try ImportWorld()
        let accounts = try world.file("key;name;mrr\na;A;1\nb;B;2\nc;C;3\n", "accounts.csv")
        let usage = try world.file(
            "key;\(header)\na;30;31;30;31;31;28\nb;1;1;1;1;1;1\nc;1;1;1;1;1;1\n", "usage.csv")
        let guess = try DataMapGuess(
            from: [.file(accounts), .file(usage)], paths: ["accounts.csv", "usage.csv"],
            configuration: world.configuration, now: world.now)
        let (workspace, _) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml,
        ])
        world.dataMap = try #require(workspace).dataMap
        _ = try world.importer.run(.accounts, from: .file(accounts), now: world.now)
        let map = world.dataMap.importMap("usage")
        _ = try world.importer.run(.metrics, from: .file(usage), options: ImportOptions(map: map), now: world.now)
        let values = try values(world)
        #expect(values.count == 181 && values.allSatisfy { abs($0.value - 1) < 0.001 }, "\(guess.yaml)")
    }

    @Test func aHeadingThatIsNotReadIsNamedAndRefusesTheFile() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var map = ImportMap("metrics", .metrics)
        map.metric = "logins"
        map.days = ["mmm y"]
        let error = #expect(throws: ImportError.self) {
            try world.load(.metrics, "account;Jan 2026;Lut 2026;Mar 2026\na;1;2;3\n", ImportOptions(map: map))
        }
        #expect(error?.description.contains("\"Lut 2026\"") == true, "\(String(describing: error))")
        // A column of totals is none of them.
        _ = try world.load(.metrics, "account;Jan 2026;Feb 2026;Total 2026\na;1;2;3\n", ImportOptions(map: map))
    }
}
