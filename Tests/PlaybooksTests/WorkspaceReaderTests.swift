import Playbooks
import Testing

struct WorkspaceReaderTests {
    private func sample() throws -> Workspace {
        let (workspace, diagnostics) = WorkspaceReader.read(SampleWorkspace.files)
        #expect(diagnostics == [])
        return try #require(workspace)
    }

    @Test func aGoodConfigurationHasItsValues() throws {
        let configuration = try sample().configuration
        #expect(configuration.workspace == "acme")
        #expect(configuration.zone.name == "America/Chicago")
        #expect(configuration.currency == "EUR")
        #expect(configuration.database == "data/acme.db")
        #expect(configuration.baseURL == "https://touch.acme.example")
        #expect(
            configuration.sender
                == Configuration.Sender(
                    name: "Acme Success", email: "success@acme.example", replyTo: "help@acme.example",
                    postalAddress: "1 Main St, Springfield"))
        #expect(configuration.evaluate.text == "daily at 06:00")
        #expect(configuration.sendWindow == SendWindow(weekdays: Set(1...5), start: 540, end: 1_020))
        #expect(configuration.caps == [Cap(count: 1, window: .days(1)), Cap(count: 3, window: .days(7))])
        #expect(configuration.holdout == 0.05)
        #expect(configuration.holdoutRedraw == .yearly)
        #expect(configuration.safety.maxShare == 0.25)
        #expect(configuration.safety.jump == 4)
        #expect(!configuration.safety.asksFirst)
        #expect(configuration.channels == [.email: "sendgrid", .inApp: "inapp"])
        #expect(configuration.categories.map(\.name) == ["education", "product"])
        #expect(configuration.categories.map(\.title) == ["Tips and training", "Product news"])
    }

    @Test func aGoodDataMapHasItsValues() throws {
        let workspace = try sample()
        let map = workspace.dataMap
        #expect(
            map.attributes == [
                Attribute("plan", .text, values: ["free", "starter", "pro"], column: "Subscription Plan"),
                Attribute("seats", .number), Attribute("health", .number, track: true),
                Attribute("renewal_at", .date, format: "m/d/y"),
            ])
        #expect(map.builtInColumns == [Attribute("mrr", .money, column: "Monthly revenue", track: true)])
        #expect(map.contactAttributes == [Attribute("title", .text)])
        #expect(
            map.metrics == [
                Metric("logins", title: "Logins", freshWithin: .hours(36), absent: .missing), Metric("reports"),
            ])
        #expect(
            map.event("cancel_requested")?.properties
                == [EventKind.Property("reason", .reason, map: ["too_expensive": "price"])])
        #expect(
            map.event("commitment")
                == EventKind(
                    "commitment", properties: [EventKind.Property("what", .text), EventKind.Property("by", .date)],
                    due: "by", closedBy: "commitment_met"))
        #expect(map.event("commitment_met") == EventKind("commitment_met"))
        #expect(
            map.reasons == [
                Reason("price", theme: "value", avoidable: true, notify: "slack"),
                Reason("out_of_business", theme: "external", avoidable: false),
            ])
        #expect(map.attritionTarget == 0.025)
        #expect(workspace.segments.map(\.name) == ["small", "tech_touch"])
        #expect(workspace.journeys.map(\.name) == ["tech-touch"])
    }

    @Test func aGoodPlaybookHasItsValues() throws {
        let workspace = try sample()
        let playbook = try #require(workspace.playbook("win-back-usage"))
        #expect(playbook.title == "Teach accounts whose usage fell")
        #expect(playbook.state == .live)
        #expect(playbook.audience == workspace.segments[1])
        #expect(playbook.category == "education")
        #expect(playbook.risk == "price")
        #expect(playbook.signals.map(\.name) == ["fall", "base"])
        #expect(playbook.evaluate?.text == "daily at 07:00")
        #expect(playbook.rearm == .days(14))
        #expect(playbook.reentry == .after(.days(90), fromEnd: true))
        #expect(playbook.priority == 60)
        #expect(!playbook.exclusive)
        #expect(playbook.holdout == 0.2)
        #expect(
            playbook.variants == [
                Playbook.Variant(name: "lessons", weight: 1), Playbook.Variant(name: "checklist", weight: 3),
            ])
        #expect(playbook.recipients == [.role("owner"), .all(role: "billing")])
        #expect(playbook.exits.count == 3)
        #expect(playbook.exits[0] == .goal)
        #expect(playbook.exits[1] == .churned)
        #expect(playbook.goal?.within == .days(21))
        #expect(playbook.experiment == "win-back-2026")
        #expect(playbook.expires == .days(3))
        #expect(playbook.source == SampleWorkspace.playbook)
        #expect(playbook.path == playbookFile)
        guard case .when(let term) = playbook.trigger else {
            Issue.record("expected a condition, got \(playbook.trigger)")
            return
        }
        #expect(term.type == .boolean)
    }

    @Test func stepsHaveIdsMessagesChannelsAndWindows() throws {
        let steps = try #require(try sample().playbook("win-back-usage")).steps
        #expect(steps.map(\.id) == ["email_1", "wait_1", "in_app_1", "last"])
        #expect(
            steps[0].action
                == .send(.init(kind: .email, message: ["lessons": "lessons.md", "checklist": "checklist.md"])))
        #expect(steps[1].action == .wait(.days(4)))
        #expect(steps[2].action == .send(.init(kind: .inApp, message: ["": "nudge.md"], window: .always)))
        #expect(
            steps[3].action == .send(.init(kind: .email, channel: "sendgrid", message: ["": "lessons.md"])))
        #expect(steps[1].position == Position(file: playbookFile, line: 21, column: 5))
    }

    @Test func messagesHaveTheirLanguagesAndPlaces() throws {
        let playbook = try #require(try sample().playbook("win-back-usage"))
        #expect(playbook.messages.keys.sorted() == ["checklist.md", "lessons.md", "nudge.md"])
        let lessons = try #require(playbook.messages["lessons.md"])
        #expect(lessons.preheader == "Ten minutes")
        #expect(lessons.action?.label == "Start")
        #expect(lessons.bodyLine == 6)
        #expect(lessons.body.hasPrefix("Usage fell by {{fall}}.\n\n"))
        #expect(lessons.localized("de-AT").subject == "Drei Lektionen")
        #expect(playbook.messages["nudge.md"]?.body == SampleWorkspace.nudge)
    }

    @Test func theVariablesOfAMessageAreThoseOfAllLanguages() throws {
        let playbook = try #require(try sample().playbook("win-back-usage"))
        let variables = playbook.variables(ofMessage: "lessons.md")
        #expect(variables.required == ["account.key", "entry.base", "fall", "unsubscribe_url"])
        #expect(variables.optional == ["account.plan", "contact.first_name"])
        #expect(playbook.variables(ofMessage: "nobody.md").required == [])
    }

    @Test func aBadPlaybookIsLeftOutAndTheGoodOnesStay() throws {
        var files = SampleWorkspace.files
        files["playbooks/second/playbook.yaml"] =
            "playbook: second\nwhen: true\ncategory: nonsense\nsteps: [ { wait: 1d } ]\n"
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(
            diagnostics.map(\.description) == [
                "playbooks/second/playbook.yaml:3:11: error: unknown category \"nonsense\"; "
                    + "known: education, product, service"
            ])
        #expect(workspace?.playbooks.map(\.name) == ["win-back-usage"])
    }

    @Test func twoPlaybooksOfOneNameAreBothLeftOut() {
        var files = SampleWorkspace.files
        files["playbooks/other/playbook.yaml"] =
            "playbook: win-back-usage\nwhen: true\ncategory: service\nsteps: [ { wait: 1d } ]\n"
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(
            diagnostics.map(\.description) == [
                "playbooks/other/playbook.yaml:1:11: error: the name \"win-back-usage\" is also that of "
                    + "playbooks/win-back-usage/playbook.yaml; names must differ",
                "playbooks/other/playbook.yaml:1:11: warning: the playbook \"win-back-usage\" lies in a folder of "
                    + "another name, \"other\"",
                "playbooks/win-back-usage/playbook.yaml:1:11: error: the name \"win-back-usage\" is also that of "
                    + "playbooks/other/playbook.yaml; names must differ",
            ])
        #expect(workspace?.playbooks.isEmpty == true)
    }

    @Test func segmentsInACircleAreNamed() {
        let complaints = SampleWorkspace.complaints(
            "data.yaml", replacing: "tech_touch: mrr < 100", with: "tech_touch: small and mrr < 100")
        #expect(
            complaints == [
                "data.yaml:22:10: error: the names refer to each other in a circle: small → tech_touch → small",
                "journeys/tech-touch.yaml:2:6: error: \"for\" uses \"tech_touch\", which has an error of its own",
                "\(playbookFile):4:11: error: \"audience\" uses \"tech_touch\", which has an error of its own",
            ])
    }

    @Test func aWorkspaceWithoutItsFileSaysSo() {
        let (workspace, diagnostics) = WorkspaceReader.read([:])
        #expect(workspace == nil)
        #expect(
            diagnostics.map(\.description) == [
                "keeptouch.yaml:1:1: error: there is no keeptouch.yaml; `keeptouch init` makes a workspace"
            ])
    }

    @Test func brokenFilesAreAllToldAndTheRestIsChecked() {
        var files = SampleWorkspace.files
        files["data.yaml"] = "metrics: { a: 1\n"
        files["channels/slack.yaml"] = "channel: slack\nkind: fax\nrequest: { url: env:X }\n"
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        #expect(workspace == nil)
        #expect(
            diagnostics.map(\.description) == [
                "channels/slack.yaml:2:7: error: expected email, in_app, push, sms or webhook for \"kind\", got \"fax\"",
                "data.yaml:2:1: error: broken YAML while parsing a flow mapping: did not find expected ',' or '}'",
            ])
    }

    @Test func aNameThatIsNotInUseIsAWarningUntilALivePlaybookNeedsIt() {
        let renamed = "channels: { email: sendgird, in_app: popup }"
        #expect(
            SampleWorkspace.complaints(
                "keeptouch.yaml", replacing: "channels: { email: sendgrid, in_app: inapp }", with: renamed) == [
                    "keeptouch.yaml:13:20: warning: there is no channel \"sendgird\"; did you mean \"sendgrid\"?",
                    "keeptouch.yaml:13:38: warning: there is no channel \"popup\"; make channels/popup.yaml",
                    "\(playbookFile):20:5: error: the default channel of email, \"sendgird\", is not there; "
                        + "make channels/sendgird.yaml",
                    "\(playbookFile):22:5: error: the default channel of in_app, \"popup\", is not there; "
                        + "make channels/popup.yaml",
                ])
    }

    @Test func aTruncatedPlaybookIsEitherReadOrExplained() {
        let bytes = Array(SampleWorkspace.playbook.utf8)
        var files = SampleWorkspace.files
        for (name, kind) in [("sendgrid", "email"), ("inapp", "in_app"), ("slack", "webhook")] {
            files["channels/\(name).yaml"] = "channel: \(name)\nkind: \(kind)\nrequest: { url: env:X }\n"
        }
        let lines = SampleWorkspace.playbook.split(separator: "\n", omittingEmptySubsequences: false)
        let firstTest = (lines.firstIndex(of: "tests:") ?? lines.count) + 1
        for length in stride(from: 0, to: bytes.count, by: 3) {
            files[playbookFile] = String(decoding: bytes[..<length], as: UTF8.self)
            let (workspace, diagnostics) = WorkspaceReader.read(files)
            let isRead = workspace?.playbooks.count == 1
            let errors = diagnostics.filter { $0.severity == .error && $0.position.file == playbookFile }
            #expect(isRead || !errors.isEmpty, "cut after \(length) bytes")
            // A mistake in a test leaves the playbook.
            if isRead { #expect(errors.allSatisfy { $0.position.line > firstTest }, "cut after \(length) bytes") }
        }
    }

    @Test func aGarbledFileNeitherCrashesNorHangs() {
        var random = SeededRandom(seed: 7)
        let junk = Array("{}[]:,-?&*!|>'\"%@`#\n \t(){{}}\\\u{0}$~é".utf8)
        for file in ["keeptouch.yaml", "data.yaml", playbookFile, "channels/sendgrid.yaml"] {
            let bytes = Array((SampleWorkspace.files[file] ?? "").utf8)
            for _ in 0..<100 {
                var garbled = bytes
                for _ in 0..<3 {
                    let place = Int.random(in: garbled.indices, using: &random)
                    garbled[place] = junk.randomElement(using: &random) ?? 0
                }
                var files = SampleWorkspace.files
                files[file] = String(decoding: garbled, as: UTF8.self)
                let (workspace, diagnostics) = WorkspaceReader.read(files)
                #expect(workspace != nil || diagnostics.contains { $0.severity == .error })
            }
        }
    }

    @Test func aTruncatedChannelDataMapOrMessageIsEitherReadOrExplained() {
        for file in ["keeptouch.yaml", "data.yaml", "channels/sendgrid.yaml", "playbooks/win-back-usage/lessons.md"] {
            let bytes = Array((SampleWorkspace.files[file] ?? "").utf8)
            for length in stride(from: 0, to: bytes.count, by: 11) {
                var files = SampleWorkspace.files
                files[file] = String(decoding: bytes[..<length], as: UTF8.self)
                let (workspace, diagnostics) = WorkspaceReader.read(files)
                let isWhole = workspace?.playbooks.count == 1
                #expect(isWhole || diagnostics.contains { $0.severity == .error }, "\(file) cut after \(length) bytes")
            }
        }
    }
}
