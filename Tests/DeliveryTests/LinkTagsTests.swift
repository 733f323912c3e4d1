import Delivery
import Playbooks
import Testing

@Suite struct LinkTagsTests {
    private let tags: LinkTags

    init() throws {
        let trigger = Playbook.Trigger.at(try Schedule.parse("daily at 06:00").get())
        let playbook = Playbook(name: "win back", category: "tips", trigger: trigger, reentry: .always)
        let utm = UTM(workspace: "acme", playbook: playbook, step: "email_1", kind: .email, workspaceRule: .on([:]))
        tags = LinkTags(try #require(utm), baseURL: "https://touch.acme.example/")
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example?UTM"), ("https://a.example/x?b=1", "https://a.example/x?b=1&UTM"),
        ("https://a.example/x?", "https://a.example/x?UTM"),
        ("https://a.example/x?b=1&", "https://a.example/x?b=1&UTM"),
        ("https://a.example/#top", "https://a.example/?UTM#top"),
        ("http://a.example/?a#b?c#d", "http://a.example/?a&UTM#b?c#d"),
        ("https://touch.acme.example.org/u/x", "https://touch.acme.example.org/u/x?UTM"),
        (
            "https://a.example/?utm_source=own",
            "https://a.example/?utm_source=own&utm_medium=email&utm_campaign=win%20back&utm_content=email_1"
        ),
    ])
    func aLinkCarriesTheTagsThatItDoesNotSayItself(url: String, expected: String) {
        let all = "utm_source=acme&utm_medium=email&utm_campaign=win%20back&utm_content=email_1"
        #expect(tags.tagged(url) == expected.replacing("UTM", with: all))
        // Said once.
        #expect(tags.tagged(tags.tagged(url) ?? "") == nil)
    }

    @Test(arguments: [
        "https://touch.acme.example/u/a.b", "https://touch.acme.example", "mailto:a@a.example", "tel:+1", "#top", "",
        "{{x}}", "javascript:x",
    ])
    func othersStayAsTheyAre(url: String) {
        #expect(tags.tagged(url) == nil)
        let html = "<p>x <a style=\"a\" href=\"\(url)\">\(url)</a></p>"
        #expect(tags.tagged(html: html) == html)
    }

    @Test func tagsComeBeforeTracking() throws {
        let html = "<a href=\"https://a.example/?a=1&amp;b=2\">a</a><img src=\"https://a.example/p.png\" alt=\"\">"
        let tagged = tags.tagged(html: html)
        #expect(
            tagged
                == html.replacing(
                    "b=2",
                    with:
                        "b=2&amp;utm_source=acme&amp;utm_medium=email&amp;utm_campaign=win%20back&amp;utm_content=email_1"
                ))
        let tracked = LinkTracking(baseURL: "https://touch.acme.example", secret: Array(0..<32)).links(
            in: tagged, touch: 1)
        #expect(
            tracked.links.map(\.url) == [
                "https://a.example/?a=1&b=2&utm_source=acme&utm_medium=email&utm_campaign=win%20back&utm_content=email_1"
            ])
        #expect(tracked.html.contains("src=\"https://a.example/p.png\""))
        // And nothing is tagged behind it.
        #expect(tags.tagged(html: tracked.html) == tracked.html)
    }
}
