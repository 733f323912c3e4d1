import Basics
import Testing

/// How text messages are counted: 3GPP TS 23.038 and 23.040.
@Suite struct TextSegmentsTests {
    private func count(_ text: String) -> String { "\(TextSegments(text))" }

    @Test(arguments: [
        ("", "GSM-7, 0 characters, 0 segments"),
        ("a", "GSM-7, 1 character, 1 segment"),
        (String(repeating: "a", count: 160), "GSM-7, 160 characters, 1 segment"),
        (String(repeating: "a", count: 161), "GSM-7, 161 characters, 2 segments"),
        (String(repeating: "a", count: 306), "GSM-7, 306 characters, 2 segments"),
        (String(repeating: "a", count: 307), "GSM-7, 307 characters, 3 segments"),
        (String(repeating: "é", count: 70), "GSM-7, 70 characters, 1 segment"),
        (String(repeating: "ć", count: 70), "UCS-2, 70 characters, 1 segment"),
        (String(repeating: "ć", count: 71), "UCS-2, 71 characters, 2 segments"),
        (String(repeating: "ć", count: 134), "UCS-2, 134 characters, 2 segments"),
        (String(repeating: "ć", count: 135), "UCS-2, 135 characters, 3 segments"),
    ])
    func aPartIsFullAt160Or70AndAtLessWhereThereAreSeveral(text: String, counted: String) {
        #expect(count(text) == counted)
    }

    @Test func theEuroAndItsLikeCountTwoAndAreNeverCutInTwo() {
        #expect(count("€") == "GSM-7, 2 characters, 1 segment")
        #expect(count(String(repeating: "€", count: 80)) == "GSM-7, 160 characters, 1 segment")
        // 153 is odd: of 153 septets the last stays empty.
        #expect(count(String(repeating: "€", count: 153)) == "GSM-7, 306 characters, 3 segments")
        #expect(count("[]{}^~|\\\u{c}") == "GSM-7, 18 characters, 1 segment")
    }

    @Test func anEmojiIsTwoUnitsThatStayTogether() {
        #expect(count("👍") == "UCS-2, 2 characters, 1 segment")
        #expect(count(String(repeating: "👍", count: 35)) == "UCS-2, 70 characters, 1 segment")
        // 33 of them fill 66 of 67 units.
        #expect(count(String(repeating: "👍", count: 67)) == "UCS-2, 134 characters, 3 segments")
    }

    @Test func whatWordProcessorsWriteHasAPlainForm() {
        #expect(TextSegments.plain(for: "\u{2019}") == "'")
        #expect(TextSegments.plain(for: "\u{2026}") == "...")
        #expect(TextSegments.plain(for: "ć") == nil)
        #expect(TextSegments.withPlainBlanks("12\u{202f}500\u{a0}€") == "12 500 €")
    }
}
