import Playbooks
import Testing

/// A team's own frame around messages, and messages in HTML.
@Suite struct LayoutReaderTests {
    private static let layout = """
        <!doctype html>
        <html><head><title>{{subject}}</title><style>p{margin:0}</style></head>
        <body>
        <table><tr><td>{{body}}</td></tr></table>
        {{footer}}
        </body></html>

        """

    private func read(_ files: [String: String]) -> (Workspace?, [String]) {
        var all = [
            "keeptouch.yaml": """
            workspace: w
            timezone: UTC
            base_url: https://touch.acme.example
            sender: { name: Acme, email: a@acme.example, postal_address: 1 Main St }
            categories: { tips: Tips }
            channels: { email: sendgrid }

            """,
            "playbooks/p/playbook.yaml": "playbook: p\ncategory: tips\nwhen: mrr > 0\nsteps:\n  - email: m.md\n",
            "playbooks/p/m.md": "---\nsubject: A\n---\nb\n",
        ]
        all.merge(files) { $1 }
        let (workspace, diagnostics) = WorkspaceReader.read(all)
        return (workspace, diagnostics.map(\.description).filter { !$0.contains("sendgrid") })
    }

    @Test func aMessageAndTheBrandNameTheirLayouts() throws {
        let (workspace, complaints) = read([
            "layouts/news.html": Self.layout, "layouts/all.html": Self.layout, "brand.yaml": "layout: all\n",
            "playbooks/p/m.md": "---\nsubject: A\nlayout: news\n---\nb\n",
        ])
        #expect(complaints == [])
        #expect(workspace?.layouts.keys.sorted() == ["all", "news"] && workspace?.brand.layout == "all")
        #expect(workspace?.playbook("p")?.messages["m.md"]?.layout == "news")
        #expect(read(["brand.yaml": "layout: standard\n"]).1 == [])
        #expect(
            read(["layouts/news.html": Self.layout]).1 == [
                "layouts/news.html:1:1: warning: no message has this layout; `layout: news` in brand.yaml gives it to all"
            ])
    }

    @Test func aLayoutThatIsNotThereIsToldAtItsName() {
        let (workspace, complaints) = read([
            "layouts/news.html": Self.layout, "brand.yaml": "layout: gone\n",
            "playbooks/p/m.md": "---\nsubject: A\nlayout: newz\n---\nb\n",
        ])
        #expect(workspace == nil)
        #expect(complaints.contains("brand.yaml:1:9: error: there is no layout \"gone\"; make layouts/gone.html"))
        #expect(
            complaints.contains(
                "playbooks/p/m.md:3:9: error: there is no layout \"newz\"; did you mean \"news\"?"), "\(complaints)")
    }

    @Test(arguments: [
        ("{{body}}", "", "1:1: error: the layout has no {{body}}"),
        ("{{body}}", "{{body}} {{body}}", "4:25: error: the layout has a second {{body}}"),
        ("{{footer}}", "", "1:1: error: nobody could leave: the layout needs {{footer}}"),
        ("{{footer}}", "{{footer}}{{foter}}", "5:11: error: unknown slot \"foter\"; did you mean \"footer\"?"),
        (
            "{{footer}}", "{{footer}}<script>x</script>",
            "5:11: error: <script> may not stand in an e-mail: mail programs run"
        ),
        ("{{footer}}", "{{footer}}<a onclick=\"x\">", "5:14: error: \"onclick\" may not stand in an e-mail"),
        (
            "{{footer}}", "{{footer}}<img src=\"/logo.png\" alt=\"\">",
            "5:21: error: \"/logo.png\" leads nowhere in an e-mail"
        ),
        ("{{footer}}", "{{footer}}<img src=\"https://a.example/x.png\">", "5:11: error: <img> needs an alt"),
        ("{{footer}}", "{{footer}}<a href=\"javascript:x\">", "5:20: error: \"javascript:x\" leads nowhere"),
        ("{{footer}}", "{{footer}}{{> signature}}", "5:11: error: snippets are Markdown"),
        ("{{footer}}", "{{footer}}<a href=\"x", "5:11: error: \"<a href=\"x\" has no end"),
        ("{{footer}}", "{{footer}}<p style=\"color:{{legal}}\">", "5:21: error: no value may stand in a style"),
        (
            "{{footer}}", "{{footer}}<link rel=\"icon\" href=\"https://a.example/i.png\">",
            "5:11: error: <link> may not stand"
        ),
        ("<td>{{body}}", "<td title=\"{{body}}\">", "4:23: error: {{body}} stands in an attribute"),
        ("{{body}}", "<!--{{body}}-->", "4:16: error: {{body}} stands where nobody would read it"),
        ("<body>", "", "1:1: error: a layout is a whole document, and this one has no <body>"),
        ("{{footer}}", "{{#footer}}", "5:1: error: the section"),
        ("{{footer}}", "{{footer}}<!--[if mso]><iframe></iframe><![endif]-->", "5:24: error: <iframe> may not stand"),
    ])
    func mistakesAreToldAtTheirPlaces(old: String, new: String, expected: String) {
        let (workspace, complaints) = read([
            "layouts/news.html": Self.layout.replacing(old, with: new),
            "playbooks/p/m.md": "---\nsubject: A\nlayout: news\n---\nb\n",
        ])
        #expect(complaints.contains { $0.hasPrefix("layouts/news.html:\(expected)") }, "\(complaints)")
        #expect(complaints.contains("playbooks/p/m.md:3:9: error: the layout \"news\" has an error of its own"))
        #expect(workspace?.playbooks.isEmpty == true)
    }

    /// Not every message has a button or a preheader, and not every brand a logo.
    @Test(arguments: [
        (
            "{{footer}}", "{{#action}}{{action}}{{footer}}{{/action}}",
            "5:22: error: nobody could leave by an e-mail without {{action}}: put {{footer}}, or a link to"
        ),
        (
            "{{body}}", "{{#action}}{{body}}{{/action}}",
            "4:27: error: an e-mail without {{action}} would have no {{body}}; it stands outside of sections"
        ),
        (
            "{{body}}", "{{^logo}}{{body}}{{/logo}}",
            "4:25: error: an e-mail with {{logo}} would have no {{body}}"
        ),
        (
            "{{footer}}", "{{#preheader}}{{footer}}{{/preheader}}{{#logo}}{{footer}}{{/logo}}",
            "5:15: error: nobody could leave by an e-mail without {{preheader}} and {{logo}}"
        ),
        (
            "{{footer}}", "<a href=\"{{unsubscribe_url}}\"> <b></b></a>",
            "5:1: error: the link to {{unsubscribe_url}} has no words, so nobody would find it"
        ),
        (
            "{{footer}}", "<a href=\"{{unsubscribe_url}}\">{{#legal}}x{{/legal}}</a>",
            "5:10: error: nobody could leave by an e-mail without {{legal}}"
        ),
        ("{{footer}}", "<!-- {{footer}} -->", "5:6: error: nobody could leave: the layout needs {{footer}}"),
    ])
    func whatEveryEmailNeedsHangsOnNoSlot(old: String, new: String, expected: String) {
        let complaints = read([
            "layouts/news.html": Self.layout.replacing(old, with: new), "brand.yaml": "layout: news\n",
        ]).1
        #expect(complaints.contains { $0.hasPrefix("layouts/news.html:\(expected)") }, "\(complaints)")
    }

    @Test(arguments: [
        "{{#unsubscribe_url}}<a href=\"{{unsubscribe_url}}\">{{unsubscribe}}</a>{{/unsubscribe_url}}",
        "{{#logo}}{{footer}}{{/logo}}{{^logo}}{{footer}}{{/logo}}",
        "<a href=\"{{unsubscribe_url}}\"><img src=\"https://a.example/x.png\" alt=\"Leave\"></a>",
    ])
    func oneWayOutOfEveryEmailIsEnough(foot: String) {
        let complaints = read([
            "layouts/news.html": Self.layout.replacing("{{footer}}", with: foot), "brand.yaml": "layout: news\n",
        ]).1
        #expect(complaints == [])
    }

    /// What MJML exports is taken as it is.
    @Test func whatMailProgramsLeaveOutIsWarnedOf() {
        let head = """
            <!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml></noscript><![endif]-->
            <!--[if lte mso 11]><style type="text/css">.g { width:100% !important; }</style><![endif]-->
            <!--[if !mso]><!--><link href="https://fonts.example/css?family=Ubuntu" rel="stylesheet" type="text/css">
            <style type="text/css">@import url(https://fonts.example/css?family=Ubuntu);</style><!--<![endif]-->
            </head>
            """
        let (workspace, complaints) = read([
            "layouts/news.html": Self.layout.replacing("</head>", with: head), "brand.yaml": "layout: news\n",
        ])
        #expect(workspace?.layouts["news"] != nil && workspace?.playbooks.count == 1)
        #expect(
            complaints == [
                "layouts/news.html:4:20: warning: most mail programs leave a <link> to a style sheet out, and so does Keeptouch; "
                    + "write its rules into <style>",
                "layouts/news.html:5:24: warning: most mail programs leave \"@import\" out, and so does Keeptouch; write its rules "
                    + "here",
            ])
        let bare = read([
            "layouts/news.html": Self.layout.replacing("</head>", with: "<noscript></noscript></head>"),
            "brand.yaml": "layout: news\n",
        ]).1
        #expect(bare.contains { $0.contains("error: <noscript> may not stand") })
    }

    @Test func aButtonOfALayoutNeedsAnAction() {
        let button = "<a href=\"{{action.url}}\">{{action.label}}</a>"
        let layout = Self.layout.replacing("{{footer}}", with: "\(button){{footer}}")
        let complaint =
            "playbooks/p/m.md:1:1: error: the layout \"news\" shows a button in every e-mail, and this message has no "
            + "\"action\"; give it one, or put the button between {{#action}} and {{/action}} in layouts/news.html"
        #expect(read(["layouts/news.html": layout, "brand.yaml": "layout: news\n"]).1 == [complaint])
        let named = "---\nsubject: A\nlayout: news\n---\nb\n"
        #expect(read(["layouts/news.html": layout, "playbooks/p/m.md": named]).1 == [complaint])
        let acting = "---\nsubject: A\naction: { label: Go, url: \"https://a.example\" }\n---\nb\n"
        #expect(
            read(["layouts/news.html": layout, "brand.yaml": "layout: news\n", "playbooks/p/m.md": acting]).1 == [])
        let guarded = layout.replacing(button, with: "{{#action}}\(button){{/action}}")
        #expect(read(["layouts/news.html": guarded, "brand.yaml": "layout: news\n"]).1 == [])
    }

    // MARK: Messages in HTML

    private func message(_ text: String, category: String = "tips") -> (Message?, [String]) {
        let (workspace, complaints) = read([
            "playbooks/p/playbook.yaml":
                "playbook: p\ncategory: \(category)\nwhen: mrr > 0\nsteps:\n  - email: m.html\n",
            "playbooks/p/m.html": text, "playbooks/p/m.md": "---\nsubject: A\n---\nb\n",
        ])
        return (workspace?.playbook("p")?.messages["m.html"], complaints.filter { $0.contains("m.html") })
    }

    @Test func aMessageMayBeWrittenInHTML() throws {
        let (part, complaints) = message("---\nsubject: A\n---\n<p>Hi {{contact.first_name | there}}</p>\n")
        #expect(complaints == [] && part?.isHTML == true && part?.isDocument == false)
        let whole =
            "---\nsubject: A\n---\n<html><body><p>Hi {{sender.postal_address}} <a href=\"{{unsubscribe_url}}\">x</a></p></body></html>"
        let (document, told) = message(whole)
        #expect(told == [] && document?.isDocument == true)
        let (none, why) = message(whole.replacing("{{unsubscribe_url}}", with: "https://a.example"))
        #expect(none == nil && why.contains { $0.contains("m.html:4:1: error: nobody could leave") }, "\(why)")
        #expect(message(whole.replacing("{{unsubscribe_url}}", with: "https://a.example"), category: "service").1 == [])
        let hung = whole.replacing(
            "<a href=\"{{unsubscribe_url}}\">x</a>",
            with: "{{#account.name}}<a href=\"{{unsubscribe_url}}\">x</a>{{/account.name}}")
        #expect(
            message(hung).1.contains {
                $0.contains("m.html:4:1: error: nobody could leave by an e-mail without {{account.name}}")
            }, "\(message(hung).1)")
        let more = message(whole.replacing("subject: A", with: "subject: A\npreheader: x\nlayout: standard")).1
        #expect(more.contains { $0.contains("which has no place for \"preheader\"") })
        #expect(more.contains { $0.contains("m.html:4:9: error: the message is a whole document") }, "\(more)")
    }

    @Test func aFallbackInAnAddressLeadsSomewhere() {
        let link =
            "<a href=\"{{account.name | https://a.example}}\">L</a><a href=\"https://{{account.name | a}}.example\">M</a>"
        #expect(message("---\nsubject: A\n---\n\(link)\n").1 == [])
    }

    @Test func aLanguageOfAMessageInHTMLLiesBesideIt() {
        let (workspace, complaints) = read([
            "playbooks/p/playbook.yaml": "playbook: p\ncategory: tips\nwhen: mrr > 0\nsteps:\n  - email: m.html\n",
            "playbooks/p/m.html": "---\nsubject: A\n---\n<p>b</p>\n",
            "playbooks/p/m.de.html": "---\nsubject: A\n---\n<p>c</p>\n",
            "playbooks/p/m.md": "---\nsubject: A\n---\nb\n",
        ])
        #expect(workspace?.playbook("p")?.messages["m.html"]?.locales.keys.sorted() == ["de"])
        #expect(complaints == ["playbooks/p/m.md:1:1: warning: no step uses this message"])
    }

    @Test(arguments: [
        ("<p>a</p>\n<script>alert(1)</script>", ":5:1: error: <script> may not stand"),
        (
            "<form action=\"https://a.example\"></form>",
            ":4:1: error: <form> may not stand in an e-mail: mail programs send no forms"
        ),
        ("<p style='color:{{account.name}}'>", ":4:11: error: no value may stand in a style"),
        ("<style>p{color:{{account.name}}}</style>", ":4:8: error: no value may stand in a style sheet"),
        ("<{{account.name}}>", ":4:"), ("<p {{account.name}}>x</p>", ":4:4: error: a value stands in text or"),
        ("<!--[if mso]>{{account.name}}<![endif]-->", ":4:1: error: no value may stand in a conditional comment"),
        ("<img src=\"http://a.example/x.png\" alt=\"\">", ":4:11: warning: pictures are loaded over https"),
        ("<p>{{> signature}}</p>", ":4:4: error: snippets are Markdown"),
        ("<p>{{account.nme}}</p>", ":4:4: error: unknown variable \"account.nme\""),
        ("<meta http-equiv=refresh content=1>", ":4:1: error: <meta http-equiv=\"refresh\">"),
        ("<p", ":4:1: error: \"<p\" has no end"),
        ("<a href=\"{{account.name | none}}\">L</a>", ":4:10: error: \"{{account.name | none}}\" leads nowhere"),
        ("<a href=\"{{#account.name}}https://a.example{{/account.name}}/x\">L</a>", ":4:10: error: \"{{#account"),
        ("<a href=\"http://\">L</a>", ":4:10: error: \"http://\" leads nowhere in an e-mail"),
        ("<a href=\"https:///x\">L</a>", ":4:10: error: \"https:///x\" leads nowhere in an e-mail"),
        ("<a href=\"{{unsubscribe_url}}\"></a>", ":4:1: error: the link to {{unsubscribe_url}} has no words"),
    ])
    func whatMayNotStandInHTMLIsTold(body: String, expected: String) {
        let complaints = message("---\nsubject: A\n---\n\(body)\n").1
        let isTold = complaints.contains { $0.hasPrefix("playbooks/p/m.html\(expected)") }
        // `<{{` begins no tag; it is text, in which values may stand.
        #expect(isTold || body.hasPrefix("<{{") && complaints == [], "\(complaints)")
    }

    /// Bad input ends soon, and every place is right.
    @Test func aLayoutOfMistakesIsToldLineByLine() {
        let body = (0..<5_000).map { _ in "<i onclick=x>é</i>" }.joined(separator: "\n")
        let complaints = read(["layouts/l.html": "<html><body>\n\(body)\n{{ body }}{{footer}}</body></html>"]).1
        #expect(complaints.count { $0.contains(":4: error: \"onclick\" may not stand") } == 5_000)
        #expect(complaints.contains { $0.hasPrefix("layouts/l.html:5001:4:") })
        #expect(!complaints.contains { $0.contains("has no {{body}}") })
    }
}
