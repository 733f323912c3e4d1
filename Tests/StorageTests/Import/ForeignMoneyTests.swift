import Basics
import Playbooks
import Storage
import Testing

/// Money of other currencies and units, and columns of it under other names.
struct ForeignMoneyTests {
    private let revenue = "SELECT key, mrr FROM account ORDER BY key"

    @Test func amountsWhoseRowNamesAnotherCurrencyAreLeftOutAndNamed() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts,
            "key,mrr,Currency\na,49,USD\nb,59,EUR\nc,5900,jpy\nd,10,\ne,20,$\nf,30,US Dollar\ng,0,EUR\nh,40,Euro\n")
        #expect(try world.rows(revenue) == ["a|4900", "b|", "c|", "d|1000", "e|2000", "f|3000", "g|0", "h|"])
        #expect(report.cellsLeftOut == 3)
        #expect(
            report.groups.first?.first.reason
                == "mrr: is in EUR (\"Currency\"), and the workspace counts in USD (currency: of keeptouch.yaml)")
    }

    @Test(arguments: [
        "Account Currency", "MRR (converted) Currency", "Currency of MRR", "Organization - Currency of MRR",
        "Deal currency",
    ])
    func aColumnOfCurrenciesUnderAnyNameIsLookedAt(title: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr,\(title)\na,49,USD\nb,59,EUR\n")
        #expect(try world.rows(revenue) == ["a|4900", "b|"])
    }

    @Test func aRateOfExchangeIsNoCurrency() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr,Currency Rate\na,49,1.08\n")
        #expect(try world.rows(revenue) == ["a|4900"])
    }

    @Test func aDeclaredAttributeThatHoldsTheCurrencyIsLookedAtToo() throws {
        let world = try ImportWorld()
        world.dataMap.attributes.append(Attribute("paid_in", .text, column: "Currency"))
        try world.load(.accounts, "key,mrr,budget,Currency\na,49,1,USD\nb,59,2,EUR\n")
        #expect(
            try world.rows("SELECT key, mrr, a_budget, a_paid_in FROM account ORDER BY key")
                == ["a|4900|100|USD", "b|||EUR"])
    }

    @Test func aColumnThatNamesAnotherCurrencyIsLeftOut() throws {
        let world = try ImportWorld()
        var mrr = Attribute("mrr", .money)
        mrr.form.column = "MRR (€)"
        world.dataMap.builtInColumns = [mrr]
        let report = try world.load(.accounts, "key,MRR (€)\na,49\n")
        #expect(try world.rows(revenue) == ["a|"])
        #expect(
            report.groups.first?.first.reason.hasPrefix("mrr: is in € (\"MRR (€)\"), and the workspace counts in USD")
                == true)
    }

    @Test func anAmountThatNamesItsCurrencyCountsBeforeItsColumn() throws {
        let world = try ImportWorld(currency: "EUR")
        var mrr = Attribute("mrr", .money)
        mrr.form.column = "MRR (USD)"
        world.dataMap.builtInColumns = [mrr]
        try world.load(.accounts, "key,MRR (USD)\na,49.00 €\nb,EUR 59\nc,49\n")
        #expect(try world.rows(revenue) == ["a|4900", "b|5900", "c|"])
    }

    @Test func aRequestInAnotherCurrencyIsRefused() throws {
        let world = try ImportWorld()
        try AttributeColumns(world.dataMap).apply(to: world.store)
        let rows = ["USD", "EUR"].map { (code: String) in
            IncomingRow(
                .accounts,
                [
                    IncomingRow.Field("key", code, at: "/key"), IncomingRow.Field("mrr", .integer(99), at: "/mrr"),
                    IncomingRow.Field("currency", code, at: "/currency"),
                ], at: "/\(code)")
        }
        let rules = IntakeRules(dataMap: world.dataMap, configuration: world.configuration)
        let report = try world.store.write {
            try Intake(store: world.store).take(rows, rules: rules, now: world.now, $0)
        }
        #expect(report.accepted == 1 && report.unknown == [])
        #expect(report.rejected.map(\.pointer) == ["/mrr"])
        #expect(report.rejected.first?.detail.contains("is in EUR (\"currency\")") == true)
        #expect(try world.rows(revenue) == ["USD|9900"])
    }

    @Test(arguments: [
        (ColumnForm.Unit.cents, "4900", 4_900), (.cents, "1,234,500", 1_234_500), (.thousands, "0.49", 49_000),
        (.thousands, "1.2345", 123_450),
    ])
    func amountsAreReadInTheirUnit(unit: ColumnForm.Unit, text: String, stored: Int) throws {
        let world = try ImportWorld()
        var mrr = Attribute("mrr", .money)
        mrr.form.unit = unit
        world.dataMap.builtInColumns = [mrr]
        try world.load(.accounts, "key,mrr\na,\"\(text)\"\n")
        #expect(try world.rows(revenue) == ["a|\(stored)"])
    }

    // MARK: What init finds

    @Test(arguments: [
        ("MRR (cents)", "4900"), ("mrr_cents", "4900"), ("MRR in cents", "4900"), ("Monatsbeitrag netto", "49"),
        ("Monthly Fee", "49"), ("Abo-Betrag", "49"), ("MRR (k$)", "0.049"), ("MRR USD", "49"), ("Pays / month", "49"),
        ("ARR (net)", "588"), ("Current MRR excl. VAT", "49.00"),
    ])
    func theRevenueIsFoundUnderManyNames(header: String, amount: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,\(header)\n1,A,a@a.example,\(amount)\n2,B,b@b.example,\(amount)\n")
        #expect(try files.rows(revenue) == ["1|4900", "2|4900"], "\(files.guess.yaml)")
    }

    @Test func theCurrencyInTheNameOfTheColumnIsThatOfTheWorkspace() throws {
        let files = try GuessedFiles("Customer ID,Company,Email,MRR EUR\n1,A,a@a.example,49\n2,B,b@b.example,99\n")
        #expect(files.guess.currency == "EUR")
        #expect(try files.rows(revenue) == ["1|4900", "2|9900"])
    }

    @Test func severalCurrenciesAreSaid() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,MRR,Currency\n1,A,a@a.example,49,USD\n2,B,b@b.example,49,USD\n3,C,c@c.example,5900,JPY\n"
        )
        #expect(files.says("\"Currency\": most amounts are in USD (2), others in JPY (1)"), "\(files.guess.notes)")
        #expect(try files.rows(revenue) == ["1|4900", "2|4900", "3|"])
    }

    @Test(arguments: [("Month", "11"), ("Paying", "12"), ("Initial MRR", "49")])
    func aNumberIsNotTheRevenueForItsNameAlone(header: String, cell: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,\(header)\n1,A,a@a.example,\(cell)\n2,B,b@b.example,\(cell)\n")
        #expect(try files.rows(revenue) == ["1|", "2|"], "\(files.guess.yaml)")
    }

    @Test(arguments: [("£/month", "49.00"), ("Paying", "$49.00"), ("Zahlt", "49,00 €"), ("custom.MRR", "49.00")])
    func anAmountInACurrencyMayBeTheRevenue(header: String, cell: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,\(header)\n1,A,a@a.example,\"\(cell)\"\n2,B,b@b.example,\"\(cell)\"\n")
        #expect(try files.rows(revenue) == ["1|4900", "2|4900"], "\(files.guess.yaml)")
    }

    @Test func thatNoColumnIsTheRevenueIsSaidWithTheLineToWrite() throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,Invoice sum\n1,A,a@a.example,$49\n2,B,b@b.example,$99\n")
        #expect(
            files.says(
                "no column says what accounts pay in a month (mrr) (amounts may stand in \"Invoice sum\"): what is asked about mrr is "
                    + "missing, until one does, with per: year or per: quarter where it is for one: attributes: { mrr: { column: \"Invoice sum\" } }"
            ), "\(files.guess.notes)")
    }
}
