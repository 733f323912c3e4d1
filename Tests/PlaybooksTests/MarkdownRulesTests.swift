import Testing

@testable import Playbooks

/// Nothing that customers would read as source leaves.
@Suite struct MarkdownRulesTests {
    private func complaints(_ body: String) -> [String] {
        MarkdownRules.complaints(about: Message(path: "m.md", body: body, bodyLine: 4)).map {
            "\($0.position.line) \($0.message)"
        }
    }

    @Test(arguments: [
        ("Text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "7 a table"), ("a | b\n:-- | --:\n1 | 2\n", "5 a table"),
        ("Hi <name>,\n", "4 HTML"), ("One<br>\ntwo\n", "4 HTML"), ("<div>\nbig\n</div>\n", "4 HTML"),
        ("A\nB <b>bold</b>\n", "5 HTML"), ("~~old~~ new\n", "4 ~~"), ("- [ ] do it\n- [x] done\n", "4 a box"),
        ("{% if x %}a{% endif %}\n", "4 \"{%\""), ("[Open](https://a.example/a b)\n", "4 a link"),
        ("[Open] (https://a.example)\n", "4 a link"), ("Read [this][1].\n", "4 a note"), ("So[^1].\n", "4 a note"),
        ("[x](http://)\n", "4 \"http://\" leads nowhere"),
        ("[x]({{account.name|none}})\n", "4 \"{{account.name|none}}\" leads"),
    ])
    func whatWouldBeShownAsItStandsIsTold(body: String, start: String) {
        let complaints = complaints(body)
        #expect(complaints.first?.hasPrefix(start) == true, "\(complaints)")
    }

    @Test(arguments: [
        "Plain *text*, `<b>` and [a link](https://a.example/?a=1&b=2).\n", "<https://a.example>\n",
        "<!-- a note -->\nText.\n",
        "    | a |\n    |---|\n", "```\n<b> ~~x~~ {% x %}\n```\n", "1 < 2 and a | b\n", "\\<name>\n",
        "<{{unsubscribe_url}}>, [leave]({{unsubscribe_url}})\n", "[one] or [two]\n", "Title\n---\n",
    ])
    func whatIsMarkdownIsTaken(body: String) {
        #expect(complaints(body) == [])
    }

    @Test(arguments: ["Hello <b>you</b>", "One<br/>two", "**Now** or never", "[Read](https://a.example)"])
    func aSubjectShowsNoMarks(subject: String) {
        #expect(MarkdownRules.complaint(aboutLine: subject)?.contains("as it is written") == true)
    }

    @Test(arguments: ["We <3 you", "a < b > c", "2 ** 3", "[Acme] Hello", "5 * 3 * 2", "{{account.name | there}}"])
    func aSubjectMayHaveSigns(subject: String) {
        #expect(MarkdownRules.complaint(aboutLine: subject) == nil)
    }

    @Test func aTagIsToldAtItsPlace() {
        let found = MarkdownRules.complaints(about: Message(path: "m.md", body: "Hi\nall <b>of</b> you\n", bodyLine: 4))
        #expect(found.map(\.position.description) == ["m.md:5:5", "m.md:5:10"])
    }
}
