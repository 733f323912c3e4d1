import Playbooks
import Runner
import Testing

/// The tests of playbooks, run.
struct PlaybookTestRunTests {
    private static let dataMap = """
        attributes:
          plan: { type: text, values: [free, pro], track: true, column: "The plan" }
          renewal_at: { type: date, format: m/d/y }
        metrics:
          logins: { title: Logins, fresh_within: 36h }
        events:
          signed: { properties: { deal: text } }
          nps: { properties: { score: number } }
        """
    private static let configuration =
        TestWorkspace.configuration + "\nsend_window: { days: mon-fri, hours: 09:00-17:00 }\ncaps: [ 1 per 1d ]\n"

    private static let fallen = """
        playbook: fallen
        category: education
        when: usage_drop(logins)
        variants: { a: 1, b: 1 }
        to: [owner, admin]
        steps:
          - email: { a: hello.md, b: other.md }
          - wait: 4d
          - email: last.md
        exit: [goal, churned, happened(signed)]
        goal:
          when: sum(logins, 3d) >= 9
          within: 21d
        tests:

        """

    private func results(_ tests: String, of playbook: String = fallen) throws -> [PlaybookTestResult] {
        let message = "---\nsubject: Hello\n---\nHello {{contact.first_name}}!\n"
        let world = try TestWorkspace(
            playbooks: ["fallen": playbook + tests], configuration: Self.configuration, message: message,
            files: [
                "data.yaml": Self.dataMap, "playbooks/fallen/other.md": message, "playbooks/fallen/last.md": message,
            ])
        let read = try #require(world.workspace.playbook("fallen"))
        let bench = try TestBench(world.workspace)
        return try read.tests.map { try bench.run($0, of: read) }
    }

    private func failures(_ tests: String, of playbook: String = fallen) throws -> [String] {
        try results(tests, of: playbook).flatMap { result in
            result.failures.map { "\($0.position.line):\($0.expected): \($0.instead.joined(separator: "; "))" }
        }
    }

    private let fall = "metrics: { logins: [5 per 1d for 56d, 1 per 1d for 14d] }"

    @Test func aTestFollowsAnAccountThroughItsPlaybook() throws {
        let tests = """
              - name: the whole way
                account: { \(fall) }
                expect: [match, verdict enrolled, sent hello.md to owner, active, no goal]
                then:
                  - after: 3d
                    expect: [nothing sent, verdict already]
                  - after: 1d
                    expect: [sent last.md, not sent hello.md, exit because completed]
              - name: the other variant
                account: { \(fall) }
                variant: b
                expect: [sent other.md, not sent hello.md]
              - name: comes back
                account: { \(fall) }
                expect: sent hello.md
                then:
                  - after: 4d
                    account: { metrics: { logins: 5 per 1d for 4d } }
                    expect: [goal, exit because goal, nothing sent]
                  - after: 4d
                    expect: nothing sent
              - name: stays out
                account: { metrics: { logins: [5 per 1d for 70d] } }
                expect: [no match, nothing sent]
              - name: falls later
                account: { metrics: { logins: [5 per 1d for 70d] } }
                expect: no match
                then:
                  - after: 14d
                    account: { metrics: { logins: 1 per 1d for 14d } }
                    expect: [match, sent hello.md]
              - name: nobody to write to
                account: { \(fall), contacts: [] }
                expect: [verdict unreachable, nothing sent]
              - name: the second role
                account: { \(fall), contacts: [ { key: bob, role: admin, timezone: Europe/Berlin } ] }
                expect: sent hello.md to admin
              - name: leaves
                account: { \(fall) }
                expect: active
                then:
                  - after: 2d
                    account: { events: [ churned: -1d ] }
                    expect: exit because churned

            """
        let found = try failures(tests)
        #expect(found == [])
    }

    @Test func aTestMayAnswerAMessage() throws {
        let playbook = """
            playbook: fallen
            category: education
            on: signed
            steps:
              - email: hello.md
              - wait_for: replied(email_1)
                at_most: 4d
              - choose:
                  - if: replied(email_1)
                    then: [ email: other.md ]
                  - else: [ email: last.md ]
              - wait: 20d
              - email: hello.md
                id: again
            exit: [replied(email_2), goal]
            goal: { when: not happened(nps) and replied(email_1) and days_since(renewal_at) > 3, within: 30d }
            tests:

            """
        let tests = """
              - name: who answers is thanked
                account: { events: [ { signed: 0d } ] }
                expect: sent hello.md
                then:
                  - after: 1d
                    replied: email_1
                    expect: [waited wait_for_1 met, sent other.md, not sent last.md]
                  - after: 5d
                    replied: [email_2]
                  - after: 20d
                    expect: [nothing sent, "exit because replied(email_2)"]
              - name: who does not is asked again
                account: { events: [ { signed: 0d } ] }
                expect: sent hello.md
                then:
                  - after: 6d
                    expect: [waited wait_for_1 timed_out, sent last.md, not sent other.md]
              - name: what was not sent is not answered
                account: { events: [ { signed: 0d } ] }
                expect: sent hello.md
                then:
                  - after: 1d
                    replied: email_2
                    expect: active

            """
        let found = try failures(tests, of: playbook)
        #expect(found == [])
    }

    @Test func aFailureSaysWhatHappenedInstead() throws {
        let tests = """
              - name: steady
                account: { metrics: { logins: [5 per 1d for 70d] } }
                expect: sent hello.md
              - name: early
                account: { \(fall) }
                expect: match
                then:
                  - after: 2d
                    expect: [sent last.md, exit because goal]

            """
        let found = try failures(tests)
        try #require(found.count == 3)
        #expect(
            found[0].hasPrefix("17:sent hello.md: nothing was sent; it did not match; usage_drop(logins)  → not met"))
        #expect(found[0].contains("sum(logins, 14d) = 70"))
        #expect(found[1].contains("nothing was sent; verdict already"))
        #expect(found[1].contains("the enrollment is active, at wait_1"))
        #expect(found[2].contains("sum(logins, 3d) = "))
    }

    @Test func anEventTriggersAndAnOldOneDoesNot() throws {
        let playbook = """
            playbook: fallen
            category: education
            on: signed
            if: event.deal == "big"
            to: [event.contact, owner]
            steps:
              - email: hello.md
              - wait: 2h
              - email: other.md
                send_window: always
            exit: [churned]
            tests:

            """
        let contacts = "contacts: [ { key: ada, role: owner }, { key: bob, role: user } ]"
        let tests = """
              - name: at once
                account:
                  events: [ { signed: -1h, deal: big, contact: bob } ]
                  \(contacts)
                expect: [match, sent hello.md to user]
                then:
                  - after: 3h
                    expect: nothing sent
                  - after: 1d
                    expect: sent other.md
              - name: too old
                account: { events: [ { signed: -3d, deal: big } ] }
                expect: [verdict too_old, nothing sent]
              - name: another deal
                account: { events: [ { signed: -1h, deal: small } ] }
                expect: no match
              - name: comes in later
                expect: no match
                then:
                  - after: 2d
                    account: { events: [ { signed: -1d, deal: big } ] }
                    expect: sent hello.md

            """
        let found = try failures(tests, of: playbook + "").filter { !$0.contains("last.md") }
        #expect(found == [])
    }

    @Test func aCampaignComesRoundWhenItsTimeComes() throws {
        let playbook = """
            playbook: fallen
            category: education
            at: monthly on 1 at 10:00 local
            audience: plan == "pro"
            steps:
              - email: hello.md
            exit: [churned]
            tests:

            """
        let tests = """
              - name: in time
                account: { plan: pro, contacts: [ { key: ada, role: owner, timezone: Asia/Tokyo } ] }
                then:
                  - after: 19d
                    expect: no match
                  - after: 3d
                    expect: sent hello.md
              - name: before its time
                account: { plan: pro, contacts: [ { key: ada, role: owner, timezone: Asia/Tokyo } ] }
                expect: match

            """
        let found = try failures(tests, of: playbook)
        let early = try #require(found.first)
        #expect(found.count == 1 && early.contains("it did not match; audience: plan = \"pro\""), "\(found)")
        #expect(early.contains("at monthly on 1 at 10:00 local: "), "\(found)")
        #expect(early.contains("the next occurrence is "), "\(found)")
    }

    @Test func aChangedAttributeIsKeptInItsHistory() throws {
        let playbook = """
            playbook: fallen
            category: education
            when: plan == "pro" and was(plan, 7d) == "free" and days_until(renewal_at) > 20
            steps:
              - email: hello.md
            exit: [churned]
            tests:

            """
        let tests = """
              - name: upgrades
                account: { plan: free, renewal_at: +40d }
                expect: no match
                then:
                  - after: 1d
                    account: { plan: pro }
                    expect: [match, sent hello.md]
              - name: was pro before
                account: { plan: pro, renewal_at: +40d }
                expect: no match

            """
        #expect(try failures(tests, of: playbook) == [])
    }

    @Test func dataThatNoImportTakesFailTheTestAndNotTheOthers() throws {
        let found = try results(
            """
              - name: bad
                account: { created_at: 3000-01-01, \(fall) }
                expect: match
              - name: good
                account: { \(fall) }
                expect: match

            """)
        #expect(found.map(\.hasPassed) == [false, true])
    }
}
