import Playbooks
import Storage
import Testing

/// Exports of the usual systems, in several languages, with the shapes that they have.
struct ExportShapesTests {
    /// Looks at the files, reads what is guessed, and brings it in.
    private func bring(
        _ files: [(name: String, text: String)], _ world: ImportWorld
    ) throws -> (guess: DataMapGuess, reports: [String: ImportReport]) {
        let paths = try files.map { try world.file($0.text, $0.name) }
        let guess = try DataMapGuess(
            from: paths.map { .file($0) }, paths: files.map(\.name), configuration: world.configuration, now: world.now)
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\ncurrency: \(guess.currency ?? "USD")\n",
            "data.yaml": guess.yaml + "reasons: { price: {} }\n",
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        var reports: [String: ImportReport] = [:]
        for kind in ImportKind.allCases {
            for map in world.dataMap.imports where map.kind == kind {
                guard let file = map.file else { continue }
                reports[file] = try world.importer.run(
                    kind, from: .file(world.scratch.path(file)), options: ImportOptions(map: map), now: world.now)
            }
        }
        return (guess, reports)
    }

    // MARK: Since when

    @Test(arguments: [
        ("Create Date", "2025-03-04 14:00"), ("Created (UTC)", "2025-03-04 10:00"), ("Vertragsbeginn", "04.03.2025"),
        ("Kunde seit", "04.03.2025"), ("Date d'inscription", "04/03/2025"), ("Client depuis", "04/03/2025"),
        ("Fecha de alta", "04/03/2025"), ("Cliente desde", "2025-03-04"), ("Member since", "2025-03-04"),
    ])
    func theDateSinceWhenIsFoundInFourLanguages(header: String, date: String) throws {
        let world = try ImportWorld()
        let rows = (0..<12).map { "k\($0),Co \($0),\(date.replacing("04", with: $0 == 0 ? "14" : "04"))\n" }
        let (guess, _) = try bring([("list.csv", "id,company,\(header)\n" + rows.joined())], world)
        #expect(!guess.notes.contains { $0.hasPrefix("no column says since when") }, "\(guess.notes)")
        let day = try ImportWorld.milliseconds("2025-03-04T00:00:00Z") / 86_400_000
        #expect(
            try world.rows("SELECT created_at / 86400000 FROM account WHERE key = 'k1'") == ["\(day)"], "\(guess.yaml)")
    }

    @Test func withoutOneItIsSaidAndTheMomentOfTheImportIsNoFact() throws {
        let world = try ImportWorld()
        let text =
            "id,company,email,Last order\n"
            + (0..<12).map { "k\($0),Co,u\($0)@c.example,2026-01-0\(1 + $0 % 9)\n" }.joined()
        let (guess, reports) = try bring([("list.csv", text)], world)
        #expect(
            guess.notes.contains {
                $0.hasPrefix(
                    "no column says since when accounts are customers (dates that are past stand in \"Last order\")")
            }, "\(guess.notes)")
        #expect(
            reports["list.csv"]?.warnings.contains {
                $0.hasPrefix("12 new accounts have no created_at: nobody knows when they became customers")
            } == true, "\(reports)")
    }

    // MARK: Statuses

    @Test func aStatusBehindItsTableOrCalledTypeIsOne() throws {
        let world = try ImportWorld()
        let words = ["active", "non_renewing", "in_trial", "cancelled", "paused"]
        let (guess, _) = try bring(
            [
                (
                    "chargebee.csv",
                    "subscriptions.id,customers.id,customers.company,customers.email,subscriptions.status,subscriptions.mrr,"
                        + "subscriptions.created_at,subscriptions.cancelled_at\n"
                        + (0..<15).map {
                            "s\($0),c\($0),Co \($0),u\($0)@c.example,\(words[$0 % 5]),4900,10-Mar-2025 10:15,"
                                + ($0 % 5 == 3 ? "05-Jan-2026 08:00" : "") + "\n"
                        }.joined()
                )
            ], world)
        #expect(
            try world.rows("SELECT status, count(*), count(mrr) FROM account GROUP BY status ORDER BY status") == [
                "active|12|0", "churned|3|0",
            ], "\(guess.yaml)")
        #expect(try world.rows("SELECT key FROM account WHERE key LIKE 'c%'").count == 15)
        #expect(guess.notes.contains { $0.contains("may be in cents") }, "\(guess.notes)")
        let other = try ImportWorld()
        let (salesforce, _) = try bring(
            [
                (
                    "salesforce.csv",
                    "Account ID,Account Name,Type\n"
                        + (0..<12).map { "a\($0),Co,\(["Customer", "Prospect", "Former Customer"][$0 % 3])\n" }.joined()
                )
            ], other)
        #expect(
            try other.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["4"], "\(salesforce.yaml)")
    }

    // MARK: Revenue

    @Test func anAmountBesideItsIntervalIsTheRevenueOfAMonth() throws {
        let world = try ImportWorld()
        let paid = [("49.00", "month"), ("480.00", "year"), ("90.00", "quarter"), ("12.00", "every 6 months")]
        let rows = (0..<16).map { "c\($0),u\($0)@c.example,\(paid[$0 % 4].0),\(paid[$0 % 4].1),2025-03-04\n" }
        let (guess, reports) = try bring(
            [("subscriptions.csv", "Customer ID,Customer Email,Amount,Interval,Created\n" + rows.joined())], world)
        #expect(guess.yaml.contains("mrr: { per: { column: \"Interval\" }, column: \"Amount\" }"), "\(guess.yaml)")
        #expect(reports["subscriptions.csv"]?.isClean == true, "\(reports)")
        #expect(
            try world.rows("SELECT mrr FROM account GROUP BY mrr ORDER BY min(id)") == ["4900", "4000", "3000", "200"])
        // What it is for today says nothing of what nobody has heard of.
        let later = try world.importer.run(
            .accounts,
            from: .file(
                world.file(
                    "Customer ID,Customer Email,Amount,Interval\nc0,u0@c.example,98.00,monthly\nc1,u1@c.example,1.00,decade\n"
                        + "c2,u2@c.example,5.00,\n", "later.csv")), now: world.now)
        #expect(later.cellsLeftOut == 2)
        #expect(
            later.groups.first?.first.reason
                == "mrr: is paid for \"decade\", which is no interval (monthly, quarterly, yearly, every 6 months)",
            "\(later)")
        #expect(
            try world.rows("SELECT mrr FROM account WHERE key IN ('c0', 'c1', 'c2') ORDER BY key") == [
                "9800", "4000", "3000",
            ])
    }

    @Test func anAmountOfSeveralIsNotTakenForTheRevenue() throws {
        let world = try ImportWorld()
        let rows = (0..<12).map { "c\($0),u\($0)@c.example,49.00,month,\(1 + $0 % 3),2025-03-04\n" }
        let (guess, _) = try bring(
            [("subscriptions.csv", "Customer ID,Customer Email,Amount,Interval,Quantity,Created\n" + rows.joined())],
            world)
        #expect(!guess.yaml.contains("\n  mrr:"), "\(guess.yaml)")
        #expect(guess.notes.contains { $0.contains("is not taken for the revenue") }, "\(guess.notes)")
    }

    @Test func whoUpgradedIsACustomerWhereverTheOldSubscriptionStands() throws {
        for isFirst in [true, false] {
            let world = try ImportWorld()
            let old = "sub_old,cus_3,canceled,2025-03-10 10:00,2026-01-05 10:00\n"
            let rows = (0..<12).map { "sub_\($0),cus_\($0),active,2025-03-10 10:00,\n" }.joined()
            let (guess, reports) = try bring(
                [
                    (
                        "subscriptions.csv",
                        "id,Customer ID,Status,Created (UTC),Canceled At (UTC)\n" + (isFirst ? old + rows : rows + old)
                    )
                ],
                world)
            #expect(
                try world.rows("SELECT count(*), min(status) FROM account") == ["12|active"],
                "\(guess.yaml) \(reports)")
        }
    }

    /// What Stripe exports, with the revenue of each subscription beside it.
    @Test func rowsOfSubscriptionsAddUpAsBillingWebhooksDo() throws {
        let header =
            "id,Customer ID,Customer Email,Amount,Interval,Status,Created (UTC),Canceled At (UTC),Ended At (UTC),Cancel At Period End\n"
        let rows = [
            "sub_1,cus_A,a@x.example,49.00,month,active,2025-03-01 10:00,,,false",
            "sub_2,cus_A,a@x.example,240.00,year,active,2025-02-01 10:00,2026-03-02 09:00,,true",
            "sub_3,cus_B,b@x.example,49.00,month,trialing,2026-03-01 10:00,,,false",
            "sub_4,cus_C,c@x.example,588.00,year,active,2025-03-01 10:00,2026-03-02 09:00,,true",
            "sub_5,cus_D,d@x.example,19.00,month,active,2026-03-02 10:00,,,false",
            "sub_6,cus_D,d@x.example,49.00,month,canceled,2025-01-01 10:00,2026-02-01 09:00,2026-03-01 10:00,false",
            "sub_7,cus_E,e@x.example,49.00,month,canceled,2025-01-01 10:00,2026-02-01 09:00,2026-03-01 10:00,false",
            "sub_8,cus_F,f@x.example,49.00,month,past_due,2025-01-01 10:00,,,false",
        ]
        for order in [rows, rows.reversed()] {
            let world = try ImportWorld()
            let (guess, reports) = try bring(
                [("subscriptions.csv", header + order.joined(separator: "\n") + "\n")], world)
            func day(_ column: String) -> String { "coalesce(strftime('%m-%d', \(column) / 1000, 'unixepoch'), '')" }
            #expect(
                try world.rows(
                    """
                    SELECT key, status, mrr, strftime('%Y-%m', created_at / 1000, 'unixepoch'),
                        \(day("cancel_requested_at")), \(day("churned_at"))
                    FROM account ORDER BY key
                    """) == [
                        "cus_A|active|6900|2025-02||", "cus_B|active|4900|2026-03||",
                        "cus_C|active|4900|2025-03|03-02|",
                        "cus_D|active|1900|2025-01||", "cus_E|churned|4900|2025-01|02-01|03-01",
                        "cus_F|active|4900|2025-01||",
                    ], "\(guess.yaml)")
            #expect(
                reports["subscriptions.csv"]?.warnings.contains(
                    "the mrr of 1 account is the sum over the subscriptions that run") == true, "\(reports)")
            #expect(
                guess.notes.contains {
                    $0.contains(
                        "\"trialing\" (1) counts as a customer here, and for billing webhooks only with billing:")
                }, "\(guess.notes)")
            // The same file a night later says nothing new.
            let again = try world.importer.run(
                .accounts, from: .file(world.file(header + order.joined(separator: "\n") + "\n", "subscriptions.csv")),
                now: world.now)
            #expect((again.inserted, again.updated, again.eventsMade) == (0, 0, 0))
        }
    }

    // MARK: Keys and languages

    @Test func contactsWhoseKeysLostTheirZerosAreLeftOutWithTheReason() throws {
        let world = try ImportWorld()
        let accounts = "Kundennr.;Firma;Status\n" + (0..<14).map { "0000\($0 % 10)\($0);Co;aktiv\n" }.joined()
        let contacts = "Kundennr.;Name;E-Mail\n" + (0..<14).map { "\($0 % 10)\($0);Eva;eva\($0)@c.example\n" }.joined()
        let (guess, _) = try bring([("kunden.csv", accounts), ("kontakte.csv", contacts)], world)
        #expect(
            guess.notes.contains {
                $0.hasPrefix("kontakte.csv: \"Kundennr.\" holds the keys of accounts without the zeros")
            },
            "\(guess.notes)")
        #expect(!guess.yaml.contains("  contacts:"), "\(guess.yaml)")
    }

    @Test func aFileOfContactsDoesNotCountItselfAmongThoseThatItFinds() throws {
        let world = try ImportWorld()
        let accounts = "id;Firma\n" + (0..<14).map { "k\($0);Co\n" }.joined()
        let contacts = "Name;E-Mail\n" + (0..<14).map { "Eva;eva\($0)@c.example\n" }.joined()
        let (guess, _) = try bring([("kunden.csv", accounts), ("kontakte.csv", contacts)], world)
        #expect(guess.notes.contains { $0.hasSuffix("of which 0 of 14 are contacts in these files") }, "\(guess.notes)")
    }

    @Test func germanAndFrenchFilesAreUnderstood() throws {
        let world = try ImportWorld(currency: "EUR")
        let (german, _) = try bring(
            [
                (
                    "kunden.csv",
                    "Kundennr.;Firma;Vertragsbeginn;Monatsbeitrag;Status\n"
                        + (0..<12).map {
                            "K\($0);Firma \($0);\(10 + $0).03.2025;49,50 €;\(["aktiv", "in Kündigung"][$0 % 2])\n"
                        }.joined()
                        + "Generiert;;;;\n"
                )
            ], world)
        #expect(
            try world.rows("SELECT name, mrr, status FROM account WHERE key = 'K1'") == ["Firma 1|4950|active"],
            "\(german.yaml)")
        let other = try ImportWorld(currency: "EUR")
        let (french, _) = try bring(
            [
                (
                    "clients.csv",
                    "N° client;Raison sociale;Date d'inscription;Montant mensuel HT;Statut\n"
                        + (0..<12).map { "F\($0);Société \($0);0\($0 % 9 + 1)/02/2025;49,50 €;Actif\n" }.joined()
                )
            ], other)
        let day = try ImportWorld.milliseconds("2025-02-03T00:00:00Z") / 86_400_000
        #expect(
            try other.rows("SELECT name, mrr, created_at / 86400000 FROM account WHERE key = 'F2'") == [
                "Société 2|4950|\(day)"
            ], "\(french.yaml)")
    }

    @Test func theLineBelowASalesforceReportIsNoRejectedRow() throws {
        let world = try ImportWorld()
        let below = [
            "Confidential Information - Do Not Distribute",
            "Copyright 2000-2026 salesforce.com, inc. All rights reserved.",
            "Acme Corp", "Generated By:  Jo Doe  3/1/2026, 9:15 AM",
        ]
        let rows = (0..<12).map { "\"a\($0)\",\"Co\",\"9\",\"Ada\"\n" }.joined()
        for lines in [below, below.map { "\"\($0)\"" }] {
            let report = try world.load(
                .accounts, "key,name,mrr,contact_name\n" + rows + lines.joined(separator: "\n") + "\n")
            #expect(report.isClean, "\(report)")
            #expect(try world.rows("SELECT count(*) FROM account") == ["12"])
        }
    }

    // MARK: Weeks

    private static let accounts = "Customer ID,Company,MRR\n" + (0..<12).map { "C\($0),Co,9\n" }.joined()

    @Test(arguments: [
        "Week of 2026-02-02,Week of 2026-02-09,Week of 2026-02-16", "02/02/2026,09/02/2026,16/02/2026",
        "KW 2026-02-02,KW 2026-02-09,KW 2026-02-16",
    ])
    func columnsOfWeeksAreSpreadOverTheirDays(columns: String) throws {
        let world = try ImportWorld()
        let usage = "Customer ID,\(columns)\n" + (0..<12).map { "C\($0),7,14,21\n" }.joined()
        let (guess, _) = try bring([("accounts.csv", Self.accounts), ("usage.csv", usage)], world)
        #expect(guess.metrics == ["logins"], "\(guess.yaml)")
        #expect(
            guess.notes.contains {
                $0.hasPrefix("usage.csv: 3 weeks of the metric logins; a week's total is spread evenly")
            },
            "\(guess.notes)")
        #expect(try days(world) == [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3])
    }

    @Test func aColumnOfWeeksIsSpreadToo() throws {
        let world = try ImportWorld()
        let usage =
            "Customer ID,Week,Logins\n"
            + (0..<12).map { "C\($0),2026-02-02,7\nC\($0),2026-02-09,14\nC\($0),2026-02-16,21\n" }.joined()
        let (guess, _) = try bring([("accounts.csv", Self.accounts), ("usage.csv", usage)], world)
        #expect(guess.notes.contains { $0.hasPrefix("usage.csv: metrics by week") }, "\(guess.notes)")
        #expect(try days(world).count == 21)
        let other = try ImportWorld()
        let (guessed, _) = try bring(
            [("accounts.csv", Self.accounts), ("usage.csv", usage.replacing("Week", with: "Date"))], other)
        #expect(guessed.notes.contains { $0.contains("are Mondays; if each stands for a week") }, "\(guessed.notes)")
    }

    @Test func theLastLoginIsNoDayOfUsage() throws {
        let world = try ImportWorld()
        let usage =
            "Customer ID,Last Login,Logins (last 30 days)\n" + (0..<12).map { "C\($0),2026-03-01,30\n" }.joined()
        let (guess, _) = try bring([("accounts.csv", Self.accounts), ("usage.csv", usage)], world)
        #expect(guess.metrics == [], "\(guess.yaml)")
        #expect(guess.notes.contains { $0.contains("no usage by day; it was left out") }, "\(guess.notes)")
    }

    /// What is stored of the metric for one account, day by day.
    private func days(_ world: ImportWorld) throws -> [Double] {
        try world.rows("SELECT value FROM series_rows WHERE account = 'C1' ORDER BY day").compactMap { Double($0) }
    }
}
