import Playbooks
import Storage
import Testing

/// Keys that a spreadsheet or a program has changed on their way make no second account.
struct ChangedKeysTests {
    private let keys = "SELECT key FROM account ORDER BY id"

    private func accounts(_ key: (Int) -> String) -> String {
        "Kd.-Nr.;Firma;E-Mail\n" + (101...140).map { "\(key($0));Co\($0);p\($0)@co\($0).example\n" }.joined()
    }

    @Test func lostZerosAreRefusedWithTheLineThatBringsThemBack() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\n00101,One\n00102,Two\n00103,Three\n")
        let report = try world.load(.accounts, "key,name\n101,Uno\n102,Dos\n00103,Tres\n99,New\n")
        #expect(report.rejected == 2)
        #expect(
            report.firstRejected.first?.reason
                == "key: \"101\" may be \"00101\", which is here and differs only in zeros, as spreadsheets drop them; as a key of its own "
                + "it would be a second account")
        #expect(report.groups.compactMap(\.hint) == ["attributes: { key: { digits: 5 } }"])
        #expect(try world.rows(keys) == ["00101", "00102", "00103", "99"])
        try mend(world, digits: 5)
        #expect(try world.load(.accounts, "key,name\n101,Uno\n102,Dos\n").updated == 2)
        #expect(try world.load(.events, "account,event,at\n101,nps_response,2026-03-01\n").inserted == 1)
        #expect(try world.load(.contacts, "account,email\n102,b@x.example\n").inserted == 1)
        #expect(try world.load(.metrics, "account,day,logins\n103,2026-03-01,2\n").inserted == 1)
        #expect(try world.rows("SELECT count(*) FROM account") == ["4"])
    }

    private func mend(_ world: ImportWorld, digits: Int) throws {
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n",
            "data.yaml":
                "attributes: { key: { digits: \(digits) } }\nmetrics: { logins: {} }\nevents: { nps_response: {} }\n",
        ])
        #expect(diagnostics == [])
        world.dataMap = try #require(workspace).dataMap
    }

    @Test func zerosThatComeLaterAreNoOtherAccountEither() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\n101,One\n102,Two\n")
        let report = try world.load(.accounts, "key,name\n00101,Uno\n00102,Dos\n")
        #expect(report.groups.compactMap(\.hint) == ["attributes: { key: { digits: 1 } }"])
        #expect(report.inserted == 0)
        try mend(world, digits: 1)
        #expect(try world.load(.accounts, "key,name\n00101,Uno\n00102,Dos\n").updated == 2)
        #expect(try world.rows(keys) == ["101", "102"])
    }

    @Test func aReferenceWithoutItsZerosSaysWhichKeyIsMeantAndTheLine() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\n00101\n00102\n")
        let report = try world.load(.metrics, "account,day,logins\n101,2026-03-01,2\n")
        #expect(
            report.firstRejected.first?.reason
                == "account: there is no account with the key \"101\"; did you mean \"00101\"? Spreadsheets drop the zeros before numbers"
        )
        #expect(report.groups.compactMap(\.hint) == ["attributes: { key: { digits: 5 } }"])
    }

    @Test func initReadsTheFilesOfWhichOneHasLostItsZeros() throws {
        let usage = "Kunde;day;logins\n" + (101...140).map { "\($0);2026-02-0\($0 % 9 + 1);\($0 % 5 + 1)\n" }.joined()
        for (one, other, digits) in [("00", "", 5), ("", "00", 1)] {
            let files = try GuessedFiles([
                ("kunden.csv", accounts { "\(one)\($0)" }), ("usage.csv", usage.replacing("\n1", with: "\n\(other)1")),
            ])
            #expect(
                files.guess.yaml.contains("account: { column: \"Kunde\", digits: \(digits) }"), "\(files.guess.yaml)")
            #expect(
                files.says("40 keys in \"Kunde\" differ from those of kunden.csv in zeros before them"),
                "\(files.guess.notes)")
            #expect(files.reports.allSatisfy { $0.isClean })
            #expect(files.reports.last?.inserted == 40)
        }
    }

    @Test(arguments: ["'00101", "\u{2019}00101"]) func anApostropheIsNoPartOfAKey(written: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\n00101,One\n")
        let report = try world.load(.accounts, "key,name\n\(written),Two\n")
        #expect(report.updated == 1)
        #expect(
            report.warnings.contains { $0.hasPrefix("1 key is written otherwise than those of the accounts here") },
            "\(report.warnings)")
        #expect(try world.load(.contacts, "account,email\n\(written),a@x.example\n").inserted == 1)
        try world.load(.accounts, "key,name\n'00202,New\n00202,New\n")
        #expect(try world.rows(keys) == ["00101", "00202"])
    }

    @Test func aNumberWithAFractionOfNothingIsTheNumber() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\n101,One\n102.0,Two\n")
        let report = try world.load(.accounts, "key,name\n101.0,Uno\n102,Dos\n")
        #expect(report.updated == 2)
        #expect(
            try world.load(.events, "account,event,at\n101.0,nps_response,2026-03-01\n102,nps_response,2026-03-01\n")
                .inserted == 2)
        #expect(try world.rows(keys) == ["101", "102.0"])
    }

    @Test func anAddressThatIsAKeyIsComparedAsOne() throws {
        let world = try ImportWorld()
        try AttributeColumns(world.dataMap).apply(to: world.store)
        try world.store.write { try $0.execute("INSERT INTO account (key, created_at) VALUES ('Old@X.example', 0)") }
        let first = try world.load(.accounts, "key,name\nAda@X.example,One\nada@x.example,Two\nold@x.example,Old\n")
        #expect(first.inserted == 1 && first.updated == 1)
        #expect(first.warnings.allSatisfy { !$0.contains("capitals") }, "\(first.warnings)")
        #expect(try world.rows(keys) == ["Old@X.example", "ada@x.example"])
        #expect(try world.load(.events, "account,event,at\nADA@x.example,nps_response,2026-03-01\n").inserted == 1)
    }

    @Test func digitsBelongToKeysAlone() {
        let (_, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n",
            "data.yaml": "attributes:\n  seats: { type: number, digits: 3 }\n",
        ])
        #expect(diagnostics.map(\.message).contains { $0.contains("only keys of accounts") }, "\(diagnostics)")
    }
}
