import Delivery
import Testing

@Suite struct UnsubscriptionTests {
    private let links = Unsubscription(baseURL: "https://touch.acme.example/", secret: Array(0..<32))

    private func token(_ contact: String, _ category: String) -> String {
        String(links.url(contact: contact, category: category).dropFirst("https://touch.acme.example/u/".count))
    }

    @Test func aTokenNamesItsContactAndCategory() throws {
        let opened = try #require(links.open(token: token("42", "education")))
        #expect(opened == ("42", "education"))
        #expect(token("42", "education") == token("42", "education"))
        #expect(token("4", "2education") != token("42", "education"))
    }

    @Test func everyChangedCharacterIsRefused() {
        let token = Array(token("42", "education"))
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(links.open(token: String(changed)) == nil)
        }
        for broken in ["", ".", "a.b", "a.b.c", "NDIKZWR1Y2F0aW9u"] { #expect(links.open(token: broken) == nil) }
        #expect(Unsubscription(baseURL: "https://x", secret: Array(1..<33)).open(token: String(token)) == nil)
    }

    @Test func theHeadersAreThoseOfOneClick() {
        #expect(
            Unsubscription.headers(url: "https://x/u/t") == [
                Request.Header("List-Unsubscribe", "<https://x/u/t>"),
                Request.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ])
    }
}
