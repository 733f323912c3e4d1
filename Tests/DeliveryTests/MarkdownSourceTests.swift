import Delivery
import Playbooks
import Testing

/// Nothing that customers would read as source leaves.
@Suite struct MarkdownSourceTests {
    private func complaints(_ body: String) -> [String] {
        MarkdownTree.complaints(about: Message(path: "m.md", body: body, bodyLine: 4)).map {
            "\($0.position.line) \($0.message)"
        }
    }

    @Test(arguments: [
        ("Text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "7 a table"), ("a | b\n:-- | --:\n1 | 2\n", "5 a table"),
        ("Hi <name>,\n", "4 HTML"), ("One<br>\ntwo\n", "4 HTML"), ("<div>\nbig\n</div>\n", "4 HTML"),
        ("A\nB <b>bold</b>\n", "5 HTML"), ("~~old~~ new\n", "4 ~~"), ("- [ ] do it\n- [x] done\n", "4 a box"),
        ("{% if x %}a{% endif %}\n", "4 \"{%\""), ("[Open](https://a.example/a b)\n", "4 a link"),
        ("[Open] (https://a.example)\n", "4 a link"), ("Read [this][1].\n", "4 a note"), ("So[^1].\n", "4 a note"),
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

    @Test(arguments: [
        ("See https://a.example/x?y=1.", #"See <a href="https://a.example/x?y=1">https://a.example/x?y=1</a>."#),
        ("(www.a.example/b)", #"(<a href="http://www.a.example/b">www.a.example/b</a>)"#),
        ("https://a.example/w_(x)!", #"<a href="https://a.example/w_(x)">https://a.example/w_(x)</a>!"#),
        (
            "`https://a.example` xhttps://a.example https://",
            "<code>https://a.example</code> xhttps://a.example https://"
        ),
        ("[https://a.example](https://b.example)", #"<a href="https://b.example">https://a.example</a>"#),
        ("https://a.example/{{plan}}/x", #"<a href="https://a.example/p%20q/x">https://a.example/p q/x</a>"#),
    ])
    func bareAddressesAreLinks(body: String, html: String) throws {
        let sender = Configuration.Sender(name: "A", email: "a@a.example", postalAddress: "1 Main St")
        let renderer = MessageRenderer(sender: sender, currency: "USD", zone: .utc)
        let message = try renderer.render(
            Message(path: "m.md", body: body), as: .inApp, variables: Variables(["plan": .init(.text, .text("p q"))]))
        #expect(message.html.contains("<p>\(html)</p>"), "\(message.html)")
        #expect(!message.text.contains("http://www"))
    }
}
