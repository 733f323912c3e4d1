import Playbooks
import Storage
import Testing

/// The shapes in which tools write their exports, each as it is.
struct ToolShapesTests {
    private func accounts(_ files: GuessedFiles) throws -> [String] {
        try files.rows(
            "SELECT key, name, status, date(created_at / 1000, 'unixepoch'), date(churned_at / 1000, 'unixepoch'), mrr "
                + "FROM account ORDER BY key")
    }

    @Test func aSheetOfTabsWithATitleAndAnEmptyColumn() throws {
        let rows = (1...6).map { number in
            "K-\(number)\tFirm \(number)\t\tp\(number)@f\(number).example\t2025-03-0\(number)\t49.50\n"
        }
        let files = try GuessedFiles(
            "Report\t\t\t\t\t\n\t\t\t\t\t\nCustomer no.\tCompany\t\tEmail\tCustomer since\tMRR\n" + rows.joined())
        #expect(try accounts(files).first == "K-1|Firm 1|active|2025-03-01||4950", "\(files.guess.yaml)")
    }

    @Test func documentsOfMongoDB() throws {
        let lines = (1...8).map { number in
            let left = number == 4 ? "{\"$date\":\"2026-01-05T10:00:00.000Z\"}" : "null"
            return "{\"_id\":{\"$oid\":\"65f00000000000000000000\(number)\"},\"company\":\"Firm \(number)\","
                + "\"createdAt\":{\"$date\":{\"$numberLong\":\"1740787200000\"}},\"cancelledAt\":\(left),"
                + "\"subscription\":{\"mrr\":{\"$numberDecimal\":\"49.50\"}},"
                + "\"owner\":{\"email\":\"p\(number)@f\(number).example\",\"name\":\"Ada \(number)\"}}\n"
        }
        let files = try GuessedFiles([("accounts.json", lines.joined())])
        let found = try accounts(files)
        #expect(found.count == 8)
        #expect(
            found.first == "65f000000000000000000001|Firm 1|active|2025-03-01||4950", "\(found) \(files.guess.yaml)")
        #expect(found.dropFirst(3).first == "65f000000000000000000004|Firm 4|churned|2025-03-01|2026-01-05|4950")
        #expect(
            try files.rows("SELECT name FROM contact WHERE address = 'p2@f2.example'") == ["Ada 2"])
    }

    @Test func anObjectWithTwoMembersForOneColumnIsReadByTheOneThatIsNamed() throws {
        let rows = (1...8).map { number in
            "{\"id\":\"sub_\(number)\",\"status\":\"active\",\"customer_id\":\"ctm_\(number)\","
                + "\"created_at\":\"2025-01-01T09:00:00Z\",\"started_at\":\"2025-03-01T09:00:00Z\","
                + "\"customer\":{\"name\":\"Firm \(number)\",\"email\":\"p\(number)@f\(number).example\"}}"
        }
        let files = try GuessedFiles([("subscriptions.json", "{\"data\":[\(rows.joined(separator: ","))]}")])
        #expect(try accounts(files).first == "ctm_1|Firm 1|active|2025-03-01||", "\(files.guess.yaml)")
        #expect(try files.rows("SELECT count(*) FROM contact WHERE address LIKE 'p%'") == ["8"])
    }

    @Test func groupsOfSegment() throws {
        let groups = (1...8).map { number in
            "{\"type\":\"group\",\"groupId\":\"grp_\(number)\",\"userId\":\"u\(number)\",\"traits\":{\"name\":\"Firm \(number)\","
                + "\"mrr\":49,\"createdAt\":\"2025-03-01T10:00:00Z\",\"status\":\"\(number == 4 ? "churned" : "active")\","
                + "\"churnedAt\":\(number == 4 ? "\"2026-01-05T10:00:00Z\"" : "null")}}\n"
        }
        let users = (1...8).map { number in
            "{\"userId\":\"u\(number)\",\"groupId\":\"grp_\(number)\",\"traits\":{\"email\":\"p\(number)@f.example\"}}\n"
        }
        let files = try GuessedFiles([("groups.ndjson", groups.joined()), ("users.ndjson", users.joined())])
        let found = try accounts(files)
        #expect(found.first == "grp_1|Firm 1|active|2025-03-01||4900", "\(files.guess.yaml)")
        #expect(found.dropFirst(3).first == "grp_4|Firm 4|churned|2025-03-01|2026-01-05|4900", "\(files.guess.yaml)")
        #expect(try files.rows("SELECT count(*) FROM contact WHERE address LIKE 'p%'") == ["8"])
    }

    @Test func subscriptionsThatNumberThemselvesAreOfTheirCustomers() throws {
        let rows = (1...12).map { number in
            "SB\(number),2025-03-01,49.50,EUR,\(number % 4 == 0 ? "cancelled" : "active"),Pro,1,monthly,CU\(number),Firm \(number),"
                + "p\(number)@f\(number).example\n"
        }
        let files = try GuessedFiles([
            (
                "subscriptions-export.csv",
                "id,created_at,amount,currency,status,name,interval,interval_unit,customers.id,customers.company_name,customers.email\n"
                    + rows.joined()
            )
        ])
        #expect(try accounts(files).first == "CU1|Firm 1|active|2025-03-01||4950", "\(files.guess.yaml)")
        #expect(try files.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["3"])
    }

    @Test func accountsOfPeopleAreCalledAsThese() throws {
        let rows = (1...6).map { "30\($0),Bo Berg \($0),p\($0)@f\($0).example,$49.00,month,2025-03-0\($0),Yes\n" }
        let files = try GuessedFiles("Member ID,Full Name,Email,Price,Period,Signup date,Active\n" + rows.joined())
        #expect(try accounts(files).first == "301|Bo Berg 1|active|2025-03-01||4900", "\(files.guess.yaml)")
        #expect(files.says("called as their contact is"))
    }

    @Test func noAccountIsCalledAsItsContactWhereSomethingElseMayBeItsName() throws {
        let rows = (1...6).map { "K\($0),Firm \($0),Bo Berg \($0),p\($0)@f.example\n" }
        let files = try GuessedFiles("Account ID,Wie sie heißt,Contact,Email\n" + rows.joined())
        #expect(try files.rows("SELECT count(*) FROM account WHERE name IS NOT NULL") == ["0"], "\(files.guess.yaml)")
    }

    @Test func aCompanyInMetadataNamesTheAccount() throws {
        let rows = (1...6).map { "cus_\($0),Bo Berg \($0),p\($0)@f.example,Firm \($0)\n" }
        let files = try GuessedFiles("id,Name,Email,company (metadata)\n" + rows.joined())
        #expect(try files.rows("SELECT name FROM account ORDER BY key LIMIT 1") == ["Firm 1"], "\(files.guess.yaml)")
    }

    @Test func statusesThatSayHowAreUnderstood() throws {
        let words = ["active", "active_at_risk", "churned_voluntary", "churned_delinquent", "canceled_pending_end"]
        let rows = (1...20).map { "C\($0),Firm \($0),p\($0)@f.example,\(words[$0 <= 10 ? 0 : $0 % 5])\n" }
        let files = try GuessedFiles("Account ID,Company,Email,Status\n" + rows.joined())
        #expect(files.guess.yaml.contains("active_at_risk: active"), "\(files.guess.yaml)")
        #expect(files.guess.yaml.contains("churned_voluntary: churned"), "\(files.guess.yaml)")
        #expect(files.says("\"canceled_pending_end\""))
    }

    @Test func deletedRowsOfSalesforceAreNoCustomers() throws {
        let rows = (1...6).map { "00\($0),\($0 == 3),Firm \($0),Active,2025-03-01T09:00:00.000Z,49\n" }
        let files = try GuessedFiles("ID,ISDELETED,NAME,STATUS__C,CREATEDDATE,MRR__C\n" + rows.joined())
        #expect(
            try files.rows("SELECT key FROM account WHERE status = 'churned'") == ["003"], "\(files.guess.yaml)")
        #expect(files.says("1 of 6 accounts is deleted there, and counts as churned"), "\(files.guess.notes)")
    }

    @Test func aDayOfLeavingCountsWhereNoWordSaysThatAnybodyHasLeft() throws {
        func churned(_ header: String, _ word: (Int) -> String) throws -> [String] {
            let rows = (1...10).map { number in
                "C\(number),Firm \(number),p\(number)@f.example,2025-03-01,\(word(number)),\(number == 4 ? "2026-01-05" : "")\n"
            }
            let files = try GuessedFiles(
                "Record ID,Company name,Email,Create Date,\(header),Churn Date\n" + rows.joined())
            return try files.rows("SELECT key, status FROM account WHERE status = 'churned' ORDER BY key")
        }
        #expect(try churned("Status") { _ in "Active" } == ["C4|churned"])
        #expect(try churned("Lifecycle Stage") { $0 == 9 ? "Lead" : "Customer" } == ["C4|churned", "C9|churned"])
    }

    @Test(arguments: ["Date de départ", "ausgeschieden am", "Vertrokken op", "Opsagt pr.", "Slutdatum"])
    func aDayOfLeavingIsFoundByItsWords(header: String) throws {
        let rows = (1...10).map { "C\($0),Firm \($0),p\($0)@f.example,2025-03-01,\($0 == 4 ? "2026-01-05" : "")\n" }
        let files = try GuessedFiles("Kundennummer,Firma,E-Mail,Kunde seit,\(header)\n" + rows.joined())
        #expect(
            try files.rows("SELECT key, date(churned_at / 1000, 'unixepoch') FROM account WHERE status = 'churned'")
                == ["C4|2026-01-05"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        "Signed", "First subscription date", "Original Start Date", "Subscription Begin Date", "inserted_at",
        "Date de signature", "Begindatum", "Kunde siden", "Go-live", "Kunde fra", "Data de entrada",
    ])
    func sinceWhenSomebodyIsACustomerIsFoundByItsWords(header: String) throws {
        let rows = (1...6).map { "C\($0),Firm \($0),p\($0)@f.example,2025-03-0\($0)\n" }
        let files = try GuessedFiles("Account ID,Company,Email,\(header)\n" + rows.joined())
        #expect(
            try files.rows("SELECT date(created_at / 1000, 'unixepoch') FROM account WHERE key = 'C1'")
                == ["2025-03-01"])
    }

    @Test(arguments: [
        "Ne pas écrire", "Não contactar", "Nicht anschreiben", "Inga mejl", "Ingen mails", "Nie wysyłać",
        "Non inviare",
    ])
    func whoIsNotToBeWrittenToInSeveralLanguages(header: String) throws {
        let rows = (1...8).map { "C\($0),Firm \($0),p\($0)@f.example,\($0 == 4 ? "x" : "")\n" }
        let files = try GuessedFiles("Account ID,Company,Email,\(header)\n" + rows.joined())
        #expect(
            try files.rows("SELECT address FROM contact WHERE unsubscribed = 1") == ["p4@f.example"],
            "\(files.guess.yaml)")
    }

    @Test func leaveToSendIsNoRefusal() throws {
        let rows = (1...8).map { "C\($0),Firm \($0),p\($0)@f.example,\($0 == 4 ? "Do Not Allow" : "Allow")\n" }
        let files = try GuessedFiles("Account ID,Company,Email,Bulk Email\n" + rows.joined())
        #expect(try files.rows("SELECT address FROM contact WHERE unsubscribed = 1") == ["p4@f.example"])
    }

    @Test func filesThatNameAccountsByAddressesAloneComeBehindThoseThatBringThese() throws {
        let accounts = (1...8).map { "C\($0),Firm \($0),2025-03-01\n" }
        let profiles = (1...8).map { "p\($0)@f.example,\($0 == 4 ? "UNSUBSCRIBED" : "SUBSCRIBED")\n" }
        let contacts = (1...8).map { "C\($0),Bo \($0),p\($0)@f.example\n" }
        let files = try GuessedFiles([
            ("accounts.csv", "Account ID,Name,Created\n" + accounts.joined()),
            ("All profiles.csv", "Email,Email Marketing Consent\n" + profiles.joined()),
            ("contacts.csv", "Account ID,Name,Email\n" + contacts.joined()),
        ])
        #expect(try files.rows("SELECT address FROM contact WHERE unsubscribed = 1") == ["p4@f.example"])
        #expect(files.reports.allSatisfy { $0.rejected == 0 })
    }

    @Test func anAmountThatIsOnlyAboutRightIsAnAmount() throws {
        let rows = (1...6).map { "C\($0),Firm \($0),p\($0)@f.example,\($0 == 4 ? "~49" : "29.50")\n" }
        let files = try GuessedFiles("Account ID,Company,Email,MRR\n" + rows.joined())
        #expect(try files.rows("SELECT mrr FROM account WHERE key = 'C4'") == ["4900"])
    }

    @Test func whoWasACustomerOnceIsNotServedUntilTheEndOfATerm() throws {
        let rows = (1...10).map { number in
            "C\(number),Firm \(number),p\(number)@f.example,2025-03-01,\(number == 4 ? "Former Customer" : "Customer"),2027-12-31\n"
        }
        let files = try GuessedFiles("Account ID,Company,Email,Created,Type,Contract End Date\n" + rows.joined())
        #expect(try files.rows("SELECT key FROM account WHERE status = 'churned'") == ["C4"], "\(files.warnings)")
    }
}
