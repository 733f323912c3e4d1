import Playbooks
import Testing

struct PlaybookTestReaderTests {
    /// The sample with other tests in its playbook.
    private func files(_ tests: String) -> [String: String] {
        var files = SampleWorkspace.files
        let start = SampleWorkspace.playbook.firstRange(of: "tests:")?.lowerBound ?? SampleWorkspace.playbook.endIndex
        files[playbookFile] = SampleWorkspace.playbook[..<start] + "tests:\n" + tests
        return files
    }

    private func tests(_ text: String) throws -> [PlaybookTest] {
        let (workspace, diagnostics) = WorkspaceReader.read(files(text))
        #expect(diagnostics.filter { $0.severity == .error } == [])
        return try #require(workspace?.playbook("win-back-usage")).tests
    }

    private func complaints(_ text: String) -> [String] {
        WorkspaceReader.read(files(text)).diagnostics.filter { $0.severity == .error }.map(\.message)
    }

    @Test func aTestIsReadWithItsDataAndStretches() throws {
        let read = try tests(
            """
              - name: a fall is noticed and taught
                account:
                  created_at: -200d
                  plan: starter
                  renewal_at: +30d
                  metrics:
                    logins: [5 per 1d for 56d, missing for 3d, 1 per 1d for 2w]
                  events:
                    - commitment_met: [-3d, 2026-01-02]
                    - { nps_response: -1d, score: 3, comment: "slow", contact: ada }
                  contacts:
                    - { key: ada, role: owner, email: ada@example.com, timezone: Europe/Berlin }
                variant: lessons
                expect: [match, sent lessons.md to owner]
                then:
                  - after: 4d
                    expect: not sent nudge.md
                  - after: 3d
                    account:
                      metrics: { logins: 5 per 1d for 3d }
                    expect: exit because goal

            """.replacing("commitment_met", with: "cancel_requested"))
        let test = try #require(read.first)
        #expect(test.name == "a fall is noticed and taught")
        #expect(test.variant == "lessons")
        #expect(test.stretches.map(\.length) == [TimeSpan(milliseconds: 0), .days(4), .days(3)])
        let facts = test.stretches[0].facts
        #expect(facts.attributes.map(\.name) == ["created_at", "plan", "renewal_at"])
        #expect(facts.attributes.map(\.value) == [.after(.days(-200)), .text("starter"), .after(.days(30))])
        let logins = try #require(facts.metrics.first).days
        #expect(logins.count == 73)
        #expect(logins[55] == 5)
        #expect(logins[56] == nil)
        #expect(logins[72] == 1)
        #expect(facts.events.map(\.at) == [.after(.days(-3)), .text("2026-01-02"), .after(.days(-1))])
        #expect(facts.events[2].contact == "ada")
        #expect(facts.events[2].properties.map(\.name) == ["score", "comment"])
        #expect(facts.contacts?.first?.key == "ada")
        #expect(
            test.stretches.map { $0.expectations.map(\.kind) } == [
                [.match, .sent(message: "lessons.md", role: "owner")], [.notSent(message: "nudge.md")],
                [.exit(reason: "goal")],
            ])
        #expect(test.stretches[0].expectations[1].position.line > test.position.line)
    }

    @Test func anAmountPerWeekFallsOnWholeDays() throws {
        let read = try tests(
            """
              - name: a rare user
                account: { metrics: { logins: [2 per 7d for 14d, 0.7 per 7d for 7d] } }
                expect: no match

            """)
        let days = try #require(read.first?.stretches.first?.facts.metrics.first).days
        #expect(days.prefix(14).compactMap { $0 } == [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1])
        #expect(abs((days[14] ?? 0) - 0.1) < 1e-12)
    }

    @Test func everyMistakeInATestIsToldWithWhatWasMeant() {
        let text = """
              - name: one
                account:
                  plann: pro
                  plan: prop
                  renewal_at: soon
                  metrics: { login: [1 per 1d for 3d], logins: [often] }
                  events:
                    - nps_respons: -1d
                    - { nps_response: -1d, scor: 3, contact: bob }
                variant: lesson
                expect: [macth, sent lesson.md, verdict enroled, exit because gaol, waited wait_9 met]
                then:
                  - after: tomorrow
                    expect: goal

            """
        #expect(
            complaints(text) == [
                "unknown attribute \"plann\"; did you mean \"plan\"?",
                "unknown plan \"prop\"; did you mean \"pro\"?",
                "expected a date such as -30d or 2026-01-05 for \"renewal_at\", got \"soon\"",
                "unknown metric \"login\"; did you mean \"logins\"?",
                "expected values such as \"5 per 1d for 56d\" or \"missing for 3d\" for \"logins\", got \"often\"",
                "unknown event \"nps_respons\"; did you mean \"nps_response\"?",
                "unknown property \"scor\"; did you mean \"score\"?",
                "unknown contact \"bob\"; known: ada",
                "unknown variant \"lesson\"; did you mean \"lessons\"?",
                "unknown expectation \"macth\"; did you mean \"match\"?",
                "unknown message \"lesson.md\"; did you mean \"lessons.md\"?",
                "unknown verdict \"enroled\"; did you mean \"enrolled\"?",
                "unknown exit \"gaol\"; did you mean \"goal\"?",
                "unknown step \"wait_9\"; did you mean \"wait_1\"?",
                "\"after\": expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"tomorrow\"",
            ])
    }

    @Test func aMistakeInATestLeavesThePlaybookAndTheOtherTests() throws {
        let (workspace, diagnostics) = WorkspaceReader.read(
            files("  - { name: good, expect: match }\n  - { name: bad, expect: mtach }\n"))
        #expect(diagnostics.filter { $0.severity == .error }.count == 1)
        #expect(try #require(workspace?.playbook("win-back-usage")).tests.map(\.name) == ["good"])
    }

    @Test func aTestThatExpectsNothingIsRefused() {
        #expect(complaints("  - name: idle\n") == ["\"expect\" is missing in a test"])
    }

    @Test func twoTestsMayNotHaveOneName() {
        let text = "  - { name: one, expect: match }\n  - { name: one, expect: no match }\n"
        #expect(complaints(text).first?.hasSuffix("has the name \"one\" already") == true)
    }
}
