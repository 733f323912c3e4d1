import Delivery
import Testing

@Suite struct UnsubscriptionTests {
    private let links = Unsubscription(baseURL: "https://touch.acme.example/", secret: Array(0..<32))

    private let secret = [UInt8](0..<32)

    private func token(_ contact: Int64, _ category: String, touch: Int64? = nil) -> String {
        String(
            links.url(contact: contact, category: category, touch: touch)
                .dropFirst("https://touch.acme.example/u/".count))
    }

    @Test func aTokenNamesItsContactCategoryAndTouch() throws {
        let opened = try #require(Unsubscription.open(token(42, "education", touch: 7), secret: secret))
        #expect(opened == Unsubscription.Opened(contact: 42, category: "education", touch: 7))
        #expect(token(42, "education") == token(42, "education"))
        #expect(token(42, "education") != token(42, "education", touch: 7))
    }

    @Test func linksThatAreInMailsAlreadyStayGood() throws {
        // Written before tokens named a touch, with the secret 0, 1, 2, ... 31.
        let old = "NDIKZWR1Y2F0aW9u.cKV8taH0wUiW197DSmW9EtJXeWG76Z-TWExkaY539cc"
        let opened = try #require(Unsubscription.open(old, secret: secret))
        #expect(opened == Unsubscription.Opened(contact: 42, category: "education", touch: nil))
    }

    @Test func everyChangedCharacterIsRefused() {
        let token = Array(token(42, "education", touch: 7))
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(Unsubscription.open(String(changed), secret: secret) == nil)
        }
        for broken in ["", ".", "a.b", "a.b.c", "NDIKZWR1Y2F0aW9u"] {
            #expect(Unsubscription.open(broken, secret: secret) == nil)
        }
        #expect(Unsubscription.open(String(token), secret: Array(1..<33)) == nil)
    }

    @Test func aTokenForOneKindOfLinkIsGoodForNoOther() {
        let purposes: [SignedToken.Purpose] = [.unsubscribe, .ask, .click, .open, .inbox]
        for made in purposes {
            let token = SignedToken(made, secret: secret).text(of: ["42", "education"])
            for asked in purposes {
                let names = SignedToken(asked, secret: secret).names(in: token)
                #expect(names == (asked == made ? ["42", "education"] : nil))
            }
        }
    }

    @Test func theHeadersAreThoseOfOneClick() {
        #expect(
            Unsubscription.headers(url: "https://x/u/t") == [
                Request.Header("List-Unsubscribe", "<https://x/u/t>"),
                Request.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ])
    }
}
