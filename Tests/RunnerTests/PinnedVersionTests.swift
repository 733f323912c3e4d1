import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct PinnedVersionTests {
    private static let path = "playbooks/main/playbook.yaml"
    private static let old = TestWorkspace.playbook(
        "main", steps: ["email: hello.md", "wait: 2d", "email: second.md"])
    private static let new = TestWorkspace.playbook("main", steps: ["in_app: third.md"])

    private func workspace(_ endpoint: Endpoint) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: ["main": Self.old],
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: endpoint.url),
                "playbooks/main/second.md": "---\nsubject: Second\n---\nAs it was.\n",
                "playbooks/main/third.md": "---\nsubject: Third\n---\nNew.\n",
            ])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        return test
    }

    @Test func runningEnrollmentsWalkTheStepsThatTheyBeganWith() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        // The steps change while a touch waits; the message's text is the newest.
        try test.edit([
            Self.path: Self.new, "playbooks/main/second.md": "---\nsubject: Second\n---\nAs it is today.\n",
        ])
        try await test.drain(noon(20_000))
        try test.addAccounts(1, from: 2)
        for day in [20_001, 20_003, 20_004] {
            try test.run(noon(day))
            try await test.drain(noon(day))
        }
        try test.run(noon(20_005))
        #expect(
            try test.rows("SELECT account_id, step, message, state FROM touch ORDER BY id")
                == ["1|email_1|hello.md|sent", "2|in_app_1|third.md|sent", "1|email_2|second.md|sent"])
        #expect(endpoint.received.map(\.body).contains { $0.contains("As it is today.") })
        #expect(try test.rows("SELECT DISTINCT state, end_reason FROM enrollment") == ["ended|completed"])
    }

    @Test func aBrokenFileLeavesRunningEnrollmentsSafe() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try test.edit([Self.path: "playbook: main\nsteps: [broken"], withErrors: true)
        #expect(test.workspace.playbooks.isEmpty)
        try await test.drain(noon(20_000))
        // The old version keeps running; nobody new enters.
        try test.addAccounts(1, from: 2)
        for day in [20_001, 20_003] { try test.run(noon(day)) }
        try await test.drain(noon(20_003))
        #expect(
            try test.rows("SELECT account_id, step, state FROM touch ORDER BY id")
                == ["1|email_1|sent", "1|email_2|sent"])
        #expect(try test.rows("SELECT state FROM playbook") == ["live"])
        // Mended, it is not "newly live", and who matched meanwhile enters.
        try test.edit([Self.path: Self.old])
        #expect(try test.run(noon(20_004)).entered == 1)
        #expect(try test.rows("SELECT live_since FROM playbook") == ["\(noon(20_000).milliseconds)"])
    }

    /// A version that is older than the keeping of what versions were read with.
    @Test func anEnrollmentWhoseMessageIsGoneStandsStillUntilItIsBackAndIsTold() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 1)
        try test.execute("UPDATE playbook_version SET files = NULL")
        try test.edit([Self.path: Self.new, "playbooks/main/second.md": nil])
        for day in [20_001, 20_003, 20_004] { try test.run(noon(day)) }
        #expect(try test.rows("SELECT step, state FROM enrollment WHERE account_id = 1") == ["0|active"])
        let said = try test.store.read { try StatusQuery($0).standingStill() }
        #expect(said.contains { $0.contains("cannot be read with the files of today") }, "\(said)")
        try test.edit(["playbooks/main/second.md": "---\nsubject: Second\n---\nBack.\n"])
        try test.run(noon(20_005))
        try test.run(noon(20_007))
        #expect(try test.integer("SELECT count(*) FROM touch WHERE step = 'email_2'") == 1)
    }

    @Test func signalsOfTheOldVersionStayAsTheyWere() throws {
        func text(_ signal: String) -> String {
            TestWorkspace.playbook(
                "main", more: ["signals:", "  size: \(signal)", "exit:", "  - seats > entry.size"], steps: ["wait: 30d"]
            )
        }
        let test = try TestWorkspace(playbooks: ["main": text("seats * 2")])
        try test.addAccounts(1)
        try test.script("UPDATE account SET a_seats = 5")
        try test.run(noon(20_000))
        #expect(try test.rows("SELECT entry FROM enrollment") == [#"{"size":["number",10.0]}"#])
        try test.edit([Self.path: text("seats * 100")])
        try test.script("UPDATE account SET a_seats = 11")
        #expect(try test.run(noon(20_001)).ended == 1)
    }

    /// Day by day from the second on.
    private func live(_ test: TestWorkspace, through day: Int) async throws {
        for day in 20_001...day {
            try test.run(noon(day))
            try await test.drain(noon(day))
        }
    }

    @Test func aRenamedMessageIsSentToThoseWhoBeganBeforeAsItWas() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try await test.drain(noon(20_000))
        try test.edit([
            Self.path: Self.old.replacing("second.md", with: "follow.md"), "playbooks/main/second.md": nil,
            "playbooks/main/follow.md": "---\nsubject: Second\n---\nRenamed.\n",
        ])
        try test.addAccounts(1, from: 2)
        try await live(test, through: 20_004)
        #expect(
            try test.rows("SELECT account_id, message, state FROM touch ORDER BY account_id, id")
                == ["1|hello.md|sent", "1|second.md|sent", "2|hello.md|sent", "2|follow.md|sent"])
        #expect(endpoint.received.map(\.body).allSatisfy { !$0.contains("As it was.") })
    }

    @Test func anotherMessageInItsPlaceIsNotSentToThoseWhoBeganBefore() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try await test.drain(noon(20_000))
        try test.edit([
            Self.path: Self.old.replacing("second.md", with: "invoice.md"), "playbooks/main/second.md": nil,
            "playbooks/main/invoice.md": "---\nsubject: Your invoice\n---\nPlease pay.\n",
        ])
        try await live(test, through: 20_004)
        #expect(
            try test.rows("SELECT message, state FROM touch ORDER BY id") == ["hello.md|sent", "second.md|held"])
        #expect(endpoint.received.count == 1)
    }

    /// Whoever deletes a wrong message believes that it is stopped.
    @Test func aDeletedMessageIsHeldAndGoesOnWhenItIsBack() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try await test.drain(noon(20_000))
        try test.edit([
            Self.path: TestWorkspace.playbook("main", steps: ["email: hello.md"]), "playbooks/main/second.md": nil,
        ])
        try await live(test, through: 20_003)
        #expect(endpoint.received.count == 1)
        #expect(
            try test.rows("SELECT message, state, reason FROM touch WHERE step = 'email_2'")
                == ["second.md|held|the message second.md of playbook \"main\" is gone"])
        try test.edit(["playbooks/main/second.md": "---\nsubject: Second\n---\nMended.\n"])
        try test.run(noon(20_004))
        try await test.drain(noon(20_004))
        #expect(endpoint.received.map(\.body).last?.contains("Mended.") == true)
    }

    @Test func aDeletedTranslationIsTheDefaultLanguage() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try test.edit([
            Self.path: TestWorkspace.playbook(
                "main", steps: ["email: hello.md", "wait: 2d", "email: second.md", "wait: 1d"]),
            "playbooks/main/second.de.md": "---\nsubject: Zwei\n---\nFalscher Preis.\n",
        ])
        try test.addAccounts(1, from: 2)
        try test.script("UPDATE contact SET locale = 'de'")
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        try test.edit([
            Self.path: TestWorkspace.playbook("main", steps: ["email: hello.md"]), "playbooks/main/second.de.md": nil,
        ])
        try await live(test, through: 20_003)
        let bodies = endpoint.received.map(\.body)
        #expect(bodies.contains { $0.contains("As it was.") } && !bodies.contains { $0.contains("Falscher") })
    }

    @Test func theEnrollmentsOfADeletedFolderEnd() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint)
        try await test.drain(noon(20_000))
        try test.edit([
            Self.path: nil, "playbooks/main/hello.md": nil, "playbooks/main/second.md": nil,
            "playbooks/main/third.md": nil,
        ])
        try await live(test, through: 20_003)
        #expect(try test.rows("SELECT state, end_reason FROM enrollment") == ["ended|deleted"])
    }

    @Test(arguments: ["seats", "signed"]) func whatAsksForANameThatIsGoneWaitsAndSaysSo(name: String) async throws {
        let endpoint = try Endpoint()
        let question = name == "seats" ? "seats > 1" : "happened(signed)"
        let text =
            TestWorkspace.playbook("main", steps: ["email: hello.md", "wait: 1d"])
            + "\n  - choose:\n    - if: \(question)\n      then: [{ email: hello.md }]\n    - else: [{ email: hello.md }]\n"
        let test = try TestWorkspace(
            playbooks: ["main": text],
            files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url)])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        let data = test.texts["data.yaml"] ?? ""
        try test.edit([
            "data.yaml": data.replacing("\(name):", with: "other:"),
            Self.path: text.replacing(question, with: question.replacing(name, with: "other")),
        ])
        try AttributeColumns(test.workspace.dataMap).apply(to: test.store)
        try await live(test, through: 20_003)
        #expect(try test.rows("SELECT state FROM enrollment") == ["active"])
        #expect(endpoint.received.count == 1)
        let said = try test.store.read { try StatusQuery($0).standingStill() }
        #expect(said.contains { $0.contains(name) && $0.contains("data.yaml has no more") }, "\(said)")
        try test.edit(["data.yaml": data, Self.path: text])
        try test.run(noon(20_004))
        try await test.drain(noon(20_004))
        #expect(endpoint.received.count == 2)
    }
}
