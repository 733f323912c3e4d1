import Foundation
import Playbooks
import Storage
import Testing

struct DataMapGuessTests {
    private static let messy = """
        Customer ID;Company;Monthly Revenue;E-Mail;Signup Date;Time Zone;Plan;Seats;Is VIP;Renewal;Discount;Last Seen;churned;\
        status;Notes;2nd Score;Löschdatum;and;;Balance
        0001;"Ada; Inc.";1,234.50;ada@example.com;01/31/2025;America/Chicago;Pro Plan;10;yes;31.12.2026;5%;\
        2026-03-01T10:00:00Z;1.0;paying;"free text, one";1;20251231;x;;$5
        0002;Bob;99.00;bob@example.com;02/14/2025;Europe/Berlin;Free;;no;01.01.2027;10%;2026-03-02 11:30;0.0;trial;"another";\
        2.5;20260101;y;;"$1,200.00"
        0003;;;;03/01/2025;;Free;3;;;;;;;third thing;-1;;;;
        0004;Dan;0;dan@example.com;12/24/2025;UTC;Pro Plan;1;no;05.05.2027;;2026-03-03 12:00;0.0;paying;x;0;;z;;
        """

    private func dataMap(_ yaml: String) throws -> DataMap {
        let texts = ["keeptouch.yaml": "workspace: acme\ntimezone: America/Chicago\n", "data.yaml": yaml]
        let (workspace, diagnostics) = WorkspaceReader.read(texts)
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [])
        return try #require(workspace).dataMap
    }

    private func guess(_ text: String) throws -> (yaml: String, report: ImportReport, world: ImportWorld) {
        let world = try ImportWorld(zone: "America/Chicago")
        let source = ImportSource.file(try world.file(text))
        let guess = try DataMapGuess(from: source, configuration: world.configuration, now: world.now)
        world.dataMap = try dataMap(guess.yaml)
        return (guess.yaml, try world.importer.run(.accounts, from: source, now: world.now), world)
    }

    @Test func aMessyExportComesInWithoutARejectedRow() throws {
        let (yaml, report, world) = try guess(Self.messy)
        #expect(report.firstRejected == [])
        #expect(report.inserted == 4)
        for line in [
            "  key: { column: \"Customer ID\" }", "  name: { column: \"Company\" }",
            "  mrr: { column: \"Monthly Revenue\" }",
            "  created_at: { format: m/d/y, column: \"Signup Date\" }", "  timezone: { column: \"Time Zone\" }",
            "  plan: { type: text, column: \"Plan\" }", "  status: { map: { paying: active, trial: active } }",
            "  seats: { type: number, column: \"Seats\" }",
            "  is_vip: { type: boolean, column: \"Is VIP\" }",
            "  renewal_at: { type: date, format: d.m.y, column: \"Renewal\" }",
            "  discount: { type: percent, column: \"Discount\" }",
            "  last_seen: { type: instant, column: \"Last Seen\" }",
            "  account_churned: { type: number, column: \"churned\" }",
            "  n_2nd_score: { type: number, column: \"2nd Score\" }",
            "  balance: { type: money, column: \"Balance\" }", "  notes: { type: text, column: \"Notes\" }",
        ] {
            #expect(yaml.contains(line + "\n"), "\(line)\n\n\(yaml)")
        }
        #expect(yaml.contains("# \"E-Mail\" is the account's contact: contact_email"))
        #expect(
            try world.rows("SELECT key, mrr, a_renewal_at, a_balance FROM account WHERE key = '0001'") == [
                "0001|123450|20818|500"
            ])
        #expect(try world.rows("SELECT count(*) FROM contact") == ["3"])
    }

    @Test func theRealExportComesInOnceItHasAKey() throws {
        let path = try #require(
            Bundle.module.url(forResource: "saas_churn", withExtension: "csv", subdirectory: "Vectors"))
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        let world = try ImportWorld()
        let plain = try DataMapGuess(
            from: .file(path.path), configuration: world.configuration, now: world.now)
        #expect(plain.yaml.contains("# no column tells accounts apart"))
        let text = lines.enumerated().map { "\($0.offset == 0 ? "customer_id" : "C-\($0.offset)"),\($0.element)\n" }
            .joined()
        let (yaml, report, _) = try guess(text)
        #expect((report.inserted, report.rejected) == (2_000, 0))
        #expect(yaml.contains("product_payroll: { type: text, values: [Active, Free-Trial, \"No\"] }"))
        #expect(report.warnings.count == 1 && report.warnings[0].hasPrefix("2000 new accounts have no created_at"))
    }

    @Test func anAmbiguousDateIsAskedAbout() throws {
        let (yaml, report, _) = try guess("id,renewal\n1,03/04/2026\n2,05/06/2026\n")
        #expect(
            yaml.contains(
                "renewal_at: { type: date, format: m/d/y, column: \"renewal\" }  # or d/m/y? every value can be read so"
            ))
        #expect(report.inserted == 2)
    }
}
