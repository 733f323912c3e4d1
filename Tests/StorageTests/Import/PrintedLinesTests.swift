import Foundation
import Playbooks
import Storage
import Testing

/// Each line for `data.yaml` that a program prints is taken when it is put there, also below a section of its name.
@Suite struct PrintedLinesTests {
    private static let map = """
        attributes:
          plan: { type: text, values: [free, pro] }
          seats: { type: number }
          renewal_at: { type: date }
        contact_attributes:
          birthday: { type: date }
        metrics:
          logins: {}
        reasons:
          price: {}
        events:
          complaint: { properties: { reason: { type: reason, map: { dear: price } } } }
        imports:
          events: { columns: { account: Customer } }
          contacts: { columns: { account: Customer } }
        """

    private func check(_ text: String) throws -> (DataMap?, [Diagnostic]) {
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": text,
        ])
        return (workspace?.dataMap, diagnostics.filter { $0.position.file == "data.yaml" && $0.severity == .error })
    }

    /// A blank is refused as it is printed, and each of its words is taken: `<active or churned>`.
    private func accepts(_ line: String, below map: String = map) throws {
        let blanks = /<(\w+) or (\w+)>/
        if line.contains(blanks) { #expect(try !check(map + "\n" + line + "\n").1.isEmpty, "\(line)") }
        for filled in [line.replacing(blanks) { $0.output.1 }, line.replacing(blanks) { $0.output.2 }] {
            #expect(try check(map + "\n" + filled + "\n").1 == [], "\(filled)\n\(map)")
        }
    }

    /// The line at the end of a sentence.
    private static func line(_ sentence: String) -> String? {
        ["attributes: {", "contact_attributes: {", "imports: {"].lazy.compactMap { start in
            sentence.range(of: " " + start).map { String(sentence[$0.lowerBound...].dropFirst()) }
        }.first
    }

    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        world.dataMap = try #require(try check(Self.map).0)
        try world.load(.accounts, "key\na\nb\nc\n")
        return world
    }

    static let files: [(kind: ImportKind, text: String)] = [
        (.accounts, "key,renewal_at\na,03/25/2026\nb,03/26/2026\nc,03/27/2026\n"),
        (.accounts, "key,created_at\na,25.03.2025\nb,26.03.2025\nc,27.03.2025\n"),
        (.accounts, "key,seats\na,\"1.234,5\"\nb,\"1.234,6\"\nc,\"2.234,5\"\n"),
        (.accounts, "key,status\na,zombie\nb,zombie\nc,zombie\n"),
        (.contacts, "account,email,birthday\na,a@x.example,03/25/1990\nb,b@x.example,03/26/1990\n"),
        (.contacts, "account,email\nq,a@x.example\nr,b@x.example\n"),
        (.contacts, "account,email,status\na,a@x.example,zombie\nb,b@x.example,zombie\n"),
        (.metrics, "account,metric,day,value\na,visits,2026-03-01,3\nb,visits,2026-03-01,3\n"),
        (.metrics, "account,day,logins\na,25.02.2026,3\nb,26.02.2026,3\n"),
        (.metrics, "account,day,logins\nq,2026-03-01,3\nr,2026-03-01,3\n"),
        (.events, "account,event,at\na,complaint,25.02.2026\nb,complaint,26.02.2026\n"),
        (.events, "account,event,at\na,visited,2026-03-01\nb,visited,2026-03-01\n"),
        (.events, "account,event,at\nq,complaint,2026-03-01\nr,complaint,2026-03-01\n"),
    ]

    @Test(arguments: files.indices) func thoseOfImportsAreTaken(index: Int) throws {
        let (kind, text) = Self.files[index]
        let world = try world()
        let report = try world.load(kind, text)
        let lines = report.groups.compactMap(\.hint) + report.warnings.compactMap(Self.line)
        #expect(!lines.isEmpty, "\(text)")
        for line in lines { try accepts(line) }
    }

    @Test func whatALineOfAnImportSaysIsRead() throws {
        let world = try world()
        let file = "Customer,event,at\na,complaint,25.02.2026\nb,complaint,26.02.2026\n"
        let map = world.dataMap.importMap("events")
        let report = try world.load(.events, file, ImportOptions(map: map))
        let line = try #require(report.groups.compactMap(\.hint).first)
        world.dataMap = try #require(try check(Self.map + "\n" + line + "\n").0)
        #expect(
            try world.load(.events, file, ImportOptions(map: world.dataMap.importMap("events"))).inserted == 2,
            "\(line)")
    }

    @Test func thoseOfNewWorkspacesAreTaken() throws {
        let world = try ImportWorld()
        let files = [
            "Company,Status,Annual Revenue\nA,zombie,100\nB,active,200\nC,active,300\n",
            "Company,City\nA,Rome\nA,Rome\nB,Rome\nB,Oslo\n",
            "id,status,amount,interval,qty\na,active,1,month,2\nb,zombie,2,year,1\nc,active,2,year,1\n",
            "id,email,Newsletter A consent,Newsletter B consent,Email opt out\n"
                + (0..<9).map { "c\($0),u\($0)@c.example,yes,no,\($0)\n" }.joined(),
        ]
        for file in files {
            let guess = try DataMapGuess(
                from: .file(try world.file(file)), configuration: world.configuration, now: world.now)
            let lines = guess.notes.compactMap(Self.line)
            #expect(!lines.isEmpty, "\(guess.notes)")
            for line in lines {
                try accepts(line, below: guess.yaml)
                try accepts(line)
            }
        }
    }

    @Test func aSectionThatComesAgainGoesOn() throws {
        let (map, diagnostics) = try check(
            Self.map + """

                attributes: { seats: { type: number, decimal: comma } }
                attributes:
                  plan: { column: "Tarif" }
                reasons: { dull: {} }
                """)
        #expect(diagnostics == [])
        #expect(map?.attributes.map(\.name) == ["plan", "seats", "renewal_at"])
        #expect(map?.attribute("plan")?.values == ["free", "pro"] && map?.attribute("plan")?.column == "Tarif")
        #expect(map?.reasons.map(\.name) == ["price", "dull"])
    }

    @Test func aComplaintAboutALaterSectionNamesItsLine() throws {
        let diagnostics = try check("metrics:\n  logins: {}\nmetrics:\n  visits: { size: 3 }\n").1
        #expect(diagnostics.map(\.position.line) == [4], "\(diagnostics)")
        // Within one section a name stays unique.
        #expect(try !check("metrics:\n  logins: {}\n  logins: {}\n").1.isEmpty)
    }
}
