import Foundation
import Testing

/// What the program says when its database is taken, strange or broken; nothing of it is lost.
@Suite struct DatabaseFaultTests {
    private func expectComplaint(
        _ outcome: Program.Outcome, _ words: String, _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == 1, "\(outcome)", sourceLocation: place)
        #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome.complaints)", sourceLocation: place)
        #expect(outcome.complaints.contains(words), "\(outcome.complaints)", sourceLocation: place)
        #expect(outcome.complaints.split(separator: "\n").count == 1, "\(outcome.complaints)", sourceLocation: place)
        #expect(outcome.output.isEmpty, "\(outcome.output)", sourceLocation: place)
    }

    @Test func readingWithoutADatabaseSaysWhatMakesIt() throws {
        let scratch = try Scratch(small: "in_app")
        for command in ["plan", "status", "touches"] {
            expectComplaint(try scratch.keeptouch(command), "there is no database at \(scratch.database) yet")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.database))
    }

    @Test func aDatabaseThatAnotherProgramHoldsIsReported() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(3)
        let other = try Database(path: scratch.database)
        try other.execute("BEGIN IMMEDIATE")
        expectComplaint(try scratch.keeptouch("pause", "all"), "is locked by another program")
        // Whoever only reads is not in its way.
        #expect(try scratch.keeptouch("plan").code == 0)
        try other.execute("ROLLBACK")
        #expect(try scratch.keeptouch("pause", "all").code == 0)
    }

    @Test func aSecondRunnerIsRefusedAndToldWhoRuns() throws {
        let endpoint = try Endpoint(["--delay", "1000"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(3)
        let first = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 1))
        expectComplaint(try scratch.keeptouch("run"), "process \(first.identifier) is already running the playbooks")
        #expect(try scratch.keeptouch("plan").code == 0)
        #expect(try scratch.keeptouch("status").code == 0)
        #expect(try scratch.keeptouch("record", "a1", "report_made", "score=3").code == 0)
        #expect(first.wait().code == 0)
        #expect(try endpoint.stop().count == 3)
    }

    @Test func aNewerDatabaseIsLeftAlone() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        try Database(path: scratch.database).execute("PRAGMA user_version = 999")
        for command in ["run", "plan", "status"] {
            expectComplaint(try scratch.keeptouch(command), "newer")
        }
        #expect(try scratch.number("PRAGMA user_version") == 999)
    }

    @Test func aFileThatIsNoDatabaseIsLeftAlone() throws {
        let scratch = try Scratch(small: "in_app")
        let text = String(repeating: "The minutes of our meeting.\n", count: 500)
        try scratch.write("keeptouch.db", text)
        for command in ["run", "plan"] {
            expectComplaint(try scratch.keeptouch(command), "is not a Keeptouch database")
        }
        #expect(try scratch.text("keeptouch.db") == text)
    }

    @Test func theDatabaseOfAnotherProgramIsLeftAlone() throws {
        let scratch = try Scratch(small: "in_app")
        try Database(path: scratch.database).execute("CREATE TABLE song (title TEXT)")
        for command in ["run", "plan"] {
            expectComplaint(try scratch.keeptouch(command), "is a SQLite database of another program")
        }
        #expect(try scratch.query("SELECT name FROM sqlite_master") == [["song"]])
    }

    @Test func theDatabaseOfAnotherWorkspaceIsLeftAlone() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        try scratch.replace("workspace: small", with: "workspace: other", in: "keeptouch.yaml")
        expectComplaint(try scratch.keeptouch("run"), "belongs to the workspace \"small\"")
    }

    @Test func aDamagedDatabaseIsReported() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(400)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.database))
        let size = try file.seekToEnd()
        for page in stride(from: UInt64(4 * 8_192), to: size, by: 8_192) {
            try file.seek(toOffset: page)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 4_000))
        }
        try file.close()
        for command in ["run", "plan"] {
            let outcome = try scratch.keeptouch(command)
            #expect(outcome.code == 1, "\(outcome)")
            #expect(outcome.complaints.contains("is damaged; restore it from a back-up"), "\(outcome)")
        }
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && (doctor.output + doctor.complaints).contains("damaged"), "\(doctor)")
    }

    @Test func aTruncatedDatabaseIsReported() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(400)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.database))
        try file.truncate(atOffset: file.seekToEnd() / 2)
        try file.close()
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1 && outcome.complaints.contains("is damaged"), "\(outcome)")
    }
}
