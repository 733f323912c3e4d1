import Delivery
import Testing

@Suite struct LinkTrackingTests {
    private let tracking = LinkTracking(baseURL: "https://touch.acme.example/", secret: Array(0..<32))

    @Test func webLinksAreLedOverUsAndKeptForTheClick() {
        let html = """
            <p><a href="https://acme.example/a?x=1&amp;y=%27">A</a> <a href="http://acme.example/b" title="t">B</a>
            <a href="https://acme.example/a?x=1&amp;y=%27">A again</a></p>
            """
        let (tracked, links) = tracking.links(in: html, touch: 7)
        #expect(links.map(\.url) == ["https://acme.example/a?x=1&y=%27", "http://acme.example/b"])
        let urls = links.map { tracking.url(of: $0, touch: 7) }
        #expect(
            tracked == """
                <p><a href="\(urls[0])">A</a> <a href="\(urls[1])" title="t">B</a>
                <a href="\(urls[0])">A again</a></p>
                """)
        #expect(urls.allSatisfy { $0.hasPrefix("https://touch.acme.example/c/") })
        // The same touch rendered again is the same, and another touch has links of its own.
        #expect(tracking.links(in: html, touch: 7).html == tracked)
        #expect(tracking.links(in: html, touch: 8).html != tracked)
    }

    @Test func unsubscribingMailAndOurOwnPagesAreNotTracked() {
        let html = """
            <a href="https://touch.acme.example/u/abc.def">Unsubscribe</a> <a href="mailto:a@b.example">Mail</a>
            <a href="">Nothing</a> <p>href="https://acme.example"</p>
            """
        let (tracked, links) = tracking.links(
            in: html.replacing("href=\"https://acme", with: "href=&quot;https://acme"), touch: 7)
        #expect(links.isEmpty && tracked.contains("https://touch.acme.example/u/abc.def"))
    }

    @Test func whatFollowsItsQuoteHidesNoLink() {
        let (tracked, links) = tracking.links(in: "<a href=\"https://acme.example/\"\u{301}>A</a>", touch: 7)
        #expect(links.map(\.url) == ["https://acme.example/"] && tracked.hasSuffix("\"\u{301}>A</a>"))
    }

    @Test func thePictureStandsAtTheEndOfTheDocument() {
        let html = tracking.picture(in: "<body><p>Hi</p></body>\n</html>\n", touch: 7)
        #expect(html.hasPrefix("<body><p>Hi</p><img src=\"https://touch.acme.example/o/"))
        #expect(html.hasSuffix(".gif\" alt=\"\" width=\"1\" height=\"1\">\n</body>\n</html>\n"))
    }
}
