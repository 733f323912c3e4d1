import Playbooks
import Testing

/// Who tells of replies, and what is said where nobody does.
@Suite struct InboundReaderTests {
    private func read(_ lines: [String], sender: String = "", flow: String = "", channel: String = "") -> (
        Workspace?, [String]
    ) {
        let files = [
            "keeptouch.yaml":
                ([
                    "workspace: w", "timezone: UTC", "base_url: https://t.example",
                    "sender: { name: W, email: w@w.example\(sender) }", "channels: { email: mail }",
                    "categories: { tips: Tips }",
                ] + lines).joined(separator: "\n") + "\n",
            "channels/mail.yaml": "channel: mail\nkind: email\nrequest: { url: \"https://m.example\" }\n\(channel)\n",
            "playbooks/p/playbook.yaml": """
            playbook: p
            state: live
            category: tips
            when: mrr > 1
            steps:
              - email: m.md
            \(flow)

            """,
            "playbooks/p/m.md": "---\nsubject: Hi\n---\nHi.\n",
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        return (workspace, diagnostics.map(\.description))
    }

    private static let warning =
        "warning: nothing tells of replies, so \"replied\" never holds; say \"inbound: { PROVIDER: env:NAME }\" in keeptouch.yaml"

    @Test(arguments: [
        ("exit: [ churned, replied(email_1) ]", "7:18"),
        ("  - wait_for: mrr > 1 or replied(email_1)\n    at_most: 2d", "7:15"),
        ("  - choose: [ { if: replied(email_1), then: [ stop ] } ]\n  - email: m.md", "7:21"),
    ])
    func whoAsksForRepliesThatNobodyTellsOfIsWarned(flow: String, place: String) {
        let warnings = read([], flow: flow).1
        #expect(warnings == ["playbooks/p/playbook.yaml:\(place): \(Self.warning)"])
        #expect(read(["inbound: { postmark: env:KEY }"], flow: flow).1 == [])
        // A team's own endpoint may tell of them among the rest.
        #expect(read([], flow: flow, channel: "events: { dialect: plain, key: env:KEY }").1 == [])
    }

    @Test func aProviderIsKnownAndItsKeyIsASecret() {
        let workspace = read(["inbound: { postmark: env:KEY, plain: hush }"]).0
        #expect(workspace?.configuration.inbound.keys.sorted { $0.rawValue < $1.rawValue } == [.plain, .postmark])
        #expect(read(["inbound: { postmrk: env:KEY }"]).1.first?.contains("did you mean \"postmark\"") == true)
    }

    @Test func theAddressForRepliesMayHaveTheTouchInIt() {
        let (workspace, complaints) = read([], sender: ", reply_to: \"help+{{touch}}@w.example\"")
        #expect(complaints == [])
        let sender = workspace?.configuration.sender
        #expect(sender?.replyTo == "help@w.example")
        #expect(sender?.replyAddress(of: "t12") == "help+t12@w.example")
        #expect(sender?.replyAddress(of: nil) == "help@w.example")
        #expect(
            read([], sender: ", reply_to: help@w.example").0?.configuration.sender?.replyAddress(of: "t12")
                == "help@w.example")
        for text in ["{{touch}}@w.example", "help+{{account.key}}@w.example", "help@{{touch}}.example"] {
            let complaint = read([], sender: ", reply_to: \"\(text)\"").1.first
            #expect(complaint?.contains("error: expected an address for \"reply_to\"") == true, "\(text)")
        }
    }
}
