import Basics
import Testing

@Suite struct LanguageTagTests {
    @Test(
        arguments: [
            ("zh-Hant-TW", "zh-hant"), ("zh_Hant_TW", "zh-hant"), ("zh-TW", "zh"), ("DE-at", "de"), ("pt-BR", "pt-br"),
            ("pt", nil), ("de-x-formal", "de"), ("fr", nil), ("", nil), ("-", nil),
        ] as [(String, String?)])
    func aWishFindsWhatIsLeftOfIt(wish: String, found: String?) {
        let there: Set = ["zh", "zh-hant", "de", "pt-br"]
        #expect(LanguageTag.lookup(wish, in: there.contains) == found)
    }

    @Test func nobodyIsNotFound() { #expect(LanguageTag.lookup(nil, in: { _ in true }) == nil) }

    @Test func tagsAreWrittenAsUsual() {
        #expect(LanguageTag.canonical("ZH_hant-tw") == "zh-Hant-TW")
        #expect(LanguageTag.primary("pt_BR") == "pt")
        for (tag, isRight) in [("ar", true), ("he-IL", true), ("az-Arab", true), ("ar-Latn", false), ("en", false)] {
            #expect(LanguageTag.isRightToLeft(tag) == isRight, "\(tag)")
        }
    }
}
