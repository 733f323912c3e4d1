import Foundation
import Playbooks
import Testing

struct ChannelPresetTests {
    private func read(
        _ channel: String, as name: String = "mailgun"
    ) -> (Channel?, [String]) {
        let files = ["keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "channels/\(name).yaml": channel]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        return (workspace?.channels[name], diagnostics.map(\.description))
    }

    @Test func theProgramCarriesThePresetsOfTheRepository() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "presets")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(files.sorted() == ChannelPreset.names.map { "\($0).yaml" }.sorted())
        for preset in ChannelPreset.all {
            let text = try String(contentsOf: folder.appending(path: "\(preset.name).yaml"), encoding: .utf8)
            #expect(preset.text.trimmingCharacters(in: .newlines) == text.trimmingCharacters(in: .newlines))
        }
    }

    @Test(arguments: ChannelPreset.names)
    func aPresetIsAWholeChannelAsItStands(name: String) throws {
        let preset = try #require(ChannelPreset.named(name))
        #expect(!preset.title.isEmpty && preset.title.count < 60, "\(preset.title)")
        #expect(preset.channel?.name == name)
        #expect(preset.channel?.secrets.isEmpty == false)
        // Copied into channels/, it complains about nothing but what it needs.
        let (channel, complaints) = read(preset.text, as: name)
        #expect((channel == nil) == !preset.needs.isEmpty)
        #expect(complaints.count == preset.needs.count, "\(complaints)")
    }

    @Test func aWorkspaceNamesAPresetAndNeedsNoFile() throws {
        let files = [
            "keeptouch.yaml": "workspace: acme\nchannels: { email: postmark }\ndigests:\n  - { report: risk, at: "
                + "daily at 09:00, channel: slack }\ntimezone: UTC\n",
            "data.yaml": "reasons:\n  price: { notify: teams }\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\nwhen: mrr > 1\nsteps: [{ in_app: m.md, channel: braze }]\ncategory: service\n",
            "playbooks/p/m.md": "---\nsubject: s\n---\nHi\n",
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(diagnostics.filter { $0.severity == .error }.map(\.description) == [])
        #expect(workspace?.channels.keys.sorted() == ["braze", "postmark", "slack", "teams"])
        #expect(workspace?.channels["postmark"]?.position == Position(file: "keeptouch.yaml", line: 2, column: 20))
    }

    @Test func theFilesKeysAreLaidOverThePresets() throws {
        let (channel, complaints) = read(
            """
            channel: mailgun
            vars: { domain: mg.acme.example }
            auth: { password: env:OTHER_KEY }
            limits: { in_flight: 2 }
            request: { timeout: { total: 9s } }
            body: { fields: { "o:testmode": "yes" } }
            on_unknown: assume_sent
            """)
        #expect(complaints == [])
        let preset = try #require(ChannelPreset.named("mailgun")?.channel)
        #expect(channel?.vars == ["base": "https://api.mailgun.net", "domain": "mg.acme.example"])
        #expect(channel?.auth == .basic(user: "api", password: Secret(.environment("OTHER_KEY"))))
        #expect(channel?.inFlight == 2 && channel?.totalTimeout == .seconds(9) && channel?.onUnknown == .assumeSent)
        #expect(channel?.rules == preset.rules)
        guard case .form(let fields)? = channel?.body, case .form(let others) = preset.body else {
            Issue.record("not a form")
            return
        }
        #expect(fields == others + [.init("o:testmode", .text("yes"))])
    }

    @Test func tablesThatExcludeEachOtherStandAsAWhole() throws {
        let (channel, complaints) = read(
            """
            channel: knock
            vars: { workflow: w }
            auth: { kind: header, name: X-Key, value: env:K }
            idempotency: { body: /key, lifetime: 1h }
            response: { id: { header: X-Id } }
            """, as: "knock")
        #expect(complaints == [])
        #expect(channel?.auth == .header(name: "X-Key", value: Secret(.environment("K"))))
        #expect(channel?.idempotency == .body(pointer: "/key", lifetime: .hours(1)))
        #expect(channel?.id == .header("X-Id"))
    }

    @Test func aChannelOfAnotherNameNamesItsPreset() throws {
        let (channel, complaints) = read(
            "channel: receipts\npreset: postmark\nvars: { stream: receipts }\n", as: "receipts")
        #expect(complaints == [])
        #expect(channel?.name == "receipts" && channel?.vars == ["stream": "receipts"])
    }

    @Test func aFileWithAKindStandsOnItsOwn() throws {
        let (channel, complaints) = read(
            "channel: mailgun\nkind: webhook\nrequest: { url: \"https://a.example\" }\n")
        #expect(complaints == [])
        #expect(channel?.auth == Channel.Auth.none && channel?.rules == [])
    }

    @Test func complaintsPointIntoTheUsersFile() {
        let domain = "vars.domain is missing: the domain that sends, such as mg.example.com; "
        #expect(
            read("channel: mailgun\n").1
                == ["channels/mailgun.yaml:1:10: error: \(domain)write vars: { domain: ... }"])
        #expect(
            read("channel: mailgun\nvars: { base: \"https://a.example\" }\n").1
                == ["channels/mailgun.yaml:2:1: error: \(domain)write vars: { domain: ... }"])
        #expect(
            WorkspaceReader.read(["keeptouch.yaml": "workspace: a\nchannels: { email: mailgun }\ntimezone: UTC\n"])
                .diagnostics
                .map(\.description) == [
                    "keeptouch.yaml:2:20: error: \(domain)make channels/mailgun.yaml with channel: mailgun and "
                        + "vars: { domain: ... }"
                ])
        #expect(
            read("channel: mailgum\n", as: "mailgum").1
                == ["channels/mailgum.yaml:1:10: error: there is no preset \"mailgum\"; did you mean \"mailgun\"?"])
        #expect(
            read("channel: mine\npreset: slakc\n", as: "mine").1
                == ["channels/mine.yaml:2:9: error: unknown preset \"slakc\"; did you mean \"slack\"?"])
        #expect(
            read("channel: mailgun\nvars: { domain: a.example }\nauth: { kind: bearer }\n").1
                == ["channels/mailgun.yaml:3:7: error: the auth kind bearer needs \"token\""])
    }

    @Test func theNamesOfAnAuthKindAreKnownToItAlone() {
        let start = "channel: c\nkind: webhook\nrequest: { url: \"https://a.example\" }\n"
        #expect(
            read(start + "body: { kind: json, template: { a: \"{{ secret }}\" } }\n", as: "c").1
                == [
                    "channels/c.yaml:4:37: error: \"{{ secret }}\" is known in the body of the auth kind body only"
                ])
        #expect(
            read(start + "body: { kind: json, template: { a: \"{{ timestamp }}\" } }\n", as: "c").1
                == ["channels/c.yaml:4:37: error: \"{{ timestamp }}\" is known in the auth kind hmac only"])
        #expect(
            read(start + "auth: { kind: body, value: env:K }\n", as: "c").1
                == ["channels/c.yaml:4:1: error: the auth kind body needs \"{{ secret }}\" in the body"])
    }
}
