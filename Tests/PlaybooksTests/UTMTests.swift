import Playbooks
import Testing

/// Who says what of the parameters of web analytics.
@Suite struct UTMTests {
    private func read(_ workspace: String, _ playbook: String, _ step: String) -> (Workspace?, [String]) {
        let (read, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml":
                "workspace: acme\ntimezone: UTC\ncategories: { tips: Tips }\nchannels: { email: sendgrid }\n\(workspace)\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\ncategory: tips\nwhen: mrr > 0\n\(playbook)\nsteps:\n  - email: m.md\n    \(step)\n",
            "playbooks/p/m.md": "---\nsubject: A\n---\nb\n",
        ])
        return (read, diagnostics.map(\.description).filter { $0.contains("error") })
    }

    private func parameters(_ workspace: String, _ playbook: String = "", _ step: String = "") throws -> String? {
        let (read, complaints) = read(workspace, playbook, step)
        #expect(complaints == [])
        let item = try #require(read)
        let utm = UTM(
            workspace: item.configuration.workspace, playbook: try #require(item.playbook("p")), step: "email_1",
            kind: .email,
            workspaceRule: item.configuration.utm)
        return utm?.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    @Test func whatIsSaidLastCounts() throws {
        let usual = "utm_source=acme&utm_medium=email&utm_campaign=p&utm_content=email_1"
        #expect(try parameters("") == nil)
        #expect(try parameters("utm: on") == usual)
        #expect(try parameters("utm: off", "utm: on") == usual)
        #expect(try parameters("utm: on", "utm: off") == nil)
        #expect(try parameters("utm: on", "", "utm: off") == nil)
        #expect(
            try parameters(
                "utm: { source: mail, term: x }", "utm: { campaign: spring, content: \"\" }", "utm: { source: step }")
                == "utm_source=step&utm_medium=email&utm_campaign=spring&utm_term=x")
        #expect(
            try parameters("utm: { source: mail }", "utm: off", "utm: on") == usual.replacing("=acme", with: "=mail"))
    }

    @Test func mistakesAreToldAtTheirPlaces() {
        let complaints = read("utm: maybe", "utm: { sauce: x }", "utm: { source: \"{{account.name}}\" }").1
        for expected in [
            "keeptouch.yaml:5:6: error: expected on, off, or values such as { source: acme } for \"utm\", got \"maybe\"",
            "playbooks/p/playbook.yaml:4:8: error: unknown key \"sauce\"",
            "playbooks/p/playbook.yaml:7:20: error: \"source\" is one line of at most 100 characters without values",
        ] { #expect(complaints.contains { $0.hasPrefix(expected) }, "\(expected)\n\(complaints)") }
    }
}
