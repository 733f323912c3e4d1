import Playbooks
import Storage
import Testing

/// What accounts pay, under names that say for how long, or do not.
struct FeesTests {
    private let revenue = "SELECT key, mrr FROM account ORDER BY key"

    private func files(_ column: String, _ amounts: [String], beside others: (String, [String])? = nil) throws
        -> GuessedFiles
    {
        let more = others.map { ",\($0.0)" } ?? ""
        let rows = amounts.enumerated().map { number, amount in
            "C-\(number + 1),Firm \(number + 1),p\(number + 1)@x.example,2025-01-0\(number + 1),\"\(amount)\""
                + (others.map { ",\($0.1[number])" } ?? "")
        }
        return try GuessedFiles(
            "id,company,email,created,\(column)\(more)\n" + rows.joined(separator: "\n") + "\n", currency: "EUR")
    }

    @Test(arguments: [
        ("Quarterly fee", "147.00"), ("Abo-Betrag vierteljährlich", "147.00"), ("Quartalsbeitrag", "147.00"),
        ("Cuota trimestral", "147.00"), ("Canone trimestrale", "147.00"), ("Montant trimestriel", "147.00"),
        ("Kwartaalbedrag", "147.00"), ("Opłata kwartalna", "147.00"), ("feePerQuarter", "147.00"),
        ("Annual fee", "588.00"), ("Fee p.a.", "588.00"), ("Jahresabo Preis", "588.00"), ("Cuota anual", "588.00"),
        ("Prix de l'abonnement annuel", "588.00"), ("Jaarbedrag", "588.00"), ("Opłata roczna", "588.00"),
        ("YEARLY_SUBSCRIPTION_PRICE", "588.00"), ("Halbjahresbeitrag", "294.00"), ("Månadsavgift", "49.00"),
        ("Abonament miesięczny", "49.00"), ("Monthly Fee (ex VAT)", "49.00"), ("mtl. Umsatz (netto)", "49.00"),
        ("Fee p.m.", "49.00"), ("Amount/mo", "49.00"),
    ])
    func theNameSaysForHowLongAnAmountIsPaid(column: String, amount: String) throws {
        let files = try files(column, [amount, amount])
        #expect(try files.rows(revenue) == ["C-1|4900", "C-2|4900"], "\(files.guess.notes)")
        #expect(amount == "49.00" || files.says("the monthly revenue (mrr) is a "), "\(files.guess.notes)")
    }

    @Test func aPriceOfAWeekIsPaidFiftyTwoTimesAYear() throws {
        let files = try files("Weekly price", ["12.00", "24.00"])
        #expect(try files.rows(revenue) == ["C-1|5200", "C-2|10400"], "\(files.guess.notes)")
    }

    @Test(arguments: [
        ("Subscription fee", "Billing interval", ["yearly", "monthly"]),
        ("Abo-Betrag", "Zahlungsrhythmus", ["jährlich", "monatlich"]),
        ("Plan price", "Plan", ["Yearly", "Monthly"]),
        ("Abonnement", "Rythme", ["annuel", "mensuel"]),
        ("Canone", "Pagamento", ["annuale", "mensile"]),
        ("Avgift", "Betalning", ["årsvis", "månadsvis"]),
    ])
    func anotherColumnSaysForHowLongAFeeIsPaid(column: String, interval: String, words: [String]) throws {
        let files = try files(column, ["588.00", "49.00"], beside: (interval, words))
        #expect(try files.rows(revenue) == ["C-1|4900", "C-2|4900"], "\(files.guess.notes)")
    }

    @Test(arguments: [
        "Subscription fee", "Abo-Betrag", "Recurring charge", "Redevance", "Plan price", "Membership dues",
    ])
    func aFeeForNobodySaysHowLongIsTakenForAMonthAndThatIsSaid(column: String) throws {
        let files = try files(column, ["49.00", "59.00"])
        #expect(try files.rows(revenue) == ["C-1|4900", "C-2|5900"], "\(files.guess.notes)")
        #expect(files.says("\"\(column)\" is taken for what is paid in a month, for nothing says for how long"))
    }

    @Test func aFeeIsAskedAboutWhereAPlanSpeaksOfYears() throws {
        let files = try files(
            "Plan price", ["588.00", "49.00"], beside: ("Plan", ["Team (yearly)", "Team (monthly)"]))
        #expect(try files.rows(revenue) == ["C-1|", "C-2|"])
        #expect(files.says("no column says what accounts pay in a month (mrr) (amounts may stand in \"Plan price\")"))
    }

    @Test(arguments: [
        "Total Spend", "Lifetime revenue", "Amount paid", "Balance", "Setup fee", "Discount", "Refunded amount",
        "VAT amount",
    ])
    func whatWasPaidInAllIsNoRevenueOfAMonth(column: String) throws {
        let files = try files(column, ["1234.00", "588.50"])
        #expect(try files.rows(revenue) == ["C-1|", "C-2|"], "\(files.guess.notes)")
        #expect(!files.says("column: \"\(column)\""), "\(files.guess.notes)")
    }

    @Test func aCountOfASubscriptionIsNoAmount() throws {
        let files = try files("Subscription year", ["2024", "2025"])
        #expect(try files.rows(revenue) == ["C-1|", "C-2|"], "\(files.guess.notes)")
    }

    @Test func theLineForCentsSaysUnitPeriodAndTimes() throws {
        let files = try GuessedFiles(
            "id,customer_id,business_name,items_price_unit_price_amount,items_quantity,billing_cycle_interval\n"
                + "sub_1,ctm_1,A,2900,2,month\nsub_2,ctm_2,B,58800,1,year\n")
        #expect(
            files.says(
                "mrr: { column: \"items_price_unit_price_amount\", unit: cents, per: { column: \"billing_cycle_interval\" }, "
                    + "times: \"items_quantity\" }"), "\(files.guess.notes)")
    }

    @Test func amountsWithAFractionAreNoCents() throws {
        let files = try GuessedFiles(
            "subscriptions.id,customers.id,customers.company,subscriptions.mrr,subscriptions.status\n"
                + "s1,c1,A,1450.00,active\ns2,c2,B,49.50,active\n")
        #expect(try files.rows(revenue) == ["c1|145000", "c2|4950"], "\(files.guess.notes)")
    }

    @Test func ofAColumnForEachMonthTheNewestIsAskedAbout() throws {
        let files = try GuessedFiles(
            "Customer ID,Customer,Nov 2025,Dec 2025,Jan 2026\nC-1,A,$49.00,$49.00,$59.00\nC-2,B,$49.00,$49.00,$0.00\n")
        #expect(
            files.says("3 columns are called after months or days; the newest is \"Jan 2026\""), "\(files.guess.notes)")
        #expect(files.says("mrr: { column: \"Jan 2026\" }"))
    }

    @Test func revenueByMonthIsNoUsage() throws {
        let files = try GuessedFiles([
            ("accounts.csv", "id,name,email\nC-1,A,a@x.example\nC-2,B,b@x.example\n"),
            ("revenue.csv", "Customer ID,Nov 2025,Dec 2025\nC-1,$49.00,$59.00\nC-2,$49.00,$49.00\n"),
        ])
        #expect(files.says("revenue.csv holds amounts of money by day or month, and no usage"), "\(files.guess.notes)")
        #expect(files.guess.metrics == [])
    }

    @Test(arguments: ["1’450.00", "1'450.00", "1 450.00", "1,450.00 + VAT", "1450.00 EUR netto", "EUR 1’450.00"])
    func groupsAndTaxesStandBesideAmounts(amount: String) throws {
        let files = try files("MRR", [amount, "49.00"])
        #expect(try files.rows(revenue) == ["C-1|145000", "C-2|4900"], "\(files.guess.notes)")
    }
}
