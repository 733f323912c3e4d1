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
                "4:6: error: expected \"ask\" as keys and values, got \"nps\"",
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

    @Test(arguments: [
        "---  \nsubject: A\n---\t\nText.\n", "\n\n---\nsubject: A\n---\nText.\n",
        "\u{feff}---\nsubject: A\n---\nText.\n",
        "  ---\u{a0}\r\nsubject: A\r\n---\r\nText.\r\n",
    ])
    func blanksAroundTheFrontMatterDoNotCount(text: String) throws {
        #expect(complaints(text) == [])
        #expect(complaints(text.replacing("Text.", with: "{{x}}")).count == 1)
    }

    @Test(arguments: [
        ("# Hello\n---\nsubject: A\n---\nText.\n", 3), ("<!-- note -->\n\n---\nsubject: A\n---\nText.\n", 4),
        ("subject: A\n\nText.\n", 1), ("+++\nsubject: A\n+++\nText.\n", 2), ("\u{2014}\nsubject: A\n---\nText.\n", 2),
        ("```yaml\nsubject: A\n```\nText.\n", 2), ("---\nsubject: A\n---\n---\naction: B\n---\nText.\n", 5),
    ])
    func frontMatterThatCustomersWouldReadIsAnError(text: String, line: Int) {
        #expect(
            complaints(text).contains { $0.hasPrefix("\(line):1: error:") && $0.contains("looks like front matter") },
            "\(complaints(text))")
    }

    @Test func aTextThatEndsAtACommentIsTold() {
        #expect(
            complaints("---\nsubject: Invoice #12 is due\npreheader: \"Ours #1\" # a comment\n---\nText.\n") == [
                "2:10: error: the text of \"subject\" ends at \" #\", where YAML begins a comment: \"Invoice\"; put the text in "
                    + "quotes, and a comment on a line of its own"
            ])
        #expect(complaints("---\nsubject: Ticket#12, C# and # \n---\nText.\n").count == 1)
        #expect(complaints("---\nsubject: Ticket#12 and C#\n# a comment\n---\nText.\n") == [])
        #expect(
            complaints("---\nsubject: A\naction:\n  label: Pay #12\n  url: https://a.example/#x\n---\nText.\n").map {
                $0.prefix { $0 != " " }
            } == ["4:10:"])
        let address = SampleWorkspace.complaints(
            "keeptouch.yaml", replacing: "1 Main St, Springfield\"", with: "1 Main St\"")
        #expect(address == [])
    }

    @Test func theUnsubscribeLinkNeedsABaseURL() {
        #expect(
            SampleWorkspace.complaints(
                "keeptouch.yaml", replacing: "base_url: https://touch.acme.example/\n", with: "") == [
                    "\(path):9:15: error: \"unsubscribe_url\" needs a \"base_url\" in keeptouch.yaml"
                ])
    }
}
