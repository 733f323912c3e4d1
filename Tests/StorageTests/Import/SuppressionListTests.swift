import Foundation
import Playbooks
import Storage
import Testing

/// Lists of addresses that an email tool does not write to, as the tools export them.
struct SuppressionListTests {
    private static let accounts =
        "id,Company,Email,MRR,Created\n"
        + (1...9).map { "\($0),Co\($0),p\($0)@co\($0).example,\($0)0,2025-0\($0)-01\n" }.joined()

    struct List: Sendable, CustomTestStringConvertible {
        var tool: String
        var file: String
        var text: String
        /// Address and reason.
        var expected: [String]
        var testDescription: String { tool }
    }

    static let lists = [
        List(
            tool: "Mailchimp, unsubscribed", file: "unsubscribed_members_export_1a2b.csv",
            text: """
                Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID,EUID
                p1@co1.example,Per,Son,2,2025-01-01 10:00:00,2026-02-01 10:00:00,Nov,NORMAL,1,a
                P2@Co2.example,Per,Son,2,2025-01-01 10:00:00,2026-02-02 10:00:00,Nov,Spam complaint,2,b
                gone@nobody.example,Per,Son,4,2025-01-01 10:00:00,2026-02-02 10:00:00,Nov,,3,c

                """,
            expected: [
                "gone@nobody.example|unsubscribed", "p1@co1.example|unsubscribed", "p2@co2.example|complaint",
            ]),
        List(
            tool: "Mailchimp, cleaned", file: "cleaned_members.csv",
            text: """
                Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID
                p1@co1.example,Per,1,2025-01-01 10:00:00,2026-02-01 10:00:00,Nov,1,a

                """, expected: ["p1@co1.example|hard bounce"]),
        List(
            tool: "SendGrid, unsubscribes", file: "suppression_unsubscribes.csv",
            text: "email,created\np1@co1.example,1764150000\np2@co2.example,1764150001\n",
            expected: ["p1@co1.example|unsubscribed", "p2@co2.example|unsubscribed"]),
        List(
            tool: "SendGrid, bounces", file: "suppression_bounces.csv",
            text: """
                status,reason,email,created
                5.1.1,550 5.1.1 The email account that you tried to reach does not exist,p1@co1.example,1764150000
                4.2.2,452 4.2.2 The email account that you tried to reach is over quota,p2@co2.example,1764150000
                5.7.1,550 5.7.1 Blocked by policy,p3@co3.example,1764150000

                """, expected: ["p1@co1.example|hard bounce"]),
        List(
            tool: "SendGrid, spam reports", file: "suppression_spam_reports.csv",
            text: "ip,email,created\n192.0.2.1,p1@co1.example,1764150000\n", expected: ["p1@co1.example|complaint"]),
        List(
            tool: "SendGrid, invalid emails", file: "suppression_invalid_emails.csv",
            text: "reason,email,created\nMail domain mentioned in email address is unknown,p1@co1.example,1764150000\n",
            expected: ["p1@co1.example|hard bounce"]),
        List(
            tool: "SendGrid, blocks", file: "suppression_blocks.csv",
            text: "status,reason,email,created\n5.5.0,550 unusual rate,p1@co1.example,1764150000\n", expected: []),
        List(
            tool: "Postmark", file: "dump.csv",
            text: """
                EmailAddress,SuppressionReason,Origin,CreatedAt
                p1@co1.example,HardBounce,Recipient,2026-01-10T08:58:33-05:00
                p2@co2.example,SpamComplaint,Recipient,2026-01-10T08:58:33-05:00
                p3@co3.example,ManualSuppression,Customer,2026-01-10T08:58:33-05:00

                """,
            expected: ["p1@co1.example|hard bounce", "p2@co2.example|complaint", "p3@co3.example|unsubscribed"]),
        List(
            tool: "Mailgun, bounces", file: "acme.example-bounces.csv",
            text: """
                address,code,error,created_at
                p1@co1.example,550,No such mailbox,"Fri, 21 Oct 2025 11:02:55 UTC"
                p2@co2.example,552,Mailbox full,"Fri, 21 Oct 2025 11:02:55 UTC"

                """, expected: ["p1@co1.example|hard bounce"]),
        List(
            tool: "Mailgun, unsubscribes", file: "acme.example-unsubscribes.csv",
            text: "address,tags,created_at\np1@co1.example,*,\"Fri, 21 Oct 2025 11:02:55 UTC\"\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "Mailgun, complaints", file: "complaints.csv",
            text: "address,created_at\np1@co1.example,\"Fri, 21 Oct 2025 11:02:55 UTC\"\n",
            expected: ["p1@co1.example|complaint"]),
        List(
            tool: "Amazon SES", file: "ses.csv",
            text: """
                EmailAddress,Reason,LastUpdateTime
                p1@co1.example,BOUNCE,2026-01-10T08:58:33Z
                p2@co2.example,COMPLAINT,2026-01-10T08:58:33Z

                """, expected: ["p1@co1.example|hard bounce", "p2@co2.example|complaint"]),
        List(
            tool: "Brevo", file: "contacts.csv",
            text: """
                Email;Reason;Blocked on
                p1@co1.example;hardBounce;10-01-2026
                p2@co2.example;unsubscribedViaEmail;11-01-2026
                p3@co3.example;contactFlaggedAsSpam;12-01-2026
                p4@co4.example;adminBlocked;13-01-2026

                """,
            expected: [
                "p1@co1.example|hard bounce", "p2@co2.example|unsubscribed", "p3@co3.example|complaint",
                "p4@co4.example|unsubscribed",
            ]),
        List(
            tool: "HubSpot", file: "hubspot-opt-outs.csv",
            text: "Email,First Name,Opt-out date\np1@co1.example,Per,2026-01-10\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "Intercom", file: "unsubscribed users.csv",
            text:
                "Name,Email,User ID,Unsubscribed from emails\nPer,p1@co1.example,u1,true\nPer,p2@co2.example,u2,true\n",
            expected: ["p1@co1.example|unsubscribed", "p2@co2.example|unsubscribed"]),
        List(
            tool: "Customer.io", file: "esp_suppressions.csv",
            text: """
                email,category,reason,created
                p1@co1.example,bounces,550 5.1.1 no such user here,1764150000
                p2@co2.example,spam_reports,,1764150000
                p3@co3.example,blocks,,1764150000

                """, expected: ["p1@co1.example|hard bounce", "p2@co2.example|complaint"]),
        List(
            tool: "Klaviyo", file: "suppressed_profiles.csv",
            text: """
                Email,Suppression Reason,Suppression Date
                p1@co1.example,USER_SUPPRESSED,2026-01-10
                p2@co2.example,HARD_BOUNCE,2026-01-10
                p3@co3.example,INVALID_EMAIL,2026-01-10

                """,
            expected: ["p1@co1.example|unsubscribed", "p2@co2.example|hard bounce", "p3@co3.example|hard bounce"]),
        List(
            tool: "SparkPost", file: "recipients.csv",
            text: """
                recipient,source,description
                p1@co1.example,Bounce Rule,550 no such user
                p2@co2.example,List Unsubscribe,
                p3@co3.example,Manually Added,

                """,
            expected: ["p1@co1.example|hard bounce", "p2@co2.example|unsubscribed", "p3@co3.example|unsubscribed"]),
        List(
            tool: "a German list", file: "Newsletter-Abmeldungen.csv",
            text: "E-Mail;Datum\np1@co1.example;13.01.2026\n", expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "who cancelled a newsletter", file: "newsletter cancellations.csv",
            text: "Email,Cancelled on,Reason\np1@co1.example,2026-01-13,too many emails\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "a Spanish list", file: "bajas boletín.csv",
            text: "Correo electrónico;Fecha de baja;Motivo\np1@co1.example;13/01/2026;Cancelación\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "Amazon SES, list-suppressed-destinations", file: "suppressed.json",
            text: """
                {"SuppressedDestinationSummaries":[{"EmailAddress":"p1@co1.example","Reason":"BOUNCE",\
                "LastUpdateTime":"2026-01-01T10:00:00Z"},{"EmailAddress":"p2@co2.example","Reason":"COMPLAINT",\
                "LastUpdateTime":"2026-01-01T10:00:00Z"}],"NextToken":"x"}
                """, expected: ["p1@co1.example|hard bounce", "p2@co2.example|complaint"]),
        List(
            tool: "a Polish one", file: "wypisani.csv",
            text: "Adres e-mail,Data wypisania\np1@co1.example,13.01.2026\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "a Swedish one", file: "avregistrerade.csv", text: "E-postadress,Datum\np1@co1.example,2026-01-13\n",
            expected: ["p1@co1.example|unsubscribed"]),
        List(
            tool: "a Spanish one", file: "desuscritos.csv",
            text: "Correo electrónico;Fecha de desuscripción\np1@co1.example;13/01/2026\n",
            expected: ["p1@co1.example|unsubscribed"]),
    ]

    @Test(arguments: lists) func aListOfAToolSuppressesForItsOwnReason(list: List) throws {
        let files = try GuessedFiles([("accounts.csv", Self.accounts), (list.file, list.text)])
        #expect(
            try files.rows("SELECT address, reason FROM suppression WHERE category = '' ORDER BY address")
                == list.expected,
            "\(files.guess.yaml)")
        #expect(
            try files.rows(
                "SELECT count(*) FROM event e JOIN event_kind k ON k.id = e.kind_id WHERE k.name <> 'contact_added'")
                == ["0"])
        #expect(try files.rows("SELECT count(*) FROM contact") == ["9"])
        #expect(files.reports.allSatisfy { $0.isClean }, "\(files.reports.flatMap(\.firstRejected))")
        if list.expected.isEmpty {
            #expect(files.says("\(list.file): blocks and soft bounces say nothing"), "\(files.guess.notes)")
        } else {
            #expect(files.says("\(list.file): a suppression list"), "\(files.guess.notes)")
            #expect(files.says("keeptouch import suppressions reads it"))
        }
    }

    @Test func severalListsAreSeveralImports() throws {
        let files = try GuessedFiles(
            [("accounts.csv", Self.accounts)]
                + Self.lists.filter { $0.file.hasPrefix("suppression_") }.map { ($0.file, $0.text) })
        #expect(files.says("keeptouch import suppressions_2 reads it"), "\(files.guess.notes)")
        // A wish takes no bounce away.
        #expect(
            try files.rows("SELECT address, reason FROM suppression ORDER BY address").contains(
                "p2@co2.example|unsubscribed"))
    }

    @Test func peopleOfWhomSomeWantMessagesAreNoList() throws {
        let files = try GuessedFiles([
            (
                "accounts.csv",
                "id,Company,MRR,Created\n1,Aster,10,2025-01-01\n2,Birch,20,2025-02-01\n3,Cedar,30,2025-03-01\n"
            ),
            (
                "opt_outs.csv",
                "Account ID,Email,Unsubscribed\n1,a@aster.example,false\n2,b@birch.example,true\n3,c@cedar.example,false\n"
            ),
        ])
        #expect(try files.rows("SELECT count(*) FROM contact") == ["3"])
        #expect(try files.rows("SELECT address FROM suppression") == ["b@birch.example"])
    }

    @Test func whoGetsMessagesIsNeitherASurveyNorASuppression() throws {
        let files = try GuessedFiles([
            ("accounts.csv", Self.accounts),
            (
                "subscribed_members_export.csv",
                """
                Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,EUID
                p1@co1.example,Per,2,2025-01-01 10:00:00,2025-01-01 10:00:00,1,a
                p2@co2.example,Per,5,2025-01-02 10:00:00,2025-01-02 10:00:00,2,b

                """
            ),
        ])
        #expect(files.says("lists who gets messages of a mailing list"), "\(files.guess.notes)")
        #expect(
            try files.rows(
                "SELECT count(*) FROM event e JOIN event_kind k ON k.id = e.kind_id WHERE k.name <> 'contact_added'")
                == ["0"])
        #expect(try files.rows("SELECT count(*) FROM suppression") == ["0"])
    }

    @Test func aListWithoutAccountsIsRefusedWithTheCommandThatReadsIt() throws {
        let world = try ImportWorld()
        let path = try world.file("email,created\na@x.example,1764150000\n", "suppression_unsubscribes.csv")
        let error = #expect(throws: ImportError.self) {
            try DataMapGuess(from: .file(path), configuration: world.configuration, now: world.now)
        }
        #expect(error?.description.contains("keeptouch import suppressions suppression_unsubscribes.csv") == true)
    }

    // MARK: The import

    private func suppressed(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT address, category, reason, at FROM suppression ORDER BY address")
    }

    @Test func aListThatStaysAsItWasSuppressesNobodyAgain() throws {
        let world = try ImportWorld()
        let list = "email,created\na@x.example,1764150000\n"
        #expect(try world.load(.suppressions, list).inserted == 1)
        #expect(try suppressed(world) == ["a@x.example||unsubscribed|1764150000000"])
        try world.store.write { _ = try Suppressions.remove("a@x.example", category: nil, $0) }
        let again = try world.load(.suppressions, list)
        #expect(again.inserted == 0)
        #expect(again.unchanged == 1)
        #expect(try suppressed(world) == [])
        // A later wish is another one.
        #expect(try world.load(.suppressions, "email,created\na@x.example,1764150001\n").inserted == 1)
        #expect(try suppressed(world) == ["a@x.example||unsubscribed|1764150001000"])
    }

    @Test func theMapSaysWhatTheWordsOfAListMean() throws {
        let world = try ImportWorld()
        var map = ImportMap("suppressions", .suppressions)
        var why = ColumnForm(column: "Why")
        why.map = ["inactive": "hard_bounce", "held": "none", "x": "spam"]
        map.columns["reason"] = why
        let report = try world.load(
            .suppressions, "email,Why\na@x.example,Inactive\nb@x.example,held\nc@x.example,x\nd@x.example,other\n",
            ImportOptions(map: map))
        #expect(
            try suppressed(world).map { $0.prefix(25) } == ["a@x.example||hard bounce|", "d@x.example||unsubscribed"])
        #expect(
            report.firstRejected.map(\.reason) == [
                "reason: \"spam\" is none of unsubscribed, hard_bounce, complaint, none"
            ])
        #expect(
            report.warnings.contains { $0.contains("1 row has a reason that nobody knows (other)") },
            "\(report.warnings)")
    }

    @Test func aRowWithoutAnAddressIsListedAndTheOthersAreTaken() throws {
        let world = try ImportWorld()
        let report = try world.load(.suppressions, "email,created\nnobody,1764150000\n,1\nAda <A@X.example>,soon\n")
        #expect(report.rejected == 2)
        #expect(report.firstRejected.first?.reason == "email: \"nobody\" is not an address")
        #expect(report.cellsLeftOut == 1)
        #expect(try suppressed(world).map { $0.prefix(24) } == ["a@x.example||unsubscribe"])
    }

    @Test func aFileWithoutNamesOfColumnsSaysWhatToPutAbove() throws {
        let world = try ImportWorld()
        let error = #expect(throws: ImportError.self) {
            try world.load(.suppressions, "a@x.example,BOUNCE\nb@x.example,COMPLAINT\n")
        }
        #expect(error?.description.contains("put a line above it: email,reason") == true)
    }

    @Test func whoWasErasedStaysAHashWhenTheListComesAgain() throws {
        let world = try ImportWorld()
        try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: world.scratch.database + ".secret"))
        try world.load(.suppressions, "email,reason\nada@x.example,HardBounce\n")
        _ = try world.store.write {
            try Erasure($0, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: world.now)
                .erase(.address("ada@x.example"))
        }
        for _ in 0..<2 {
            #expect(try world.rows("SELECT count(*) FROM listed_suppression WHERE address LIKE '%@%'") == ["0"])
            #expect(try world.rows("SELECT count(*) FROM suppression WHERE address LIKE '%@%'") == ["0"])
            try world.load(.suppressions, "email,reason\nAda@x.example,HardBounce\n")
        }
    }

    @Test func whoHasChosenMessagesAgainSinceIsNotSentAwayByAnOlderList() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,a@x.example\n")
        try world.store.write {
            try $0.executeScript(
                """
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                    settled_at)
                VALUES (1, 1, 1, 1, 'e', 'a@x.example', 'email', 'c', 'tips', 'm.md', 0, 'sent', 1, 1, 1, 2, '{}', 1, 1);
                INSERT INTO outcome (touch_id, account_id, kind, at, dedup)
                SELECT id, 1, 'resubscribed', 1770000000000, 'd' FROM touch
                """)
        }
        #expect(try world.load(.suppressions, "email,created\na@x.example,1764150000\n").inserted == 0)
        #expect(try suppressed(world) == [])
        #expect(try world.load(.suppressions, "email,created\na@x.example,1770000001\n").inserted == 1)
    }
}
