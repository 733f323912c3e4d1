import Delivery
import Playbooks
import Testing

/// How dates are written in messages.
@Suite struct WrittenDatesTests {
    @Test(
        arguments: [
            (nil, "March 3, 2027"), ("en-GB", "3 March 2027"), ("de", "3. März 2027"), ("de-CH", "3. März 2027"),
            ("fr", "3 mars 2027"), ("es", "3 de marzo de 2027"), ("es-MX", "3 de marzo de 2027"),
            ("it", "3 marzo 2027"), ("nl", "3 maart 2027"), ("pt-BR", "3 de março de 2027"), ("sv", "3 mars 2027"),
            ("da", "3. marts 2027"), ("nb", "3. mars 2027"), ("pl", "3 marca 2027"), ("ja", "2027年3月3日"),
            ("zh", "2027年3月3日"),
        ] as [(String?, String)])
    func aDateOfAnotherYearThanTheMessageSaysWhich(locale: String?, expected: String) throws {
        var message = Message(path: "m.md", body: "{{d}}")
        for tag in ["de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "pl", "ja", "zh"] {
            message.locales[tag] = Message(path: "m.\(tag).md", body: "{{d}}")
        }
        let day = try #require(Day(year: 2027, month: 3, day: 3))
        func text(_ year: Int) throws -> String {
            let renderer = MessageRenderer(sender: nil, currency: "USD", zone: .utc)
            let moment = Zone.utc.start(of: try #require(Day(year: year, month: 12, day: 2)))
            return try renderer.render(
                message, as: .inApp, variables: Variables(["d": .init(.date, .date(day))]), locale: locale,
                asOf: moment
            ).text
        }
        for year in [2026, 2028] { #expect(try text(year) == expected + "\n") }
        #expect(try !text(2027).contains("2027"))
    }
}
