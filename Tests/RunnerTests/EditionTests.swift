import Foundation
import Playbooks
import Runner
import Testing

/// Which files `serve` works with after an edit.
@Suite struct EditionTests {
    private static let texts = [
        "keeptouch.yaml": TestWorkspace.configuration, "data.yaml": TestWorkspace.dataMap,
        "channels/mail.yaml": TestWorkspace.channel("mail", "email"),
        "channels/app.yaml": TestWorkspace.channel("app", "in_app"),
        "playbooks/one/playbook.yaml": TestWorkspace.playbook("one"), "playbooks/one/hello.md": message("One"),
        "playbooks/two/playbook.yaml": TestWorkspace.playbook("two"), "playbooks/two/hello.md": message("Two"),
    ]

    private static func message(_ subject: String) -> String { "---\nsubject: \(subject)\n---\nHello.\n" }

    private func files(_ edits: [String: String?]) -> CheckedFiles {
        var texts = Self.texts
        for (path, text) in edits { texts[path] = text }
        return CheckedFiles(texts: texts)
    }

    private func edition(after edits: [String: String?]) throws -> Edition {
        let first = try #require(Edition(files([:])))
        #expect(first.complaints.isEmpty)
        return first.followed(by: files(edits))
    }

    private func subject(_ edition: Edition, _ name: String) -> String? {
        edition.files.texts["playbooks/\(name)/hello.md"]?.split(separator: "\n").dropFirst().first.map(String.init)
    }

    @Test func goodEditsAreTakenUp() throws {
        let next = try edition(after: [
            "playbooks/two/playbook.yaml": nil, "playbooks/two/hello.md": nil,
            "playbooks/one/hello.md": Self.message("New"),
        ])
        #expect(next.kept.isEmpty)
        #expect(next.workspace.playbooks.map(\.name) == ["one"])
        #expect(subject(next, "one") == "subject: New")
    }

    @Test func aBrokenPlaybookStaysAsItWasAndTheOthersGoOn() throws {
        let next = try edition(after: [
            "playbooks/one/playbook.yaml": "playbook: one\n", "playbooks/one/hello.md": Self.message("New"),
            "playbooks/two/hello.md": Self.message("New"),
        ])
        #expect(next.kept == ["playbooks/one"])
        #expect(!next.complaints.isEmpty)
        #expect(next.workspace.playbooks.map(\.name) == ["one", "two"])
        // A folder is one thing: the message of the broken version is not mixed in.
        #expect(subject(next, "one") == "subject: One")
        #expect(subject(next, "two") == "subject: New")
    }

    /// Where no descriptor is left, or nobody may look into a folder, its files are not gone.
    @Test func whatCannotBeReadStaysAsItWas() throws {
        let first = try #require(Edition(files([:])))
        func unread(_ path: String) -> Diagnostic { Diagnostic(at: Position(file: path), "the folder cannot be read") }
        for paths in [["playbooks"], ["playbooks", "channels", "keeptouch.yaml", "data.yaml"], ["playbooks/one"]] {
            let texts = Self.texts.filter { text in !paths.contains { text.key.hasPrefix($0) } }
            let next = first.followed(
                by: CheckedFiles(texts: texts, unreadable: paths.map(unread), isComplete: false))
            #expect(next.workspace.playbooks.map(\.name) == ["one", "two"])
            #expect(next.kept.isSuperset(of: paths))
            #expect(next.files.texts == Self.texts)
        }
    }

    @Test(arguments: ["keeptouch.yaml", "data.yaml", "channels/mail.yaml"])
    func aBrokenFileStaysAsItWas(path: String) throws {
        let next = try edition(after: [path: "broken: [", "playbooks/two/hello.md": Self.message("New")])
        #expect(next.kept == [path])
        #expect(next.workspace.playbooks.map(\.name) == ["one", "two"])
        #expect(next.workspace.channels.count == 2)
        #expect(subject(next, "two") == "subject: New")
    }

    @Test func whatNoLongerFitsTogetherLeavesEverythingAsItWas() throws {
        // The map loses an attribute that both playbooks read: each is right by itself.
        let map = TestWorkspace.dataMap.replacing("plan: { type: text, values: [free, pro] }", with: "level: number")
        let next = try edition(after: ["data.yaml": map, "playbooks/two/hello.md": Self.message("New")])
        #expect(next.workspace.playbooks.map(\.name) == ["one", "two"])
        #expect(subject(next, "two") == "subject: Two")
        #expect(!next.complaints.isEmpty)
    }

    @Test func anotherDatabaseNeedsANewStart() throws {
        let other = "database: other.db\n" + TestWorkspace.configuration
        let next = try edition(after: ["keeptouch.yaml": other])
        #expect(next.workspace.configuration.database == "keeptouch.db")
        #expect(next.kept == ["keeptouch.yaml"])
        #expect(next.complaints.contains { "\($0)".contains("started anew") })
    }

    @Test func whatWasBrokenAtTheStartIsTakenUpOnceItIsMended() throws {
        let first = try #require(Edition(files(["playbooks/one/playbook.yaml": "broken: ["])))
        #expect(first.workspace.playbooks.map(\.name) == ["two"])
        let still = first.followed(by: files(["playbooks/one/playbook.yaml": "broken: {"]))
        #expect(still.workspace.playbooks.map(\.name) == ["two"])
        #expect(still.kept.isEmpty)
        #expect(still.followed(by: files([:])).workspace.playbooks.map(\.name) == ["one", "two"])
    }
}
