import Delivery
import Playbooks
import Testing

@Suite struct MessageRendererTests {
    private let renderer: MessageRenderer

    init() throws {
        let zone = try #require(Zone("America/Chicago"))
        let sender = Configuration.Sender(
            name: "Acme & Sons", email: "success@acme.example", postalAddress: "1 Main St, Springfield")
        renderer = MessageRenderer(sender: sender, currency: "USD", zone: zone)
    }

    private let ada = Variables(["contact.first_name": .init(.text, .text("Ada"))])

    private func fragment(_ body: String, _ variables: Variables = Variables()) throws -> RenderedMessage {
        try renderer.render(Message(path: "m.md", body: body), as: .inApp, variables: variables)
    }

    private func text(_ name: String, _ value: String) -> Variables { Variables([name: .init(.text, .text(value))]) }

    @Test func aFallbackStandsWhereThereIsNothing() throws {
        let body = "Hi {{contact.first_name | there}}, {{account.seats | \"\"}}{{account.seats | many}} seats"
        #expect(try fragment(body).text == "Hi there, many seats\n")
        #expect(try fragment(body, ada).text == "Hi Ada, many seats\n")
        #expect(try fragment(body, text("contact.first_name", "  ")).text == "Hi there, many seats\n")
        #expect(
            try fragment(body, Variables(["account.seats": .init(.number, .number(3))])).text == "Hi there, 33 seats\n")
        #expect(throws: RenderError.self) { try fragment("{{contact.first_name | there}} {{contact.first_name}}") }
    }

    /// `no` and 0 are values.
    @Test func aFallbackStandsForNoValueThatIsThere() throws {
        let body = "{{account.vip | unknown}} {{account.seats | none}}{{#account.vip}} hidden{{/account.vip}}"
        let values = Variables([
            "account.vip": .init(.boolean, .boolean(false)), "account.seats": .init(.number, .number(0)),
        ])
        #expect(try fragment(body, values).text == "no 0\n")
        #expect(try fragment(body).text == "unknown none\n")
    }

    @Test func aWordWithoutItsNumberIsMissing() throws {
        let body = "Plural: {{n | one: a | other: b}}|"
        #expect(throws: RenderError.missing(["n"])) { try fragment(body) }
        #expect(throws: RenderError.missing(["n"])) {
            try renderer.render(
                Message(path: "m.md", subject: "{{n | one: a | other: b}}", body: "x"), as: .email,
                variables: Variables())
        }
        #expect(try fragment("{{^n}}none{{/n}}{{n | one: a | other: b}}").text == "none\n")
        // What is no number is said as it is, rather than left out.
        #expect(try fragment(body, text("n", "many")).text == "Plural: many|\n")
    }

    /// A date without a time is the beginning of a day of the workspace, wherever it is read.
    @Test(arguments: [
        ("America/New_York", "America/Los_Angeles", 2026, 12, 1, "December 1"),
        ("Europe/Berlin", "Europe/London", 2025, 3, 1, "March 1"), ("UTC", "Asia/Tokyo", 2025, 3, 1, "March 1"),
    ])
    func aDateIsTheSameDayForEveryReader(
        home: String, reader: String, year: Int, month: Int, day: Int, expected: String
    ) throws {
        let (home, reader) = (try #require(Zone(home)), try #require(Zone(reader)))
        let renderer = MessageRenderer(sender: nil, currency: "USD", zone: home)
        func written(_ instant: Instant) throws -> String {
            try renderer.render(
                Message(path: "m.md", body: "{{at}}"), as: .inApp,
                variables: Variables(["at": .init(.instant, .instant(instant))]), zone: reader
            ).text
        }
        let start = home.start(of: try #require(Day(year: year, month: month, day: day)))
        #expect(try written(start) == expected + "\n")
        // A moment is on the day that the reader has.
        let moment = reader.start(of: try #require(Day(year: year, month: month, day: day))) + .seconds(1)
        #expect(try written(moment) == expected + "\n")
    }

    @Test func aWordFollowsItsNumber() throws {
        var message = Message(path: "m.md", body: "{{n}} {{n | one: day | other: days}}")
        message.locales["pl"] = Message(
            path: "m.pl.md", body: "{{n}} {{n | one: dzień | few: dni | many: dni | other: dnia}}")
        for (number, english, polish) in [
            (1.0, "1 day", "1 dzień"), (2, "2 days", "2 dni"), (1.5, "1.5 days", "1,5 dnia"),
        ] {
            let variables = Variables(["n": .init(.number, .number(number))])
            #expect(try renderer.render(message, as: .inApp, variables: variables).text == english + "\n")
            #expect(
                try renderer.render(message, as: .inApp, variables: variables, locale: "pl-PL").text == polish + "\n")
        }
    }

    @Test(
        arguments: [
            (nil, "$1,234.50, March 3, 12,000.5, 36 hours"), ("en-GB", "$1,234.50, 3 March, 12,000.5, 36 hours"),
            ("de", "$1,234.50, March 3, 12,000.5, 36 hours"),
            ("pt-BR", "$\u{a0}1.234,50, 3 de março, 12.000,5, 36 horas"),
            ("pt", "1.234,50\u{a0}$, 3 de março, 12.000,5, 36 horas"),
            ("pl-PL", "1\u{a0}234,50\u{a0}$, 3 marca, 12\u{a0}000,5, 36 godzin"),
            ("zh-Hant-TW", "$1,234.50, 3月3日, 12,000.5, 36 小時"), ("ar", "$1,234.50, March 3, 12,000.5, 36 hours"),
        ] as [(String?, String)])
    func valuesAreWrittenAsTheContactReadsThem(locale: String?, expected: String) throws {
        let body = "{{m}}, {{d}}, {{n}}, {{s}}"
        var message = Message(path: "m.md", subject: "x", body: body)
        for tag in ["pt", "pl", "zh-hant", "ar"] {
            message.locales[tag] = Message(path: "m.\(tag).md", subject: "x", body: body)
        }
        let day = try #require(Day(year: 2026, month: 3, day: 3))
        let variables = Variables([
            "m": .init(.money, .number(1_234.5)), "d": .init(.date, .date(day)), "n": .init(.number, .number(12_000.5)),
            "s": .init(.duration, .duration(.hours(36))),
        ])
        let rendered = try renderer.render(message, as: .inApp, variables: variables, locale: locale)
        #expect(rendered.text == expected + "\n")
        let html = try renderer.render(message, as: .email, variables: variables, locale: locale).html
        let tag = ["pt-BR": "pt", "pl-PL": "pl", "zh-Hant-TW": "zh-Hant", "pt": "pt"][locale ?? ""] ?? "en"
        #expect(
            html.contains(locale == "ar" ? "<html lang=\"ar\" dir=\"rtl\">" : "<html lang=\"\(tag)\" dir=\"ltr\">"))
    }

    @Test func aMessageMayNameItsSender() throws {
        let message = try fragment("From {{sender.name}}{{#sender.reply_to}}, {{sender.reply_to}}{{/sender.reply_to}}.")
        #expect(message.text == "From Acme & Sons.\n")
    }

    @Test func oneTreeGivesHTMLAndText() throws {
        let message = try fragment(
            """
            # Hello {{contact.first_name}}

            Your *usage* fell, see [the lessons](https://acme.example/l)
            or `run`.

            - one
            - two **bold**
              more

            1. first

               > quoted
               > text
            2. second

            [Start](https://acme.example/s?a=1&b=2)

            <https://acme.example/x>

                code line
                  more

            ---
            """, ada)
        #expect(
            message.text == """
                Hello Ada

                Your usage fell, see the lessons (https://acme.example/l) or run.

                - one
                - two bold more

                1. first

                   > quoted text

                2. second

                Start: https://acme.example/s?a=1&b=2

                https://acme.example/x

                    code line
                      more

                ---

                """)
        #expect(message.html.hasPrefix("<h1>Hello Ada</h1>\n<p>Your <em>usage</em> fell"))
        #expect(message.html.contains(#"<a href="https://acme.example/s?a=1&amp;b=2">Start</a>"#))
    }

    /// Nothing that a customer may call their account becomes markup.
    @Test(arguments: [
        "<script>alert(1)</script>", "**bold**", "[x](javascript:alert(1))", "# head", "- item", "1. item", "> quote",
        "a_b_c `code`", "![i](https://evil.example/i.png)", "https://evil.example", "&lt;b&gt;", "\\*",
        "{{contact.email}}",
        "\"quotes\" 'n' & co", "ktslot0z", "<!-- c -->", "`", "```", "| a | b |", "~~~", "é😀",
    ])
    func aValueIsOnlyText(value: String) throws {
        for body in ["{{v}}", "x {{v}} y", "# {{v}}", "*{{v}}*", "- {{v}}", "`{{v}}`", "[{{v}}](https://a.example)"] {
            let plain = try fragment(body, text("v", "VALUE"))
            let message = try fragment(body, text("v", value))
            let escaped = value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
            #expect(message.html == plain.html.replacing("VALUE", with: escaped))
            #expect(message.text == plain.text.replacing("VALUE", with: value))
        }
    }

    @Test func aValueStaysOnItsLine() throws {
        let message = try fragment("Hi {{v}}, there", text("v", " a\r\n\r\n# b\u{0}\tc "))
        #expect(message.html == "<p>Hi a # b c, there</p>\n")
    }

    @Test func aValueInALinkStaysInItsPlace() throws {
        let message = try fragment("[x](https://a.example/{{v}}?q=1)", text("v", "../b?c=\"><b>&d"))
        #expect(message.html == "<p><a href=\"https://a.example/..%2Fb%3Fc%3D%22%3E%3Cb%3E%26d?q=1\">x</a></p>\n")
        #expect(message.text == "x: https://a.example/..%2Fb%3Fc%3D%22%3E%3Cb%3E%26d?q=1\n")
        let whole = try fragment("[x]({{v}})", text("v", "https://a.example/?a=1&b=\"2\""))
        #expect(whole.html == "<p><a href=\"https://a.example/?a=1&amp;b=%222%22\">x</a></p>\n")
        #expect(throws: RenderError.refused("v stands as a link, but \"javascript:alert(1)\" is none")) {
            try fragment("[x]({{v}})", text("v", "javascript:alert(1)"))
        }
    }

    @Test func rawHTMLAndDangerousLinksAreDropped() throws {
        let message = try fragment("a <b>b</b> [c](javascript:alert(1))\n\n<div>d</div>\n\ne")
        #expect(message.html == "<p>a b <a href=\"\">c</a></p>\n<p>e</p>\n")
    }

    @Test func aMissingVariableHoldsTheTouch() throws {
        #expect(throws: RenderError.missing(["fall", "account.plan"])) {
            try fragment("{{fall}} {{contact.first_name}} {{account.plan}} {{fall}}", ada)
        }
        #expect(throws: RenderError.missing(["contact.first_name"])) {
            try fragment("Hi {{contact.first_name}}", text("contact.first_name", ""))
        }
    }

    @Test func sectionsStandOnPresence() throws {
        let body =
            "Hi {{#contact.first_name}}{{.}}{{/contact.first_name}}{{^contact.first_name}}there{{/contact.first_name}}!"
        #expect(try fragment(body, ada).text == "Hi Ada!\n")
        #expect(try fragment(body).text == "Hi there!\n")
        #expect(try fragment("{{v}}{{^v}}none{{/v}}").text == "none\n")
        let flag = Variables(["v": .init(.boolean, .boolean(false))])
        #expect(try fragment("{{#v}}yes{{/v}}{{^v}}no{{/v}}", flag).text == "no\n")
    }

    @Test func aSectionAloneOnItsLineTakesTheLineWithIt() throws {
        let body = "- one\n{{#v}}\n- {{v}}\n{{/v}}\n{{! a comment }}\n- three\n"
        #expect(
            try fragment(body, text("v", "two")).html == "<ul>\n<li>one</li>\n<li>two</li>\n<li>three</li>\n</ul>\n")
        #expect(try fragment(body).html == "<ul>\n<li>one</li>\n<li>three</li>\n</ul>\n")
    }

    @Test(arguments: [
        ("a\n{{#x}}", 8), ("{{/x}}", 7), ("{{#x}}{{/y}}", 7), ("a\n\n{{>p}}", 9), ("{{{x}}}", 7), ("{{&x}}", 7),
        ("{{=<% %>=}}", 7),
        ("\n{{x", 8), ("{{}}", 7), ("{{a b}}", 7), ("{{.}}", 7),
    ])
    func otherMustacheIsAnErrorWithItsLine(body: String, line: Int) throws {
        let error = #expect(throws: Diagnostic.self) {
            try MessageTemplate(Message(path: "m.md", body: body, bodyLine: 7))
        }
        #expect(error?.position.line == line)
    }

    @Test func valuesAreWrittenByType() throws {
        let cases: [(Variables.Variable, String)] = [
            (.init(.percent, .number(0.43)), "43%"), (.init(.percent, .number(0.0425)), "4.25%"),
            (.init(.percent, .number(0.125)), "12.5%"), (.init(.percent, .number(0.996)), "99.6%"),
            (.init(.percent, .number(0.0725)), "7.25%"), (.init(.percent, .number(1.0 / 3)), "33%"),
            (.init(.percent, .number(2.0 / 30)), "6.7%"), (.init(.percent, .number(0.29)), "29%"),
            (.init(.percent, .number(-0.5)), "-50%"), (.init(.money, .number(12)), "$12.00"),
            (.init(.money, .number(1_234_567.891)), "$1,234,567.89"), (.init(.money, .number(-3.5)), "-$3.50"),
            (.init(.date, .date(Day(number: 20_515))), "March 3"), (.init(.number, .number(25)), "25"),
            (.init(.number, .number(2.50)), "2.5"), (.init(.number, .number(1234)), "1234"),
            (.init(.number, .number(12_345)), "12,345"), (.init(.number, .number(-0.001)), "0"),
            (.init(.boolean, .boolean(true)), "yes"), (.init(.duration, .duration(.days(14))), "14 days"),
            (.init(.duration, .duration(.hours(36))), "36 hours"), (.init(.duration, .duration(.days(1))), "1 day"),
            // 02:00 UTC is still the day before in Chicago.
            (.init(.instant, .instant(Instant(milliseconds: 1_772_503_200_000))), "March 2"),
        ]
        for (variable, expected) in cases {
            #expect(try fragment("{{v}}", Variables(["v": variable])).text == expected + "\n")
        }
    }

    /// Also of languages in which the program writes no values.
    @Test(
        arguments: [
            ("ru", [(1, "one"), (2, "few"), (5, "many"), (21, "one")]), ("uk", [(3, "few"), (11, "many")]),
            ("ar", [(0, "zero"), (2, "two"), (7, "few"), (11, "many"), (100, "other")]),
            ("cs", [(3, "few"), (5, "other")]), ("sk", [(2, "few")]), ("sl", [(2, "two"), (4, "few")]),
            ("lt", [(2, "few"), (21, "one")]), ("lv", [(10, "zero"), (21, "one")]), ("ro", [(2, "few")]),
            ("cy", [(3, "few"), (6, "many")]), ("he", [(2, "two")]), ("ga", [(3, "few"), (8, "many")]),
            ("pl", [(2, "few")]),
        ] as [(String, [(Double, String)])])
    func aPluralFormIsThatOfTheLanguageOfTheMessage(language: String, cases: [(Double, String)]) throws {
        let forms = PluralCategory.allCases.map { "\($0.rawValue): \($0.rawValue)" }.joined(separator: " | ")
        let message = Message(
            path: "m.md", body: "{{n | other: English}}",
            locales: [language: Message(path: "m.\(language).md", body: "{{n | \(forms)}}")])
        for (number, form) in cases {
            let rendered = try renderer.render(
                message, as: .inApp, variables: Variables(["n": .init(.number, .number(number))]), locale: language)
            #expect(rendered.text == form + "\n", "\(number)")
        }
    }

    @Test func aTranslationHasItsOwnWay() throws {
        let german = Message(path: "m.de.md", body: "{{fall}} {{mrr}} {{at}}")
        let message = Message(path: "m.md", body: "{{fall}} {{mrr}} {{at}}", locales: ["de": german])
        let variables = Variables([
            "fall": .init(.percent, .number(0.43)), "mrr": .init(.money, .number(1_200)),
            "at": .init(.date, .date(Day(number: 20_515))),
        ])
        let rendered = try renderer.render(message, as: .inApp, variables: variables, locale: "de-AT")
        #expect(rendered.text == "43\u{a0}% $\u{a0}1.200,00 3. März\n")
        #expect(
            try renderer.render(message, as: .inApp, variables: variables, locale: "ja").text
                == "43% $1,200.00 March 3\n")
    }

    @Test func anEmailIsACompleteDocument() throws {
        let message = Message(
            path: "m.md", subject: "Hi {{contact.first_name}} & co", preheader: "Three <lessons>",
            action: .init(label: "Start now", url: "https://app.acme.example/{{contact.first_name}}"),
            body: "Hello.\n\n[Stop]({{unsubscribe_url}}) or <{{unsubscribe_url}}>")
        let rendered = try renderer.render(
            message, as: .email, variables: ada, unsubscribeURL: "https://touch.acme.example/u/a.b")
        #expect(rendered.subject == "Hi Ada & co")
        #expect(rendered.preheader == "Three <lessons>")
        #expect(rendered.html.hasPrefix("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n"))
        #expect(rendered.html.hasSuffix("</html>\n"))
        #expect(rendered.html.contains("<title>Hi Ada &amp; co</title>"))
        #expect(rendered.html.contains("mso-hide:all\">Three &lt;lessons&gt;</div>"))
        #expect(rendered.html.contains("href=\"https://app.acme.example/Ada\" style="))
        #expect(rendered.html.contains(">Start now</a>"))
        #expect(rendered.html.contains("Acme &amp; Sons<br>\n1 Main St, Springfield<br>\n<a style=\"color:#5b6270\""))
        #expect(rendered.html.contains("<a style=\"color:#0b57d0\" href=\"https://touch.acme.example/u/a.b\">Stop</a>"))
        #expect(rendered.html.contains(">https://touch.acme.example/u/a.b</a></p>"))
        #expect(
            rendered.text == """
                Hello.

                Stop (https://touch.acme.example/u/a.b) or https://touch.acme.example/u/a.b

                Start now: https://app.acme.example/Ada

                --\u{20}
                Acme & Sons
                1 Main St, Springfield
                Unsubscribe: https://touch.acme.example/u/a.b

                """)
        #expect(rendered.html.utf8.count < 6_144)
    }

    @Test(arguments: ["Acme\r\nBcc: everyone@example.org", "Acme\nx", "Acme\u{0}"])
    func aLineBreakInTheSubjectIsRefused(name: String) {
        let message = Message(path: "m.md", subject: "For {{account.name}}", body: "Hi")
        #expect(throws: RenderError.refused("{{account.name}} holds a line break and stands in the subject")) {
            try renderer.render(message, as: .email, variables: text("account.name", name))
        }
    }

    @Test func theHashNamesTheVersion() throws {
        let hash = Message(path: "m.md", subject: "a", body: "b").hash
        #expect(hash.count == 64)
        #expect(Message(path: "n.md", subject: "a", body: "b").hash == hash)
        #expect(Message(path: "m.md", subject: "a", preheader: "b", body: "").hash != hash)
        let rendered = try renderer.render(Message(path: "m.md", subject: "a", body: "b"), as: .email, variables: ada)
        #expect(rendered.messageHash == hash)
        // Who reads it in another language reads the same version.
        var both = Message(path: "m.md", subject: "a", body: "b")
        both.locales = ["de": Message(path: "m.de.md", subject: "c", body: "d")]
        let languages = try ["de", "en"].map {
            try renderer.render(both, as: .email, variables: ada, locale: $0).messageHash
        }
        #expect(languages[0] == languages[1] && languages[0] != hash)
        // An edited message is compiled anew.
        #expect(
            try renderer.render(Message(path: "m.md", subject: "a", body: "c"), as: .email, variables: ada).text
                .hasPrefix("c\n"))
    }

    @Test func frozenVariablesAreReadFromTheirJSON() throws {
        let variables = try #require(
            Variables(
                frozen: """
                    {"fall": ["percent", 0.43], "contact.first_name": ["text", "Ada"], "empty": ["text", ""], "none": ["money", null],
                     "day": ["date", 20515], "vip": ["boolean", 1], "wait": ["duration", 86400000]}
                    """))
        #expect(variables["fall"] == .init(.percent, .number(0.43)))
        #expect(variables["contact.first_name"] == .init(.text, .text("Ada")))
        #expect(variables["vip"] == .init(.boolean, .boolean(true)))
        #expect(variables["day"] == .init(.date, .date(Day(number: 20_515))))
        #expect(variables["empty"] == nil)
        #expect(variables["none"] == nil)
        for broken in [
            "", "[]", "{\"a\":1}", "{\"a\":[\"text\",1]}", "{\"a\":[\"color\",\"red\"]}", "{\"a\":[\"number\",\"1\"]}",
        ] {
            #expect(Variables(frozen: broken) == nil, "\(broken)")
        }
    }
}
