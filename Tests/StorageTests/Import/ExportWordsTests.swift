import Foundation
import Playbooks
import Storage
import Testing

/// What the columns and cells of real exports mean.
@Suite struct ExportWordsTests {
    private func guess(_ files: [(name: String, text: String)]) throws -> DataMapGuess {
        let world = try ImportWorld()
        let paths = try files.map { try world.file($0.text, $0.name) }
        return try DataMapGuess(
            from: paths.map { .file($0) }, paths: files.map(\.name), configuration: world.configuration, now: world.now)
    }

    @Test func whatACustomerTurnsOverIsNoRevenueOfOurs() throws {
        let found = try guess([
            ("companies.csv", "Record ID,Company name,Annual Revenue\n1,A,5000000\n2,B,1200000\n3,C,100000\n")
        ])
        #expect(!found.yaml.contains("\n  mrr:"), "\(found.yaml)")
        #expect(
            found.notes.contains {
                $0.hasPrefix("\"Annual Revenue\" is taken for what the customer itself turns over")
                    && $0.hasSuffix("attributes: { mrr: { column: \"Annual Revenue\", per: year } }")
            }, "\(found.notes)")
    }

    @Test func aYearsRevenueIsSaidToBeDivided() throws {
        let found = try guess([
            ("accounts.csv", "Account ID,Name,Annual Contract Value (converted)\n1,A,1200\n2,B,2400\n3,C,600\n")
        ])
        #expect(found.yaml.contains("per: year"), "\(found.yaml)")
        #expect(
            found.notes.contains(
                "the monthly revenue (mrr) is a twelfth of \"Annual Contract Value (converted)\""), "\(found.notes)")
    }

    @Test func mostAmountsMakeTheRevenueAndTheOthersAreNamed() throws {
        let found = try guess([("crm.csv", "id,name,MRR\n1,A,$49\n2,B,$49\n3,C,tbd\n4,D,49/seat\n")])
        #expect(found.yaml.contains("  mrr: { column: \"MRR\" }"), "\(found.yaml)")
        #expect(found.notes.contains { $0.contains("\"49/seat\" (1) is no amount") }, "\(found.notes)")
    }

    @Test func rowsOfEmptyCellsAreNoRows() throws {
        let world = try ImportWorld()
        let file = "key,name,mrr\na,A,1\n,,\nb,B,2\n , ,\n"
        let report = try world.load(.accounts, file)
        #expect(report.isClean && report.read == 2 && report.inserted == 2, "\(report)")
        let found = try guess([("accounts.csv", "Code,Name,MRR\nx1,A,1\n,,\nx2,B,2\nx3,C,2\n")])
        #expect(found.yaml.contains("  key: { column: \"Code\" }"), "\(found.yaml)\(found.notes)")
    }

    @Test func amountsOfOtherCurrenciesAreCountedApartFromWhatIsNone() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,mrr\na,\"£39,00\"\nb,\"49,-\"\nc,abc\n")
        #expect(report.groups.map(\.count) == [1, 1], "\(report.groups)")
        #expect(try world.rows("SELECT mrr FROM account WHERE key = 'b'") == ["4900"])
    }

    @Test func germanColumnsAreKnown() throws {
        let found = try guess([
            (
                "kunden.csv",
                "Kundennummer;Firma;Tarif;Nutzer;Ansprechpartner;E-Mail;Verlängerung am;Kündigung zum\n"
                    + (0..<9).map { "K\($0);F\($0);Pro;\($0 + 1);Ada B\($0);u\($0)@c.example;01.0\($0 + 1).2027;\n" }
                    .joined()
            )
        ])
        for line in ["plan: {", "seats: {", "renewal_at: {", "column: \"Ansprechpartner\""] {
            #expect(
                found.yaml.contains(line) || found.notes.contains { $0.contains("Ansprechpartner") },
                "\(line) \(found.yaml)")
        }
        let ended = try guess([
            ("kunden.csv", "Kundennummer;Firma;Kündigung zum\nK1;A;31.12.2026\nK2;B;31.01.2027\nK3;C;\n")
        ])
        #expect(ended.yaml.contains("churned_at: { format: d.m.y, column: \"Kündigung zum\" }"), "\(ended.yaml)")
    }

    @Test func oneScoreThatNobodyCanGiveMakesNoMetric() throws {
        let found = try guess([
            ("accounts.csv", "Customer ID,Company\n" + (0..<5).map { "c\($0),C\($0)\n" }.joined()),
            (
                "nps.csv",
                "Customer ID,Date,Score\nc0,2026-01-01,9\nc1,2026-01-02,10\nc2,2026-01-02,11\nc3,2026-01-05,3\nc4,2026-01-06,8\n"
            ),
        ])
        #expect(found.yaml.contains("nps_response"), "\(found.yaml)")
    }

    @Test func theLongIdOfSalesforceIsToldFromTheShortOne() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\n0015g00000AbCdE\n")
        let report = try world.load(.contacts, "account,email\n0015g00000AbCdEAAV,a@x.example\n")
        #expect(
            report.groups.first?.first.reason.contains("did you mean \"0015g00000AbCdE\"?") == true, "\(report.groups)")
    }
}
