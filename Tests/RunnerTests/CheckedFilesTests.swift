import Delivery
import Playbooks
import Runner
import Testing

/// What `check` lets pass can be rendered and sent.
@Suite struct CheckedFilesTests {
    private static let files = [
        "keeptouch.yaml": """
        workspace: acme
        timezone: UTC
        currency: USD
        database: keeptouch.db
        base_url: https://touch.acme.example
        sender: { name: Acme, email: success@acme.example }
        channels: { email: mail }
        categories: { tips: Tips }

        """,
        "data.yaml": "attributes:\n  plan: text\n  seats: number\nmetrics:\n  logins:\n",
        "channels/mail.yaml": channel(batchBody: "{ to: \"{{ to.email }}\" }"),
        "playbooks/hello/playbook.yaml": """
        playbook: hello
        state: live
        category: tips
        when: seats > 1
        to: owner
        steps:
          - email: hello.md

        """,
        "playbooks/hello/hello.md": "---\nsubject: Hi\n---\nHello.\n",
    ]

    private static func channel(batchBody: String) -> String {
        """
        channel: mail
        kind: email
        request: { url: "https://mail.example/send" }
        body: { kind: json, template: { to: "{{ to.email }}", html: "{{ html }}" } }
        limits: { batch: 10 }
        batch:
          url: "https://mail.example/sends"
          results: whole
          body: { kind: json, template: \(batchBody) }

        """
    }

    private func complaints(_ path: String, _ text: String) -> [String] {
        var files = Self.files
        files[path] = text
        return CheckedFiles(texts: files).errors.filter { $0.position.file == path }.map(\.description)
    }

    private func complaints(ofBody body: String) -> [String] {
        complaints("playbooks/hello/hello.md", "---\nsubject: Hi\n---\n\(body)")
    }

    @Test func theFilesAreRight() {
        #expect(CheckedFiles(texts: Self.files).diagnostics == [])
    }

    @Test func aLineBreakInATagIsRefused() {
        #expect(
            complaints(ofBody: "Hi {{contact.\nfirst_name}},\n") == [
                "playbooks/hello/hello.md:4:4: error: the tag \"{{contact.\" goes over a line break; write it on one line"
            ])
        #expect(
            complaints("playbooks/hello/hello.md", "---\nsubject: \"Hi {{{account.name}}}\"\n---\nx\n") == [
                "playbooks/hello/hello.md:2:14: error: \"{{{ }}}\" and \"{{& }}\" are not allowed; every value is escaped"
            ])
    }

    @Test(arguments: ["{{! note: {x} !}}", "{{!-- --}}", "{{!-- {{nobody}} --}}", "{{! two\nlines }}"])
    func commentsPassAndLeaveNothing(comment: String) throws {
        #expect(complaints(ofBody: "a\n\(comment)\nb\n") == [])
        #expect(try rendered("a\n\(comment)\nb\n").text == "a b\n")
    }

    @Test(arguments: [65, 300]) func manySectionsPassAndStand(count: Int) throws {
        let body = String(repeating: "{{#account.plan}}x{{/account.plan}}", count: count) + "y\n"
        #expect(complaints(ofBody: body) == [])
        #expect(try rendered(body).text == "y\n")
        let plan = Variables(["account.plan": .init(.text, .text("pro"))])
        #expect(try rendered(body, plan).text == String(repeating: "x", count: count) + "y\n")
    }

    @Test func aMessageThatIsBrokenInOneLanguageOnlyIsRefusedThere() {
        let path = "playbooks/hello/hello.de.md"
        #expect(
            complaints(path, "---\nsubject: \"Hallo\"\n---\nHallo,\n\n{{#account.plan}}so\n") == [
                "\(path):6:1: error: the section \"{{#account.plan}}\" is not closed by \"{{/account.plan}}\""
            ])
        #expect(
            complaints(path, "---\nsubject: \"Hallo {{account.\\nname}}\"\n---\nHallo\n").contains {
                $0.hasPrefix("\(path):2:")
            })
    }

    @Test func anActionThatIsNoLinkIsRefused() {
        #expect(
            complaints(
                "playbooks/hello/hello.md",
                "---\nsubject: Hi\naction: { label: Go, url: \"app.acme.example/{{account.plan}}\" }\n---\nHi\n"
            ).first?
            .contains("expected an address that begins with https://, http:// or mailto: for \"url\"") == true)
    }

    @Test func aBatchWithAnErrorIsRefusedAtItsPlace() {
        let path = "channels/mail.yaml"
        #expect(
            complaints(path, Self.channel(batchBody: "{ to: \"to {{ to.emial }}\" }")) == [
                "\(path):9:43: error: unknown name \"to.emial\"; did you mean \"to.email\"?"
            ])
        #expect(
            complaints(path, Self.channel(batchBody: "{ to: \"{{ to.email | upper }}\" }")) == [
                "\(path):9:40: error: unknown filter \"upper\"; known are address, digits, json, number, token, urlencode, "
                    + "default:NAME, default:\"text\", truncate:N"
            ])
        #expect(
            complaints(path, Self.channel(batchBody: "{ $if: to.nmae, then: 1 }")) == [
                "\(path):9:40: error: unknown name \"to.nmae\"; did you mean \"to.name\"?"
            ])
        #expect(
            complaints(path, Self.channel(batchBody: "{ a: \"{{#to}}x{{/to}}\" }")).first?
                .contains("sections are for messages") == true)
    }

    @Test func whatOnlyTheBatchReadsIsAVariableOfTheChannel() throws {
        var files = Self.files
        files["channels/mail.yaml"] = Self.channel(
            batchBody: "{ plan: \"{{ account.plan }}\", or: \"{{ to.name | default:contact.first_name }}\" }")
        let channel = try #require(CheckedFiles(texts: files).workspace?.channels["mail"])
        #expect(channel.variables == ["account.plan", "contact.first_name"])
    }

    // MARK: - Whatever comes

    private func rendered(_ body: String, _ variables: Variables = Variables()) throws -> RenderedMessage {
        try MessageRenderer(sender: nil, currency: "USD", zone: .utc).render(
            Message(path: "m.md", body: body), as: .inApp, variables: variables)
    }

    private static let pieces = [
        "{{account.plan}}", "{{ account.seats }}", "{{#account.plan}}", "{{/account.plan}}", "{{^account.plan}}",
        "{{#account.seats}}", "{{/account.seats}}", "{{.}}", "{{! a }}", "{{!-- {b} --}}", "{{!--", "--}}", "{{", "}}",
        "{", "}", "!", "\n", " ", "text", "- item\n", "{{account.\nplan}}", "{{{account.plan}}}", "{{&account.plan}}",
        "{{>p}}", "{{= =}}", "{{}}", "#", "/", "é", "\t",
    ]

    /// Made of pieces, half of the time without those that are always wrong, so that many pass.
    private static func template(_ random: inout SeededRandom) -> String {
        let pieces = pieces.prefix(Bool.random(using: &random) ? 10 : pieces.count)
        let count = Int.random(in: 1...8, using: &random)
        return "x" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "x\n"
    }

    @Test func whatPassesIsRenderedAndWhatDoesNotIsRefused() {
        var random = SeededRandom(5)
        var (passed, refused) = (0, 0)
        let variables = Variables([
            "account.plan": .init(.text, .text("pro")), "account.seats": .init(.number, .number(3)),
        ])
        for _ in 0..<400 {
            let body = Self.template(&random)
            let complaints = complaints(ofBody: body)
            do {
                _ = try rendered(body, variables)
                passed += 1
                #expect(complaints == [], "rendered: \(body.debugDescription)")
            } catch {
                refused += 1
                #expect(complaints != [], "\(error): \(body.debugDescription)")
            }
        }
        #expect(passed > 50 && refused > 50)
    }
}
