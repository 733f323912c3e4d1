import Playbooks
import Storage
import Testing

/// Whoever wants no messages in the files that come in gets none.
struct ImportWishesTests {
    static let columns: [(name: String, out: String, within: String)] = [
        ("Unsubscribed from all email", "true", "false"), ("HasOptedOutOfEmail", "1", "0"),
        ("Email Opt Out", "Yes", "No"),
        ("Opted out of email", "TRUE", ""), ("Unsubscribed from Emails", "true", "false"),
        ("Do not contact", "ja", "nein"),
        ("Unsubscribed At", "2026-02-01", ""), ("Marketing status", "Unsubscribed", "Subscribed"),
        ("email_marketing_consent", "false", "true"), ("Email Marketing Consent State", "not_subscribed", "subscribed"),
        ("Accepts Marketing", "no", "yes"), ("status", "Unsubscribed", "active"), ("Désabonné", "oui", "non"),
    ]

    private func suppressed(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT address, category, reason FROM suppression ORDER BY address")
    }

    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        return world
    }

    @Test(arguments: columns.indices) func everyUsualColumnIsUnderstood(index: Int) throws {
        let (name, out, within) = Self.columns[index]
        let world = try world()
        let file =
            "account,email,name,\(name)\na,Ada@X.example,Ada,\(out)\na,bo@x.example,Bo,\(within)\nb,cy@x.example,Cy,\(out)\n"
        let report = try world.load(.contacts, file)
        #expect((report.unsubscribed, report.newlyUnsubscribed, report.inserted) == (2, 2, 3), "\(report)")
        #expect(report.cellsLeftOut == 0 && report.isClean, "\(report.groups)")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed", "cy@x.example||unsubscribed"])
        let again = try world.load(.contacts, file)
        #expect((again.unsubscribed, again.newlyUnsubscribed, again.updated) == (2, 0, 0))
        #expect(try world.rows("SELECT count(*) FROM contact WHERE status = 'active'") == ["3"])
    }

    @Test func initFindsThemAndSaysHowMany() throws {
        let world = try ImportWorld()
        let accounts = try world.file("Account ID,Company,MRR\na,A,1\nb,B,2\nc,C,3\n", "accounts.csv")
        let contacts = try world.file(
            "Record ID,Email,Account ID,Unsubscribed from all email,Opted out of email: News\n"
                + "1,a@x.example,a,true,false\n2,b@x.example,b,false,true\n3,c@x.example,c,true,false\n", "hubspot.csv")
        let guess = try DataMapGuess(
            from: [.file(accounts), .file(contacts)], paths: ["accounts.csv", "hubspot.csv"],
            configuration: world.configuration, now: world.now)
        #expect(
            guess.notes.contains("\"Unsubscribed from all email\": 2 of 3 want no messages and get none"),
            "\(guess.notes)")
        #expect(guess.notes.contains("\"Opted out of email: News\": 1 of 3 want no messages and get none"))
        #expect(
            guess.yaml.contains(
                "      unsubscribed: { column: [\"Unsubscribed from all email\", \"Opted out of email: News\"] }\n"),
            "\(guess.yaml)")
    }

    /// What the usual systems, and people, call a wish to get nothing, with the word for wanting messages first.
    static let spellings: [(name: String, within: String, out: String)] = [
        ("Marketing contact status", "Marketing contact", "Non-marketing contact"), ("Email Opt Out", "0", "1"),
        ("HasOptedOutOfEmail", "false", "true"), ("Do Not Email", "No", "Yes"), ("Subscribed", "yes", "no"),
        ("Newsletter", "Ja", "Nein"), ("email_marketing_consent", "subscribed", "not_subscribed"),
        ("Accepts Email Marketing", "yes", "no"), ("Opted out of email: Marketing Information", "", "true"),
        ("Email Permission", "Opt-in", "Opt-out"), ("GDPR consent", "yes", "no"), ("Abgemeldet", "nein", "ja"),
        ("Opt-in newsletter", "oui", "non"), ("Unsubscribed at", "", "2025-03-04 10:00"), ("Unsubscribed", "", "x"),
        ("Unsubscribed", "0000-00-00", "2025-03-04"), ("UNSUB_TIME", "", "2025-03-04 10:00:00"),
        ("Email status", "active", "unsubscribed"), ("Subscription status", "Subscribed", "Unsubscribed"),
        ("Opt Out", "N", "Y"), ("Werbesperre", "nein", "ja"), ("Email Bounced", "false", "true"),
        ("opted_in", "TRUE", "FALSE"), ("Marketing emails", "On", "Off"), ("Subscribed to product updates", "t", "f"),
        ("Consentement e-mail", "oui", "non"), ("Baja de emails", "no", "sí"), ("Status", "Subscribed", "Cleaned"),
        ("Marked email as spam", "false", "true"), ("Has hard bounced", "false", "true"),
        ("Einwilligung Werbung", "Ja", "Nein"), ("Désabonnement newsletter", "non", "oui"),
        ("Suppressed", "no", "yes"), ("Blacklisted", "false", "true"), ("DNC", "N", "Y"), ("No mail", "no", "yes"),
        ("Can be emailed", "yes", "no"), ("Email allowed", "yes", "no"),
        ("Email hard bounce reason", "", "UNKNOWN_USER"), ("Email Bounced Reason", "", "550 5.1.1 no such user"),
    ]

    @Test(arguments: spellings.indices, ["accounts", "contacts"])
    func initAndImportHonorEverySpelling(index: Int, kind: String) throws {
        let (name, within, out) = Self.spellings[index]
        let world = try ImportWorld()
        let isOfAccounts = kind == "accounts"
        let rows = (0..<9).map { "c\($0),Co \($0),u\($0)@c.example,\($0 % 3 == 2 ? out : within)\n" }.joined()
        let path = try world.file("Customer ID,\(isOfAccounts ? "Company" : "Name"),Email,\(name)\n" + rows, "list.csv")
        let keys = try world.file("Customer ID,MRR\n" + (0..<9).map { "c\($0),9\n" }.joined(), "accounts.csv")
        let guess = try DataMapGuess(
            from: (isOfAccounts ? [path] : [keys, path]).map { .file($0) },
            paths: isOfAccounts ? ["list.csv"] : ["accounts.csv", "list.csv"], configuration: world.configuration,
            now: world.now)
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml,
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        if !isOfAccounts {
            _ = try world.importer.run(.accounts, from: .file(keys), now: world.now)
            let map = world.dataMap.importMap("contacts")
            _ = try world.importer.run(
                .contacts, from: .file(path), options: ImportOptions(map: map), now: world.now)
        } else {
            _ = try world.importer.run(.accounts, from: .file(path), now: world.now)
        }
        #expect(
            try suppressed(world).map { String($0.prefix(2)) } == ["u2", "u5", "u8"], "\(guess.yaml)\n\(guess.notes)")
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["9"])
        if name != "Status" || isOfAccounts {
            let said = [
                "\"\(name)\": 3 of 9 want no messages and get none",
                "\"\(name)\": mail does not reach 3 of 9, or was called spam",
            ]
            #expect(guess.notes.contains { note in said.contains { note.hasPrefix($0) } }, "\(guess.notes)")
        }
    }

    @Test func whatIsDoubtfulIsSaidWithTheLineToWrite() throws {
        let world = try ImportWorld()
        let source = ImportSource.file(
            try world.file(
                "id,email,Newsletter A consent,Newsletter B consent,Do not call\n"
                    + (0..<9).map { "c\($0),u\($0)@c.example,yes,no,yes\n" }.joined()))
        let guess = try DataMapGuess(from: source, configuration: world.configuration, now: world.now)
        for name in ["Newsletter A consent", "Newsletter B consent"] {
            #expect(
                guess.notes.contains {
                    $0.hasPrefix("\"\(name)\" sounds like a wish to get messages")
                        && $0.hasSuffix("attributes: { contact_subscribed: { column: \"\(name)\" } }")
                }, "\(guess.notes)")
        }
        #expect(!guess.yaml.contains("\n  contact_subscribed:"), "\(guess.yaml)")
    }

    @Test func ofSeveralColumnsTheOneThatSaysNoCounts() throws {
        let world = try world()
        try world.load(
            .contacts,
            "account,email,Email Opt Out,Do Not Contact\na,a@x.example,no,yes\na,b@x.example,yes,\nb,c@x.example,no,no\n"
        )
        #expect(try suppressed(world).map { $0.prefix(1) } == ["a", "b"])
    }

    @Test func aFileNeverBringsAnybodyBackAndDoesNotSendAwayTwice() throws {
        let world = try world()
        func file(_ flag: String, email: String = "ada@x.example") throws {
            try world.load(.contacts, "account,key,email,unsubscribed\na,k,\(email),\(flag)\n")
        }
        try file("no")
        try world.store.write {
            try Suppressions.add("ada@x.example", category: nil, reason: Suppressions.unsubscribed, at: world.now, $0)
        }
        try file("no")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
        try file("yes")
        // Somebody who comes back here stays, for as long as the file says what it said before.
        let contact = try #require(Int64(world.rows("SELECT id FROM contact").first ?? ""))
        try world.store.write { connection in
            let preferences = try Preferences.read(contact: contact, touch: nil, connection)
            try #require(preferences).rejoin(nil, at: world.now, connection)
        }
        try file("yes")
        try file("")
        #expect(try suppressed(world) == [])
        try file("no")
        try file("yes")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
        // The wish goes with the person to a new address.
        try file("yes", email: "new@x.example")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed", "new@x.example||unsubscribed"])
    }

    @Test func anAddressThatComesAfterTheWishIsNotWrittenTo() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email,unsubscribed\na,k,,yes\n")
        #expect(try suppressed(world) == [])
        try world.load(.contacts, "account,key,email,unsubscribed\na,k,ada@x.example,yes\n")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
    }

    @Test func theContactOfAnAccountIsOneOfThem() throws {
        let world = try ImportWorld()
        let file = "key,email,Email Opt Out\na,Ada <ada@x.example>,1\nb,bo@x.example,0\n"
        #expect(try world.load(.accounts, file).newlyUnsubscribed == 1)
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
        #expect(try world.rows("SELECT name FROM contact WHERE address = 'ada@x.example'") == ["Ada"])
    }

    @Test func wordsThatSayNeitherAreToldAndHoldBack() throws {
        let world = try world()
        let report = try world.load(.contacts, "account,email,unsubscribed\na,a@x.example,perhaps\n")
        #expect(report.isClean && report.cellsLeftOut == 0)
        #expect(
            report.warnings.contains {
                $0.contains("\"perhaps\" (1) says neither yes nor no, and its address is held back")
            },
            "\(report.warnings)")
    }

    @Test func anAttributeOfThatNameStaysOneAndIsAWishToo() throws {
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n",
            "data.yaml": "contact_attributes:\n  unsubscribed: { type: boolean, column: \"No mail\" }\n",
        ])
        #expect(diagnostics == [])
        let world = try world()
        world.dataMap = try #require(workspace).dataMap
        try world.load(.contacts, "account,email,No mail\na,a@x.example,yes\n")
        #expect(try world.rows("SELECT c_unsubscribed, unsubscribed FROM contact") == ["1|1"])
        #expect(try suppressed(world) == ["a@x.example||unsubscribed"])
    }

    /// The wish came with one file, the address with another that says nothing of wishes.
    @Test(arguments: ["account,key,email\na,k,ada@x.example\n", "account,key,email,unsubscribed\na,k,ada@x.example,\n"])
    func aWishHoldsForAnAddressThatAnotherFileBrings(file: String) throws {
        let world = try world()
        try world.load(.contacts, "account,key,email,unsubscribed\na,k,,yes\n")
        try world.load(.contacts, file)
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
    }

    /// A list of those who opted out: one of no account, one of two accounts.
    @Test func aWishNeedsNoAccount() throws {
        let world = try world()
        try world.load(.contacts, "account,email\na,two@x.example\nb,two@x.example\n")
        let report = try world.load(
            .contacts, "email,unsubscribed\nTwo@x.example,yes\nnobody@x.example,yes\nother@x.example,no\n")
        #expect(try suppressed(world) == ["nobody@x.example||unsubscribed", "two@x.example||unsubscribed"])
        #expect(
            report.warnings.contains {
                $0 == "2 addresses of no account here, or of several, want no messages, and will get none"
            }, "\(report.warnings)")
    }

    @Test func aWishIsOneThoughTheColumnIsAnAttribute() throws {
        let world = try world()
        world.dataMap.contactAttributes.append(Attribute("email_opt_out", .boolean))
        try world.load(.contacts, "account,email,email_opt_out\na,a@x.example,yes\nb,b@x.example,no\n")
        #expect(try suppressed(world) == ["a@x.example||unsubscribed"])
        #expect(try world.rows("SELECT c_email_opt_out FROM contact ORDER BY id") == ["1", "0"])
    }

    @Test func anotherPersonDoesNotInheritAWish() throws {
        let world = try ImportWorld()
        func file(_ email: String, _ name: String) -> String { "key,contact_email,contact_name\na,\(email),\(name)\n" }
        try world.load(.accounts, file("ada@x.example", "Ada Li"))
        try world.load(.contacts, "account,email,unsubscribed\na,ada@x.example,yes\n")
        // The same person under another address, then another one.
        try world.load(.accounts, file("ada.li@x.example", "ada li"))
        try world.load(.accounts, file("bob@x.example", "Bob Roe"))
        try world.load(.accounts, file("bob.roe@x.example", "Bob Roe"))
        #expect(try world.rows("SELECT address FROM suppression ORDER BY 1") == ["ada.li@x.example", "ada@x.example"])
    }

    @Test func theWishOfAnOwnerNeedsNoAddressInTheSameRow() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,ada@x.example\n")
        for _ in 1...2 {
            try world.load(.accounts, "key,contact_email,contact_unsubscribed\na,,yes\n")
            #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
        }
        #expect(try world.rows("SELECT last_address FROM contact") == ["ada@x.example"])
    }

    @Test(arguments: ["yes\na,ada@x.example,no", "yes\na,ada@x.example,", "no\na,ada@x.example,yes"])
    func ofRepeatedRowsTheWishStays(rows: String) throws {
        let world = try world()
        try world.load(.contacts, "account,email,unsubscribed\na,ada@x.example,\(rows)\n")
        #expect(try suppressed(world) == ["ada@x.example||unsubscribed"])
    }

    /// A sale that was declined, and somebody who has left the firm.
    @Test(arguments: ["Declined", "baja", "Out", "Withdrawn"])
    func aStatusOfSomethingElseIsNoWish(word: String) throws {
        let world = try world()
        try world.load(.contacts, "account,email,status\na,a@x.example,\(word)\n")
        #expect(try suppressed(world) == [])
    }
}
