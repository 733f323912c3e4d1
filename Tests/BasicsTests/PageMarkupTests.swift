import Basics
import Testing

@Suite struct PageMarkupTests {
    /// Texts that a page might be broken out of with.
    @Test(arguments: [
        "<script>alert(1)</script>", "\" onload=\"x", "'><img src=x>", "&lt;b&gt;", "a\u{0}b\u{7}c", "\u{202e}abc",
        String(repeating: "<", count: 10_000),
    ]) func noTextGetsOutOfItsPlace(text: String) {
        let html = HTML { html in
            html.add("p", ["title": text, "class": nil], text: text)
            html.add("div") { $0.text(text) }
        }
        let inside = html.markup.dropFirst("<p title=\"".count)
        #expect(!inside.contains("<script") && !inside.contains("<img"))
        #expect(html.markup.count(where: { $0 == "<" }) == 4)
        #expect(html.markup.count(where: { $0 == "\"" }) == 2)
        #expect(!html.markup.utf8.contains(0) && !html.markup.utf8.contains(7))
    }
}
