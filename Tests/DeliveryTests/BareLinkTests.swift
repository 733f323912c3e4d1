import Delivery
import Playbooks
import Testing

/// Addresses in the text are links, as people mean them.
@Suite struct BareLinkTests {
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
