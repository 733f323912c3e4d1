import Playbooks
import Storage
import Testing

/// Who is a contact, of which account, and what they are called.
struct PeopleFilesTests {
    private let contacts =
        "SELECT a.key, c.email, c.name, c.role FROM contact c JOIN account a ON a.id = c.account_id ORDER BY c.id"

    @Test(arguments: ["Owner", "Account Owner", "Owner Name", "CSM", "Inhaber", "Assigned To"])
    func ourOwnPeopleAreNoContacts(header: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,\(header),Email,MRR\n1,A,Jo Rep,ada@a.example,49\n2,B,Max Rep,bo@b.example,49\n3,C,Jo Rep,cy@c.example,49\n"
        )
        #expect(
            try files.rows(contacts) == ["1|ada@a.example||owner", "2|bo@b.example||owner", "3|cy@c.example||owner"])
        #expect(files.says("\"\(header)\" is taken for your own people"), "\(files.guess.notes)")
    }

    @Test func anOwnerWhoseNameIsThatOfTheAddressIsTheContact() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Owner,Email,MRR\n1,A,Ada Lovelace,ada@a.example,49\n2,B,Grace Hopper,g.hopper@b.example,49\n"
        )
        #expect(
            try files.rows(contacts)
                == ["1|ada@a.example|Ada Lovelace|owner", "2|g.hopper@b.example|Grace Hopper|owner"])
    }

    @Test func addressesOfOurOwnPeopleAreNotWrittenTo() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,Owner,Owner Email\n1,Jo,jo@ourco.example\n2,Jo,jo@ourco.example\n")
        #expect(try world.rows(contacts) == [])
    }

    @Test func firstAndLastNameAreOneName() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,Email,First Name,Last Name\n1,ada@a.example,Ada,Lovelace\n2,bo@b.example,,Bo\n")
        #expect(try world.rows(contacts) == ["1|ada@a.example|Ada Lovelace|owner", "2|bo@b.example|Bo|owner"])
        try world.load(.contacts, "account,email,Vorname,Nachname\n1,cy@a.example,Cy,Ode\n")
        #expect(try world.rows(contacts).last == "1|cy@a.example|Cy Ode|")
        // A whole name counts before its parts.
        try world.load(.contacts, "account,email,name,first_name\n1,cy@a.example,Dr. Ode,Cy\n")
        #expect(try world.rows(contacts).last == "1|cy@a.example|Dr. Ode|")
    }

    @Test func peopleWithTheirCompaniesAreAccountsAndContacts() throws {
        let files = try GuessedFiles(
            """
            Name,Company,Email,User ID,Signed up,Unsubscribed from Emails,Company ID,Company monthly spend,Company created at,Owner
            Ada,Acme,ada@a.example,u1,2024-01-01 10:00:00,false,10,49,2024-01-01,Jo
            Bo,Acme,bo@a.example,u2,2024-01-01 10:00:00,true,10,49,2024-01-01,Jo
            Cy,Bolt,cy@b.example,u3,2024-01-01 10:00:00,false,11,99,2024-02-01,Jo
            Di,Bolt,di@b.example,,2024-01-01 10:00:00,false,11,99,2024-02-01,Jo

            """)
        #expect(try files.rows("SELECT key, name, mrr FROM account ORDER BY key") == ["10|Acme|4900", "11|Bolt|9900"])
        #expect(
            try files.rows(contacts)
                == ["10|ada@a.example|Ada|", "10|bo@a.example|Bo|", "11|cy@b.example|Cy|", "11|di@b.example|Di|"])
        #expect(try files.rows("SELECT address FROM suppression") == ["bo@a.example"])
    }

    @Test func aFirstNameIsNoKey() throws {
        let files = try GuessedFiles("Name,Company,Email\nAda,Acme,ada@a.example\nBo,Acme,bo@a.example\n")
        #expect(try files.rows("SELECT key FROM account ORDER BY key") == ["ada@a.example", "bo@a.example"])
    }

    @Test func contactsFindTheirAccountsByName() throws {
        let files = try GuessedFiles([
            (
                "crm.csv",
                "Record ID,Company name,MRR,Stripe Customer ID\n901,Acme,49,cus_1\n902,Bolt,49,cus_2\n903,Crisp,49,cus_3\n"
            ),
            (
                "contacts.csv",
                "Contact ID,First Name,Last Name,Email,Associated Company\n1,Ada,L,ada@a.example,Acme\n2,Bo,B,bo@b.example,Bolt\n3,Di,D,di@z.example,Zulu\n"
            ),
            ("people.csv", "Customer ID,Email\ncus_1,x@a.example\ncus_3,y@c.example\n"),
        ])
        #expect(
            try files.rows(
                "SELECT a.key, c.email, c.name FROM contact c JOIN account a ON a.id = c.account_id ORDER BY c.id")
                == ["901|ada@a.example|Ada L", "902|bo@b.example|Bo B", "901|x@a.example|", "903|y@c.example|"])
        #expect(
            files.says(
                "contacts.csv: accounts are found by \"Associated Company\", which holds what \"Company name\" of crm.csv does"
            ))
        #expect(files.guess.yaml.contains("account: { column: \"Customer ID\", by: stripe_customer_id }"))
        #expect(
            files.reports.flatMap(\.firstRejected).map(\.reason)
                == ["account: there is no account with the name \"Zulu\""])
    }

    @Test func aNameThatSeveralAccountsHaveNamesNone() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name\n1,Acme\n2,ACME\n3,Bolt  Ltd\n")
        var map = ImportMap("contacts", .contacts)
        map.columns["account"] = ColumnForm(column: "Company")
        map.columns["account"]?.by = "name"
        let report = try world.load(
            .contacts, "Company,email\nacme,ada@a.example\nbolt ltd,bo@b.example\n", ImportOptions(map: map))
        #expect(report.firstRejected.first?.reason.contains("2 accounts have the name \"acme\"") == true)
        #expect(try world.rows(contacts) == ["3|bo@b.example||"])
        map.columns["account"]?.by = "colour"
        #expect(throws: ImportError.self) {
            try world.load(.contacts, "Company,email\nacme,ada@a.example\n", ImportOptions(map: map))
        }
    }

    @Test func filesThatNothingJoinsAreSaid() throws {
        let files = try GuessedFiles([
            ("crm.csv", "Record ID,Company name,MRR\n901,Acme,49\n902,Bolt,49\n"),
            ("contacts.csv", "Account ID,Email\nx1,ada@a.example\nx2,bo@b.example\n"),
        ])
        #expect(
            files.says("nothing in \"Account ID\" is a key of crm.csv, and its rows will be refused"),
            "\(files.guess.notes)")
    }

    @Test func rolesOfExportsAreThoseOfThePlaybooks() throws {
        let files = try GuessedFiles([
            ("accounts.csv", "Account,MRR\n1,49\n2,49\n"),
            (
                "people.csv",
                "Account,Email,Name,Role\n1,bo@a.example,Bo,Billing Contact\n1,ada@a.example,Ada,Account Owner\n2,x@a.example,X,Finance\n2,y@a.example,Y,Champion\n"
            ),
        ])
        #expect(try files.rows("SELECT role FROM contact ORDER BY id") == ["billing", "owner", "billing", "Champion"])
    }
}
