import Foundation
import Playbooks
import Reliability
import Storage
import Testing

/// Whatever bytes come, an import ends, with an error or with books that balance, and leaves a whole database.
struct ImportFuzzTests {
    private static let good = #"""
        key,name,seats,created_at,Subscription Plan
        a,"Ada, ""West""",1,2026-01-01,pro
        b,"two
        lines",2.5,2026-01-02T10:00:00Z,free
        c,é,,,

        """#

    @Test func randomBytesAndTruncationsEndWell() throws {
        let world = try ImportWorld()
        var random = SeededGenerator(seed: 7)
        let good = Array(Self.good.utf8)
        let json = Array(
            "{\"key\": \"a\", \"name\": \"caf\\u00e9\", \"seats\": 1e3, \"x\": [{}, null]}\n{\"key\": 2}\n".utf8)
        let marks = Array("\",;\t\r\n\\{}[]:0é\u{0}".utf8)
        for round in 0..<150 {
            var bytes = round % 3 == 0 ? json : good
            switch round % 4 {
            case 0: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            case 1:
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = marks.randomElement(using: &random) ?? 0
                }
            case 2:
                for _ in 0..<Int.random(in: 1...40, using: &random) {
                    bytes.insert(
                        marks.randomElement(using: &random) ?? 0, at: Int.random(in: 0...bytes.count, using: &random))
                }
            default:
                bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            let path = try world.file(Data(bytes))
            for kind in ImportKind.allCases {
                do {
                    let report = try world.importer.run(kind, from: .file(path), now: world.now)
                    let settled =
                        report.inserted + report.updated + report.unchanged + report.duplicates + report.rejected
                    if kind == .accounts, report.stopped == nil, report.duplicates == 0 {
                        #expect(settled == report.read)
                    }
                } catch is ImportError {
                    continue
                }
            }
        }
        #expect(try world.rows("PRAGMA integrity_check") == ["ok"])
    }

    @Test(arguments: ["CSV", "NDJSON"])
    func brokenRowsAreTakenOrRejected(format: String) throws {
        let world = try ImportWorld()
        let json = """
            {"key": "a", "name": "caf\\u00e9", "seats": 1e3, "created_at": "2026-01-01", "trial": true, "x": [{}, null]}
            {"key": "b", "budget": -0.5, "name": "\\ud83d\\ude00 \\"x\\""}

            """
        let events = "account,event,at,score,properties\na,nps_response,2026-01-05,7,\"{\"\"comment\"\": \"\"x\"\"}\"\n"
        let metrics = "account,day,logins,Reports run\na,2026-03-01,3,\nb,1.3.2026,-1e3,0x10\n"
        let corpus = format == "CSV" ? [Self.good, events, metrics] : [json]
        let words =
            format == "CSV"
            ? ["\"\"", "a,", "\r\n", "key", "account", "day", ",,", "\t", ";", "=1+1"]
            : ["\\u12", "\\ud800", "{}", "[]", "\"key\":", "1e999", "-", "nul", "}{"]
        var kind = 0
        let findings = Fuzzer(
            corpus, words: words, seconds: Rounds.seconds(0.8, long: 30), test: "brokenRows-\(format)"
        )
        .run { bytes in
            let path = try world.file(Data(bytes), format == "CSV" ? "data.csv" : "data.ndjson")
            kind += 1
            do {
                let report = try world.importer.run(
                    ImportKind.allCases[kind % ImportKind.allCases.count], from: .file(path), now: world.now)
                if report.rejected > 0, report.firstRejected.contains(where: { $0.row < 1 || $0.reason.isEmpty }) {
                    return "a rejected row without a place or a reason"
                }
            } catch let error as ImportError {
                if error.description.isEmpty { return "a refusal without words" }
            }
            return nil
        }
        #expect(findings.failures.isEmpty, "\(findings.failures)")
        #expect(try world.rows("PRAGMA integrity_check") == ["ok"])
        Rounds.tell(findings.inputs, "\(format): \(findings.figures)")
    }

    @Test func manyOpenQuotesDoNotTakeForEver() throws {
        let world = try ImportWorld()
        for line in ["a,\"b", "\"\"\"", "\"a\"\"", "a,\"\"\"b"] {
            let text = "key,name\n" + String(repeating: line + "\n", count: 50_000)
            let began = ContinuousClock.now
            _ = try world.load(.accounts, text)
            #expect(began.duration(to: .now) < .seconds(20))
        }
    }
}
