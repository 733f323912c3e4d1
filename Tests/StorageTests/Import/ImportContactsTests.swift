import Playbooks
import Storage
import Testing

struct ImportContactsTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        return world
    }

    @Test func contactsAreUpsertedByAccountAndKey() throws {
        let world = try world()
        let text = """
            account,key,email,name,role,timezone,title
            a,1,Ada@Example.com,Ada,owner,Europe/Berlin,CEO
            a,2,bob@example.com,Bob,billing,,
            b,1,cy@example.com,Cy,,,
            """
        #expect(try world.load(.contacts, text).inserted == 3)
        #expect(try world.load(.contacts, text).unchanged == 3)
        try world.load(.contacts, "account,key,title\na,1,CTO\n")
        #expect(
            try world.rows("SELECT account_id, key, address, name, role, timezone, c_title FROM contact ORDER BY id")
                == [
                    "1|1|ada@example.com|Ada|owner|Europe/Berlin|CTO", "1|2|bob@example.com|Bob|billing||",
                    "2|1|cy@example.com|Cy|||",
                ])
    }

    @Test func aRowWithoutAKeyIsTheContactWithItsAddress() throws {
        let world = try world()
        try world.load(.accounts, "key,contact_email\na,ada@example.com\n")
        let report = try world.load(.contacts, "account,email,name\na,ADA@example.com,Ada\na,bob@example.com,Bob\n")
        #expect((report.inserted, report.updated) == (1, 1))
        #expect(try world.rows("SELECT key, name FROM contact ORDER BY id") == ["owner|Ada", "bob@example.com|Bob"])
    }

    @Test func whatStandsWhereThereIsNoNameIsNone() throws {
        let world = try world()
        let words = ["NULL", "N/A", "#N/A", "(none)", "unknown", "-", "Nuno"]
        let report = try world.load(
            .contacts,
            "account,key,email,name\n"
                + words.enumerated().map { "a,\($0.offset),c\($0.offset)@a.example,\($0.element)\n" }.joined())
        #expect(report.inserted == 7 && report.rejected == 0)
        #expect(try world.rows("SELECT name FROM contact WHERE name IS NOT NULL") == ["Nuno"])
        #expect(
            report.warnings.contains {
                $0.hasPrefix("name: \"#N/A\" (1), ") && $0.hasSuffix("are no names and were left out")
            })
        let accounts = try world.load(.accounts, "key,name,contact_email,contact_name\nc,N/A,c@c.example,NULL\n")
        #expect(
            accounts.warnings.filter { $0.hasSuffix("is no name and was left out") }.sorted() == [
                "contact_name: \"NULL\" (1) is no name and was left out",
                "name: \"N/A\" (1) is no name and was left out",
            ], "\(accounts.warnings)")
        #expect(try world.rows("SELECT name FROM account WHERE key = 'c'") == [""])
        #expect(try world.rows("SELECT name FROM contact WHERE email = 'c@c.example'") == [""])
    }

    @Test func badContactsAreRejected() throws {
        let world = try world()
        let report = try world.load(
            .contacts,
            """
            account,key,email,timezone
            x,1,ada@example.com,
            a,,,
            a,2,ada@localhost,
            a,3,a@b.example,Mars/Olympus
            ,4,a@b.example,
            """)
        #expect(report.inserted == 2)
        #expect(
            report.firstRejected.map(\.reason) == [
                "account: there is no account with the key \"x\"", "the row has neither a key nor an email",
                "account: is empty",
            ])
        #expect(
            report.groups.filter(\.isOfCells).map(\.first.reason) == [
                "email: \"ada@localhost\" is not an email address",
                "timezone: \"Mars/Olympus\" is not a time zone such as America/Chicago",
            ])
        #expect(try world.rows("SELECT key, address FROM contact ORDER BY key") == ["2|", "3|a@b.example"])
    }

    @Test func theFirstLoadTriggersNothingAndLaterChangesDo() throws {
        let world = try world()
        try world.load(.contacts, "account,key,role,status\na,1,owner,active\na,2,user,active\na,3,user,left\n")
        let first = world.now.milliseconds
        #expect(try world.events == ["a|contact_added|\(first)||1", "a|contact_added|\(first)||1"])
        world.advance(days: 1)
        let later = world.now.milliseconds
        let report = try world.load(
            .contacts, "account,key,role,status\na,1,billing,active\na,2,user,left\na,3,user,active\nb,9,owner,\n")
        #expect(report.eventsMade == 4)
        #expect(
            try world.events.dropFirst(2).sorted() == [
                "a|contact_added|\(later)||0", "a|contact_left|\(later)||0",
                "a|contact_role_changed|\(later)|{\"from\":\"owner\",\"to\":\"billing\"}|0",
                "b|contact_added|\(later)||0",
            ])
        #expect(try world.rows("SELECT count(*) FROM event WHERE contact_id IS NULL") == ["0"])
    }

    @Test func ofAContactThatComesTwiceTheLastRowCounts() throws {
        let world = try world()
        let report = try world.load(.contacts, "account,key,name\na,1,x\nb,1,y\na,1,z\n")
        #expect((report.inserted, report.duplicates) == (2, 1))
        #expect(try world.rows("SELECT name FROM contact ORDER BY name") == ["y", "z"])
    }
}
