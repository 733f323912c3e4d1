import Delivery
import Playbooks
import Testing

@Suite struct AskLinksTests {
    private let secret = [UInt8](0..<32)
    private var links: AskLinks { AskLinks(baseURL: "https://touch.acme.example", secret: secret) }

    private func render(_ ask: Ask, _ body: String, as kind: Channel.Kind = .inApp) throws -> RenderedMessage {
        let renderer = MessageRenderer(sender: nil, currency: "USD", zone: try #require(Zone("UTC")))
        var message = Message(path: "m.md", subject: "Hi", body: body)
        message.ask = ask
        return try renderer.render(message, as: kind, variables: Variables(), askURLs: links.urls(of: ask, touch: 7))
    }

    private let score = Ask(
        event: "nps", property: "score", answers: (0...2).map { Ask.Answer("\($0)", label: "\($0)") })

    @Test func shortAnswersStandInOneLine() throws {
        let message = try render(score, "How likely?\n\n{{ask}}\n\nThanks.")
        let urls = links.urls(of: score, touch: 7)
        #expect(
            message.text
                == "How likely?\n\n0 (\(urls[0])) 1 (\(urls[1])) 2 (\(urls[2]))\n\nThanks.\n")
        for (url, label) in zip(urls, 0...2) { #expect(message.html.contains("\" href=\"\(url)\">\(label)</a>")) }
        #expect(message.html.components(of: "<a style=\"").count == 4)
    }

    @Test func longAnswersAreAList() throws {
        let ask = Ask(
            event: "left", property: "why",
            answers: [
                Ask.Answer("price", label: "It costs *too* much <b>"), Ask.Answer("other", label: "Other: [x](y)"),
            ])
        let message = try render(ask, "Why?\n\n{{ ask }}\n")
        let urls = links.urls(of: ask, touch: 7)
        #expect(message.text == "Why?\n\n- It costs *too* much <b>: \(urls[0])\n- Other: [x](y): \(urls[1])\n")
        #expect(message.html.contains(">It costs *too* much &lt;b&gt;</a></div>"))
        #expect(!message.html.contains("<li>") && !message.html.contains("<ul>"))
    }

    @Test func aLinkNamesItsTouchAndAnswer() throws {
        let token = try #require(links.urls(of: score, touch: 7)[1].split(separator: "/").last)
        let opened = try #require(AskLinks.open(String(token), secret: secret))
        #expect(opened == (7, "1"))
        #expect(AskLinks.open(String(token) + "x", secret: secret) == nil)
        #expect(AskLinks.open(String(token), secret: Array(1..<33)) == nil)
    }

    @Test func theVersionOfAMessageCoversItsQuestion() throws {
        var other = score
        other.answers[0].label = "zero"
        #expect(try render(score, "{{ask}}").messageHash != render(other, "{{ask}}").messageHash)
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
