import Playbooks
import Storage
import Testing

/// Rows whose addresses are those of other accounts.
struct ForeignAddressesTests {
    private func file(_ key: (Int) -> String, _ address: (Int) -> Int = { $0 }, _ rows: ClosedRange<Int> = 1...30)
        -> String
    {
        "key,name,email\n" + rows.map { "\(key($0)),Firm \($0),u\(address($0))@x.example\n" }.joined()
    }

    private let owners =
        "SELECT a.key, c.email FROM contact c JOIN account a ON a.id = c.account_id WHERE a.key IN ('C1', 'C2') ORDER BY a.key"

    @Test func aColumnOfAddressesThatWasSortedByItselfIsRefused() throws {
        let world = try ImportWorld()
        try world.load(.accounts, file { "C\($0)" })
        #expect(
            try world.load(.accounts, file({ "C\($0)" }, { 1 + $0 % 30 })).stopped?.contains("sorted by itself") == true
        )
        #expect(try world.rows(owners) == ["C1|u1@x.example", "C2|u2@x.example"])
        try world.load(.accounts, file({ "C\($0)" }, { $0 == 1 ? 2 : $0 == 2 ? 1 : $0 }))
        #expect(try world.rows(owners) == ["C1|u2@x.example", "C2|u1@x.example"])
    }

    @Test func keysThatAreWrittenOtherwiseMakeNoSecondAccounts() throws {
        let world = try ImportWorld()
        try world.load(.accounts, file { "C\($0)" })
        #expect(try world.load(.accounts, file { "\($0)" }).stopped?.contains("written otherwise") == true)
        #expect(try world.rows("SELECT count(*) FROM account") == ["30"])
        let report = try world.load(.accounts, file({ "\($0)" }, { $0 }, 26...26))
        #expect(
            report.warnings.contains { $0.hasPrefix("1 new account has the address of another (C26 → 26)") },
            "\(report.warnings)")
    }

    @Test func anAddressThatAnswersForManyIsNoProof() throws {
        let world = try ImportWorld()
        try world.load(.accounts, file { "C\($0)" })
        try world.load(.accounts, file({ "D\($0)" }, { _ in 7 }))
        #expect(try world.rows("SELECT count(*) FROM account") == ["60"])
    }

    @Test func anApostropheBeforeAnAddressIsNoPartOfIt() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,email\n1,'ada@x.example\n2,o'hara@x.example\n3,'bo@x.example'\n")
        #expect(
            try world.rows("SELECT email, address FROM contact ORDER BY id")
                == ["ada@x.example|ada@x.example", "o'hara@x.example|o'hara@x.example", "bo@x.example|bo@x.example"])
    }

    @Test func anAddressThatIsTheKeyMakesAContactToo() throws {
        let files = try GuessedFiles(
            "Name,Status,MRR,Start date,Contact email\nFirm A,Active,49,2025-01-05,a@a.example\nFirm B,Active,49,2025-02-05,b@b.example\n"
        )
        #expect(try files.rows("SELECT email FROM contact ORDER BY 1") == ["a@a.example", "b@b.example"])
    }
}
