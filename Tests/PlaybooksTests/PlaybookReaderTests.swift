import Playbooks
import Testing

struct PlaybookReaderTests {
    /// What is said about a playbook whose messages do not matter.
    private func complaints(_ text: String, messages: [String: String] = [:]) -> [String] {
        var files = SampleWorkspace.files.filter { !$0.key.hasPrefix("playbooks/") }
        files["playbooks/p/playbook.yaml"] = text
        for (name, text) in messages { files["playbooks/p/\(name)"] = text }
        return WorkspaceReader.read(files).diagnostics.map { $0.description.replacing("playbooks/p/", with: "") }
    }

    private func playbook(_ text: String) throws -> Playbook {
        var files = SampleWorkspace.files.filter { !$0.key.hasPrefix("playbooks/") }
        files["playbooks/p/playbook.yaml"] = text
        if text.contains("a.md") { files["playbooks/p/a.md"] = "---\nsubject: A\n---\nText.\n" }
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(diagnostics == [])
        return try #require(workspace?.playbook("p"))
    }

    private let least = "playbook: p\ncategory: service\nsteps:\n  - wait: 1d\n"

    @Test func allComplaintsComeAtOnceWithTheirPlaces() {
        let text = """
            playbook: p
            audiense: tech_touch
            category: eduction
            risk: prise
            when: seats > 3
            holdout: 120%
            priority: high
            exclusive: maybe
            state: alive
            expires: soon
            variants: { a: 0 }
            to: [the owner]
            steps:
              - emial: a.md
              - wait: 0d
              - email: { b: a.md }

            """
        #expect(
            complaints(text, messages: ["a.md": "---\nsubject: A\n---\nText.\n", "old.md": "Old."]) == [
                "old.md:1:1: warning: no step uses this message",
                "playbook.yaml:2:1: error: unknown key \"audiense\"; did you mean \"audience\"?",
                "playbook.yaml:3:11: error: unknown category \"eduction\"; did you mean \"education\"?",
                "playbook.yaml:4:7: error: unknown reason \"prise\"; did you mean \"price\"?",
                "playbook.yaml:6:10: error: expected a share from 0% to 100% for \"holdout\", got \"120%\"",
                "playbook.yaml:7:11: error: expected a whole number from 0 to 100 for \"priority\", got \"high\"",
                "playbook.yaml:8:12: error: expected true or false for \"exclusive\", got \"maybe\"",
                "playbook.yaml:9:8: error: expected draft, live or retired for \"state\", got \"alive\"; did you mean \"live\"?",
                "playbook.yaml:10:10: error: \"expires\": expected a duration such as 30s, 90m, 36h, 14d or 2w, got \"soon\"",
                "playbook.yaml:11:1: error: the weights of the variants must add up to more than 0",
                "playbook.yaml:12:6: error: expected a role, \"all ROLE\", \"everyone\", \"anyone\" or \"event.contact\" "
                    + "for \"to\", got \"the owner\"",
                "playbook.yaml:14:5: error: a step needs one of email, in_app, push, sms, webhook, wait, "
                    + "wait_for, wait_till, choose, set, tag, untag, stop",
                "playbook.yaml:14:5: error: unknown key \"emial\"; did you mean \"email\"?",
                "playbook.yaml:15:11: error: \"wait\" must be longer than nothing, got \"0d\"",
                "playbook.yaml:16:12: error: there is no message for the variant \"a\"",
                "playbook.yaml:16:14: error: unknown variant \"b\"; did you mean \"a\"?",
            ])
    }

    @Test func aPlaybookHasExactlyOneTrigger() {
        #expect(
            complaints(least) == [
                "playbook.yaml:1:1: error: a playbook needs a trigger: \"when\", \"on\" or \"at\""
            ])
        #expect(
            complaints(least + "when: seats > 3\non: cancel_requested\n") == [
                "playbook.yaml:6:1: error: a playbook has one trigger, not both \"when\" and \"on\""
            ])
    }

    @Test func keysThatGoWithAnotherTriggerAreRefused() {
        let on = "if: seats > 3\nper: event.reason\nmax_age: 1d\n"
        #expect(
            complaints(least + "when: seats > 3\n" + on) == [
                "playbook.yaml:6:1: error: \"if\" goes with \"on\", not with \"when\"",
                "playbook.yaml:7:1: error: \"per\" goes with \"on\", not with \"when\"",
                "playbook.yaml:8:1: error: \"max_age\" goes with \"on\", not with \"when\"",
            ])
        #expect(
            complaints(least + "on: cancel_requested\nto: event.contact\nevaluate: daily at 06:00\nrearm: 1d\n" + on)
                == [
                    "playbook.yaml:7:1: error: \"evaluate\" goes with \"when\", not with \"on\"",
                    "playbook.yaml:8:1: error: \"rearm\" goes with \"when\", not with \"on\"",
                ])
    }

    @Test func theThreeTriggersAreRead() throws {
        let when = try playbook(least + "when: seats > 3\n")
        #expect(when.reentry == .never)
        let on = try playbook(least + "on: cancel_requested\nif: seats > 3\nper: event.reason\nmax_age: 1d\n")
        guard case .on(event: "cancel_requested", condition: .some) = on.trigger else {
            Issue.record("expected the event, got \(on.trigger)")
            return
        }
        #expect(on.per == "reason")
        #expect(on.maxAge == .days(1))
        #expect(on.reentry == .always)
        let at = try playbook(least + "at: monthly on 1 at 10:00 local\nreentry: never\nto: everyone\n")
        guard case .at(let schedule) = at.trigger else {
            Issue.record("expected a schedule, got \(at.trigger)")
            return
        }
        #expect(schedule.isLocal)
        #expect(at.reentry == .never)
        #expect(at.recipients == [.everyone])
    }

    @Test func badTriggersAreTold() {
        #expect(
            complaints(least + "on: chruned\nper: invoice\n") == [
                "playbook.yaml:5:5: error: unknown event \"chruned\"; did you mean \"churned\"?",
                "playbook.yaml:6:6: error: expected a property such as event.invoice_id for \"per\", got \"invoice\"",
            ])
        #expect(
            complaints(least + "on: cancel_requested\nper: event.raison\n") == [
                "playbook.yaml:6:6: error: unknown property \"raison\"; did you mean \"reason\"?"
            ])
        #expect(complaints(least + "at: sometimes\n").first?.hasPrefix("playbook.yaml:5:5: error: \"at\": ") == true)
        #expect(
            complaints(least + "at: daily at 09:00\nto: event.contact\nreentry: after lunch today\n") == [
                "playbook.yaml:6:5: error: \"event.contact\" goes with \"on\"; this playbook has no event",
                "playbook.yaml:7:10: error: expected never, always, after 90d or after 90d from the last end "
                    + "for \"reentry\", got \"after lunch today\"",
            ])
    }

    @Test func aConditionThatFlowBracketsSplitIsRecognized() {
        #expect(
            complaints(least + "when: seats > 3\ngoal: { when: sum(logins, 7d) > 1, within: 21d }\n") == [
                "playbook.yaml:6:15: error: the condition of \"when\" was split at its comma; a condition with a comma "
                    + "must stand in block form, on a line of its own outside { } and [ ]"
            ])
        #expect(
            complaints(least + "when: seats > 3\nsignals: { fall: drop(logins, 14d, 56d) }\n")
                == [
                    "playbook.yaml:6:18: error: the condition of \"fall\" was split at its comma; a condition with a "
                        + "comma must stand in block form, on a line of its own outside { } and [ ]"
                ])
        #expect(
            complaints(least + "when: seats > 3\nexit: [goal, sum(logins, 3d) > 0]\n") == [
                "playbook.yaml:6:14: error: the condition of \"exit\" was split at its comma; a condition with a comma "
                    + "must stand in block form, on a line of its own outside { } and [ ]"
            ])
    }

    @Test func aGoalMayBeANumberOfTheWindow() throws {
        func goal(_ lines: String) throws -> MeanGoal? {
            try playbook(
                "playbook: p\ncategory: service\nwhen: seats > 3\nsteps:\n  - wait: 1d\ngoal:\n\(lines)\n"
            ).meanGoal
        }
        let change = try goal("  mean: change(mrr)\n  within: 90d\n  winsorize: 1%")
        #expect(change == MeanGoal(.revenueChange, within: .days(90), winsorize: 0.01))
        #expect(try goal("  mean: mrr\n  within: 30d") == MeanGoal(.revenue, within: .days(30)))
        #expect(try goal("  mean: avg(logins)\n  within: 2w")?.figure == .average(metric: "logins"))
        #expect(
            complaints(least + "when: seats > 3\ngoal: { mean: median(mrr), within: 30d }\n") == [
                "playbook.yaml:6:15: error: expected mrr, change(mrr), sum(METRIC) or avg(METRIC), which are taken over the goal's "
                    + "window, got \"median(mrr)\""
            ])
        #expect(
            complaints(least + "when: seats > 3\ngoal: { mean: sum(logns), within: 30d, winsorize: 40% }\n") == [
                "playbook.yaml:6:15: error: unknown metric \"logns\"; did you mean \"logins\"?",
                "playbook.yaml:6:40: error: \"winsorize\" takes up to 25% on each side, got 40.0%",
            ])
        #expect(
            complaints(least + "when: seats > 3\ngoal: { within: 30d, winsorize: 1% }\n") == [
                "playbook.yaml:6:1: error: a goal has \"when\", a condition, or \"mean\", a number; this one has neither",
                "playbook.yaml:6:22: error: \"winsorize\" belongs to a goal with \"mean\"",
            ])
        #expect(
            complaints(least + "when: seats > 3\ngoal: { when: seats > 4, mean: mrr, within: 30d }\n") == [
                "playbook.yaml:6:9: error: a goal has \"when\" or \"mean\", not both; \"also\" takes other goals"
            ])
        #expect(
            complaints(least + "when: seats > 3\ngoal: { mean: sum(logins), within: 20h }\n") == [
                "playbook.yaml:6:28: error: no day lies wholly within 20h of an entry; write 2d or more"
            ])
    }

    @Test func anExperimentMayBeDrawnWithinTheValuesOfAnAttribute() throws {
        let head = "playbook: p\ncategory: service\nwhen: seats > 3\nsteps:\n  - wait: 1d\n"
        let read = try playbook(head + "experiment: { name: fall-2026, stratify: plan }\n")
        #expect(read.experiment == "fall-2026" && read.stratify == "plan")
        #expect(try playbook(head + "experiment: { stratify: plan }\n").experiment == "p")
        #expect(try playbook(head + "experiment: fall-2026\n").stratify == nil)
        #expect(
            complaints(least + "when: seats > 3\nexperiment: { stratify: plam }\n") == [
                "playbook.yaml:6:25: error: unknown attribute \"plam\"; did you mean \"plan\"?"
            ])
        #expect(
            complaints(least + "when: seats > 3\nexperiment: { stratify: seats }\n") == [
                "playbook.yaml:6:25: error: \"stratify\" takes a declared attribute of the type text or boolean, and \"seats\" is a number"
            ])
    }

    @Test func idsAreCountedByKindAndUnique() throws {
        let steps = "steps:\n  - wait: 1d\n  - { wait: 2d, id: pause }\n  - wait: 3d\n  - email: a.md\n"
        let head = "playbook: p\ncategory: service\nwhen: seats > 3\n"
        #expect(try playbook(head + steps).steps.map(\.id) == ["wait_1", "pause", "wait_3", "email_1"])
        #expect(
            complaints(head + "steps:\n  - { wait: 1d, id: wait_2 }\n  - wait: 1d\n") == [
                "playbook.yaml:6:5: error: the id \"wait_2\" is taken by the step in line 5"
            ])
    }

    @Test func aStepDoesOneThing() {
        let head = "playbook: p\ncategory: service\nwhen: seats > 3\n"
        #expect(
            complaints(head + "steps:\n  - { wait: 1d, push: a.md }\n  - wait: 1d\n    channel: slack\n") == [
                "playbook.yaml:5:5: error: a step does one thing, not wait and push; make them steps of their own",
                "playbook.yaml:7:5: error: \"channel\" does not go with \"wait\"",
            ])
        #expect(
            complaints(head + "steps: wait\n") == [
                "playbook.yaml:4:8: error: expected a list of steps, each with a \"-\", got \"wait\""
            ])
        #expect(complaints(head) == ["playbook.yaml:1:1: error: \"steps\" is missing; a playbook needs them"])
    }

    @Test func variantsMayHaveStepsOfTheirOwn() throws {
        let text = """
            playbook: p
            category: service
            when: seats > 3
            variants:
              long:
                weight: 1
                steps:
                  - wait: 9d
                  - email: a.md
              short: { weight: 2.5, steps: [ { email: a.md } ] }

            """
        let playbook = try playbook(text)
        #expect(playbook.steps.isEmpty)
        #expect(playbook.steps(of: "long").map(\.id) == ["wait_1", "email_1"])
        #expect(playbook.steps(of: "short").map(\.id) == ["email_2"])
        #expect(playbook.variants.map(\.weight) == [1, 2.5])
        #expect(
            complaints(text.replacing("{ weight: 2.5, steps: [ { email: a.md } ] }", with: "-1")).contains(
                "playbook.yaml:10:10: error: expected a number from 0 to 1,000,000 for \"short\", got \"-1\""))
    }

    @Test func missingAndMisspeltMessagesAreTold() {
        let steps =
            "when: seats > 3\nplaybook: p\ncategory: service\nsteps:\n  - email: leson.md\n  - in_app: nope.md\n  - email: lesson\n"
        #expect(
            complaints(steps, messages: ["lesson.md": "Text."]) == [
                "lesson.md:1:1: warning: no step uses this message",
                "playbook.yaml:5:12: error: there is no message \"leson.md\"; did you mean \"lesson.md\"?",
                "playbook.yaml:6:13: error: there is no message \"nope.md\"; make nope.md",
                "playbook.yaml:7:12: error: there is no message \"lesson\"; did you mean \"lesson.md\"?",
            ])
    }

    @Test func channelsOfStepsAreChecked() {
        let steps = """
            playbook: p
            state: live
            category: service
            when: seats > 3
            steps:
              - email: a.md
                channel: slak
              - email: { message: a.md, channel: slack }
              - push: a.md

            """
        #expect(
            complaints(steps, messages: ["a.md": "---\nsubject: A\n---\nText.\n"]) == [
                "playbook.yaml:7:14: error: there is no channel \"slak\"; did you mean \"slack\"?",
                "playbook.yaml:8:38: error: the channel \"slack\" carries webhook, not email",
                "playbook.yaml:9:5: error: no channel carries push; name one under \"channels\" in keeptouch.yaml, "
                    + "as push: NAME, and make channels/NAME.yaml",
            ])
    }

    @Test func signalsHaveNamesOfTheirOwnAndNoCircles() {
        let signals = "signals:\n  seats: seats\n  event: seats\n  a: b + 1\n  b: a + 1\n  tech_touch: seats\n  c:\n"
        #expect(
            complaints(least + "when: seats > 3\n" + signals) == [
                "playbook.yaml:7:3: error: \"seats\" is an attribute already; choose another name",
                "playbook.yaml:8:3: error: \"event\" is a word of the conditions already; choose another name",
                "playbook.yaml:9:6: error: the names refer to each other in a circle: a → b → a",
                "playbook.yaml:11:3: error: \"tech_touch\" is a segment already; choose another name",
                "playbook.yaml:12:5: error: \"c\" has no value",
            ])
    }

    @Test func anAudienceIsASegmentOrACondition() throws {
        #expect(
            complaints(least + "when: seats > 3\naudience: tech_tuch\n") == [
                "playbook.yaml:6:11: error: unknown segment \"tech_tuch\"; did you mean \"tech_touch\"?"
            ])
        #expect(try playbook(least + "when: seats > 3\naudience: seats > 3\n").audience?.name == "audience")
        #expect(try playbook(least + "when: seats > 3\n").audience == nil)
    }

    @Test func aServicePlaybookHasNoHoldout() throws {
        #expect(try playbook(least + "when: seats > 3\n").holdout == 0)
        #expect(
            complaints(least + "when: seats > 3\nholdout: 10%\n") == [
                "playbook.yaml:6:1: error: a service playbook reaches everybody; it has no holdout"
            ])
    }
}
