import Delivery
import Playbooks
import Testing

/// E-mails in a team's own layouts, and e-mails written in HTML.
@Suite struct LayoutTests {
    private static let layout = Layout(
        name: "news", path: "layouts/news.html",
        text: """
            <!doctype html>
            <html lang="{{language}}" dir="{{direction}}"><head><title>{{subject}}</title>
            <style>
            /* The rules of a visual editor. */
            p, .x { margin: 0 0 10px } .content p { color: #333; margin-bottom: 12px !important }
            td.content a { color: rgb(1, 2, 3); background: url("https://a.example/b.png") }
            #only { width: 10px } p:hover, p > a { color: red }
            @media (max-width: 600px) { .content { padding: 0 } p { color: green } }
            </style></head>
            <body class="b"><p id="only" style="margin:1px">Above</p>
            {{#preheader}}<i>{{preheader}}</i>{{/preheader}}
            <table><tr><td class="content">{{body}}</td></tr></table>
            {{#action.url}}<a class="go" href="{{action.url}}">{{action.label}}</a>{{/action.url}}
            <!--[if mso]><v:rect href="{{action.url}}"/><![endif]-->
            {{#logo}}{{logo}}{{/logo}}{{#legal}}<small>{{legal}}</small>{{/legal}}
            {{#unsubscribe_url}}<a href="{{unsubscribe_url}}">{{unsubscribe}}</a> {{sender.postal_address}}{{/unsubscribe_url}}
            </body></html>

            """)

    private func render(
        _ message: Message, layout: Layout = Self.layout, variables: Variables = Variables(),
        as kind: Channel.Kind = .email,
        leaves: Bool = true, ask: Ask? = nil
    ) throws -> RenderedMessage {
        var message = message
        message.ask = ask
        let sender = Configuration.Sender(name: "Acme", email: "a@acme.example", postalAddress: "1 Main St")
        let renderer = MessageRenderer(
            sender: sender, currency: "USD", zone: .utc, layouts: [layout.name: layout])
        let links = AskLinks(baseURL: "https://t.example", secret: Array(0..<32))
        return try renderer.render(
            message, as: kind, variables: variables, unsubscribeURL: leaves ? "https://t.example/u/a.b" : nil,
            askURLs: ask.map { links.urls(of: $0, touch: 7) } ?? [])
    }

    private func message(_ body: String, path: String = "m.md") -> Message {
        var message = Message(
            path: path, subject: "A & b", preheader: "Soon",
            action: Message.Action(label: "Go", url: "https://a.example/?a=1&b"),
            body: body)
        message.layout = "news"
        return message
    }

    @Test func aLayoutCarriesTheMarkdown() throws {
        let html = try render(message("Hi [there](https://a.example/x)\n")).html
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\" dir=\"ltr\"><head><title>A &amp; b</title>"))
        #expect(html.contains("<i>Soon</i>") && html.components(of: "Soon").count == 2)
        // Styles of the sheet stand on the elements, by their weight, those of the layout's surroundings too.
        #expect(
            html.contains(
                "<td class=\"content\"><p style=\"margin:0 0 10px;color:#333;margin-bottom:12px!important\">Hi <a style=\"color:rgb(1, 2, 3);background:url('https://a.example/b.png')\" href=\"https://a.example/x\">"
            ), "\(html)")
        #expect(html.contains("<p style=\"width:10px;margin:1px\" id=\"only\">Above</p>"), "\(html)")
        #expect(html.contains("@media (max-width: 600px)") && html.contains("p:hover"))
        #expect(html.contains("<a class=\"go\" href=\"https://a.example/?a=1&amp;b\">Go</a>"))
        #expect(html.contains("<!--[if mso]><v:rect href=\"https://a.example/?a=1&amp;b\"/><![endif]-->"))
        #expect(html.contains("<a href=\"https://t.example/u/a.b\">Unsubscribe</a> 1 Main St"))
        #expect(!html.contains("<small>") && !html.contains("<img"))
        #expect(!(try render(message("x"), leaves: false).html.contains("Unsubscribe")))
    }

    /// They are warned of, and would be loaded by some programs only.
    @Test func sheetsFromElsewhereAreLeftOut() throws {
        let head =
            "<link href=\"https://f.example/c\" rel=\"stylesheet\"><style>@import url('https://f.example/c;x');@import \"b.css\" screen; p { margin: 1px } @media print { p { color: red } }</style>"
        let mso = "<!--[if mso]><noscript><xml></xml></noscript><![endif]-->"
        let layout = Layout(
            name: "news", path: "l", text: "<html><head>\(head)\(mso)</head><body>{{body}}{{footer}}</body></html>")
        let html = try render(message("x"), layout: layout).html
        #expect(!html.contains("f.example") && !html.contains("<link") && !html.contains("@import"), "\(html)")
        #expect(
            html.contains("@media print") && html.contains("<p style=\"margin:1px\">x</p>") && html.contains(mso),
            "\(html)")
        let part = try render(message("\(head)<p>x</p>", path: "m.html")).html
        #expect(!part.contains("f.example") && part.contains("@media print") && part.contains("margin:1px"), "\(part)")
    }

    @Test func whatALayoutHasNoPlaceForStandsWhereItMust() throws {
        let bare = Layout(
            name: "news", path: "l", text: "<html><body bgcolor=\"#fff\"><b>{{body}}</b>{{footer}}</body></html>")
        let html = try render(message("x"), layout: bare).html
        #expect(
            html.contains(
                "<body bgcolor=\"#fff\">\n<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">Soon"))
        #expect(html.contains("<b><p>x</p>\n<table role=\"presentation\""))
        #expect(html.contains("Acme<br>\n1 Main St<br>\n<a"))
    }

    @Test func aMessageInHTMLKeepsItsMarkupAndEscapesItsValues() throws {
        let variables = Variables([
            "account.name": .init(.text, .text("\"<b>&' onx=")),
            "account.site": .init(.text, .text("https://x.example/?a=\"b")),
        ])
        let body = """
            <!-- gone --><h1 class='a "b"' onclick="x()">Hi {{account.name}} > "you"</h1>
            <script>alert("x")</script>
            <p title='{{account.name}}'><a href='{{account.site}}'>a</a> <a href="https://a.example/{{account.name}}?q">b</a></p>
            """
        let html = try render(message(body, path: "m.html"), variables: variables, as: .inApp).html
        #expect(
            html.contains("<h1 class=\"a &quot;b&quot;\">Hi &quot;&lt;b&gt;&amp;&#39; onx= &gt; &quot;you&quot;</h1>"),
            "\(html)")
        #expect(!html.contains("alert") && !html.contains("onclick") && !html.contains("gone"))
        #expect(
            html.contains("<p title=\"&quot;&lt;b&gt;&amp;&#39; onx=\"><a href=\"https://x.example/?a=%22b\">a</a>"),
            "\(html)")
        #expect(html.contains("<a href=\"https://a.example/%22%3Cb%3E%26%27%20onx%3D?q\">b</a>"), "\(html)")
        #expect(throws: RenderError.self) {
            try render(
                message("<a href=\"{{account.name}}\">x</a>", path: "m.html"), variables: variables, as: .inApp)
        }
    }

    @Test func plainTextIsMadeOfTheHTML() throws {
        let body = """
            <html><head><title>No</title><style>p{color:red}</style></head><body>
            <div style="display: none">Hidden <div>too</div> here</div>
            <h1>Hi&nbsp;{{account.name}} &amp;  co</h1><p>One<br>two
            <b>three</b> <a href="https://a.example/?a=1&amp;b=2">a link</a>, <a href="https://b.example">https://b.example</a>.</p>
            <ul><li>First</li><li><a href="{{unsubscribe_url}}">Leave</a></li></ul>
            <table><tr><td>Left</td><td>Right</td></tr><tr><td><img src="https://a.example/p.png" alt="A picture"></td></tr></table>
            <a href="#top">Up</a><p>&#8211; &#x41; &unknown; a&b</p></body></html>
            """
        var whole = message(body, path: "m.html")
        (whole.layout, whole.preheader, whole.action) = (nil, nil, nil)
        let variables = Variables(["account.name": .init(.text, .text("<Ada>"))])
        let rendered = try render(whole, variables: variables)
        #expect(
            rendered.text == """
                Hi\u{a0}<Ada> & co

                One
                two three a link (https://a.example/?a=1&b=2), https://b.example.

                - First
                - Leave (https://t.example/u/a.b)

                Left Right
                A picture

                Up

                – A &unknown; a&b

                --\u{20}
                Acme
                1 Main St
                Unsubscribe: https://t.example/u/a.b

                """, "\(rendered.text)")
        // Nothing stands around a whole document, and its own sheet stands on its elements.
        #expect(rendered.html.hasPrefix("<html><head><title>No</title>") && rendered.html.hasSuffix("</body></html>"))
        #expect(rendered.html.contains("<p style=\"color:red\">One"))
    }

    @Test func answersInHTMLAreButtonsToo() throws {
        let ask = Ask(
            event: "e", property: "p",
            answers: [Ask.Answer("yes", label: "Yes <please>"), Ask.Answer("no", label: "No")])
        let rendered = try render(message("<p>Well?</p>{{ask}}", path: "m.html"), ask: ask)
        #expect(rendered.html.contains("text-decoration:none\" href=\"https://t.example/a/"), "\(rendered.html)")
        #expect(rendered.html.contains(">Yes &lt;please&gt;</a></div>"))
        #expect(rendered.text.hasPrefix("Well?\n\nYes <please> (https://t.example/a/"), "\(rendered.text)")
    }

    /// What visual editors and MJML write is long and deep; bytes of any kind end.
    @Test func anyBytesBecomeAMessage() throws {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "<", ">", "\"", "'", "<p", "<!--", "-->", "<style>", "</style>", "a", "=", "/", " ", "<td class=x>",
            "&", "é", "]]>", "<![endif]-->", "@media{", "}",
        ]
        for _ in 0..<300 {
            let body = (0..<40).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            let rendered = try render(message(body, path: "m.html"))
            #expect(rendered.html.contains("Unsubscribe"), "\(body)")
        }
        let deep =
            String(repeating: "<table><tr><td>", count: 500) + "x" + String(repeating: "</td></tr></table>", count: 500)
        #expect(try render(message(deep, path: "m.html")).text.hasPrefix("x\n"))
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
