import Playbooks
import Testing

struct MessageReaderTests {
    private let path = "playbooks/win-back-usage/lessons.md"

    private func complaints(_ text: String) -> [String] {
        SampleWorkspace.complaints(path, text).filter { $0.hasPrefix(path) }
            .map { String($0.dropFirst(path.count + 1)) }
    }

    @Test func unknownVariablesAreToldAtTheirPlace() {
        let text = """
            ---
            subject: "{{contact.first_nam}}, {{fal}}"
            action: { label: Go, url: "https://a.example/{{account.kee}}" }
            ---
            Hi {{ contact.title }}{{entry.base}},

            {{#account.plam}}x{{/account.plam}} {{event.reason}}

            """
        #expect(
            complaints(text) == [
                "2:11: error: unknown variable \"contact.first_nam\"; did you mean \"contact.first_name\"?",
                "2:34: error: unknown variable \"fal\"; did you mean \"fall\"?",
                "3:46: error: unknown variable \"account.kee\"; did you mean \"account.key\"?",
                "7:1: error: unknown variable \"account.plam\"; did you mean \"account.plan\"?",
                "7:37: error: unknown variable \"event.reason\"",
            ])
    }

    @Test func anEmailNeedsASubjectAndAText() {
        #expect(
            complaints("Text.\n") == ["1:1: error: an email needs a \"subject\" in the front matter of its message"])
        #expect(complaints("---\nsubject: A\n---\n \n") == ["4:1: error: the message is empty"])
    }

    @Test func badFrontMatterIsTold() {
        #expect(
            complaints("---\nsubject: A\n") == ["1:1: error: the front matter that begins here has no second --- line"])
        #expect(
            complaints("---\nsubjekt: A\nsubject: B\nask: nps\n---\nText.\n") == [
                "2:1: error: unknown key \"subjekt\"; did you mean \"subject\"?",
                "4:1: error: \"ask\" is not supported yet",
            ])
        #expect(
            complaints("---\nsubject: |\n  A\n  B\n---\nText.\n") == ["2:1: error: the \"subject\" must be one line"])
        #expect(
            complaints("---\nsubject: {{fall}} down\n---\nText.\n").first?
                .hasSuffix("text that begins with {{ stands in quotes") == true)
        #expect(
            complaints("---\r\nsubject: A {{fal}}\r\n---\r\nText {{fal}}.\r\n") == [
                "2:12: error: unknown variable \"fal\"; did you mean \"fall\"?",
                "4:6: error: unknown variable \"fal\"; did you mean \"fall\"?",
            ])
    }

    @Test func theUnsubscribeLinkNeedsABaseURL() {
        #expect(
            SampleWorkspace.complaints(
                "keeptouch.yaml", replacing: "base_url: https://touch.acme.example/\n", with: "") == [
                    "\(path):9:15: error: \"unsubscribe_url\" needs a \"base_url\" in keeptouch.yaml"
                ])
    }
}

struct MessageVariablesTests {
    private func variables(_ text: String) -> MessageVariables {
        MessageVariables(of: [SourceText(name: "body", text: text, position: Position(file: "a.md", line: 3))])
    }

    @Test func aVariableInItsOwnSectionIsOptional() {
        let found = variables("{{a}} {{#b}}{{b}} {{a}}{{/b}} {{#c}}{{.}}{{/c}}")
        #expect(found.required == ["a"])
        #expect(found.optional == ["b", "c"])
        #expect(found.diagnostics == [])
    }

    @Test func aVariableWithAFallbackIsOptional() {
        let found = variables("Hi {{ name }}{{^name}}there{{/name}}, {{other}}")
        #expect(found.required == ["other"])
        #expect(found.optional == ["name"])
    }

    @Test func aFallbackInTheSubjectDoesNotCoverTheBody() {
        let place = Position(file: "a.md")
        let found = MessageVariables(of: [
            SourceText(name: "subject", text: "{{a}}{{^a}}x{{/a}}", position: place),
            SourceText(name: "body", text: "{{a}}", position: place),
        ])
        #expect(found.required == ["a"])
        #expect(found.optional == [])
    }

    @Test func usesHaveTheirPlaces() {
        let found = variables("ä {{a}}\n\n  {{#b}}{{/b}}{{! {{c}}")
        #expect(found.uses.map(\.position.description) == ["a.md:3:3", "a.md:5:3"])
    }

    @Test func whatIsNotAllowedOrNotClosedIsTold() {
        func complaints(_ text: String) -> [String] { variables(text).diagnostics.map(\.description) }
        let escaped = "error: \"{{{ }}}\" and \"{{& }}\" are not allowed; every value is escaped"
        #expect(complaints("{{{a}}} {{& a}}") == ["a.md:3:1: \(escaped)", "a.md:3:9: \(escaped)"])
        #expect(complaints("{{> a}}") == ["a.md:3:1: error: partials and blocks are not allowed in a message"])
        #expect(complaints("{{=<% %>=}}") == ["a.md:3:1: error: other tags than {{ }} cannot be set"])
        #expect(complaints("x {{a") == ["a.md:3:3: error: \"{{\" is not closed by \"}}\""])
        #expect(complaints("{{#a}}") == ["a.md:3:1: error: the section \"{{#a}}\" is not closed by \"{{/a}}\""])
        #expect(complaints("{{/a}}") == ["a.md:3:1: error: \"{{/a}}\" closes nothing; no section is open"])
        #expect(
            complaints("{{#a}}{{^b}}{{/a}}{{/b}}{{/a}}") == [
                "a.md:3:13: error: \"{{/a}}\" closes nothing; \"{{/b}}\" comes first"
            ])
        #expect(complaints("{{.}}") == ["a.md:3:1: error: \"{{.}}\" stands for something in a section only"])
    }
}
