import Playbooks
import Storage
import Testing

/// Sheets that people keep by hand, and exports whose columns are called otherwise than most.
struct SheetShapesTests {
    @Test(arguments: [
        "Customer ID,Company,Email,MRR,Signed up\nACTIVE,,,,\n1,Blue,ada@blue.example,49.00,2024-02-03\nCANCELLED,,,,\n2,Red,bo@red.example,49.00,2024-02-03\n",
        "Company,Customer ID,Email,MRR,Signed up\nActive customers (1),,,,\nBlue,1,ada@blue.example,49.00,2024-02-03\nChurned:,,,,\nRed,2,bo@red.example,49.00,2024-02-03\n",
        "Kundennummer;Firma;E-Mail\nAktiv;;\n1;Blue;ada@blue.example\nGekündigt;;\n2;Red;bo@red.example\n",
    ]) func aLineThatGivesAStatusToThoseBelowRefusesTheFile(text: String) throws {
        let files = try GuessedFiles(text)
        #expect(files.says("alone, like headings of the rows below"), "\(files.guess.notes)")
        let stopped = try #require(files.reports.first?.stopped)
        #expect(
            stopped.contains("stands alone in its row") && stopped.contains("add a column \"status\""), "\(stopped)")
        #expect(try files.rows("SELECT count(*) FROM account") == ["0"])
    }

    @Test func anotherHeadingIsNoAccount() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,name,seats,health\nEMEA,,,\na,Blue,3,5\nResellers:,,,\nb,Red,4,5\nzeta,,,\nACME-9,,,\n")
        #expect(report.rejected == 2)
        #expect(try world.rows("SELECT key FROM account ORDER BY key") == ["ACME-9", "a", "b", "zeta"])
    }

    @Test(arguments: [
        ("Jan. 26,Feb. 26,Mrz. 26,Apr. 26", "31,28,31,30"), ("Jan 26,Feb 26,März 26,Apr 26", "31,28,31,30"),
    ]) func marchIsReadInItsShortForm(header: String, values: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na1\n")
        var map = ImportMap("metrics", .metrics)
        (map.metric, map.days) = ("logins", ["mmm y"])
        world.advance(days: 90)
        try world.load(.metrics, "account,\(header)\na1,\(values)\n", ImportOptions(map: map))
        #expect(try world.rows("SELECT count(*), min(value), max(value) FROM series_rows") == ["120|1.0|1.0"])
    }

    @Test(arguments: ["Jan 26,Feb 26,Lut 26,Apr 26", "Jan 26,Feb 26,Mar26,Apr 26", "Jan 26,Feb 26,3rd month,Apr 26"])
    func aHeadingThatIsNotReadRefusesTheFile(header: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na1\n")
        var map = ImportMap("metrics", .metrics)
        (map.metric, map.days) = ("logins", ["mmm y"])
        let error = #expect(throws: ImportError.self) {
            try world.load(.metrics, "account,\(header)\na1,1,2,3,4\n", ImportOptions(map: map))
        }
        #expect(
            error?.description.contains("\"\(header.split(separator: ",")[2])\"") == true,
            "\(String(describing: error))")
        _ = try world.load(
            .metrics, "account,Jan 26,Feb 26,Total,Mar 26,Q1 26\na1,1,2,3,4,9\n", ImportOptions(map: map))
    }

    @Test(arguments: [
        "subscription_uuid,account_code,plan_code", "uuid,account_code,plan_code",
        "subscription_number,customer_id,plan",
    ])
    func subscriptionsBelongToTheirAccounts(columns: String) throws {
        let files = try GuessedFiles(
            """
            \(columns),account_email,account_company_name,state,activated_at
            f1,acme,pro,ada@blue.example,Blue,active,2024-02-03 09:00:00 UTC
            f2,acme,addon,ada@blue.example,Blue,active,2025-02-03 09:00:00 UTC
            f3,red,pro,bo@red.example,Red,active,2024-02-03 09:00:00 UTC

            """)
        #expect(try files.rows("SELECT key FROM account ORDER BY key") == ["acme", "red"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        ("MRR", "£49.00", "GBP"), ("MRR (CAD)", "$49.00", "CAD"), ("MRR", "49.00 kr", "SEK"),
        ("MRR", "US$49.00", "USD"),
        ("MRR", "€49.00", "EUR"), ("MRR (NOK)", "49.00 kr", "NOK"), ("MRR", "¥49", "JPY"),
    ]) func theCurrencyIsSaid(column: String, amount: String, currency: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,\(column),Customer since\n1,Blue,ada@blue.example,\(amount),2024-02-13\n2,Red,bo@red.example,\(amount),2024-02-14\n"
        )
        #expect(files.guess.currency == currency)
        #expect(files.says("amounts are taken for \(currency) (currency: of keeptouch.yaml)"), "\(files.guess.notes)")
        #expect(try files.rows("SELECT mrr FROM account") == (currency == "JPY" ? ["49", "49"] : ["4900", "4900"]))
    }

    @Test func aColumnOfCurrenciesSaysWhichDollarASignMeans() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,MRR,Currency\n1,Blue,$49.00,AUD\n2,Red,$49.00,AUD\n")
        #expect(files.guess.currency == "AUD")
        #expect(try files.rows("SELECT mrr FROM account") == ["4900", "4900"])
    }

    @Test func amountsWithoutACurrencyAreSaidToBeInTheUsualOne() throws {
        let files = try GuessedFiles("Customer ID,Company,MRR\n1,Blue,49.00\n2,Red,49.00\n")
        #expect(files.says("nothing names the currency of the amounts; USD is written"), "\(files.guess.notes)")
    }

    @Test(arguments: [
        "Customer", "tenant_name", "Unternehmensname", "Nom de l'entreprise", "display_name", "Nome azienda", "Org",
        "Nombre comercial", "Workspace name", "Klant", "Shop name",
    ]) func accountsHaveTheirNames(header: String) throws {
        let files = try GuessedFiles("Customer ID,\(header),MRR\n1,Blue,49.00\n2,Red,49.00\n")
        #expect(try files.rows("SELECT name FROM account ORDER BY key") == ["Blue", "Red"], "\(files.guess.yaml)")
    }

    @Test func itIsSaidThatNothingNamesAccounts() throws {
        let files = try GuessedFiles("Customer ID,MRR,Region\n1,49.00,EU\n2,49.00,EU\n3,49.00,EU\n")
        #expect(files.says("no column says what accounts are called (name)"), "\(files.guess.notes)")
    }

    @Test(arguments: ["Referente", "Contato", "Nom", "Nom du contact", "Nombre de contacto"])
    func contactsHaveTheirNames(header: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,\(header),Email,MRR\n1,Blue,Ada Roth,ada@blue.example,49.00\n2,Red,Bo Lin,bo@red.example,49.00\n"
        )
        #expect(
            try files.rows("SELECT name FROM contact ORDER BY id") == ["Ada Roth", "Bo Lin"], "\(files.guess.yaml)")
    }

    @Test func accountsOfOnesOwnAreNamed() throws {
        let files = try GuessedFiles(
            "account_id,name,mrr,is_test,is_internal\na1,Blue,49.00,false,false\na2,Red,49.00,true,false\n")
        #expect(files.guess.tests == ["is_internal", "is_test"])
        #expect(files.says("\"is_test\": 1 of 2 says yes"), "\(files.guess.notes)")
    }
}
