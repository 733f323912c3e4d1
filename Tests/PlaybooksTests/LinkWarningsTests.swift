import Playbooks
import Testing

@Suite struct LinkWarningsTests {
    private func warnings(
        _ lines: [String], category: String = "tips", state: String = "live", more: String = "",
        trigger: String = "when: mrr > 1"
    )
        -> [String]
    {
        let files = [
            "keeptouch.yaml":
                ([
                    "workspace: w", "timezone: UTC", "sender: { name: W, email: w@w.example }",
                    "channels: { email: mail }",
                    "categories: { tips: Tips }",
                ] + lines).joined(separator: "\n") + "\n",
            "channels/mail.yaml": "channel: mail\nkind: email\nrequest: { url: \"https://m.example\" }\n\(more)\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\nstate: \(state)\ncategory: \(category)\n\(trigger)\nsteps: [ { email: m.md } ]\n",
            "playbooks/p/m.md": "---\nsubject: Hi\n---\nHi.\n",
        ]
        return WorkspaceReader.read(files).diagnostics.map(\.description)
    }

    @Test func emailsWithoutAnAddressForTheirLinksAreWarnedOf() {
        #expect(
            warnings([]) == [
                "keeptouch.yaml:1:1: warning: without a \"base_url\" the emails of \"p\" have no unsubscribe link; give the "
                    + "address where keeptouch serve --port is reached from outside"
            ])
        #expect(warnings([], category: "service") == [])
        #expect(warnings([], state: "draft") == [])
        #expect(warnings(["base_url: https://t.example"]) == [])
    }

    @Test func linksAreHTTPSUnlessTheyAreLocal() {
        #expect(warnings(["base_url: http://127.0.0.1:8080"]) == [])
        #expect(
            warnings(["base_url: http://t.example"]) == [
                "keeptouch.yaml:6:11: warning: the \"base_url\" is not https; mail programs want it for unsubscribing"
            ])
    }

    @Test func trackingNeedsAnAddressToLeadOver() {
        #expect(warnings(["base_url: https://t.example"], more: "track: { links: true }") == [])
        #expect(
            warnings([], category: "service", more: "track: { links: true }").first?.contains(
                "the channel \"mail\" tracks nothing without a \"base_url\"") == true)
    }

    @Test func theOriginsOfTheInboxAreOrigins() {
        for origin in ["https://app.example", "http://127.0.0.1:8080"] {
            #expect(warnings(["base_url: https://t.example", "inbox: { origins: [ \"\(origin)\" ] }"]) == [])
        }
        for origin in ["app.example", "https://app.example/", "*", "ftp://app.example"] {
            let told = warnings(["base_url: https://t.example", "inbox: { origins: [ \"\(origin)\" ] }"])
            #expect(told.first?.contains("expected an origin such as https://app.acme.example") == true, "\(origin)")
        }
    }

    @Test func whoeverHasChurnedGetsNothingUnlessTheExitsSaySo() {
        let here = "base_url: https://t.example"
        #expect(
            warnings([here], trigger: "on: churned") == [
                "playbooks/p/playbook.yaml:4:1: warning: whoever has churned leaves at once (exit: churned), so nobody gets "
                    + "anything; write exit: [goal]"
            ])
        #expect(warnings([here], trigger: "on: churned\nexit: [goal]") == [])
    }

    @Test func conditionsThatLookFurtherBackThanEventsAreKeptAreWarnedOf() {
        let kept = ["base_url: https://t.example", "retention: { events: 90d }"]
        #expect(
            warnings(kept, trigger: "when: not ever(contact_left)") == [
                "playbooks/p/playbook.yaml:1:1: warning: ever(contact_left) looks further back than events are kept "
                    + "(retention: { events: 90d }), and forgets what happened before"
            ])
        #expect(warnings(kept, trigger: "when: count(contact_left, 180d) == 0").count == 1)
        #expect(warnings(kept, trigger: "when: count(contact_left, 30d) == 0") == [])
        #expect(warnings(kept, trigger: "when: ever(reactivated)") == [])
    }
}
