import Playbooks
import Storage
import Testing

/// Files that name people by their addresses alone.
struct ImportByAddressTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(
            .accounts, "key,email,status\na,Ada@X.example,active\nb,bo@x.example,active\nc,both@x.example,active\n")
        try world.load(
            .accounts, "key,email,status\nd,both@x.example,active\ne,once@x.example,churned\nf,once@x.example,active\n")
        return world
    }

    @Test func anEventIsOfTheAccountAndTheContactWithTheAddress() throws {
        let world = try world()
        var map = ImportMap("nps", .events)
        map.event = "nps_response"
        map.columns = ["at": ColumnForm(column: "Created At")]
        let file = """
            Response ID,Email,Name,Score,Created At
            1,ADA@x.example,Ada,3,2026-02-01
            2,both@x.example,Bo,4,2026-02-02
            3,Once Again <once@x.example>,Once,5,2026-02-03
            4,nobody@x.example,No,6,2026-02-04

            """
        let report = try world.load(.events, file, ImportOptions(map: map))
        #expect((report.inserted, report.rejected) == (2, 2))
        #expect(try world.events.filter { $0.contains("|nps_response|") }.map { $0.prefix(1) } == ["a", "f"])
        #expect(
            try world.rows("SELECT count(*) FROM event WHERE contact_id IS NOT NULL AND properties LIKE '%score%'") == [
                "2"
            ])
        #expect(
            report.groups.contains { $0.first.reason.contains("both@x.example\" is a contact of 2 accounts (c, d)") })
        #expect(
            report.groups.contains { $0.first.reason.contains("nor a contact with the address \"nobody@x.example\"") })
        #expect(report.warnings.contains { $0.contains("found by the addresses of their contacts, in \"Email\"") })
        #expect(try world.load(.events, file, ImportOptions(map: map)).inserted == 0)
        try world.load(.accounts, "key,email\ng,nobody@x.example\n")
        #expect(try world.load(.events, file, ImportOptions(map: map)).inserted == 1)
    }

    @Test func usageAndContactsComeByAddressToo() throws {
        let world = try world()
        let usage = try world.load(
            .metrics, "Email,day,logins\nada@x.example,2026-03-01,4\nboth@x.example,2026-03-01,4\n")
        #expect((usage.inserted, usage.rejected) == (1, 1))
        var map = ImportMap("contacts", .contacts)
        map.columns = ["account": ColumnForm(column: "Mail"), "email": ColumnForm(column: "Mail")]
        let contacts = try world.load(
            .contacts, "Mail,Title\nada@x.example,CEO\nbo@x.example,CTO\n", ImportOptions(map: map))
        #expect((contacts.updated, contacts.inserted, contacts.rejected) == (2, 0, 0), "\(contacts)")
        let wishes = try world.load(.contacts, "Email Address,Unsubscribed\nada@x.example,yes\nzoe@x.example,yes\n")
        #expect((wishes.updated, wishes.rejected) == (1, 1))
        #expect(
            try world.rows("SELECT c.c_title, c.unsubscribed FROM contact c WHERE address = 'ada@x.example'") == [
                "CEO|1"
            ])
    }

    @Test func initProposesIt() throws {
        let world = try ImportWorld()
        let accounts = try world.file(
            "Account ID,Company,Email,MRR\n" + (0..<40).map { "k\($0),Co \($0),U\($0)@x.example,9\n" }.joined(),
            "accounts.csv")
        let nps = try world.file(
            "Response ID,Email,Name,Score,Comment,Created At\n"
                + (0..<30).map { "\(9_000 + $0),u\($0 + 15)@X.example,N,\($0 % 11),,2026-02-01\n" }.joined(), "nps.csv")
        let cancels = try world.file(
            "Customer,Customer Email,Cancellation requested on,Cancellation reason\n"
                + (0..<9).map { "Co \($0),u\($0)@x.example,2026-02-0\($0 + 1),Too expensive\n" }.joined(), "cancel.csv")
        let paths = ["accounts.csv", "nps.csv", "cancel.csv"]
        let guess = try DataMapGuess(
            from: [accounts, nps, cancels].map { .file($0) }, paths: paths, configuration: world.configuration,
            now: world.now)
        #expect(
            guess.notes.contains(
                "nps.csv: accounts are found by the addresses in \"Email\", of which 25 of 30 are contacts in these files"
            ),
            "\(guess.notes)")
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml + "reasons: { price: {} }\n",
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        _ = try world.importer.run(.accounts, from: .file(accounts), now: world.now)
        let answers = try world.importer.run(
            .events, from: .file(nps), options: ImportOptions(map: world.dataMap.importMap("nps")), now: world.now)
        #expect((answers.inserted, answers.rejected) == (25, 5), "\(answers)\n\(guess.yaml)")
        let gone = try world.importer.run(
            .events, from: .file(cancels), options: ImportOptions(map: world.dataMap.importMap("cancellations")),
            now: world.now)
        #expect(gone.inserted == 9, "\(gone)\n\(guess.yaml)")
    }
}
