import Playbooks
import Storage
import Testing

/// What a column "status" of people says, of whom it is and whether mail reaches them.
struct ContactStatusTests {
    private let people = "SELECT email, status FROM contact ORDER BY email"
    private let held = "SELECT address, reason FROM suppression ORDER BY address"

    @Test func theStatusOfASubscriptionIsNotThatOfThePerson() throws {
        let files = try GuessedFiles([
            (
                "customers.csv",
                "id,Email,Name,Created (UTC)\ncus_1,ada@blue.example,Blue,2024-02-03 09:15\ncus_2,bo@red.example,Red,2024-02-03 09:15\n"
            ),
            (
                "subscriptions.csv",
                """
                id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Canceled At (UTC)
                sub_1,cus_1,ada@blue.example,pro,1,usd,month,49.00,active,2025-02-03 09:15,
                sub_2,cus_1,ada@blue.example,old,1,usd,month,19.00,canceled,2024-02-03 09:15,2025-02-03 09:15
                sub_3,cus_2,bo@red.example,pro,1,usd,year,588.00,active,2024-02-03 09:15,

                """
            ),
        ])
        #expect(
            try files.rows("SELECT DISTINCT email, status FROM contact ORDER BY email")
                == ["ada@blue.example|active", "bo@red.example|active"], "\(files.guess.yaml)")
        #expect(
            try files.rows(
                "SELECT count(*) FROM event JOIN event_kind k ON k.id = kind_id WHERE k.name = 'contact_left'") == ["0"]
        )
    }

    @Test(arguments: ["subscription_id,plan", "Billing Interval,Amount", "current_period_end,plan"])
    func listsOfSubscriptionsOfOtherToolsSayNothingOfPeopleEither(columns: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let text = "account,email,\(columns),Status\na,x@a.example,2027-01-01,49,canceled\n"
        let report = try world.load(.contacts, text)
        #expect(try world.rows(people) == ["x@a.example|active"])
        #expect(report.warnings.contains { $0.contains("status of subscriptions") }, "\(report.warnings)")
        var map = ImportMap("contacts", .contacts)
        map.columns["status"] = ColumnForm(column: "Status")
        try world.load(.contacts, text, ImportOptions(map: map))
        #expect(try world.rows(people) == ["x@a.example|left"])
    }

    @Test func whomMailDoesNotReachOrWhoHasNotAgreedIsHeldBack() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let report = try world.load(
            .contacts,
            "account,email,status\na,1@a.example,Active\na,2@a.example,Unsubscribed\na,3@a.example,Bounced\na,4@a.example,Unconfirmed\n"
        )
        #expect(report.cellsLeftOut == 0)
        #expect(
            try world.rows(held) == [
                "2@a.example|unsubscribed", "3@a.example|hard bounce", "4@a.example|a wish that is not understood",
            ])
        #expect(report.warnings.contains { $0.contains("1 contact has a status by which nobody knows") })
        // A status is no consent.
        try world.load(.contacts, "account,email,status\na,4@a.example,Active\n")
        #expect(try world.rows("SELECT count(*) FROM suppression WHERE address = '4@a.example'") == ["1"])
    }

    @Test func aWordThatDataYamlMapsIsAStatus() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var map = ImportMap("contacts", .contacts)
        map.columns["status"] = ColumnForm(column: "status")
        map.columns["status"]?.map = ["Unconfirmed": "active"]
        try world.load(.contacts, "account,email,status\na,4@a.example,Unconfirmed\n", ImportOptions(map: map))
        #expect(try world.rows(held) == [])
    }
}
