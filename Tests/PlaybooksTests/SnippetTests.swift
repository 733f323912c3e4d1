import Playbooks
import Testing

/// Texts that many messages take in.
@Suite struct SnippetTests {
    private func read(_ files: [String: String]) -> (Workspace?, [String]) {
        var all = [
            "keeptouch.yaml": """
            workspace: w
            timezone: UTC
            channels: { in_app: inbox }
            categories: { tips: Tips }
            """,
            "playbooks/p/playbook.yaml": """
            playbook: p
            category: tips
            when: mrr > 1
            reentry: never
            steps:
              - in_app: m.md
            """,
        ]
        all.merge(files) { $1 }
        let (workspace, diagnostics) = WorkspaceReader.read(all)
        return (workspace, diagnostics.map(\.description))
    }

    @Test func aSnippetStandsInEveryMessageInItsLanguage() throws {
        let (workspace, complaints) = read([
            "playbooks/p/m.md": "Hello,\n\n{{> signature}}\nbye {{> name}}!\n",
            "playbooks/p/m.de.md": "Hallo,\n\n{{> signature }}\n", "playbooks/p/m.fr-CA.md": "Salut\n{{>signature}}\n",
            "snippets/signature.md": "Yours,\n{{> name}}\n", "snippets/signature.de.md": "Ihr {{> name}}\n",
            "snippets/name.md": "{{sender.name}}\n",
        ])
        #expect(complaints == [])
        let message = try #require(workspace?.playbook("p")?.messages["m.md"])
        #expect(message.body == "Hello,\n\nYours,\n{{sender.name}}\nbye {{sender.name}}!\n")
        #expect(message.locales["de"]?.body == "Hallo,\n\nIhr {{sender.name}}\n")
        #expect(message.locales["fr-ca"]?.body == "Salut\nYours,\n{{sender.name}}\n")
        #expect(
            (1...5).map { message.place(ofBodyLine: $0).description } == [
                "playbooks/p/m.md:1:1", "playbooks/p/m.md:2:1", "playbooks/p/m.md:3:1", "snippets/signature.md:2:1",
                "playbooks/p/m.md:4:1",
            ])
    }

    @Test(
        arguments: [
            (
                ["playbooks/p/m.md": "a\n {{> signatur}}", "snippets/signature.md": "x"],
                "playbooks/p/m.md:2:2: error: there is no snippet \"signatur\"; did you mean \"signature\"?"
            ),
            (
                ["playbooks/p/m.md": "{{> a}}", "snippets/a.md": "x\n{{> a}}"],
                "snippets/a.md:2:1: error: the snippet \"a\" takes itself in"
            ),
            (
                ["playbooks/p/m.md": "y {{> a}}", "snippets/a.md": "x\n{{> a}}"],
                "playbooks/p/m.md:1:3: error: the snippet \"a\" takes itself in"
            ),
            (
                [
                    "playbooks/p/m.md": "{{> a}}", "snippets/a.md": "{{> b}}", "snippets/b.md": "{{> c}}",
                    "snippets/c.md": "{{> b}}",
                ],
                "playbooks/p/m.md:1:1: error: the snippet \"a\" takes in \"b\", which takes itself in"
            ),
            (
                ["playbooks/p/m.md": "{{> a}}", "snippets/a.md": "{{> b}}", "snippets/b.md": "y {{> a}}"],
                "snippets/b.md:1:3: error: the snippet \"b\" takes itself in, by \"a\""
            ),
            (
                ["playbooks/p/m.md": "{{> a}}", "snippets/a.md": "x\n{{acount.name}}"],
                "snippets/a.md:2:1: error: unknown variable \"acount.name\"; did you mean \"account.name\"?"
            ),
            (
                ["playbooks/p/m.md": "{{> a}}", "snippets/a.md": "{{#account.name}}"],
                "snippets/a.md:1:1: error: the section \"{{#account.name}}\" is not closed by \"{{/account.name}}\""
            ),
            (
                ["playbooks/p/m.md": "---\nsubject: \"{{> a}}\"\n---\n{{> a}}", "snippets/a.md": "x"],
                "playbooks/p/m.md:2:11: error: snippets stand in the body of a message, not in its subject"
            ),
            (
                ["playbooks/p/m.md": "x", "snippets/a.md": "x"],
                "snippets/a.md:1:1: warning: no message takes in this snippet"
            ),
            (
                ["playbooks/p/m.md": "x {{> a}}", "snippets/a.de.md": "x"],
                "there is no snippet \"a\"; it is there in other languages only: make snippets/a.md"
            ),
        ] as [([String: String], String)])
    func whatIsWrongIsToldWithItsPlace(files: [String: String], complaint: String) {
        let (_, complaints) = read(files)
        #expect(complaints.contains { $0.contains(complaint) }, "\(complaints)")
    }

    @Test(
        arguments: [
            ("{{account.mrr | one: day}}", "has no \"other:\", which every language needs"),
            ("{{account.mrr | one: a | one: b | other: c}}", "says the same form twice"),
            ("{{account.name | a | b}}", "has several texts to fall back on"),
            ("{{account.name |}}", "names no text to fall back on"),
            ("{{acount.name | x}}", "unknown variable \"acount.name\""),
            ("{{account.mrr | one: a | other: b | c}}", "has several texts to fall back on"),
        ])
    func aFallbackThatSaysNothingIsRefused(text: String, complaint: String) {
        let (_, complaints) = read(["playbooks/p/m.md": text])
        #expect(complaints.contains { $0.contains(complaint) }, "\(complaints)")
    }

    /// What has an error is not sent.
    @Test func aMessageWithASnippetThatTakesItselfInIsNoMessage() {
        let (workspace, _) = read(["playbooks/p/m.md": "Before. {{> a}} After.", "snippets/a.md": "Loop {{> a}} end"])
        #expect(workspace != nil && workspace?.playbooks.isEmpty == true)
    }

    @Test(arguments: [
        ("{{account.name | one: a | other: b}}", "1:1: error: \"account.name\" is a text, and one: ... | other: ..."),
        ("x {{account.created_at | other: b}}", "1:3: error: \"account.created_at\" is an instant"),
        ("{{contact.first_name | one: a | other: b}}", "1:1: error: \"contact.first_name\" is a text"),
        ("{{old | one: a | other: b}}", "1:1: error: \"old\" is a duration"),
    ])
    func formsStandBesideANumber(text: String, complaint: String) {
        let (_, complaints) = read([
            "playbooks/p/m.md": text,
            "playbooks/p/playbook.yaml": """
            playbook: p
            category: tips
            when: mrr > 1
            reentry: never
            signals: { old: since(churned), base: mrr * 2 }
            steps:
              - in_app: m.md
            """,
        ])
        #expect(complaints.contains { $0.hasPrefix("playbooks/p/m.md:\(complaint)") }, "\(complaints)")
        let (_, none) = read(["playbooks/p/m.md": "{{account.mrr | one: a | other: b}}"])
        #expect(none == [])
    }

    @Test func aLanguageAsksForAllItsForms() {
        let (workspace, complaints) = read([
            "playbooks/p/m.md": "{{account.mrr | one: day | other: days}}",
            "playbooks/p/m.pl.md": "{{account.mrr | one: dzień | other: dnia}}",
        ])
        #expect(workspace?.playbooks.count == 1)
        #expect(
            complaints == [
                "playbooks/p/m.pl.md:1:1: warning: numbers in pl have the forms one, few, many, other; few, many are not there, "
                    + "and \"other\" stands instead"
            ])
    }
}
