import Foundation
import Testing

/// Mistakes in what people write: each is found with its place, and nothing else is held up by it.
@Suite struct BadFilesTests {
    struct Mistake: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// The file that is changed; a text is put in place of another, or at its end.
        var file: String
        var old = ""
        var new: String
        /// What `check` prints, from its place to its words.
        var complaint: String
    }

    private static let playbook = "playbooks/hello/playbook.yaml"

    static let mistakes = [
        Mistake(
            testDescription: "broken YAML", file: playbook, new: "exit: [\n",
            complaint: "playbooks/hello/playbook.yaml:10:1: error: broken YAML"),
        Mistake(
            testDescription: "an alias bomb", file: playbook, new: "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            complaint: "playbooks/hello/playbook.yaml:9:4: error: the anchor \"&a\" is not allowed"),
        Mistake(
            testDescription: "a duplicate key", file: playbook, new: "when: seats > 3\n",
            complaint:
                "playbooks/hello/playbook.yaml:9:1: error: the key \"when\" stands twice in one mapping; first in line 4"
        ),
        Mistake(
            testDescription: "an unknown key", file: playbook, new: "piority: 3\n",
            complaint: "playbooks/hello/playbook.yaml:9:1: error: unknown key \"piority\"; did you mean \"priority\"?"),
        Mistake(
            testDescription: "an unknown name", file: playbook, old: "seats > 1", new: "seets > 1",
            complaint: "playbooks/hello/playbook.yaml:4:7: error: unknown name \"seets\"; did you mean \"seats\"?"),
        Mistake(
            testDescription: "an unknown metric", file: playbook, old: "seats > 1", new: "sum(login, 7d) > 1",
            complaint: "playbooks/hello/playbook.yaml:4:11: error: unknown metric \"login\"; did you mean \"logins\"?"),
        Mistake(
            testDescription: "a text compared with a number", file: playbook, old: "seats > 1", new: "plan > 3",
            complaint: "playbooks/hello/playbook.yaml:4:7: error: \"plan\" is text and cannot be compared with a number"
        ),
        Mistake(
            testDescription: "a text without quotes", file: playbook, old: "seats > 1", new: "plan == pro",
            complaint: "playbooks/hello/playbook.yaml:4:15: error: nothing has the name \"pro\""),
        Mistake(
            testDescription: "a condition that its comma split", file: playbook,
            new: "goal: { when: sum(logins, 7d) > 1, within: 7d }\n",
            complaint: "playbooks/hello/playbook.yaml:9:15: error: the condition of \"when\" was split at its comma"),
        Mistake(
            testDescription: "a misspelt message", file: playbook, old: "hello.md", new: "helo.md",
            complaint:
                "playbooks/hello/playbook.yaml:8:13: error: there is no message \"helo.md\"; did you mean \"hello.md\"?"
        ),
        Mistake(
            testDescription: "a misspelt variable", file: "playbooks/hello/hello.md", new: "{{account.nmae}}\n",
            complaint:
                "playbooks/hello/hello.md:5:1: error: unknown variable \"account.nmae\"; did you mean \"account.name\"?"
        ),
        Mistake(
            testDescription: "segments in a circle", file: "data.yaml", new: "  huge: tiny\n  tiny: huge\n",
            complaint: "data.yaml:11:9: error: the names refer to each other in a circle: huge → tiny → huge"),
        Mistake(
            testDescription: "a day that no month has", file: playbook, old: "when: seats > 1",
            new: "at: monthly on 45 at 10:00",
            complaint: "playbooks/hello/playbook.yaml:4:5: error: \"at\": expected a day of the month"),
        Mistake(
            testDescription: "a weekday that is none", file: playbook, old: "when: seats > 1",
            new: "at: weekly on tuseday at 10:00",
            complaint: "playbooks/hello/playbook.yaml:4:5: error: \"at\": expected weekdays"),
        Mistake(
            testDescription: "an hour that no day has", file: playbook, old: "when: seats > 1",
            new: "at: daily at 25:00",
            complaint: "playbooks/hello/playbook.yaml:4:5: error: \"at\": "),
        Mistake(
            testDescription: "an unknown time zone", file: "keeptouch.yaml", old: "timezone: UTC",
            new: "timezone: Amerika/Chicago",
            complaint:
                "keeptouch.yaml:2:11: error: unknown time zone \"Amerika/Chicago\"; did you mean \"America/Chicago\"?"),
        Mistake(
            testDescription: "a channel's template with an unknown name", file: "channels/carrier.yaml",
            old: "{{ subject }}", new: "{{ subjekt }}",
            complaint: "channels/carrier.yaml:12:15: error: unknown name \"subjekt\"; did you mean \"subject\"?"),
        Mistake(
            testDescription: "two triggers", file: playbook, new: "on: report_made\n",
            complaint: "playbooks/hello/playbook.yaml:"),
        Mistake(
            testDescription: "a control character", file: playbook, new: "title: a\0b\n",
            complaint: "playbooks/hello/playbook.yaml:9:9: error: unreadable text: control characters are not allowed"),
        Mistake(
            testDescription: "a file of more than 256 KiB", file: playbook,
            new: String(repeating: "# long\n", count: 40_000),
            complaint: "playbooks/hello/playbook.yaml:1:1: error: the file is larger than 256 KiB"),
    ]

    /// The small workspace with a second, sound playbook.
    private func workspace() throws -> Scratch {
        let scratch = try Scratch(small: "in_app")
        try scratch.write(
            "playbooks/sound/playbook.yaml",
            scratch.text("playbooks/hello/playbook.yaml").replacing("playbook: hello", with: "playbook: sound"))
        try scratch.write("playbooks/sound/hello.md", scratch.text("playbooks/hello/hello.md"))
        return scratch
    }

    @Test(arguments: mistakes) func aMistakeIsFoundWithItsPlace(_ mistake: Mistake) throws {
        let scratch = try workspace()
        try scratch.importAccounts(2)
        if mistake.old.isEmpty {
            try scratch.write(mistake.file, scratch.text(mistake.file) + mistake.new)
        } else {
            try scratch.replace(mistake.old, with: mistake.new, in: mistake.file)
        }
        let outcome = try scratch.keeptouch("check")
        #expect(outcome.code == 1)
        #expect(outcome.complaints.isEmpty, "\(outcome.complaints)")
        #expect(outcome.output.contains(mistake.complaint), "\(outcome.output)")
        #expect(!outcome.output.contains("playbooks/sound"), "\(outcome.output)")
        let table = try scratch.keeptouch("check", "--format", "csv")
        #expect(table.code == 1 && table.output.hasPrefix("file,line,column,severity,message\r\n"))

        // Everything else goes on, and the plan says that something is wrong.
        let plan = try scratch.keeptouch("plan", "--format", "json")
        #expect(plan.code == 1)
        #expect(plan.complaints.contains(mistake.complaint), "\(plan.complaints)")
        if mistake.file == Self.playbook {
            #expect(try Array(Report(plan).playbooks.keys) == ["sound"])
        }
    }

    @Test func twoPlaybooksOfOneNameAreBothLeftOut() throws {
        let scratch = try workspace()
        try scratch.importAccounts(1)
        try scratch.replace("playbook: sound", with: "playbook: hello", in: "playbooks/sound/playbook.yaml")
        let outcome = try scratch.keeptouch("check")
        #expect(outcome.code == 1)
        for (one, other) in [("hello", "sound"), ("sound", "hello")] {
            let complaint =
                "playbooks/\(one)/playbook.yaml:1:11: error: the name \"hello\" is also that of playbooks/\(other)/playbook.yaml"
            #expect(outcome.output.contains(complaint), "\(outcome.output)")
        }
        #expect(try Report(scratch.keeptouch("plan", "--format", "json")).playbooks.isEmpty)
    }

    @Test func allMistakesOfAllFilesAreToldAtOnce() throws {
        let scratch = try workspace()
        try scratch.replace("seats > 1", with: "seets > 1", in: Self.playbook)
        try scratch.write("playbooks/hello/playbook.yaml", scratch.text(Self.playbook) + "piority: 3\nholdot: 5%\n")
        try scratch.write("keeptouch.yaml", scratch.text("keeptouch.yaml") + "caps: [ 1 per moon ]\n")
        let outcome = try scratch.keeptouch("check")
        let places = outcome.output.split(separator: "\n").filter { $0.contains(": error: ") }
        #expect(places.count == 4, "\(outcome.output)")
    }

    @Test func aMistakeStopsNoPlaybookThatAlreadyRuns() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(2)
        try scratch.write(Self.playbook, scratch.text(Self.playbook) + "  - wait: 1d\n  - in_app: hello.md\n")
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.write(Self.playbook, scratch.text(Self.playbook) + "steps: [\n")
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1 && outcome.complaints.contains("playbook.yaml:"), "\(outcome)")
        #expect(try scratch.number("SELECT count(*) FROM enrollment WHERE state = 'active'") == 2)
        #expect(try endpoint.stop().count == 2)
    }

    @Test func aFileThatIsNotUTF8IsNamed() throws {
        let scratch = try workspace()
        let url = scratch.folder.appendingPathComponent(Self.playbook)
        try (Data(contentsOf: url) + Data([0x74, 0x69, 0x74, 0x6C, 0x65, 0x3A, 0x20, 0xE9, 0x0A])).write(to: url)
        let outcome = try scratch.keeptouch("check")
        #expect(outcome.code == 1)
        #expect(outcome.output.contains("\(Self.playbook):9:8: error: the file is not UTF-8; save it as UTF-8"))
        #expect(!outcome.output.contains("has no playbook.yaml"), "\(outcome.output)")
    }

    @Test func aFolderWithoutAWorkspaceIsNamed() throws {
        let scratch = try Scratch()
        for command in ["check", "plan", "run", "status", "doctor", "touches"] {
            let outcome = try scratch.keeptouch(command)
            #expect(outcome.code == 1)
            #expect(
                outcome.complaints
                    == "keeptouch: error: there is no workspace in \(scratch.folder.path); make one with: keeptouch init DIR\n",
                "\(command): \(outcome)")
        }
    }
}
