import Playbooks
import Testing

/// Steps that write to accounts: what is read, and what is said of mistakes.
struct SettingReaderTests {
    private func read(_ steps: String, on trigger: String = "when: seats > 3") -> (steps: [Step], complaints: [String])
    {
        var files = SampleWorkspace.files.filter { !$0.key.hasPrefix("playbooks/") }
        files["data.yaml"] = SampleWorkspace.dataMap.replacing(
            "  seats:      number\n",
            with: """
                  seats:      number
                  phase:      { type: text, values: [onboarding, rescued] }
                  note:       text
                  cause:      reason
                  vip:        boolean
                  budget:     money
                  called_on:  date
                  called_at:  instant

                """)
        files["playbooks/p/playbook.yaml"] = "playbook: p\ncategory: service\n\(trigger)\nsteps:\n\(steps)"
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        return (
            workspace?.playbook("p")?.steps ?? [],
            diagnostics.map { $0.description.replacing("playbooks/p/playbook.yaml:", with: "") }
        )
    }

    private func settings(_ steps: String, on trigger: String = "when: seats > 3") throws -> [[String]] {
        let (read, complaints) = read(steps, on: trigger)
        #expect(complaints == [])
        return read.compactMap { step in
            guard case .set(let settings) = step.action else { return nil }
            return settings.map(\.text)
        }
    }

    @Test func valuesAndTermsAreReadAsTheAttributesTypeSays() throws {
        let found = try settings(
            """
              - set: { phase: rescued, note: called twice, seats: seats + 1, budget: 12.5, vip: yes }
              - set: { called_on: today, called_at: now, cause: price }
              - set:
                  note: = plan
                  vip: seats > 5 and plan == "pro"
                  seats: sum(logins, 28d)
            """)
        #expect(
            found == [
                [#"phase: "rescued""#, #"note: "called twice""#, "seats: seats + 1", "budget: 12.5", "vip: true"],
                ["called_on: today", "called_at: now", #"cause: "price""#],
                ["note: plan", #"vip: seats > 5 and plan == "pro""#, "seats: sum(logins, 28d)"],
            ])
    }

    @Test func aTagIsABooleanThatIsSetOrTakenAway() throws {
        let (steps, complaints) = read("  - tag: vip\n  - untag: [vip]\n  - set: { vip: no }\n    id: over\n")
        #expect(complaints == [])
        #expect(steps.map(\.id) == ["tag_1", "untag_1", "over"])
        #expect(
            steps.compactMap { step -> [String]? in
                if case .set(let settings) = step.action { settings.map(\.text) } else { nil }
            } == [["vip: true"], ["vip: false"], ["vip: false"]])
    }

    @Test func theEventIsReadWhereOneTriggers() throws {
        #expect(
            try settings("  - set: { note: = event.comment }\n", on: "on: nps_response") == [["note: event.comment"]])
    }

    @Test func mistakesAreToldWithTheirPlace() {
        #expect(
            read(
                """
                  - set: { phase: lost, seats: plenty, vip: 3, mrr: 5, phase_of: x, note: = seats }
                  - tag: [vpi, note, vip, vip]
                  - set: { cause: weather, phase: = nps }
                  - set: {}
                """
            ).complaints == [
                #"5:19: error: unknown phase "lost"; known: onboarding, rescued"#,
                #"5:32: error: unknown name "plenty""#,
                #"5:45: error: 3 is a number, and the attribute "vip" is true or false"#,
                #"5:48: error: "mrr" is built in and follows the data; declare an attribute of your own in data.yaml"#,
                #"5:56: error: unknown attribute "phase_of"; declare it in data.yaml: attributes: { phase_of: text }"#,
                #"5:75: error: "seats" is a number, and the attribute "note" is text"#,
                #"6:5: error: "tag" names "vip" twice"#,
                #"6:11: error: unknown attribute "vpi"; did you mean "vip"?"#,
                #"6:16: error: a tag is an attribute of the type boolean, and "note" is text; write it with "set""#,
                #"7:19: error: unknown cause "weather"; known: price, out_of_business"#,
                #"7:37: error: unknown name "nps""#,
            ])
    }
}
