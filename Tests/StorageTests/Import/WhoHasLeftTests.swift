import Playbooks
import Storage
import Testing

/// Exports that say in ways of their own who is a customer no more: nobody who has left may be written to as a customer.
@Suite struct WhoHasLeftTests {
    private let statuses = "SELECT key || ' ' || status FROM account ORDER BY key"

    private func customers(_ column: String, _ cells: [String]) throws -> GuessedFiles {
        let rows = cells.enumerated().map { "\($0),Co \($0),u\($0)@c\($0).example,49,2024-02-0\(1 + $0 % 9),\($1)\n" }
        return try GuessedFiles("Customer ID,Company,Email,MRR,Signup date,\(column)\n" + rows.joined())
    }

    // MARK: Days

    @Test(arguments: [
        "-", "NULL", "n/a", "(null)", "\\N", "0000-00-00", "9999-12-31", "1970-01-01", "1900-01-01", "NaT", "—",
        "never",
        "offen", "no", "2999-12-31",
    ])
    func whatStandsForNoDayIsNone(written: String) throws {
        let files = try customers("Cancelled on", [written, written, "2025-03-01", written, "2025-04-01"])
        #expect(
            try files.rows(statuses) == ["0 active", "1 active", "2 churned", "3 active", "4 churned"],
            "\(files.guess.yaml)\(files.reports)")
        #expect(files.reports.allSatisfy { $0.cellsLeftOut == 0 }, "\(files.reports)")
    }

    @Test(arguments: [
        "Left", "Left on", "Termination date", "Contract ended", "Lost date", "Exit date", "deleted_at", "archived_at",
        "Beendet am", "Kündigung per", "Baja", "Résiliation", "Opgezegd per", "Disdetta il", "End date", "Ende",
        "Einddatum",
        "Fin de contrat", "Expired at",
    ])
    func theDayOfLeavingIsFoundUnderManyNames(header: String) throws {
        let files = try customers(header, ["", "", "2025-03-01", "", "2025-04-01"])
        #expect(
            try files.rows(statuses) == ["0 active", "1 active", "2 churned", "3 active", "4 churned"],
            "\(files.guess.yaml)")
    }

    @Test func aDayLongAgoIsOneElsewhere() throws {
        let files = try customers("Founded on", ["1970-01-01", "1984-05-02", "2001-02-03"])
        #expect(
            try files.rows("SELECT a_founded_on FROM account ORDER BY key") == ["0", "5235", "11356"],
            "\(files.guess.yaml)\(files.reports)")
    }

    @Test func theEndOfAContractThatLiesAheadIsNoDayOfLeaving() throws {
        let files = try customers("Contract end", (0..<5).map { "2026-12-0\(1 + $0)" })
        #expect(try files.rows("SELECT DISTINCT status FROM account") == ["active"], "\(files.guess.yaml)")
        #expect(files.guess.yaml.contains("renewal_at: "), "\(files.guess.yaml)")
    }

    @Test(arguments: [
        ("2025-03-06", "6th March 2025", "1st June 2024"), ("2025-03-06", "March 6th, 2025", "June 1st, 2024"),
        ("2025-03-06", "\"Thu, 06 Mar 2025 09:15:00 +0000\"", "\"Sat, 01 Jun 2024 09:15:00 GMT\""),
        (
            "2025-03-06", "Thu Mar 06 2025 09:15:00 GMT+0000 (Coordinated Universal Time)",
            "Sat Jun 01 2024 09:15:00 GMT+0000 (Coordinated Universal Time)"
        ),
    ])
    func datesAreReadAsPeopleBrowsersAndMailWriteThem(day: String, first: String, second: String) throws {
        func cell(_ text: String) -> String { text.contains(",") && !text.hasPrefix("\"") ? "\"\(text)\"" : text }
        let files = try customers("Cancelled on", ["", cell(first), cell(second)])
        #expect(
            try files.rows("SELECT date(churned_at / 1000, 'unixepoch') FROM account ORDER BY key")
                == ["", day, "2024-06-01"], "\(files.guess.yaml)\(files.reports)")
    }

    // MARK: Words and flags

    @Test(arguments: [
        ("Lifecycle-Phase", "Kunde", "Lead"), ("Phase du cycle de vie", "Client", "Ancien client"),
        ("Label", "Customer", "Churned"), ("Contact Type", "Customer", "Former customer"),
        ("Relationship", "Client", "Past client"), ("Stage", "Customer", "Ex-customer"),
        ("Segment", "Active customer", "Churned"),
        ("Situación", "Cliente", "Ex cliente"), ("Is customer", "TRUE", "FALSE"), ("Paying customer", "yes", "no"),
        ("enabled", "t", "f"), ("deactivated", "f", "t"), ("Archived", "no", "yes"), ("Gesperrt", "nein", "ja"),
        ("Contract status", "Under contract", "Terminated"),
    ])
    func wordsAndFlagsSayWhoHasLeft(header: String, here: String, gone: String) throws {
        let files = try customers(header, [here, here, gone, here, gone])
        #expect(
            try files.rows(statuses) == ["0 active", "1 active", "2 churned", "3 active", "4 churned"],
            "\(files.guess.yaml)\(files.reports)")
    }

    @Test(arguments: ["Risk", "Last ticket", "Onboarding", "Deal phase", "Region state"])
    func wordsOfSomethingElseSayNothingOfIt(header: String) throws {
        let files = try customers(header, ["Open", "Closed", "Open", "Closed", "Open"])
        #expect(try files.rows("SELECT DISTINCT status FROM account") == ["active"], "\(files.guess.yaml)")
    }

    @Test func thatNothingSaysItIsSaidWithTheLine() throws {
        let plans = try customers("Plan", ["pro", "free", "cancelled", "pro", "cancelled"])
        #expect(
            plans.says(
                "\"Plan\": who has \"cancelled\" (2) there has left (status), and the others are customers; if that is wrong, take the "
                    + "line \"status\" out of data.yaml"), "\(plans.guess.notes)")
        let days = try customers("Zuletzt da", ["", "", "01.03.2025", "", "13.04.2025"])
        #expect(
            days.says("attributes: { churned_at: { format: d.m.y, column: \"Zuletzt da\" } }"), "\(days.guess.notes)")
        #expect(!(try customers("Status", ["Active", "Churned"])).says("no column says who has left"))
    }

    // MARK: Other files

    private static let accounts =
        "id,name,email,created\n1,Blue,a@b.example,2024-01-01\n2,Red,b@r.example,2024-01-01\n"
        + "3,Green,c@g.example,2024-01-01\n"

    @Test(arguments: [
        "id,organization_id,plan,mrr,status,started_at,canceled_at",
        "Subscription Id,Customer Id,Plan,MRR,Status,Created,Cancelled At",
    ])
    func subscriptionsBesideTheAccountsSayWhoRunsAndWhatTheyPay(header: String) throws {
        let files = try GuessedFiles([
            ("organizations.csv", Self.accounts),
            (
                "subscriptions.csv",
                header + "\n2,1,pro,10.00,active,2024-02-01,\n1,1,pro,49.00,active,2024-02-01,\n"
                    + "3,2,pro,29.00,canceled,2024-02-01,2025-03-01\n4,3,pro,99.00,active,2024-02-01,\n"
            ),
        ])
        #expect(
            try files.rows(
                "SELECT key, status, mrr, date(churned_at / 1000, 'unixepoch') FROM account ORDER BY key")
                == ["1|active|5900|", "2|churned|2900|2025-03-01", "3|active|9900|"],
            "\(files.guess.yaml)\(files.reports)")
        #expect(files.guess.metrics.isEmpty)
        #expect(!files.says("no column says who has left"), "\(files.guess.notes)")
    }

    @Test func whatMayBeCentsIsAskedAbout() throws {
        let files = try GuessedFiles([
            ("customers.csv", Self.accounts),
            (
                "subscriptions.csv",
                "id,customer_id,status,plan_amount,plan_interval\ns1,1,active,4900,month\ns2,2,canceled,2900,month\n"
            ),
        ])
        #expect(files.says("\"plan_amount\" may be in cents and is not taken for the revenue"), "\(files.guess.notes)")
        #expect(try files.rows(statuses) == ["1 active", "2 churned", "3 active"])
    }

    @Test func thoseWhoHaveLeftMayStandInAFileOfTheirOwn() throws {
        let files = try GuessedFiles([
            ("active customers.csv", "Customer ID,Company,Email,MRR\n1,Blue,a@b.example,49\n2,Red,b@r.example,49\n"),
            (
                "churned customers.csv",
                "Customer ID,Company,Email,MRR,Cancelled on\n3,Green,c@g.example,49,2025-03-01\n"
            ),
        ])
        #expect(
            try files.rows(statuses) == ["1 active", "2 active", "3 churned"], "\(files.guess.yaml)\(files.reports)")
        let undated = try GuessedFiles([
            ("customers.csv", "Customer ID,Company,Email,MRR\n1,Blue,a@b.example,49\n2,Red,b@r.example,49\n"),
            ("former customers.csv", "Customer ID,Company,Email,MRR\n3,Green,c@g.example,49\n"),
        ])
        #expect(try undated.rows(statuses) == ["1 active", "2 active"], "\(undated.guess.yaml)")
        #expect(undated.says("it seems to list accounts that have left"), "\(undated.guess.notes)")
    }

    @Test func theNumberOfAPersonIsNotThatOfACompany() throws {
        let files = try GuessedFiles([
            ("organizations.csv", "Organization - ID,Organization - Name\n1,Blue\n2,Red\n3,Green\n"),
            (
                "people.csv",
                "Person - ID,Person - Name,Person - Organization,Person - Email\n1,Cy Ade,Green,cy@green.example\n"
                    + "2,Ada Roth,Blue,ada@blue.example\n3,Bo Lin,Red,bo@red.example\n"
            ),
        ])
        #expect(
            try files.rows(
                "SELECT a.name || ' ' || c.address FROM contact c JOIN account a ON a.id = c.account_id ORDER BY 1")
                == ["Blue ada@blue.example", "Green cy@green.example", "Red bo@red.example"], "\(files.guess.yaml)")
    }

    // MARK: Who wants nothing

    @Test(arguments: [
        ("Newsletter abbestellt", "x"), ("Geen nieuwsbrief", "x"), ("nicht anschreiben", "ja"),
        ("Non inviare email", "sì"),
        ("Lista de exclusión", "sí"), ("Stop", "x"), ("NL abbestellt", "x"),
    ])
    func aWishToGetNothingIsOneInAnyWords(header: String, yes: String) throws {
        let files = try customers(header, [yes, "", "", "", ""])
        #expect(
            try files.rows("SELECT address FROM suppression") == ["u0@c0.example"],
            "\(files.guess.yaml)\(files.guess.notes)")
    }

    @Test(arguments: [
        ("Aceita e-mails", "não", "sim"), ("Mailing?", "no", "yes"), ("Permission", "denied", "granted"),
        ("Emails", "Off", "On"), ("Marketing preference", "Opted out", "Opted in"), ("Communication", "None", "Email"),
        ("Email valid", "no", "yes"), ("Newsletter", "no newsletter!!", "yes"),
    ])
    func aConsentIsFoundUnderManyNames(header: String, no: String, yes: String) throws {
        let files = try customers(header, [no, yes, yes, yes, yes])
        #expect(
            try files.rows("SELECT address FROM suppression") == ["u0@c0.example"],
            "\(files.guess.yaml)\(files.guess.notes)")
    }

    @Test func aRemarkThatAsksForNoMessagesIsNamed() throws {
        let files = try customers("Notes", ["DO NOT EMAIL!!", "nice people", "", "", ""])
        #expect(
            files.says("\"Notes\": 1 cell asks for no messages, such as \"DO NOT EMAIL!!\""), "\(files.guess.notes)")
    }

    @Test(arguments: [
        "bitte nicht mehr anschreiben.csv", "gdpr_objections.csv", "STOP mailing.csv", "sperrliste.csv", "dnc.csv",
    ])
    func aListOfThoseWhoWantNothingIsKnownByItsName(name: String) throws {
        let files = try GuessedFiles([
            ("accounts.csv", Self.accounts), (name, "E-Mail,Datum\na@b.example,2026-01-05\n"),
        ])
        #expect(try files.rows("SELECT address FROM suppression") == ["a@b.example"], "\(files.guess.yaml)")
    }
}
