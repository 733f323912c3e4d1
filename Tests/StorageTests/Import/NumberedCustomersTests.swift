import Playbooks
import Storage
import Testing

/// Which column names customers, and which says what they, or their people, are called.
struct NumberedCustomersTests {
    private let keys = "SELECT key, name FROM account ORDER BY key"

    @Test(arguments: [
        ("Customer No", "Customer"), ("Customer #", "Customer"), ("Account number", "Account"), ("Cust. Ref", "Client"),
        ("Customer External ID", "Customer"), ("AccountNumber", "*ContactName"), ("Kd-Nr.", "Kunde"),
        ("Nº cliente", "Cliente"),
        ("Código", "Empresa"), ("Codice cliente", "Cliente"), ("Réf. client", "Client"), ("Klantnr", "Klant"),
        ("Numer klienta", "Firma"),
    ])
    func theNumberIsTheKeyAndNotTheNameBesideIt(number: String, name: String) throws {
        let files = try GuessedFiles(
            "\(name),E-mail,\(number),MRR\nAcme,a@x.example,50321,49\nBlue,b@x.example,50324,59\nCedar,c@x.example,50327,69\n"
        )
        #expect(
            try files.rows(keys).map { $0.prefix { $0 != "|" } } == ["50321", "50324", "50327"], "\(files.guess.yaml)")
    }

    @Test func aNumberUnderAnyNameIsTheKeyWhereOtherFilesHaveIt() throws {
        let files = try GuessedFiles([
            ("clientes.csv", "Empresa,Expediente,MRR\nAcme,50321,49\nBlue,50324,59\nCedar,50327,69\n"),
            (
                "contactos.csv",
                "Expediente,Name,E-mail\n50321,Ann,a@x.example\n50324,Bo,b@x.example\n50327,Cy,c@x.example\n"
            ),
        ])
        #expect(try files.rows(keys) == ["50321|Acme", "50324|Blue", "50327|Cedar"], "\(files.guess.yaml)")
        #expect(try files.rows("SELECT count(*) FROM contact") == ["3"])
    }

    @Test func digitsOfOneLengthNumberCustomers() throws {
        let files = try GuessedFiles(
            "Firma,Vorgang,MRR\n" + (0..<12).map { "F \($0),\(50_321 + $0 * 37),49\n" }.joined())
        #expect(files.guess.yaml.contains("key: { column: \"Vorgang\" }"), "\(files.guess.yaml)")
    }

    @Test(arguments: ["Postal code", "PLZ", "Telefon", "Umsatz 2025", "Budget"])
    func digitsThatSayWhereOrHowMuchNumberNobody(column: String) throws {
        let files = try GuessedFiles(
            "Firma,\(column),Seats\n" + (0..<12).map { "F \($0),\(50_321 + $0 * 37),4\n" }.joined())
        #expect(!files.guess.yaml.contains("key: { column: \"\(column)\" }"), "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "Record ID,Record,Team > Email addresses,Team > Name", "customer_id,business_name,customer_email,customer_name",
        "id,company,admin_email,admin_name", "id,Organization,Owner - Email,Owner - Name",
    ])
    func aPersonIsNotTheNameOfTheAccount(header: String) throws {
        let files = try GuessedFiles(
            header + "\nr1,Acme Tools,ann@acme.example,Ann Lee\nr2,Blue Fern,bo@blue.example,Bo Kim\n")
        #expect(try files.rows(keys) == ["r1|Acme Tools", "r2|Blue Fern"], "\(files.guess.yaml)")
        #expect(try files.rows("SELECT name FROM contact ORDER BY name") == ["Ann Lee", "Bo Kim"])
    }

    @Test func aCompanyIsNotTheNameOfAPerson() throws {
        let lines = ["Acme Tools", "Blue Fern"].enumerated().map { number, name in
            """
            {"id":"C\(number)","company":{"name":"\(name)"},"mrr":49,"contacts":[{"email":"p\(number)@x.example"}]}
            """
        }
        let files = try GuessedFiles([("accounts.ndjson", lines.joined(separator: "\n") + "\n")])
        #expect(try files.rows(keys) == ["C0|Acme Tools", "C1|Blue Fern"], "\(files.guess.yaml)")
        #expect(try files.rows("SELECT count(name) FROM contact") == ["0"])
    }

    @Test func aContactBesideTheNamesOfPeopleIsTheAccount() throws {
        let files = try GuessedFiles(
            "*ContactName,AccountNumber,EmailAddress,FirstName,LastName\nAcme,C-1,a@x.example,Ann,Lee\nBlue,C-2,b@x.example,Bo,Kim\n"
        )
        #expect(try files.rows(keys) == ["C-1|Acme", "C-2|Blue"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "Billing company", "Default address company", "Name 1", "Företag", "Company / Organisation", "Nazwa firmy",
    ])
    func companiesAreCalledByManyNames(column: String) throws {
        let files = try GuessedFiles(
            "id,\(column),email\nC-1,Acme,a@x.example\nC-2,Blue,b@x.example\nC-3,Cedar,c@x.example\n")
        #expect(try files.rows(keys) == ["C-1|Acme", "C-2|Blue", "C-3|Cedar"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "Client depuis le", "Kund sedan", "Data di attivazione", "Eintritt", "Data rejestracji", "Onboarded on",
    ])
    func sinceWhenOneIsACustomerIsFoundByItsWords(column: String) throws {
        let files = try GuessedFiles(
            "id,name,email,\(column)\nC-1,Acme,a@x.example,2025-01-02\nC-2,Blue,b@x.example,2025-02-03\n")
        #expect(
            try files.rows("SELECT created_at FROM account WHERE key = 'C-1'")
                == ["\(try ImportWorld.milliseconds("2025-01-02T00:00:00Z"))"], "\(files.guess.yaml)")
    }

    @Test func theOnlyNameIsThatOfTheAccount() throws {
        let files = try GuessedFiles(
            "customer_id,customer_email,customer_name\nr1,ann@acme.example,Acme Tools\nr2,bo@blue.example,Blue Fern\n")
        #expect(try files.rows(keys) == ["r1|Acme Tools", "r2|Blue Fern"], "\(files.guess.yaml)")
    }

    @Test func fieldsThatPeopleHaveAddedAreKnownByTheirOwnNames() throws {
        let files = try GuessedFiles(
            "ID,NAME,CREATEDDATE,MRR__C,STATUS__C,CHURN_DATE__C,TIME_ZONE__C,EMAIL__C\n"
                + "1,Acme,2025-01-01,49,Active,,America/New_York,a@x.example\n"
                + "2,Left,2025-01-01,49,Churned,2025-05-01,America/New_York,l@x.example\n")
        #expect(
            try files.rows("SELECT key, status, mrr, churned_at, timezone FROM account ORDER BY key") == [
                "1|active|4900||America/New_York",
                "2|churned|4900|\(try ImportWorld.milliseconds("2025-05-01T00:00:00Z"))|America/New_York",
            ], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "Subscription Cancelled At", "Subscription: Cancelled Date", "ends_at", "Subscription ended on",
        "customer_until",
        "CHURN_DATE__C", "cancelled_at",
    ])
    func theDayOfLeavingIsKept(column: String) throws {
        let day = column == "cancelled_at" ? "1746057600" : "2025-05-01"
        let files = try GuessedFiles(
            "customer_id,company,email,status,created_at,\(column)\n"
                + (1...8).map {
                    "C\($0),F \($0),u\($0)@x.example,\($0 < 3 ? "expired" : "active"),2024-01-01,\($0 < 3 ? day : "")\n"
                }.joined())
        #expect(
            try files.rows("SELECT status, count(churned_at) FROM account GROUP BY status ORDER BY status")
                == ["active|0", "churned|2"], "\(files.guess.yaml)")
    }

    @Test func whoHasLeftDidSoWithTheLastSubscription() throws {
        let files = try GuessedFiles(
            "id,customer_id,company,status,created_at,ended_at\nsub_1,c1,A,canceled,2024-01-01,2025-11-24\n"
                + "sub_2,c1,A,canceled,2023-01-01,2024-07-29\nsub_3,c2,B,active,2024-01-01,\n")
        #expect(
            try files.rows("SELECT churned_at FROM account WHERE key = 'c1'")
                == ["\(try ImportWorld.milliseconds("2025-11-24T00:00:00Z"))"], "\(files.guess.yaml)")
    }

    @Test func aColumnThatIsReadAsSomethingElseByNowIsNotMissing() throws {
        let world = try ImportWorld()
        world.dataMap.attributes.append(Attribute("total", .number))
        let options = ImportOptions(remembersAs: "accounts")
        try world.load(.accounts, "key,total\na,49\n", options)
        var mrr = Attribute("mrr", .money)
        mrr.form.column = "total"
        world.dataMap.builtInColumns = [mrr]
        let report = try world.load(.accounts, "key,total\na,59\n", options)
        #expect(report.warnings == [])
        #expect(try world.rows("SELECT mrr, a_total FROM account") == ["5900|59.0"])
    }
}
