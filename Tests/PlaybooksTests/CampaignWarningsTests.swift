import Playbooks
import Testing

@Suite struct CampaignWarningsTests {
    private func warnings(at: String, window: String = "{ days: mon-fri, hours: \"09:00-17:00\" }", caps: String = "[]")
        -> [String]
    {
        let files = [
            "keeptouch.yaml": """
            workspace: w
            timezone: UTC
            base_url: https://t.example
            sender: { name: W, email: w@w.example }
            channels: { email: mail }
            categories: { tips: Tips }
            send_window: \(window)
            caps: \(caps)

            """,
            "channels/mail.yaml": "channel: mail\nkind: email\nrequest: { url: \"https://m.example\" }\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\nstate: live\ncategory: tips\nat: \"\(at)\"\nsteps: [ { email: m.md } ]\n",
            "playbooks/p/m.md": "---\nsubject: Hi\n---\nHi.\n",
        ]
        return WorkspaceReader.read(files).diagnostics.map(\.description)
    }

    @Test func aWindowThatOpensJustBeforeTheNextOccurrenceIsWarnedOf() {
        #expect(
            warnings(at: "daily at 10:00") == [
                "playbooks/p/playbook.yaml:4:5: warning: two messages would leave within 1h: that of sun 10:00 waits for its "
                    + "window, which opens on mon 09:00, and the next comes at 10:00; leave such days out of \"at\", or let a "
                    + "cap of one message keep them apart"
            ])
        #expect(warnings(at: "daily at 10:00 local").count == 1)
    }

    @Test func campaignsWhoseWindowIsOpenOrWhoseNextIsFarAreNot() {
        #expect(warnings(at: "weekdays at 10:00") == [])
        #expect(warnings(at: "weekly on sun at 10:00") == [])
        #expect(warnings(at: "daily at 10:00", window: "{ hours: \"09:00-17:00\" }") == [])
        #expect(warnings(at: "once 2026-12-06 10:00") == [])
    }

    @Test func aCapThatKeepsThemApartIsEnough() {
        #expect(warnings(at: "daily at 10:00", caps: "[ 1 per 1d ]") == [])
        #expect(warnings(at: "daily at 10:00", caps: "[ 2 per 1d ]").count == 1)
    }
}
