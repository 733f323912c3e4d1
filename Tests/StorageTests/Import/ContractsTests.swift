import Storage
import Testing

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
