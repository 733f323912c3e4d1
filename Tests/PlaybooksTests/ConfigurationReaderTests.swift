import Playbooks
import Testing

struct ConfigurationReaderTests {
    private func read(_ text: String) -> (Workspace?, [String]) {
        let (workspace, diagnostics) = WorkspaceReader.read(["keeptouch.yaml": text])
        return (workspace, diagnostics.map(\.description))
    }

    @Test func allComplaintsComeAtOnceWithTheirPlaces() {
        let text = """
            timezone: America/Chigaco
            currency: dollars
            base_url: touch.acme.example
            sender: { name: Acme, email: nobody }
            evaluate: at dawn
            send_window: { days: mon-fry }
            caps: [ 1 per day, 3 per 7d ]
            holdout: { share: 5, redraw: daily }
            safety: { max_share: lots, jump: 0.5x, first_run: maybe }
            channels: { mail: sendgrid }
            categories: { service: Service, product: [] }
            digests: [ { report: risk, at: never, channel: slack, to: me } ]
            cap: 1

            """
        let (workspace, complaints) = read(text)
        #expect(workspace == nil)
        let places = complaints.map { $0.split(separator: " ").first.map(String.init) ?? "" }
        #expect(
            places == [
                "keeptouch.yaml:1:1:", "keeptouch.yaml:1:11:", "keeptouch.yaml:2:11:", "keeptouch.yaml:3:11:",
                "keeptouch.yaml:4:30:", "keeptouch.yaml:5:11:", "keeptouch.yaml:6:14:", "keeptouch.yaml:7:9:",
                "keeptouch.yaml:8:19:", "keeptouch.yaml:8:30:", "keeptouch.yaml:9:22:", "keeptouch.yaml:9:34:",
                "keeptouch.yaml:9:51:", "keeptouch.yaml:10:13:", "keeptouch.yaml:11:15:", "keeptouch.yaml:11:42:",
                "keeptouch.yaml:12:32:", "keeptouch.yaml:12:55:", "keeptouch.yaml:13:1:",
            ])
        #expect(complaints.first == "keeptouch.yaml:1:1: error: \"workspace\" is missing in keeptouch.yaml")
        #expect(
            complaints.dropFirst().first
                == "keeptouch.yaml:1:11: error: unknown time zone \"America/Chigaco\"; did you mean \"America/Chicago\"?"
        )
        #expect(complaints.last == "keeptouch.yaml:13:1: error: unknown key \"cap\"; did you mean \"caps\"?")
    }

    @Test func aShortConfigurationHasDefaults() throws {
        let (workspace, complaints) = read("workspace: a\ntimezone: UTC\nholdout: 2.5%\nsend_window: always\n")
        #expect(complaints == [])
        let configuration = try #require(workspace).configuration
        #expect(configuration.currency == "USD")
        #expect(configuration.database == "keeptouch.db")
        #expect(configuration.evaluate.text == "daily at 06:00")
        #expect(configuration.holdout == 0.025)
        #expect(configuration.sendWindow == .always)
        #expect(configuration.safety == Configuration.Safety())
    }

    @Test func somethingElseThanAMappingIsTold() {
        for text in ["", "- a\n", "just text\n", "'\n"] {
            let (workspace, complaints) = read(text)
            #expect(workspace == nil)
            #expect(complaints.count == 1)
        }
    }
}
