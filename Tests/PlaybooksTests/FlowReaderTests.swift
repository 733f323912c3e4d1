import Playbooks
import Testing

/// Nested steps: what is read, and what is said of mistakes.
struct FlowReaderTests {
    private func read(_ text: String, messages: [String]) -> (Playbook?, [String]) {
        var files = SampleWorkspace.files.filter { !$0.key.hasPrefix("playbooks/") }
        files["playbooks/p/playbook.yaml"] = text
        for name in messages { files["playbooks/p/\(name)"] = "---\nsubject: A\n---\nText.\n" }
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        return (
            workspace?.playbook("p"),
            diagnostics.map { $0.description.replacing("playbooks/p/playbook.yaml:", with: "") }
        )
    }

    private static let head = "playbook: p\ncategory: service\nwhen: seats > 3\n"

    private func playbook(_ steps: String, head: String = Self.head) throws -> Playbook {
        let (playbook, complaints) = read(head + "steps:\n" + steps, messages: ["a.md"])
        #expect(complaints.filter { !$0.contains("no step uses") } == [])
        return try #require(playbook)
    }

    /// What is said of steps that begin in line 5.
    private func complaints(_ steps: String, head: String = Self.head, messages: [String] = []) -> [String] {
        read(head + "steps:\n" + steps, messages: messages).1
    }

    @Test func nestedStepsLieFlat() throws {
        let steps = try playbook(
            """
              - email: a.md
              - choose:
                  - if: clicked(email_1)
                    then:
                      - wait: 1d
                      - choose:
                          - if: seats > 5
                            then: [ stop ]
                  - if: seats > 9
                    then: [ { email: a.md } ]
                  - else:
                      - wait_till: 10:00 local
              - stop: yes
            """
        ).steps
        #expect(
            steps.map(\.id) == [
                "email_1", "choose_1", "wait_1", "choose_2", "stop_1", "choose_1", "email_2", "choose_1", "wait_till_1",
                "stop_2",
            ])
        #expect(
            steps.map(\.action).map { action in
                switch action {
                case .choose(let branches):
                    branches.map { "\($0.condition?.text ?? "else") → \($0.next)" }.joined(separator: ", ")
                case .goTo(let next): "go to \(next)"
                case .send: "send"
                case .wait: "wait"
                case .set: "set"
                case .stop: "stop"
                case .waitFor: "wait for"
                case .waitTill(let moment, _):
                    moment == .clock(ClockTime(minute: 600), isLocal: true) ? "10:00 local" : "?"
                }
            } == [
                "send", "clicked(email_1) → 2, seats > 9 → 6, else → 8", "wait", "seats > 5 → 4, else → 5", "stop",
                "go to 9", "send", "go to 9", "10:00 local", "stop",
            ])
        #expect(steps[8].position == Position(file: "playbooks/p/playbook.yaml", line: 16, column: 13))
    }

    @Test func waitsHaveTheirConditionsAndDates() throws {
        let steps = try playbook(
            """
              - wait_for: happened(cancel_requested)
                at_most: 4d
                id: reply
              - wait_till: renewal_at - 30d
                late: send
              - choose:
                  - if: waited(reply) == "timed_out"
                    then: [ { wait: 1d } ]
            """
        ).steps
        guard case .waitFor(let condition, .days(4)) = steps[0].action,
            case .waitTill(.date(let date), sendsLate: true) = steps[1].action
        else {
            Issue.record("read as \(steps)")
            return
        }
        #expect(condition.text == "happened(cancel_requested)")
        #expect(date.type == .date)
        #expect(try playbook("  - wait_till: created_at + 90d\n").steps.count == 1)
    }

    @Test(arguments: [
        (
            "  - wait_for: seats > 4\n",
            "5:5: error: \"wait_for\" needs \"at_most\", such as 4d: without it the wait may never end"
        ),
        ("  - wait: 1d\n    at_most: 4d\n", "6:5: error: \"at_most\" does not go with \"wait\""),
        (
            "  - wait_till: seats\n",
            "5:16: error: \"seats\" is a number; \"wait_till\" takes a date, such as renewal_at - 30d, or a time, such as 10:00"
        ),
        (
            "  - wait_till: 25:00\n",
            "5:16: error: expected a time such as 10:00 or 10:00 local for \"wait_till\", got \"25:00\""
        ),
        (
            "  - wait_till: 10:00 there\n",
            "5:16: error: expected a time such as 10:00 or 10:00 local for \"wait_till\", got \"10:00 there\""
        ),
        (
            "  - wait_till: 10:00\n    late: send\n",
            "6:5: error: a time of day is never late; \"late\" goes with a date"
        ),
        (
            "  - wait_till: renewal_at\n    late: never\n",
            "6:11: error: expected skip or send for \"late\", got \"never\""
        ),
        ("  - choose: [ { then: [ stop ] } ]\n", "5:15: error: a branch needs \"if\" with its condition, or \"else\""),
        ("  - choose: [ { if: seats > 3 } ]\n", "5:15: error: a branch with \"if\" needs \"then\" with its steps"),
        ("  - choose: [ { else: [ stop ] } ]\n", "5:15: error: \"choose\" begins with a branch that has an \"if\""),
        (
            "  - choose:\n      - if: seats > 3\n        then: []\n",
            "7:15: error: expected a list of steps, each with a \"-\", got a list"
        ),
        (
            "  - choose:\n      - if: seats > 3\n        then: [ stop ]\n        else: [ stop ]\n",
            "6:9: error: a branch is \"if\" with \"then\", or \"else\"; make \"else\" a branch of its own"
        ),
        (
            "  - choose: [ { if: seats > 3, then: [ stop ] }, { else: [ stop ] }, { if: vip, then: [ stop ] } ]\n",
            "5:50: error: \"else\" is the last branch; those after it are never reached"
        ),
        ("  - stop\n  - wait: 1d\n", "6:5: warning: this step is never reached: every way before it stops"),
        (
            "  - choose: [ { if: seats > 3, then: [ stop ] }, { else: [ stop ] } ]\n  - wait: 1d\n",
            "6:5: warning: this step is never reached: every way before it stops"
        ),
        (
            "  - choose: [ { if: clicked(email_1), then: [ stop ] } ]\n  - email: a.md\n",
            "5:29: error: unknown step \"email_1\"; only a step that comes before can be asked about"
        ),
        (
            "  - wait_for: seats > 4\n    at_most: 1d\n  - choose: [ { if: waited(wait_for_1) == \"late\", then: [ stop ] } ]\n",
            "7:43: error: \"waited(wait_for_1)\" never has the value \"late\"; it has \"met\", \"timed_out\""
        ),
        (
            "  - email: a.md\n  - wait_for: opened(email_1) or seats > 9\n    at_most: 1d\n",
            "6:15: warning: this depends on opens alone, and mail scanners open messages too; ask for clicks or for what the account does"
        ),
        (
            "  - wait_for: 1 > 2\n    at_most: 1d\n",
            "5:15: warning: nothing that happens during the wait can change this condition"
        ),
        (
            "  - wait: 2d\n  - wait_for: sum(logins, 7d) > 3\n    at_most: 4d\n",
            "6:15: warning: \"sum(logins, 7d)\" is missing until 8d after the enrollment, and this is looked at no later than after 6d"
        ),
        (
            "  - choose:\n      - if: sum(logins, 3d) > 3\n        then: [ stop ]\n",
            "6:13: warning: \"sum(logins, 3d)\" is missing until 4d after the enrollment, and this is looked at no later than at once"
        ),
        (
            "  - choose: [ { if: sum(logins, 3d) > 3, then: [ stop ] } ]\n",
            "5:21: error: the condition of \"if\" was split at its comma; a condition with a comma must stand in block form, on a line of its own outside { } and [ ]"
        ),
        (
            "  - { wait_for: sum(logins, 3d) > 3, at_most: 4d }\n",
            "5:17: error: the condition of \"wait_for\" was split at its comma; a condition with a comma must stand in block form, on a line of its own outside { } and [ ]"
        ),
        ("  - email: tips/*.md\n", "5:12: error: no message is named \"tips/*.md\"; put some in playbooks/p/"),
        (
            "  - email: \"*/a.md\"\n",
            "5:12: error: a rotation has one \"*\", in the name of the file, such as tips/*.md; got \"*/a.md\""
        ),
    ])
    func mistakesAreToldAtTheirPlace(_ steps: String, _ complaint: String) {
        let told = complaints(steps, messages: steps.contains("email: a.md") ? ["a.md"] : [])
        #expect(told.contains(complaint), "\(told)")
    }

    @Test func aStepNobodyWalksAndAGoalNobodyCanSeeAreTold() {
        let head = Self.head + "variants: { a: { weight: 1, steps: [ stop ] } }\n"
        #expect(
            complaints("  - wait: 1d\n", head: head) == [
                "5:1: warning: nobody walks these steps: every variant has steps of its own"
            ])
        let goal = "goal:\n  when: sum(logins, 28d) > 3\n  within: 21d\nalso: [opened(email_1)]\n"
        #expect(
            complaints("  - email: a.md\n", head: Self.head + goal, messages: ["a.md"]) == [
                "5:9: warning: \"sum(logins, 28d)\" is missing until 29d after the enrollment, and this is looked at "
                    + "no later than after 21d",
                "7:8: warning: this depends on opens alone, and mail scanners open messages too; ask for clicks or for "
                    + "what the account does",
            ])
        #expect(
            complaints("  - wait: 1d\n", head: Self.head + "also: [seats > 9]\nguardrail_metrics: { complaint: 1% }\n")
                == [
                    "4:1: error: \"also\" needs a \"goal\": secondary goals are watched as long as it is",
                    "5:22: error: unknown harm \"complaint\"; did you mean \"complained\"?",
                ])
    }

    @Test func aRotationHoldsTheFilesOfItsPatternInOrder() {
        let rotation = Rotation("tips/*.md")
        #expect(
            rotation?.paths(among: ["tips/b.md", "a.md", "tips/a.md", "tips/more/c.md", "tips/d.txt"])
                == ["tips/a.md", "tips/b.md"])
        #expect(Rotation("tips/a.md") == nil && Rotation("*/*.md") == nil && Rotation("*/a.md") == nil)
    }
}
