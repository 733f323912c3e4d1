import Playbooks
import Storage
import Testing

/// Invoices, deals, answers and leads, which are neither customers nor days of usage.
struct PapersTests {
    private static let accounts =
        "Company ID,Company,Stripe Customer ID,Email,Created\n"
        + (1...7).map { "C-\($0),Co\($0),cus_\($0),p\($0)@co\($0).example,2025-0\($0)-01\n" }.joined()

    private func role(of name: String, _ text: String) throws -> GuessedFiles {
        let files = try GuessedFiles([("crm.csv", Self.accounts), (name, text)])
        #expect(try files.rows("SELECT count(*) FROM contact") == ["7"], "\(files.guess.yaml)")
        #expect(files.guess.metrics == [])
        return files
    }

    @Test func invoicesAreEvents() throws {
        let files = try role(
            of: "invoices.csv",
            "id,Amount Due,Amount Paid,Currency,Customer,Customer Email,Date (UTC),Due Date (UTC),Number,Paid,Status\n"
                + (1...7).map {
                    "in_\($0),\($0)0.00,0.00,usd,cus_\($0),bill\($0)@co\($0).example,2026-02-0\($0) 10:00,,INV-\($0),true,paid\n"
                }
                .joined())
        #expect(files.says("invoices.csv: invoices events"), "\(files.guess.notes)")
        #expect(
            try files.rows("SELECT count(*) FROM event JOIN event_kind k ON k.id = kind_id WHERE k.name = 'invoices'")
                == ["7"])
    }

    @Test func dealsAndOpportunitiesAreEvents() throws {
        for (name, header) in [
            (
                "deals.csv",
                "Deal - ID,Deal - Title,Deal - Organization ID,Deal - Value,Deal - Status,Deal - Deal created"
            ),
            (
                "opps.csv",
                "Opportunity ID,Opportunity Name,Account ID,Opportunity Amount,Opportunity Stage,Created Date"
            ),
        ] {
            let files = try role(
                of: name,
                header + "\n"
                    + (1...3).map { "\($0),Deal \($0),C-\($0),\($0)000,Won,2026-01-0\($0) 10:00:00\n" }.joined())
            #expect(try files.rows("SELECT count(*) FROM event") == ["10"], "\(files.guess.yaml)")
        }
    }

    @Test func dealsThatNameNoAccountAreLeftOut() throws {
        let files = try role(
            of: "deals.csv",
            "Deal ID,Deal Title,Deal Value,Deal Owner,Organization,Created\n1,Big,1000,Paul,Nobody,2026-01-01\n")
        #expect(
            files.says("no column of deals.csv names accounts"), "\(files.guess.notes)"
        )
    }

    @Test(arguments: [
        (
            "surveymonkey.csv",
            "Respondent ID,Collector ID,Start Date,End Date,Email Address,\"How likely are you to recommend us (0-10)?\",Why?\n"
                + "1,2,02/20/2026 10:00:00 AM,02/20/2026 10:05:00 AM,p1@co1.example,3,slow\n"
                + "2,2,02/21/2026 11:00:00 PM,02/21/2026 11:05:00 PM,p2@co2.example,10,\n"
        ),
        (
            "typeform.csv",
            "#,How likely is it that you would recommend us to a friend?,What is the reason?,Email,Start Date (UTC),Submit Date (UTC),Network ID\n"
                + "a1b2,3,slow,p1@co1.example,2026-02-20 10:00:00,2026-02-20 10:05:00,n1\n"
                + "a1b3,10,,p2@co2.example,2026-02-21 10:00:00,2026-02-21 10:05:00,n2\n"
        ),
        (
            "delighted.csv",
            "Person Email,Score,Comment,Survey Sent At,Responded At\n"
                + "p1@co1.example,3,slow,2026-02-20 10:00:00,2026-02-20 10:05:00\n"
                + "p2@co2.example,10,,2026-02-21 10:00:00,2026-02-21 10:05:00\n"
        ),
    ]) func aSurveyIsNoUsage(name: String, text: String) throws {
        let files = try role(of: name, text)
        #expect(
            try files.rows(
                """
                SELECT a.key, e.properties ->> 'score', e.properties ->> 'comment' FROM event e JOIN account a ON a.id = e.account_id
                JOIN event_kind k ON k.id = e.kind_id WHERE k.name = 'nps_response' ORDER BY a.key
                """) == ["C-1|3|slow", "C-2|10|"], "\(files.guess.yaml)")
    }

    @Test func anotherSurveyWithStartAndEndIsNoUsageEither() throws {
        let files = try role(
            of: "answers.csv",
            "Respondent ID,Company ID,Start Date,End Date,How satisfied are you\n1,C-1,2026-02-20,2026-02-20,4\n2,C-2,2026-02-21,2026-02-21,5\n"
        )
        #expect(files.says("answers.csv: answers events"), "\(files.guess.notes)")
    }

    @Test(arguments: ["subscriber", "other", "lead", "opportunity", "marketingqualifiedlead", "Sales Qualified Lead"])
    func leadsOfHubSpotAreNoCustomers(stage: String) throws {
        let files = try GuessedFiles(
            "Record ID,Company name,Lifecycle Stage,Create Date,MRR,Email\n"
                + (1...20).map {
                    "\($0),Co\($0),\($0 % 2 == 0 ? "customer" : stage),2025-03-01 10:22,80,p\($0)@co\($0).example\n"
                }.joined())
        #expect(
            try files.rows("SELECT status, count(*) FROM account GROUP BY status ORDER BY status") == [
                "active|10", "churned|10",
            ],
            "\(files.guess.yaml)")
        #expect(files.says("\"\(stage)\" (10) are no customers yet"), "\(files.guess.notes)")
    }

    @Test func aPersonWithoutACompanyIsALeadAmongPeopleOfCompanies() throws {
        let files = try GuessedFiles(
            """
            Name,Email,User ID,Type,Signed up,Company name,Company ID,Company monthly spend
            Ada Kow,ada@aster.example,u1,User,2025-03-01 10:22:00 UTC,Aster,co1,120
            Ben Orr,ben@birch.example,u2,User,2025-03-01 10:22:00 UTC,Birch,co2,240.5
            Bo Orr,bo@birch.example,u3,User,2025-03-01 10:22:00 UTC,Birch,co2,240.5
            Ci Orr,ci@clay.example,u6,User,2025-03-01 10:22:00 UTC,Clay,co6,20.5
            Le Ad,lead@x.example,l4,Lead,2026-01-01 10:22:00 UTC,,,

            """)
        #expect(try files.rows("SELECT key FROM account ORDER BY key") == ["co1", "co2", "co6"], "\(files.guess.yaml)")
        #expect(try files.rows("SELECT email FROM contact ORDER BY email").count == 4)
        #expect(files.says("1 row names no company in \"Company ID\" and will be refused: leads are no customers"))
    }

    @Test func subscriptionsOfRecurlyBelongToTheirAccounts() throws {
        let files = try GuessedFiles(
            """
            subscription_id,account_code,account_email,plan_code,state,currency,activated_at,canceled_at,expires_at
            r1,A1,ada@aster.example,pro,active,USD,2025-03-01T10:22:00Z,,
            r1b,A1,ada@aster.example,addon,active,USD,2025-04-01T10:22:00Z,,
            r2,A2,ben@birch.example,pro,expired,USD,2025-03-01T10:22:00Z,2025-10-05T10:22:00Z,2025-11-01T10:22:00Z

            """)
        #expect(
            try files.rows("SELECT key, status FROM account ORDER BY key") == ["A1|active", "A2|churned"],
            "\(files.guess.yaml)")
        let moment = try ImportWorld.milliseconds("2025-03-01T10:22:00Z")
        #expect(try files.rows("SELECT created_at FROM account WHERE key = 'A1'") == ["\(moment)"])
    }
}
