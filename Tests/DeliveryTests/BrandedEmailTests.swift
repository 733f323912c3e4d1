import Delivery
import Playbooks
import Testing

/// E-mails in a team's own looks, and the rules of the engines that show them.
@Suite struct BrandedEmailTests {
    private let brand: Brand = {
        var brand = Brand()
        brand.logo = Brand.Logo(url: "https://acme.example/l.png?a=1&b=2", alt: "Acme & co", width: 120)
        brand.accent = Color(red: 0x9a, green: 0x34, blue: 0x12)
        brand.accentDark = Color(red: 0xfd, green: 0xba, blue: 0x74)
        brand.font = "Inter,'Helvetica Neue',sans-serif"
        brand.links = [Brand.Link("Help & more", "https://help.acme.example/?a=1&b=2")]
        brand.legal = ["en": "Acme Inc.", "de": "Acme GmbH"]
        brand.legalLanguage = "en"
        return brand
    }()

    private func render(
        _ body: String, brand: Brand? = nil, locale: String? = nil, leaves: Bool = true
    ) throws -> RenderedMessage {
        let sender = Configuration.Sender(name: "Acme", email: "a@acme.example", postalAddress: "1 Main St")
        let renderer = MessageRenderer(
            sender: sender, currency: "USD", zone: .utc, brand: brand ?? self.brand,
            reasons: ["price": "It costs too much"])
        var message = Message(
            path: "m.md", subject: "Hi", preheader: "Soon",
            action: Message.Action(label: "Go <on>", url: "https://acme.example/?a=1&b=2"), body: body)
        for tag in ["de", "ar"] {
            message.locales[tag] = Message(path: "m.\(tag).md", subject: "Hallo", body: body)
        }
        return try renderer.render(
            message, as: .email, variables: Variables(["why": .init(.reason, .text("price"))]), locale: locale,
            unsubscribeURL: leaves ? "https://touch.acme.example/u/a.b" : nil)
    }

    @Test func theBrandStandsAboveAndBelowTheMessage() throws {
        let email = try render("You said: {{why}}.")
        #expect(
            email.html.contains("src=\"https://acme.example/l.png?a=1&amp;b=2\" alt=\"Acme &amp; co\" width=\"120\""))
        #expect(email.html.contains("<p style=\"margin:0 0 16px\">You said: It costs too much.</p>"))
        #expect(email.html.contains("href=\"https://help.acme.example/?a=1&amp;b=2\">Help &amp; more</a>"))
        #expect(email.html.contains("Acme Inc.<br>\n<a") && email.html.contains("16px/1.5 Inter,'Helvetica Neue',"))
        #expect(
            email.text.hasSuffix(
                """
                --\u{20}
                Help & more: https://help.acme.example/?a=1&b=2
                Acme
                1 Main St
                Acme Inc.
                Unsubscribe: https://touch.acme.example/u/a.b

                """), "\(email.text)")
        #expect(try render("x", locale: "de-AT").html.contains("Acme GmbH<br>"))
        let plain = try render("x", brand: Brand(), leaves: false)
        #expect(!plain.html.contains("<img") && !plain.html.contains("Unsubscribe"))
    }

    /// docs/playbooks.md lists these rules.
    @Test func eachEngineFindsWhatItKnows() throws {
        let html = try render("# A\n\n[b](https://b.example) and `c`\n\n- d\n").html
        // Outlook on Windows: room and color in table cells, a table of a fixed width, fonts that it has.
        #expect(
            html.contains(
                "<td class=\"button\" bgcolor=\"#9a3412\" style=\"background:#9a3412;border-radius:6px;mso-padding-alt:12px 22px\">"
            ))
        #expect(html.contains("<!--[if mso]><table role=\"presentation\" width=\"600\""))
        #expect(html.contains("<!--[if mso]><style>*{font-family:Arial,sans-serif!important}</style><![endif]-->"))
        // Gmail: what must hold stands on the elements; a style sheet of less than 8 kB; less than 102 kB in all.
        for element in [
            "<h1 style=\"", "<p style=\"", "<ul style=\"", "<li style=\"", "<a style=\"color:#9a3412\" href=",
        ] {
            #expect(html.contains(element), "\(element)")
        }
        let sheets = html.matches(of: /<style>[\s\S]*?<\/style>/).map(\.output)
        #expect(sheets.map(\.utf8.count).reduce(0, +) < 8_192 && html.utf8.count < 102_400)
        // Apple Mail: both schemes are declared, and every color that is set has one for the dark.
        #expect(html.contains("<meta name=\"color-scheme\" content=\"light dark\">"))
        for name in ["page", "sheet", "button", "foot", "plate"] {
            #expect(html.contains("class=\"\(name)") || html.contains(" \(name)\""), "\(name)")
            #expect(sheets.contains { $0.contains(".\(name)") }, "\(name)")
        }
        // Yahoo and Outlook.com: no position, no float, no script, no outside style sheet; tables are not for data.
        for word in ["position:", "float:", "<script", "<link", "@import", "url("] { #expect(!html.contains(word)) }
        #expect(
            html.components(of: "<table").dropFirst().allSatisfy { $0.prefix(120).contains("role=\"presentation\"") })
        // A preheader that is hidden from all.
        #expect(html.contains("<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">Soon</div>"))
    }

    /// Level AA of WCAG 2.2, for whatever colors a team has.
    @Test func wordsCanBeReadInLightAndDark() throws {
        for accent in ["#9a3412", "#0b57d0", "#000000", "#0f6b5c", "#5b21b6"] {
            var brand = brand
            brand.accent = try #require(Color(accent))
            brand.accentDark = brand.accent.readable(on: Brand.dark.sheet)
            let html = try render("[a](https://a.example)", brand: brand).html
            func color(_ pattern: Regex<(Substring, Substring)>) throws -> Color {
                let found = try #require(html.firstMatch(of: pattern)?.1)
                return try #require(Color(String(found)))
            }
            let dark = try color(/\.page\{background:(#[0-9a-f]{6})!/)
            let pairs: [(Color, Color)] = [
                (
                    try color(/class="foot in"[^>]*style="color:(#[0-9a-f]{6})/),
                    try color(/<body[^>]*background:(#[0-9a-f]{6})/)
                ),
                (try color(/\.foot,\.foot a\{color:(#[0-9a-f]{6})!/), dark),
                (try color(/\.sheet\{background:#[0-9a-f]{6}!important;color:(#[0-9a-f]{6})!/), Brand.dark.sheet),
                (try color(/<p [^>]*><a style="color:(#[0-9a-f]{6})"/), Brand.light.sheet),
                (try color(/\}a\{color:(#[0-9a-f]{6})!/), Brand.dark.sheet),
                (try color(/\.button a\{color:(#[0-9a-f]{6})!/), try color(/\.button\{background:(#[0-9a-f]{6})!/)),
                (
                    try color(/" style="color:(#[0-9a-f]{6});display:inline-block/),
                    try color(/bgcolor="(#[0-9a-f]{6})"/)
                ),
            ]
            for (words, surface) in pairs {
                #expect(words.contrast(on: surface) >= Color.leastContrast, "\(words) on \(surface), accent \(accent)")
            }
        }
    }

    @Test func aLanguageFromRightToLeftBeginsThere() throws {
        let html = try render("x", locale: "ar").html
        #expect(html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("class=\"sheet in\" align=\"right\""))
        #expect(try render("x").html.contains("class=\"sheet in\" align=\"left\""))
    }

    @Test func aLogoOfItsOwnForTheDarkIsShownThere() throws {
        var brand = brand
        brand.logo?.dark = "https://acme.example/dark.png"
        let html = try render("x", brand: brand).html
        #expect(html.contains("class=\"logo lit\" src=\"https://acme.example/l.png"))
        #expect(html.contains("class=\"logo unlit\" src=\"https://acme.example/dark.png\""))
        #expect(html.contains("display:none;max-height:0"))
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
