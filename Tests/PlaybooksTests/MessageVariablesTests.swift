import Playbooks
import Testing

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
        #expect(
            complaints("{{< a}}") == [
                "a.md:3:1: error: parents and blocks are not allowed; write the text where it belongs"
            ])
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
