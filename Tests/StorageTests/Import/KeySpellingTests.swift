import Playbooks
import Storage
import Testing

/// Keys of accounts that look alike are one.
struct KeySpellingTests {
    private let keys = "SELECT key FROM account ORDER BY id"

    @Test(arguments: ["C-1\u{a0}", "\u{200b}C-1", "C\u{2060}-1", "\u{feff}C-1", "\u{a0}C-1\u{202f}"])
    func whatCannotBeSeenMakesNoSecondAccount(written: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\nC-1,One\n")
        let report = try world.load(.accounts, "key,name\n\(written),Two\n")
        #expect(report.inserted == 0 && report.updated == 1)
        #expect(try world.rows("SELECT key, name FROM account") == ["C-1|Two"])
        for (kind, text) in [
            (ImportKind.contacts, "account,email\n\(written),ada@a.example\n"),
            (.metrics, "account,day,logins\n\(written),2026-03-01,4\n"),
            (.events, "account,event,at\n\(written),nps_response,2026-03-01\n"),
        ] {
            #expect(try world.load(kind, text).rejected == 0)
        }
    }

    @Test func twoFormsOfALetterAreOneKey() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\nCafe\u{301}\n")
        #expect(try world.load(.accounts, "key\nCaf\u{e9}\nCafe\u{301}\n").inserted == 0)
        #expect(try world.rows(keys) == ["Caf\u{e9}"])
    }

    @Test func aKeyThatIsThereStaysAsItIs() throws {
        let world = try ImportWorld()
        try AttributeColumns(world.dataMap).apply(to: world.store)
        try world.store.write { try $0.execute("INSERT INTO account (key, created_at) VALUES ('C-1\u{a0}', 0)") }
        #expect(try world.load(.accounts, "key,name\nC-1\u{a0},One\n").updated == 1)
        #expect(try world.rows(keys) == ["C-1\u{a0}"])
    }

    @Test func aKeyOfBlanksAloneIsEmpty() throws {
        let world = try ImportWorld()
        #expect(
            try world.load(.accounts, "key,name\n\u{a0}\u{200b},One\n").firstRejected.map(\.reason) == ["key: is empty"]
        )
    }

    @Test(arguments: ["7.213E+12", "7,213E+12", "1E+10", "7.213e+12"])
    func aKeyThatASpreadsheetHasRoundedIsRefused(key: String) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key;name\n\(key);One\n")
        #expect(report.rejected == 1)
        #expect(report.firstRejected.first?.reason.contains("is a number that a spreadsheet has rounded") == true)
        #expect(
            try world.load(.events, "account;event;at\n\(key);churned;2026-03-01\n").firstRejected.first?.reason
                .contains("rounded") == true)
    }

    @Test func roundedKeysAreSaidByInit() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR\n7.213E+12,A,a@a.example,49\n7.214E+12,B,b@b.example,49\n")
        #expect(
            files.says("\"Customer ID\": 2 of 2 keys are numbers that a spreadsheet has rounded"),
            "\(files.guess.notes)")
    }

    @Test func whoSendsAKeyInOtherCapitalsIsTold() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\nC-1\nC-2\n")
        let rules = IntakeRules(dataMap: world.dataMap, configuration: world.configuration)
        let intake = Intake(store: world.store)
        func post(_ keys: [String]) throws -> IntakeReport {
            let rows = keys.map { IncomingRow(.accounts, [IncomingRow.Field("key", $0, at: "/key")], at: "") }
            return try world.store.write { try intake.take(rows, rules: rules, now: world.now, $0) }
        }
        let twins = try post(["c-1", "d-1"])
        #expect(
            twins.warnings.first?.hasPrefix("1 key differs from another only in capitals (\"c-1\" beside \"C-1\")")
                == true,
            "\(twins.warnings)")
        #expect(try post(["C-2", "c-1"]).warnings == [])
    }
}
