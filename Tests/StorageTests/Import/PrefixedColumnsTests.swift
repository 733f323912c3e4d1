import Storage
import Testing

/// Columns of CRMs and billing systems whose names need a second look.
struct PrefixedColumnsTests {
    @Test(arguments: [
        "custom.Churned At", "Organization - Churned on", "Account: Churn Date", "Companies > Churned at", "deleted",
    ])
    func theDayOfLeavingIsFoundBehindAPrefix(column: String) throws {
        let files = try GuessedFiles(
            "Customer ID,Company,Email,Status,MRR,Since,\(column)\n"
                + (1...9).map {
                    "C\($0),Firm \($0),u\($0)@x.example,\($0 < 4 ? "canceled" : "active"),49,2024-03-01,\($0 < 4 ? "2025-0\($0)-10" : "")\n"
                }.joined())
        #expect(
            try files.rows("SELECT count(churned_at), count(*) FROM account WHERE status = 'churned'") == ["3|3"],
            "\(files.guess.yaml)")
    }

    @Test func theLineForTheRevenueSaysForHowLongAnAmountIs() throws {
        let files = try GuessedFiles(
            "subscription_id,customer_id,business_name,status,currency_code,recurring_total,billing_interval,started_at\n"
                + (1...6).map {
                    "s\($0),c\($0),F \($0),active,USD,\($0 * 4_900),\($0 % 2 == 0 ? "year" : "month"),2025-01-01\n"
                }
                .joined())
        #expect(files.says("per: { column: \"billing_interval\" }"), "\(files.guess.notes)")
    }

    @Test func ofTwoStatusesTheOneThatSaysWhoHasLeftCounts() throws {
        let files = try GuessedFiles(
            "Account ID,Account Name,Status,Subscription status,Created Date,Email\n"
                + (1...8).map { "\($0),F \($0),Active,\($0 < 3 ? "canceled" : "active"),2025-01-01,u\($0)@x.example\n" }
                .joined())
        #expect(try files.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["2"], "\(files.guess.yaml)")
    }

    @Test func aListWithoutAHeaderIsAskedForOne() throws {
        let files = try GuessedFiles([
            ("accounts.csv", "id,name,email\n1,A,a@x.example\n2,B,b@x.example\n"),
            ("unsubscribed.txt", "a@x.example\nb@x.example\n"),
        ])
        #expect(
            files.says("unsubscribed.txt:1: holds an address where the names of columns belong"), "\(files.guess.notes)"
        )
    }
}

/// Files of which some rows say what others have said.
struct PastedFilesTests {
    @Test func theHeaderOfAnExportThatWasPastedBelowIsNoCustomer() throws {
        let header = "Customer ID,Company,Email,Status,MRR,Since\n"
        func rows(_ rows: ClosedRange<Int>) -> String {
            rows.map { "\($0),Firm \($0),u\($0)@x.example,active,49,2025-03-01\n" }.joined()
        }
        let files = try GuessedFiles(header + rows(1...4) + header + rows(5...8))
        #expect(try files.rows("SELECT count(*) FROM account") == ["8"])
        #expect(files.reports.allSatisfy { $0.rejected == 0 && $0.cellsLeftOut == 0 })
    }

    @Test(arguments: [1, 10]) func oldRowsOfACustomerAreNoCustomersOfTheirOwn(repeats: Int) throws {
        let files = try GuessedFiles(
            "Customer ID,Name,Email,Status,MRR,Signup\n"
                + (1...10).map { index in
                    (index <= repeats ? "\(index),Firm \(index),old\(index)@x.example,active,1,2025-01-01\n" : "")
                        + "\(index),Firm \(index),u\(index)@x.example,active,49,2025-01-01\n"
                }.joined())
        #expect(try files.rows("SELECT count(*), min(mrr) FROM account") == ["10|4900"], "\(files.guess.yaml)")
        #expect(
            files.says("\(repeats) of \(10 + repeats) rows name an account that another row does"),
            "\(files.guess.notes)")
    }
}

/// What contracts say of accounts that stand in a file of their own.
struct ContractsTests {
    @Test func theDayOnWhichAContractEndedIsThatOfLeavingAndTheAmountsNameTheCurrency() throws {
        let files = try GuessedFiles(
            [
                (
                    "accounts.csv",
                    "id,company,email,created_at\n"
                        + (1...8).map { "\($0),Firm \($0),u\($0)@x.example,2025-03-01\n" }.joined()
                ),
                (
                    "contracts.csv",
                    "account_id,state,valid_from,valid_to,monthly_eur\n"
                        + (1...8).map {
                            "\($0),\($0 < 3 ? "ended,2025-03-01,2025-0\($0 + 3)-01" : "running,2025-03-01,"),49\n"
                        }.joined()
                ),
            ])
        #expect(files.guess.currency == "EUR")
        #expect(
            try files.rows(
                "SELECT key, date(churned_at / 1000, 'unixepoch') FROM account WHERE status = 'churned' ORDER BY 1")
                == ["1|2025-04-01", "2|2025-05-01"], "\(files.guess.yaml)")
        #expect(try files.rows("SELECT DISTINCT mrr FROM account WHERE status = 'active'") == ["4900"])
    }

    @Test(arguments: ["Deal currency", "Currency of MRR"]) func aColumnOfCurrenciesIsFoundByItsWords(column: String)
        throws
    {
        let files = try GuessedFiles("id,name,MRR,\(column)\n1,A,49,EUR\n2,B,49,EUR\n")
        #expect(files.guess.currency == "EUR", "\(files.guess.notes)")
    }
}
