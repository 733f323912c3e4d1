import Basics
import Testing

@Suite struct SectionedTextTests {
    /// The text with the values that are there, each name in capitals.
    private func written(_ text: String, with names: Set<String> = []) -> String {
        let text = SectionedText(text)
        #expect(text.complaints == [])
        return text.pieces(text.pattern(where: names.contains)).map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): names.contains(name) ? name.uppercased() : "-"
            }
        }.joined()
    }

    @Test func sectionsStandOnPresence() {
        let text = "{{#a}}[{{.}}{{#b}}{{b}}{{/b}}{{^b}}no b{{/b}}]{{/a}}{{^a}}none{{/a}}."
        #expect(written(text) == "none.")
        #expect(written(text, with: ["a"]) == "[Ano b].")
        #expect(written(text, with: ["a", "b"]) == "[AB].")
    }

    @Test(arguments: [1, 64, 65, 300]) func thereMayBeAnyNumberOfSections(count: Int) {
        let text = (0..<count).map { "{{#s\($0)}}<\($0)>{{/s\($0)}}" }.joined()
        #expect(written(text) == "")
        #expect(written(text, with: ["s0", "s\(count - 1)"]) == (count == 1 ? "<0>" : "<0><\(count - 1)>"))
        #expect(written(text, with: Set((0..<count).map { "s\($0)" })) == (0..<count).map { "<\($0)>" }.joined())
    }

    @Test func sectionsMayStandInOneAnotherAsDeepAsTheyLike() {
        let depth = 20_000
        let text = String(repeating: "{{#a}}", count: depth) + "x" + String(repeating: "{{/a}}", count: depth)
        #expect(written(text) == "")
        #expect(written(text, with: ["a"]) == "x")
    }

    @Test func tagsAloneOnTheirLineTakeItWithThem() {
        #expect(written("a\n{{#b}}\nc\n{{/b}}\n{{! two\nlines }}\nd\n") == "a\nd\n")
        #expect(written("a\n  {{!-- {{b}} --}}  \nd {{! x }}\ne") == "a\nd \ne")
        #expect(written("{{^b}}\nc\n{{/b}}") == "c\n")
    }

    @Test func anotherTextMayStandInsteadOfAVariable() {
        let text = SectionedText("a {{x}}{{#y}}{{x}}{{/y}}", replacing: ["x": [.text("<"), .variable("z")]])
        #expect(
            text.pieces(text.pattern { _ in true }) == [
                .text("a "), .text("<"), .variable("z"), .text("<"), .variable("z"),
            ])
        #expect(text.uses.map(\.name) == ["x", "y", "x"])
    }

    @Test func everyComplaintIsTold() {
        let text = SectionedText("{{a b}}\n{{#x}}{{/y}}\n{{.}}{{^z}}")
        #expect(
            text.complaints.map { "\($0.place.line):\($0.place.column): \($0.message)" } == [
                "1:1: \"{{a b}}\" is not a name; names in a message have letters, digits, _, - and .",
                "2:7: \"{{/y}}\" closes nothing; \"{{/x}}\" comes first",
                "2:1: the section \"{{#x}}\" is not closed by \"{{/x}}\"",
                "3:6: the section \"{{^z}}\" is not closed by \"{{/z}}\"",
            ])
    }
}
