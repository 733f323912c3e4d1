import Playbooks
import Storage
import Testing

/// Several rows of one account and day: of people, features and hours, or corrections.
struct UsagePartsTests {
    private static let accounts =
        "account_id,name,email,mrr,created_at\na1,Blue,ada@blue.example,49.00,2024-02-03\na2,Red,bo@red.example,49.00,2024-02-03\n"

    private func guessed(_ usage: String, contacts: String? = nil) throws -> GuessedFiles {
        try GuessedFiles(
            [("accounts.csv", Self.accounts), ("usage.csv", usage)] + (contacts.map { [("people.csv", $0)] } ?? []))
    }

    private func values(_ files: GuessedFiles) throws -> [String] {
        try files.rows("SELECT account, metric, date, value FROM series_rows ORDER BY account, metric, day")
    }

    @Test(arguments: [
        "account_id,user_id,day,logins\na1,u1,2026-02-28,9\na1,u2,2026-02-28,2\na2,u3,2026-02-28,5\n",
        "account_id,user_id,day,logins\na1,7,2026-02-28,9\na1,8,2026-02-28,2\na2,9,2026-02-28,5\n",
        "account_id,user_email,date,logins\na1,ada@blue.example,2026-02-28,9\na1,x@blue.example,2026-02-28,2\na2,bo@red.example,2026-02-28,5\n",
        "account_id,hour,day,logins\na1,9,2026-02-28,9\na1,14,2026-02-28,2\na2,9,2026-02-28,5\n",
        "account_id,Device,day,logins\na1,phone,2026-02-28,9\na1,desktop,2026-02-28,2\na2,phone,2026-02-28,5\n",
        "account_id;Benutzer;Datum;logins\na1;Ada;2026-02-28;9\na1;Bo;2026-02-28;2\na2;Cy;2026-02-28;5\n",
    ]) func partsOfADayAreAddedUp(usage: String) throws {
        let files = try guessed(usage)
        #expect(
            try values(files) == ["a1|logins|2026-02-28|11.0", "a2|logins|2026-02-28|5.0"], "\(files.guess.yaml)")
        #expect(files.says("is added up over"), "\(files.guess.notes)")
        let map = files.world.dataMap.importMap("usage")
        let again = try files.world.load(.metrics, usage, ImportOptions(map: map))
        #expect((again.inserted, again.updated, again.stopped) == (0, 0, nil))
    }

    @Test func thePeopleOfAnAccountThatIsFoundByTheirAddressesAreAddedUp() throws {
        let files = try guessed(
            "user_email,date,logins\nada@blue.example,2026-02-28,9\nbo@blue.example,2026-02-28,2\nbo@red.example,2026-02-28,5\n",
            contacts: "account_id,email,name\na1,ada@blue.example,Ada\na1,bo@blue.example,Bo\na2,bo@red.example,Bo\n")
        #expect(
            try values(files) == ["a1|logins|2026-02-28|11.0", "a2|logins|2026-02-28|5.0"], "\(files.guess.yaml)")
    }

    @Test func theVerySameRowIsNoSecondOne() throws {
        let files = try guessed(
            "account_id,user_id,day,logins\na1,u1,2026-02-28,9\na1,u2,2026-02-28,2\na1,u1,2026-02-28,9\n")
        #expect(try values(files) == ["a1|logins|2026-02-28|11.0"])
        #expect(files.reports.last?.duplicates == 1)
    }

    @Test func eachFeatureIsAMetric() throws {
        let files = try guessed(
            "account_id,date,feature,count\na1,2026-02-28,Export PDF,3\na1,2026-02-28,search,4\na2,2026-02-28,search,1\n"
        )
        #expect(
            try values(files) == [
                "a1|export_pdf|2026-02-28|3.0", "a1|search|2026-02-28|4.0", "a2|search|2026-02-28|1.0",
            ], "\(files.guess.yaml)")
    }

    @Test func eachEventThatIsCountedIsAMetric() throws {
        let files = try guessed(
            "account_id,date,event,count,user\na1,2026-02-28,login,3,u1\na1,2026-02-28,login,4,u2\na2,2026-02-28,export,1,u3\n"
        )
        #expect(
            try values(files) == ["a1|login|2026-02-28|7.0", "a2|export|2026-02-28|1.0"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "account,who,day,logins\na1,Ada,2026-03-01,9\na1,Bo,2026-03-01,2\n",
        "account,day,logins\na1,2026-03-01T09:00:00Z,9\na1,2026-03-01T10:00:00Z,2\n",
        "account,metric,day,value,feature\na1,logins,2026-03-01,9,x\na1,logins,2026-03-01,2,y\n",
        "{\"account\":\"a1\",\"user_id\":\"u1\",\"day\":\"2026-03-01\",\"logins\":9}\n{\"account\":\"a1\",\"user_id\":\"u2\",\"day\":\"2026-03-01\",\"logins\":2}\n",
    ]) func whatNobodyHasSaidIsRefusedWithBothLines(text: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na1\n")
        let report = try world.load(.metrics, text)
        let stopped = try #require(report.stopped)
        #expect(stopped.contains("imports: { metrics: { sum_over: [\""), "\(stopped)")
        #expect(stopped.contains("imports: { metrics: { sum_over: [] } }"), "\(stopped)")
        #expect(try world.rows("SELECT count(*) FROM series_rows") == ["0"])

        // What it says to write is what it takes.
        let line = try #require(stopped.firstMatch(of: /imports: \{ metrics: \{ sum_over: \["[^\]]*\] \} \}/)).output
        for (line, expected) in [(String(line), "11.0"), ("imports: { metrics: { sum_over: [] } }", "2.0")] {
            let (workspace, diagnostics) = WorkspaceReader.read([
                "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": "metrics: { logins: {} }\n\(line)\n",
            ])
            #expect(diagnostics.filter { $0.severity == .error } == [])
            let other = try ImportWorld()
            other.dataMap = try #require(workspace).dataMap
            try other.load(.accounts, "key\na1\n")
            let taken = try other.load(.metrics, text)
            #expect(taken.stopped == nil, "\(line) \(taken)")
            #expect(try other.rows("SELECT value FROM series_rows") == [expected], "\(line)")
        }
    }

    @Test(arguments: [
        "account,day,logins,exported_at\na1,2026-03-01,9,2026-03-01\na1,2026-03-01,2,2026-03-02\n",
        "account,day,logins,clicks\na1,2026-03-01,9,80\na1,2026-03-01,2,90\n",
        "account,day,logins,Company\na1,2026-03-01,9,Blue\na1,2026-03-01,2,Blue\n",
    ]) func aCorrectionIsNoPart(text: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na1\n")
        let report = try world.load(.metrics, text)
        #expect((report.stopped, report.duplicates) == (nil, 1))
        #expect(try world.rows("SELECT value FROM series_rows") == ["2.0"])
    }

    @Test func aSourceThatBringsWhatIsNewCannotBeAddedUp() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na1\n")
        var map = ImportMap("metrics", .metrics)
        map.sumOver = ["user_id"]
        let since = DataSource.Since(column: "day", first: "2026-01-01")
        let error = #expect(throws: ImportError.self) {
            try world.load(
                .metrics, "account,user_id,day,logins\na1,u1,2026-03-01,1\n", ImportOptions(map: map, since: since))
        }
        #expect(error?.description.contains("sum_over adds up all rows of a day") == true)
    }
}
