import Playbooks
import Storage
import Testing

/// Amounts of money in the cells of files.
struct ImportMoneyTests {
    @Test(arguments: [
        ("1,234.50", 123_450), ("$1,234", 123_400), ("49.00 USD", 4_900), ("(49.00)", -4_900), ("USD 19", 1_900),
        ("-$5", -500), ("$ 1 234.50", 123_450), ("1,234", 123_400), ("0.005", 1), ("1234.567", 123_457), ("US$3", 300),
        ("$49/mo", 4_900),
        ("49 per month", 4_900), ("$1,234.50 / Monat", 123_450),
    ]) func moneyIsReadAsPeopleWriteIt(_ text: String, _ stored: Int) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr\na,\"\(text)\"\n")
        #expect(try world.rows("SELECT mrr FROM account") == ["\(stored)"])
    }

    @Test(arguments: ["1.234", "€12.50", "12.50 EUR", "19,00 €", "1.234,567", "about 5", "5/yr", "12.3.4"])
    func moneyIsNeverGuessedSmallNorInAnotherCurrency(_ text: String) throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,mrr\na,\"\(text)\"\n")
        #expect((report.inserted, report.cellsLeftOut) == (1, 1))
        #expect(try world.rows("SELECT mrr FROM account") == [""])
    }

    @Test func aDeclaredMarkReadsWhatHasTwoReadings() throws {
        let world = try ImportWorld(currency: "EUR")
        var mrr = Attribute("mrr", .money, track: true)
        mrr.form.decimal = .comma
        world.dataMap.builtInColumns = [mrr]
        try world.load(
            .accounts, "key;mrr\na;1.234\nb;19,00 €\nc;1.234,50\nd;12\ne;1\u{a0}234,5\nf;€ 5\n")
        #expect(
            try world.rows("SELECT mrr FROM account ORDER BY key") == [
                "123400", "1900", "123450", "1200", "123450", "500",
            ])
    }

    @Test func moneyFollowsTheCurrency() throws {
        for (currency, stored) in [("USD", "1235"), ("JPY", "12"), ("KWD", "12345")] {
            let world = try ImportWorld(currency: currency)
            try world.load(.accounts, "key,mrr\na,\(currency == "KWD" ? "12.345" : "12.3450")\n")
            #expect(try world.rows("SELECT mrr FROM account") == [stored])
        }
    }
}
