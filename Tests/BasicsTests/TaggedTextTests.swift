import Basics
import Testing

@Suite struct TaggedTextTests {
    /// Texts as they are, tags in brackets.
    private func parts(_ text: String) -> String {
        TaggedText(text).parts.map { part in
            switch part {
            case .text(let text): text
            case .tag(let tag): "[\(tag.kind) \(tag.name)]"
            }
        }.joined()
    }

    private func complaints(_ text: String) -> [String] {
        TaggedText(text).complaints.map { "\($0.place.line):\($0.place.column): \($0.message)" }
    }

    @Test func textIsCutAtItsTags() {
        #expect(
            parts("a {{ b.c }} {d} {{#e}}x{{/e}}{{^ e }}y{{ / e}}")
                == "a [value b.c] {d} [section e]x[end e][inverted e]y[end e]")
        #expect(parts("no tags } }} {") == "no tags } }} {")
        #expect(complaints("no tags } }} {") == [])
    }

    @Test(arguments: [
        "{{! a }}", "{{! note: {x} !}}", "{{! {x}}}", "{{!-- --}}", "{{!----}}", "{{!--}}", "{{!-- {{x}} {y} --}}",
        "{{! two\nlines }}", "{{!-- two\nlines --}}", "{{ ! a }}", "{{!}}",
    ])
    func aCommentMayHoldAnything(comment: String) {
        #expect(parts("a\(comment)b") == "a[comment ]b")
        #expect(complaints("a\(comment)b") == [])
    }

    @Test func aCommentThatEndsTooEarlyIsTold() {
        #expect(
            complaints("{{! {{x}} }}") == ["1:1: a comment ends at its first \"}}\"; around a tag write {{!-- ... --}}"]
        )
        #expect(complaints("a\n {{!-- a }} b") == ["2:2: the comment is not closed by \"--}}\""])
        #expect(
            complaints("{{!-- a {{!-- b --}}") == [
                "1:1: the comment holds another one; close it by \"--}}\" before that"
            ])
    }

    @Test func aTagStandsOnOneLine() {
        #expect(
            complaints("x\nä {{contact.\n  first_name}} {{y}}") == [
                "2:3: the tag \"{{contact.\" goes over a line break; write it on one line"
            ])
        #expect(complaints("{{\r\nx}}") == ["1:1: the tag \"{{\" goes over a line break; write it on one line"])
        // What follows is read again.
        #expect(
            complaints("{{a\n{{b}}\n{{c") == [
                "1:1: \"{{\" is not closed by \"}}\"", "3:1: \"{{\" is not closed by \"}}\"",
            ])
    }

    @Test func bracesBelongInPairs() {
        let escaped = "\"{{{ }}}\" and \"{{& }}\" are not allowed; every value is escaped"
        #expect(complaints("{{{x}}} {{&x}}") == ["1:1: \(escaped)", "1:9: \(escaped)"])
        #expect(complaints("{{x}}}") == ["1:1: \"{{x}}\" is followed by a third brace; two are enough"])
        #expect(complaints("{{a{b}}") == ["1:1: \"{{a{b}}\" has a brace in it; write a name between {{ and }}"])
        #expect(complaints("{{ }}{{#}}") == ["1:1: \"{{ }}\" names nothing", "1:6: \"{{#}}\" names nothing"])
    }

    @Test func filtersAreReadWithTheirArguments() {
        let expression = TagExpression("to.name | default: \"a|b\" | truncate:5 |json")
        #expect(expression.name == "to.name")
        #expect(expression.filters.map(\.name) == ["default", "truncate", "json"])
        #expect(expression.filters.map(\.argument) == [.text("a|b"), .name("5"), nil])
    }
}
