import Storage
import Testing

/// Columns of CRMs and billing systems whose names need a second look.
struct ToolColumnsTests {
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
