import Foundation
import Testing

/// What every command owes the person who types it.
@Suite struct CommandLineTests {
    static let commands = [
        "init", "sample", "check", "schema", "preview", "channels", "import", "record", "plan", "run", "explain",
        "status",
        "touches", "resolve", "doctor", "pause", "resume", "release", "suppress", "unsuppress", "sink",
    ]
    private static let anywhere = FileManager.default.temporaryDirectory

    @Test(arguments: commands) func aCommandHasHelp(_ command: String) throws {
        let overview = try Program.run(["--help"], in: Self.anywhere)
        #expect(overview.code == 0)
        #expect(overview.output.contains("\n  \(command) "), "the overview does not list it")
        let help = try Program.run([command, "--help"], in: Self.anywhere)
        #expect(help.code == 0 && help.complaints.isEmpty)
        #expect(help.output.hasPrefix("OVERVIEW: "), "\(help.output.prefix(80))")
        #expect(help.output.contains("USAGE: keeptouch \(command)"))
        // Every argument and option says what it is for.
        for line in help.output.split(separator: "\n") where line.hasPrefix("  -") || line.hasPrefix("  <") {
            let words = line.split(separator: " ")
            #expect(words.count > 1, "\(line)")
        }
    }

    @Test func aListOfTouchesIsWholeWhereAProgramReadsIt() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(102)
        let run = try scratch.keeptouch("run")
        let lines = try scratch.keeptouch("touches", "--format", "csv").output.split(whereSeparator: \.isNewline)
        #expect(lines.count == 103, "\(run)")
        let table = try scratch.keeptouch("touches")
        #expect((table.output + table.complaints).contains("the newest 100; for more: --limit N"), "\(table)")
        let few = try scratch.keeptouch("touches", "--limit", "2", "--format", "csv").output
        #expect(few.split(whereSeparator: \.isNewline).count == 3)
    }

    @Test(arguments: commands) func anUnknownOptionIsWrongUsage(_ command: String) throws {
        let outcome = try Program.run([command, "--no-such-option"], in: Self.anywhere)
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome.complaints)")
    }

    @Test(arguments: [
        ["--workspace", "."], ["-w", "."], ["--workspace=."], ["--now", "2026-03-10", "--workspace", "."],
    ])
    func optionsMayStandBeforeTheCommand(_ options: [String]) throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        let before = try Program.run(options + ["plan", "--format", "csv"], in: scratch.folder)
        let behind = try Program.run(["plan", "--format", "csv"] + options, in: scratch.folder)
        #expect(before.code == behind.code)
        #expect(before.output == behind.output && !before.output.isEmpty)
    }

    @Test(arguments: [
        ["nosuch"], ["--workspace"], ["--now", "2026-03-10"], ["--workspace", ".", "sink"],
        ["plan", "--format", "yaml"], ["import"], ["import", "all", "x.csv"],
        ["import", "accounts", "x.csv", "--map", "key"],
        ["import", "accounts", "x.csv", "--history"], ["import", "accounts", "--sqlite", "x.db"],
        ["touches", "--state", "snet"], ["touches", "--limit", "0"], ["resolve", "1", "perhaps"],
        ["resolve", "one", "sent"],
        ["sink", "--port", "99999"], ["schema", "playbok"], ["sample", "x", "--until", "tomorrow"], ["pause", "a:b"],
        ["sample", "x", "--accounts", "many"],
    ])
    func wrongUsageExitsWith64(_ arguments: [String]) throws {
        let outcome = try Program.run(arguments, in: Self.anywhere)
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome.complaints)")
    }

    @Test(arguments: [
        ["plan", "--now", "tomorrow"], ["import", "accounts"], ["suppress", "not an address"],
        ["suppress", "a@b.example", "--category", "educaton"],
    ])
    func wrongUsageOfAWorkspaceExitsWith64(_ arguments: [String]) throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        let outcome = try Program.run(arguments, in: scratch.folder)
        #expect(outcome.code == 64, "\(outcome)")
    }

    @Test(arguments: [
        (["plan", "helo"], "did you mean \"hello\"?"),
        (["release", "helo"], "did you mean \"hello\"?"), (["preview", "hello", "--account", "nobody"], "nobody"),
        (["preview", "hello", "email_9", "--account", "a1"], "it has in_app_1"),
        (["resume", "all"], "all is not paused; nothing is"), (["pause", "helo"], "did you mean \"hello\"?"),
        (["pause", "channel:carier"], "did you mean \"carrier\"?"),
        (["unsuppress", "a@b.example"], "not suppressed: a@b.example"),
        (["explain", "a1", "--playbook", "helo"], "did you mean \"hello\"?"),
        (["resolve", "7", "sent"], "there is no touch 7"),
    ])
    func aRequestThatCannotBeMetExitsWith1(_ arguments: [String], words: String) throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.importAccounts(1)
        let outcome = try Program.run(arguments, in: scratch.folder)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.complaints.hasPrefix("keeptouch: error: "), "\(outcome.complaints)")
        #expect(outcome.complaints.contains(words), "\(outcome.complaints)")
    }

    @Test func resultsArePlainInAPipeAndReadableByMachines() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        for command in [["check"], ["plan"], ["status"], ["touches"], ["doctor"]] {
            let table = try Program.run(command, in: scratch.folder)
            #expect(!(table.output + table.complaints).contains("\u{1b}"), "\(command)")
            let json = try Program.run(command + ["--format", "json"], in: scratch.folder)
            #expect(throws: Never.self, "\(command): \(json.output)") {
                try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            }
            let csv = try Program.run(command + ["--format", "csv"], in: scratch.folder)
            let lines = csv.output.split(separator: "\r\n")
            #expect(lines.count >= 1, "\(command): \(csv.output)")
            let columns = lines[0].split(separator: ",").count
            #expect(columns > 2)
            for line in lines where !line.contains("\"") {
                #expect(
                    line.split(separator: ",", omittingEmptySubsequences: false).count == columns, "\(command): \(line)"
                )
            }
        }
        for command in ["explain", "preview hello --account"] {
            let outcome = try Program.run(command.split(separator: " ").map(String.init) + ["a1"], in: scratch.folder)
            #expect(outcome.code == 0 && !outcome.output.contains("\u{1b}"), "\(outcome)")
        }
        _ = try endpoint.stop()
    }

    @Test func resultsThatCannotBeWrittenAreAFailureAndNoCrash() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let program = try RunningProgram(["schema", "playbook"], in: Self.anywhere, output: full)
        let outcome = program.wait()
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.complaints.hasPrefix("keeptouch: error: cannot write to stdout: No space left"), "\(outcome)")
    }

    @Test func whatIsPausedIsNeitherPlannedNorSent() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("pause", "all", "--reason", "holidays").code == 0)
        let paused = try scratch.keeptouch("run")
        #expect(endpoint.count == 0, "\(paused)")
        #expect(try scratch.keeptouch("status").output.contains("holidays"))
        #expect(try scratch.keeptouch("resume", "all").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try endpoint.stop().count == 3)
    }

    @Test func whoIsSuppressedIsNotWrittenTo() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("suppress", "Owner@A2.example").code == 0)
        _ = try scratch.keeptouch("run")
        let requests = try endpoint.stop()
        #expect(requests.count == 2 && !requests.contains { $0.body.contains("owner@a2.example") })
    }
}
