import Playbooks
import Storage
import Testing

/// Customers who have canceled, and are served until a day that lies ahead: until then they are customers.
struct ServedUntilTests {
    private func customers(_ header: String, _ ahead: String, _ past: String, status: String = "Cancelled") throws
        -> GuessedFiles
    {
        let rows = (0..<8).map { index in
            let (word, end) = index == 5 ? (status, ahead) : index == 6 ? (status, past) : ("Active", "")
            return "C\(index),Co \(index),p\(index)@c.example,2025-01-01,\(word),\(end),49\n"
        }
        return try GuessedFiles("Account ID,Company,E-mail,Start,Status,\(header),MRR\n" + rows.joined())
    }

    private let leaving =
        "SELECT key, status, date(service_end_at / 1000, 'unixepoch'), date(leaves_told / 1000, 'unixepoch') FROM account "
        + "WHERE key IN ('C5', 'C6') ORDER BY key"

    @Test(arguments: [
        "Subscription ends", "Cancels on", "Access until", "Paid through", "Paid until", "Expires", "Ends on",
        "Subscription end date", "Cancellation effective date", "Kündigungstermin", "Gekündigt zum", "Service end date",
        "Last day", "current_period_end", "Active until", "Vertrag läuft bis", "Fin d'abonnement", "Válido hasta",
        "Einddatum", "Scadenza", "Good until", "Termination effective", "Résilié au", "Licence expiry", "cancel_at",
    ])
    func whoIsServedUntilADayAheadStaysACustomer(header: String) throws {
        let files = try customers(header, "2026-12-31", "2026-01-05")
        let found = try files.rows(leaving)
        #expect(found.first == "C5|active|2026-12-31|2026-12-31", "\(found)\(files.guess.yaml)")
        #expect(found.last?.hasPrefix("C6|churned|") == true, "\(found)\(files.guess.yaml)")
        #expect(files.warnings.contains { $0.contains("a day that lies ahead") }, "\(files.warnings)")
    }

    @Test(arguments: ["gekündigt", "Résilié", "Opgezegd", "Churned", "Cancelado", "Disdetto"])
    func whateverTheWordIs(status: String) throws {
        let files = try customers("Access until", "2026-12-31", "2026-01-05", status: status)
        #expect(
            try files.rows(leaving) == ["C5|active|2026-12-31|2026-12-31", "C6|churned||"], "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT date(churned_at / 1000, 'unixepoch') FROM account WHERE key = 'C6'") == [
                "2026-01-05"
            ])
    }

    @Test func aDayOfTheNoticeIsNotThatOfLeavingButOneOfLeavingIs() throws {
        let world = try ImportWorld()
        var map = ImportMap("accounts", .accounts)
        map.columns["churned_at"] = ColumnForm(column: "Cancelled on")
        try world.load(
            .accounts, "key,status,Cancelled on,Access until\na,churned,2026-02-01,2026-12-31\n",
            ImportOptions(map: map))
        #expect(try world.rows("SELECT status, churned_at FROM account") == ["active|"])
        map.columns["churned_at"] = ColumnForm(column: "Ended at")
        try world.load(
            .accounts, "key,status,Ended at,current_period_end\nb,churned,2026-02-01,2026-12-31\n",
            ImportOptions(map: map))
        #expect(try world.rows("SELECT status FROM account WHERE key = 'b'") == ["churned"])
    }

    @Test func trialsCardsAndInvoicesEndWithoutAnybody() throws {
        let world = try ImportWorld()
        try world.load(
            .accounts,
            "key,status,trial_ends_at,card_expires,fiscal year end\na,churned,2026-12-31,2027-01-01,2026-12-31\n")
        #expect(try world.rows("SELECT status FROM account") == ["churned"])
    }

    @Test func whoRenewsOrIsTakenBackLeavesOnNoDay() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,status,paid_until\na,active,2026-04-01\n")
        try world.load(.accounts, "key,status,paid_until\na,canceled,2026-12-31\n")
        #expect(try world.rows("SELECT status, leaves_told IS NULL FROM account") == ["active|0"])
        try world.load(.accounts, "key,status,paid_until\na,active,2026-12-31\n")
        #expect(try world.rows("SELECT status, leaves_told, service_end_at FROM account") == ["active||"])
    }

    @Test func ofSeveralSubscriptionsOneThatRunsOnKeepsTheCustomer() throws {
        for order in [[0, 1], [1, 0]] {
            let world = try ImportWorld()
            let rows = ["a,sub_1,canceled,2026-12-31\n", "a,sub_2,active,\n"]
            try world.load(
                .accounts, "key,subscription_id,status,access_until\n" + order.map { rows[$0] }.joined())
            #expect(try world.rows("SELECT status, leaves_told, service_end_at FROM account") == ["active||"])
        }
    }
}
