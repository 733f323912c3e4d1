import Basics
import Delivery
import Playbooks
import Testing

/// What becomes of a message on its way to a phone.
@Suite struct TextMessageTests {
    private func render(
        _ body: String, action: Message.Action? = nil, category: String = "tips", locale: String? = nil,
        settings: TextMessaging? = nil, _ variables: [String: Variables.Variable] = [:],
        locales: [String: Message] = [:]
    ) throws -> RenderedMessage {
        let message = Message(path: "m.md", subject: "Not on a phone", action: action, body: body, locales: locales)
        return try MessageRenderer(
            sender: .init(name: "Acme", email: "a@acme.example", postalAddress: "1 Main St"), currency: "EUR",
            zone: .utc,
            sms: settings
        ).render(message, as: .sms, variables: Variables(variables), locale: locale, category: category)
    }

    @Test func itIsPlainTextWithTheLineThatEndsThem() throws {
        let message = try render(
            "Hi **Ada**,\n\nsee [the guide](https://a.example/g).\n",
            action: .init(label: "Open", url: "https://a.example/o"))
        #expect(
            message.text
                == "Hi Ada,\n\nsee the guide (https://a.example/g).\n\nOpen: https://a.example/o\nReply STOP to opt out."
        )
        #expect(message.subject == nil && message.html.isEmpty)
    }

    @Test func theLineIsTheWorkspacesAndTheLanguages() throws {
        var settings = TextMessaging(phone: "p", consent: "c", position: Position(file: "keeptouch.yaml"))
        settings.optOut = ["": "STOP ends this", "de": "Ende mit STOP"]
        let german = ["de": Message(path: "m.de.md", body: "Hallo")]
        #expect(try render("Hi", settings: settings).text == "Hi\nSTOP ends this")
        #expect(try render("Hi", locale: "de-CH", settings: settings, locales: german).text == "Hallo\nEnde mit STOP")
        #expect(try render("Hi", locale: "de", locales: german).text == "Hallo\nMit STOP abbestellen.")
        #expect(try render("Hi, text STOP to end").text == "Hi, text STOP to end")
        #expect(try render("Hi", category: "service").text == "Hi")
    }

    @Test func valuesBringNoBlanksThatAreNotPlain() throws {
        let message = try render(
            "Preis: {{price}}", category: "service", locale: "de", ["price": .init(.money, .number(1250))],
            locales: ["de": Message(path: "m.de.md", body: "Preis: {{price}}")])
        #expect(message.text == "Preis: 1.250,00 €")
        #expect(TextSegments(message.text).encoding == .gsm7)
    }

    @Test func linksInTheTextAreTaggedAndLedOverUs() {
        let tracking = LinkTracking(baseURL: "https://t.example", secret: [UInt8](repeating: 1, count: 32))
        let text = "See https://a.example/g?x=1, (https://a.example/h) and https://t.example/u/1."
        let (led, links) = tracking.links(inText: text, touch: 7)
        #expect(links.map(\.url) == ["https://a.example/g?x=1", "https://a.example/h"])
        #expect(led.hasPrefix("See https://t.example/c/") && led.contains(", (https://t.example/c/"))
        #expect(led.hasSuffix(") and https://t.example/u/1."))
    }
}
