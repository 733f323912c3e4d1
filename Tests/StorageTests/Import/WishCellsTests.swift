import Foundation
import Playbooks
import Storage
import Testing

/// Cells and columns of wishes that are written otherwise than usual: who may want nothing gets nothing until it is known.
@Suite struct WishCellsTests {
    private func suppressed(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT address, reason FROM suppression ORDER BY address")
    }

    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        return world
    }

    @Test(arguments: [
        "STOP", "checked", "Opted-Out (2024)", "yes, since May", "01.03.2025 10:00", "2", "nope thanks", "ask Bob",
    ])
    func aFilledCellOfAnOptOutHoldsTheAddressBack(word: String) throws {
        let world = try world()
        let report = try world.load(
            .contacts, "account,email,Email Opt Out\na,a@x.example,\"\(word)\"\na,b@x.example,no\na,c@x.example,\n")
        #expect(try suppressed(world).map { $0.prefix(1) } == ["a"], "\(report.warnings)")
    }

    /// Two of four are enough to see what the column is of.
    @Test(arguments: ["pending", "invited", "Unconfirmed", "perhaps"])
    func aConsentThatIsAskedForIsNone(word: String) throws {
        let world = try ImportWorld()
        let accounts = try world.file(
            "Customer ID,Email,Marketing status\n1,a@x.example,Subscribed\n2,b@x.example,\(word)\n"
                + "3,c@x.example,No consent\n4,d@x.example,Archived\n", "accounts.csv")
        let guess = try DataMapGuess(
            from: [.file(accounts)], paths: ["accounts.csv"], configuration: world.configuration, now: world.now)
        world.dataMap = try Self.dataMap(guess.yaml)
        _ = try world.importer.run(.accounts, from: .file(accounts), now: world.now)
        #expect(try suppressed(world).map { $0.prefix(1) } == ["b", "c", "d"], "\(guess.yaml) \(guess.notes)")
    }

    @Test(arguments: ["Unsub", "emailOptOut", "do_not_mail", "isUnsubscribed"])
    func aColumnOfOptOutsIsKnownHoweverItIsWritten(name: String) throws {
        let world = try world()
        try world.load(.contacts, "account,email,\(name)\na,a@x.example,yes\na,b@x.example,no\n")
        #expect(try suppressed(world).map { $0.prefix(1) } == ["a"])
    }

    /// What a setting is in, agreement in other languages, and numbers as spreadsheets write them.
    @Test(arguments: [
        ("Marketing emails", "enabled", "disabled"), ("Consentement RGPD", "Accepté", "Refusé"),
        ("marketing_consent", "1.0", "0.0"), ("Email Opt Out", "0.0", "1.0"),
    ])
    func wordsOfSettingsAreUnderstood(header: String, wanted: String, refused: String) throws {
        let files = try GuessedFiles([
            (
                "accounts.csv",
                "id,Company,MRR,Created\n1,Aster,10,2025-01-01\n2,Birch,20,2025-02-01\n3,Cedar,30,2025-03-01\n"
            ),
            (
                "contacts.csv",
                "ID,Account ID,Email,Name,\(header)\n11,1,a@aster.example,Ann,\(wanted)\n12,2,b@birch.example,Bo,\(refused)\n"
                    + "13,3,c@cedar.example,Cy,\(wanted)\n"
            ),
        ])
        #expect(
            try files.rows("SELECT address, reason FROM suppression") == ["b@birch.example|unsubscribed"],
            "\(files.guess.yaml)")
    }

    @Test func whatIsNotUnderstoodIsHeldUntilTheMapSaysWhatItMeans() throws {
        let world = try world()
        let file = "account,email,Email Opt Out\na,a@x.example,2\na,b@x.example,2\nb,c@x.example,7\nb,d@x.example,yes\n"
        let report = try world.load(.contacts, file)
        #expect(
            report.warnings.contains {
                $0.contains("\"2\" (2), \"7\" (1) say neither yes nor no, and their 3 addresses are held back")
                    && $0.hasSuffix(
                        "contact_attributes: { unsubscribed: { map: { \"2\": <yes or no>, \"7\": <yes or no> } } }")
            }, "\(report.warnings)")
        #expect(
            try suppressed(world) == [
                "a@x.example|a wish that is not understood", "b@x.example|a wish that is not understood",
                "c@x.example|a wish that is not understood", "d@x.example|unsubscribed",
            ])
        world.dataMap = try Self.dataMap("contact_attributes: { unsubscribed: { map: { \"2\": no, \"7\": yes } } }")
        try world.load(.contacts, file)
        #expect(try suppressed(world) == ["c@x.example|unsubscribed", "d@x.example|unsubscribed"])
    }

    @Test func ofSeveralKeysOfAnObjectTheOneThatSaysNoCounts() throws {
        let world = try world()
        world.dataMap.contactAttributes.append(Attribute("email_opt_out", .boolean))
        let path = try world.file(
            """
            {"account": "a", "email": "a@x.example", "unsubscribed": false, "opted_out": true}
            {"account": "a", "email": "b@x.example", "unsubscribed": false, "do_not_email": false}
            {"account": "a", "email": "c@x.example", "email_opt_out": true}
            {"account": "b", "email": "d@x.example", "opted_out": true, "opted_out": false}
            """, "contacts.ndjson")
        let report = try world.importer.run(.contacts, from: .file(path), now: world.now)
        #expect(report.rejected == 1 && report.inserted == 3, "\(report)")
        #expect(try suppressed(world).map { $0.prefix(1) } == ["a", "c"])
    }

    private static func dataMap(_ text: String) throws -> DataMap {
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": text,
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(text)")
        return try #require(workspace).dataMap
    }

    @Test func theContactOfAnAccountIsHeldBackToo() throws {
        let world = try ImportWorld()
        try world.load(
            .accounts, "key,email,Email Opt Out\na,a@x.example,STOP!\nb,b@x.example,perhaps\nc,c@x.example,no\n")
        #expect(try suppressed(world).map { $0.prefix(1) } == ["a", "b"])
    }

    /// As HubSpot exports it: one column of all mail, one of a kind of it, and one that nobody can be sure of.
    @Test func ofSeveralColumnsEachCountsAndAPrintedLineWorksWhenItIsFollowed() throws {
        let world = try ImportWorld()
        let accounts = try world.file(
            "Account ID,Company,MRR\n" + (0..<9).map { "a\($0),A\($0),1\n" }.joined(), "accounts.csv")
        let header =
            "Record ID,Email,Account ID,Unsubscribed from all email,Opted out of email: Marketing Information,News A consent,"
            + "News B consent\n"
        let contacts = try world.file(
            header
                + (0..<9).map { index in
                    "\(index),u\(index)@x.example,a\(index),\(index == 1),\(index == 2),\(index == 3 ? "no" : "yes"),"
                        + "\(index == 4 ? "no" : "yes")\n"
                }.joined(), "hubspot.csv")
        let guess = try DataMapGuess(
            from: [.file(accounts), .file(contacts)], paths: ["accounts.csv", "hubspot.csv"],
            configuration: world.configuration, now: world.now)
        #expect(
            guess.yaml.contains(
                "unsubscribed: { column: [\"Unsubscribed from all email\", \"Opted out of email: Marketing Information\"] }"
            ),
            "\(guess.yaml)")
        let lines = guess.notes.compactMap { note in
            note.range(of: "say: contact_attributes:").map { "contact_attributes:" + note[$0.upperBound...] }
        }
        #expect(lines.count == 2, "\(guess.notes)")
        func load(_ yaml: String) throws {
            world.dataMap = try Self.dataMap(yaml)
            _ = try world.importer.run(
                .contacts, from: .file(contacts), options: ImportOptions(map: world.dataMap.importMap("contacts")),
                now: world.now)
        }
        world.dataMap = try Self.dataMap(guess.yaml)
        _ = try world.importer.run(.accounts, from: .file(accounts), now: world.now)
        try load(guess.yaml)
        #expect(try suppressed(world).map { $0.prefix(2) } == ["u1", "u2"])
        try load(guess.yaml + "\n" + lines.joined(separator: "\n") + "\n")
        #expect(try suppressed(world).map { $0.prefix(2) } == ["u1", "u2", "u3", "u4"])
    }
}
