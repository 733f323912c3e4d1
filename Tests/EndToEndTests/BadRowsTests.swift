import Foundation
import Testing

/// Rows that cannot be taken: each is told with its place, kept with its reason, and costs no other row.
@Suite struct BadRowsTests {
    struct Export: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var kind = "accounts"
        var bytes: Data
        /// Begins the line of stderr that tells it.
        var complaint: String
        /// How many accounts there are afterwards.
        var kept: Int

        init(_ description: String, kind: String = "accounts", _ text: String, _ complaint: String, kept: Int) {
            testDescription = description
            self.kind = kind
            bytes = Data(text.utf8)
            self.complaint = complaint
            self.kept = kept
        }

        init(_ description: String, bytes: Data, _ complaint: String, kept: Int) {
            self.init(description, "", complaint, kept: kept)
            self.bytes = bytes
        }
    }

    static let exports = [
        Export(
            "a missing column", "id,name\na1,A\n",
            "keeptouch: error: in.csv:1: there is no column \"key\" among \"id\", \"name\"; name it in data.yaml",
            kept: 0),
        Export(
            "an empty file", "", "keeptouch: error: in.csv: is empty; the first line must name the columns", kept: 0),
        Export(
            "bad dates beside a missing key",
            "key,created_at,renewal_at\n,2026-01-01,\na1,2026-13-02,\na2,2026-01-02,soon\na3,2026-01-02,2026-02-03\n",
            "in.csv:2: error: key: is empty", kept: 3),
        Export(
            "an unclosed quote", "key,name\na1,A\na2,\"B\na3,C\n",
            "in.csv:3: error: the quote that opens in field 2 is never closed", kept: 2),
        Export(
            "UTF-16 that does not say so",
            bytes: Data("key,name\na1,A\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
            "keeptouch: error: in.csv: is UTF-16 or UTF-32 without a mark that says so; save it as UTF-8", kept: 0),
        Export("NUL bytes", "key,name\na1,A\0B\na2,C\n", "in.csv:2: error: the row holds a NUL byte", kept: 1),
        Export(
            "a field of a megabyte", "key,name\na1,\(String(repeating: "x", count: 1_000_000))\na2,B\n",
            "in.csv:2: error: field 2 is longer than 64 KiB", kept: 1),
        Export(
            "too many and too few fields", "key,name\na1\na2,B,C\na3,D\n",
            "in.csv:2: error: the row has 1 fields, the header has 2", kept: 1),
        Export(
            "an unknown account", kind: "metrics", "account,metric,day,value\nnobody,logins,2026-01-01,3\n",
            "in.csv:2: error: account: there is no account with the key \"nobody\"", kept: 0),
        Export(
            "an event of nobody", kind: "events", "account,event,at\nnobody,report_made,2026-01-01\n",
            "in.csv:2: error: account: there is no account with the key \"nobody\"", kept: 0),
        Export(
            "broken JSON", "{\"key\": \"a1\"}\n{broken\n{\"key\": \"a2\"}\n",
            "in.csv:2: error: the line is not one JSON object",
            kept: 2),
    ]

    @Test(arguments: exports) func aBadRowIsToldAndTheGoodOnesStay(_ export: Export) throws {
        let scratch = try Scratch(small: "in_app")
        try export.bytes.write(to: scratch.folder.appendingPathComponent("in.csv"))
        let outcome = try scratch.keeptouch("import", export.kind, "in.csv")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.complaints.hasPrefix(export.complaint), "\(outcome.complaints.prefix(400))")
        #expect(outcome.complaints.count < 2_000, "a complaint repeats the whole field")
        #expect(try scratch.number("SELECT count(*) FROM account") == export.kept)
        if !export.complaint.hasPrefix("keeptouch") {
            #expect(outcome.complaints.contains("the rejected rows and why: in.csv.rejected.csv"))
            #expect(
                FileManager.default.fileExists(
                    atPath: scratch.folder.appendingPathComponent("in.csv.rejected.csv").path))
        }
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
    }

    @Test func theRejectedRowsCanBeMendedAndImported() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.write("in.csv", "key,renewal_at\na1,2026-01-01\na2,soon\n")
        let first = try scratch.keeptouch("import", "accounts", "in.csv")
        #expect(first.code == 0)
        #expect(
            first.output == "in.csv: 2 accounts read, 2 new, 1 cell left out (1 renewal_at)\n"
                && first.complaints.hasPrefix("in.csv:3: warning: renewal_at: \"soon\" is not a date"), "\(first)")
        #expect(
            try scratch.text("in.csv.rejected.csv").hasPrefix("key,renewal_at,rejected_row,rejected_reason\na2,soon,3,")
        )
        try scratch.replace("a2,soon", with: "a2,2026-02-02", in: "in.csv.rejected.csv")
        let outcome = try scratch.keeptouch("import", "accounts", "in.csv.rejected.csv")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try scratch.number("SELECT count(*) FROM account") == 2)
    }

    @Test func aKeyThatComesTwiceCountsOnce() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.write("in.csv", "key,name\na1,A\na1,B\n")
        let outcome = try scratch.keeptouch("import", "accounts", "in.csv")
        #expect(outcome.code == 0)
        #expect(outcome.complaints.contains("in.csv: warning: "), "\(outcome)")
        #expect(try scratch.query("SELECT key, name FROM account") == [["a1", "B"]])
    }

    @Test func aFileWhoseRowsFailAlikeStopsEarlyAndSaysWhatToAdd() throws {
        let scratch = try Scratch(small: "in_app")
        let rows = (1...5_000).map { "a\($0),12/31/2026" }
        try scratch.write("in.csv", "key,renewal_at\n" + rows.joined(separator: "\n") + "\n")
        let outcome = try scratch.keeptouch("import", "accounts", "in.csv")
        #expect(outcome.code == 1)
        #expect(outcome.complaints.contains("in.csv: error: stopped after 1000 rows, and nothing was changed"))
        #expect(
            outcome.complaints.contains("add to data.yaml: attributes: { renewal_at: { type: date, format: m/d/y } }"))
        #expect(try scratch.number("SELECT count(*) FROM account") == 0)

        try scratch.replace("{ type: date }", with: "{ type: date, format: m/d/y }", in: "data.yaml")
        #expect(try scratch.keeptouch("import", "accounts", "in.csv").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM account") == 5_000)
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        let scratch = try Scratch(small: "in_app")
        let outcome = try scratch.keeptouch("import", "accounts", "nowhere.csv")
        #expect(outcome.code == 1)
        #expect(outcome.complaints == "keeptouch: error: nowhere.csv: cannot be opened: No such file or directory\n")
    }

    @Test func eventsByHandAreChecked() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        for (arguments, code, words) in [
            (["a1", "report_made", "score=high"], 1, "score"),
            (["a1", "report_maid"], 1, "report_made"),
            (["nobody", "report_made"], 1, "nobody"),
            (["a1", "report_made", "score"], 64, "\"score\" is no property; write name=value"),
        ] as [([String], Int32, String)] {
            let outcome = try Program.run(["record"] + arguments, in: scratch.folder)
            #expect(outcome.code == code, "\(arguments): \(outcome)")
            #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome)")
            #expect(outcome.complaints.contains(words), "\(outcome)")
        }
        #expect(try scratch.keeptouch("record", "a1", "report_made", "score=4").code == 0)
        #expect(
            try scratch.number(
                "SELECT count(*) FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id WHERE k.name = 'report_made'")
                == 1)
    }
}
