import Playbooks
import Testing

@Suite struct AskReaderTests {
    private func read(_ ask: String, body: String = "{{ask}}", baseURL: Bool = true) -> (Ask?, [String]) {
        let files = [
            "keeptouch.yaml": """
            workspace: w
            timezone: UTC
            \(baseURL ? "base_url: https://t.example" : "")
            sender: { name: W, email: w@w.example }
            channels: { in_app: inbox }
            categories: { tips: Tips }
            """,
            "data.yaml": """
            events:
              nps: { properties: { score: number, comment: text, why: { type: reason, map: { costly: price } }, again: boolean, due: date } }
            reasons:
              price: {}
              missing_feature: {}
            """,
            "playbooks/p/playbook.yaml":
                "playbook: p\nstate: live\ncategory: tips\nwhen: mrr > 1\nsteps: [ { in_app: m.md } ]\n",
            "playbooks/p/m.md": "---\nask: \(ask)\n---\n\(body)\n",
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files)
        let told = diagnostics.filter { $0.severity == .error && $0.position.file.hasSuffix("m.md") }
        return (workspace?.playbook("p")?.messages["m.md"]?.ask, told.map(\.message))
    }

    @Test func numbersListsLabelsAndReasonsAreAnswers() {
        #expect(read("{ event: nps, property: score, answers: 0..10 }").0?.answers.map(\.value).last == "10")
        #expect(
            read("{ event: nps, property: score, answers: -2..2 }").0?.answers.map(\.label) == [
                "-2", "-1", "0", "1", "2",
            ])
        #expect(
            read("{ event: nps, property: score, answers: { 1: Bad, 3: Good } }").0?.answers
                == [Ask.Answer("1", label: "Bad"), Ask.Answer("3", label: "Good")])
        #expect(
            read("{ event: nps, property: comment, answers: [ yes, no ] }").0?.answers.map(\.value) == ["yes", "no"])
        #expect(
            read("{ event: nps, property: why }").0?.answers
                == [Ask.Answer("price", label: "Price"), Ask.Answer("missing_feature", label: "Missing feature")])
        #expect(read("{ event: nps, property: again }").0?.answers.map(\.label) == ["Yes", "No"])
        #expect(
            read("{ event: nps, property: why, answers: [ costly, price ], comment: comment }").0?.comment == "comment")
    }

    @Test(arguments: [
        ("{ event: npss, property: score, answers: 0..10 }", "unknown event \"npss\"; did you mean \"nps\"?"),
        ("{ event: nps, property: scor, answers: 0..10 }", "unknown property of nps \"scor\"; did you mean \"score\"?"),
        (
            "{ event: nps, property: due, answers: [ a, b ] }",
            "\"due\" is a date; an answer is a number, a text, a boolean or a reason"
        ),
        ("{ event: nps, property: score }", "\"ask\" needs \"answers\", such as 0..10, or a list of them"),
        (
            "{ event: nps, property: score, answers: 0..100 }",
            "expected 0..10 (at most 20 numbers), a list, or values with their labels for \"answers\", got \"0..100\""
        ),
        (
            "{ event: nps, property: score, answers: 10..0 }",
            "expected 0..10 (at most 20 numbers), a list, or values with their labels for \"answers\", got \"10..0\""
        ),
        (
            "{ event: nps, property: score, answers: 0..99999999999999999999 }",
            "expected 0..10 (at most 20 numbers), a list, or values with their labels for \"answers\", got \"0..99999999999999999999\""
        ),
        ("{ event: nps, property: score, answers: [ 1, two ] }", "\"two\" is no number, and \"score\" is one"),
        ("{ event: nps, property: score, answers: [ 1 ] }", "a question has at least two answers"),
        ("{ event: nps, property: score, answers: [ 1, 1 ] }", "the answer \"1\" is there already"),
        (
            "{ event: nps, property: again, answers: [ true, maybe ] }",
            "\"maybe\" is neither true nor false, and \"again\" is a boolean"
        ),
        (
            "{ event: nps, property: why, answers: [ price, prise ] }",
            "unknown reason \"prise\"; did you mean \"price\"?"
        ),
        (
            "{ event: nps, property: score, answers: 0..3, comment: score }",
            "unknown text property of nps \"score\"; known: comment"
        ),
        (
            "{ event: churned, property: reason }",
            "an answer cannot be the event \"churned\"; declare one of its own in data.yaml"
        ),
        ("{ property: score, answers: 0..3 }", "\"event\" is missing in \"ask\""),
    ])
    func mistakesAreTold(_ ask: String, _ complaint: String) {
        #expect(read(ask).1.first == complaint)
    }

    @Test func theQuestionAndItsPlaceNeedEachOther() {
        let ask = "{ event: nps, property: score, answers: 0..3 }"
        #expect(read(ask).1 == [])
        #expect(
            read(ask, body: "Hi").1 == [
                "the answers of \"ask\" stand nowhere; write {{ask}} into the message on a line of its own"
            ])
        #expect(read(ask, body: "{{ask}} {{ask}}").1 == ["{{ask}} stands in a message once"])
        #expect(read(ask, body: "{{#ask}}x{{/ask}}").1 == ["{{ask}} stands in the body only, and in no section"])
        #expect(read(ask, baseURL: false).1 == ["\"ask\" needs a \"base_url\" in keeptouch.yaml"])
        #expect(read("{}", body: "Hi").1.contains("\"event\" is missing in \"ask\""))
    }
}
