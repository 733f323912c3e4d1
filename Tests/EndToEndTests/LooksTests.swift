import Testing

/// Brands and layouts, from the files to what the provider gets.
@Suite struct LooksTests {
    private func workspace() throws -> (Scratch, Endpoint) {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace(
            "text: \"{{ text }}\"", with: "text: \"{{ text }}\"\n    html: \"{{ html }}\"", in: "channels/carrier.yaml")
        try scratch.write(
            "brand.yaml",
            """
            logo: { url: "https://acme.example/logo.png", alt: Small }
            colors: { accent: "#9a3412" }
            links: { Help: "https://help.acme.example" }
            legal: Small Ltd.

            """)
        try scratch.importAccounts(1)
        return (scratch, endpoint)
    }

    @Test func anEmailGoesOutInItsBrandAndLayout() throws {
        let (scratch, endpoint) = try workspace()
        try scratch.write(
            "layouts/frame.html",
            """
            <html><head><style>p { color: #123456 }</style></head>
            <body><h1>Framed</h1>{{body}}{{footer}}</body></html>

            """)
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            try scratch.text("playbooks/hello/playbook.yaml").replacing(
                "  - email: hello.md", with: "  - email: hello.md\n  - email: framed.md\n  - email: whole.html"))
        try scratch.write("playbooks/hello/framed.md", "---\nsubject: Framed\nlayout: frame\n---\nIn a frame.\n")
        try scratch.write(
            "playbooks/hello/whole.html",
            """
            ---
            subject: Whole
            ---
            <html><body><table><tr><td>For {{account.name}}</td></tr></table>
            {{sender.postal_address}} <a href="{{unsubscribe_url}}">Leave</a></body></html>

            """)
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 0 && checked.output.contains("0 warnings"), "\(checked)")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.waits(forRequests: 3))
        let bodies = try endpoint.requests(since: 0).map { $0.body.replacing("\\/", with: "/") }
        try #require(bodies.count == 3, "\(bodies)")
        for part in [
            "https://acme.example/logo.png", "Small Ltd.<br>", "https://help.acme.example", "Small Ltd.\\n",
        ] { #expect(bodies[0].contains(part), "\(part): \(bodies[0])") }
        #expect(bodies[1].contains("<h1>Framed</h1><p style=\\\"color:#123456\\\">In a frame.</p>"), "\(bodies[1])")
        #expect(bodies[1].contains("Small Ltd.<br>"))
        #expect(bodies[2].contains("<td>For Account 1</td>") && !bodies[2].contains("logo.png"), "\(bodies[2])")
        #expect(bodies[2].contains("\"text\":\"For Account 1\\n"), "\(bodies[2])")
    }

    /// However often it runs, and whatever holds them.
    @Test func everyRunSaysHowManyTouchesAreHeld() throws {
        let (scratch, endpoint) = try workspace()
        try scratch.write(
            "playbooks/hello/hello.md", "---\nsubject: Hi {{account.name}}\n---\nYou have {{account.plan}}.\n")
        try scratch.write(
            "accounts.csv",
            "key,name,seats,plan,contact_email\na1,One,3,pro,a@a1.example\na2,Two,3,,b@a2.example\na3,Three,3,pro,c@a3.example\n"
        )
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        try scratch.execute("UPDATE account SET name = 'One' || char(10) || 'Ltd' WHERE key = 'a1'")
        for sent in [1, 0] {
            let ran = try scratch.keeptouch("run")
            #expect(
                ran.output.contains(
                    "\(sent) \(sent == 1 ? "touch" : "touches") sent, 2 held (keeptouch touches --state held)"),
                "\(ran)")
        }
        #expect(endpoint.waits(forRequests: 1))
    }

    @Test func whatCannotBeReadIsNotSent() throws {
        let (scratch, endpoint) = try workspace()
        try scratch.write("layouts/frame.html", "<html><body>{{body}}<script>x</script>{{footer}}</body></html>\n")
        try scratch.write("playbooks/hello/hello.md", "---\nsubject: Hi\nlayout: frame\n---\nHi.\n")
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 1 && checked.output.contains("layouts/frame.html:1:21: error: <script> may not stand"))
        #expect(checked.output.contains("playbooks/hello/hello.md:3:9: error: the layout \"frame\" has an error"))
        try scratch.keeptouch("run")
        #expect(try endpoint.requests(since: 0).isEmpty)
        // Mended, it goes.
        try scratch.write("layouts/frame.html", "<html><body>{{body}}{{footer}}</body></html>\n")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.waits(forRequests: 1))
        try scratch.write("brand.yaml", "colors: { accent: \"#ffee00\" }\n")
        let colors = try scratch.keeptouch("check")
        #expect(colors.code == 1 && colors.output.contains("brand.yaml:1:19: error: #ffee00 has a contrast of 1."))
        #expect(try scratch.keeptouch("schema", "brand").output.contains("\"accent_dark\""))
    }
}

/// Links, from the files to what the provider gets, and previews.
@Suite struct MessageLinksTests {
    @Test func linksCarryTheirTagsBeforeTheyAreTracked() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port, channelLines: ["track: { links: true }"])
        try scratch.replace(
            "text: \"{{ text }}\"", with: "text: \"{{ text }}\"\n    html: \"{{ html }}\"", in: "channels/carrier.yaml")
        try scratch.write("keeptouch.yaml", try scratch.text("keeptouch.yaml") + "utm: { source: mail }\n")
        try scratch.replace(
            "- email: hello.md", with: "- email: { message: hello.md, utm: { content: first } }",
            in: "playbooks/hello/playbook.yaml")
        try scratch.write(
            "playbooks/hello/hello.md", "---\nsubject: Hi\n---\n[Here](https://acme.example/x?a=1#top).\n")
        try scratch.importAccounts(1)
        let tagged =
            "https://acme.example/x?a=1&amp;utm_source=mail&amp;utm_medium=email&amp;utm_campaign=hello&amp;utm_content=first#top"
        let preview = try scratch.keeptouch("preview", "hello", "--account", "a1", "--html", "-").output
        #expect(preview.contains("href=\"\(tagged)\""), "\(preview)")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.waits(forRequests: 1))
        let body = try endpoint.requests(since: 0)[0].body.replacing("\\/", with: "/")
        #expect(body.contains("https://touch.example.com/c/") && !body.contains("utm_"), "\(body)")
        #expect(body.contains("Here (https://acme.example/x?a=1#top)"), "\(body)")
        #expect(try scratch.query("SELECT url FROM link").flatMap { $0 } == [tagged.replacing("&amp;", with: "&")])
    }

    @Test func deadLinksAreToldAtTheirPlaces() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        let there = "http://127.0.0.1:\(endpoint.port)/there"
        try scratch.write(
            "playbooks/hello/hello.md",
            "---\nsubject: Hi\n---\n[Here](\(there)), [there](http://127.0.0.1:1/gone), [x](https://a.example/{{account.key}}).\n"
        )
        let plain = try scratch.keeptouch("check")
        #expect(plain.code == 0 && plain.output.contains("0 errors, 0 warnings") && endpoint.count == 0)
        let checked = try scratch.keeptouch("check", "--links", "--allow-private")
        #expect(checked.code == 1, "\(checked)")
        #expect(
            checked.output.contains(
                "playbooks/hello/hello.md:4:\(there.count + 19): error: the link http://127.0.0.1:1/gone is dead:"),
            "\(checked)")
        #expect(checked.complaints.contains("2 links asked; 1 with values in them"), "\(checked)")
        let shy = try scratch.keeptouch("check", "--links")
        #expect(shy.code == 0 && shy.output.contains("2 warnings"), "\(shy)")
    }

    @Test func picturesHaveWordsAndLinksLeadSomewhere() throws {
        let scratch = try Scratch(small: "email")
        try scratch.write(
            "playbooks/hello/hello.md",
            "---\nsubject: \"Re: Hi\"\n---\n![](https://acme.example/p.png)\n![A chart](p.png)\n[help](help.html)\n![A chart](https://acme.example/p.png)\n"
        )
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 1)
        for expected in [
            "hello.md:2:1: warning: the subject begins as an answer",
            "hello.md:4:1: error: the picture https://acme.example/p.png has no words for where pictures are off",
            "error: \"p.png\" leads nowhere from a message", "error: \"help.html\" leads nowhere from a message",
        ] { #expect(checked.output.contains(expected), "\(expected)\n\(checked)") }
        #expect(checked.output.contains("3 errors, 1 warning"), "\(checked)")
    }

    @Test func aPreviewIsWrittenInEveryLanguage() throws {
        let scratch = try Scratch(small: "email")
        try scratch.write("playbooks/hello/hello.de.md", "---\nsubject: Hallo {{account.name}}\n---\nNeues.\n")
        try scratch.importAccounts(1)
        let all = try scratch.keeptouch("preview", "hello", "--account", "a1", "--all-locales").output
        #expect(all.contains("Locale:  en\n") && all.contains("Subject: Hello Account 1"), "\(all)")
        #expect(all.contains("Locale:  de\n") && all.contains("Subject: Hallo Account 1"), "\(all)")
        let files = try scratch.keeptouch("preview", "hello", "--account", "a1", "--all-locales", "--html", "mail.html")
        #expect(files.output == "mail.en.html\nmail.de.html\n", "\(files)")
        #expect(try scratch.text("mail.de.html").contains("<html lang=\"de\" dir=\"ltr\">"))
        let nowhere = try scratch.keeptouch("preview", "hello", "--account", "a1", "--html", "gone/mail.html")
        #expect(
            nowhere.code == 1 && nowhere.complaints.contains("gone/mail.html cannot be written: there is no folder"),
            "\(nowhere)")
        let one = try scratch.keeptouch("preview", "hello", "--account", "a1", "--html", "mail.html")
        #expect(one.output == "mail.html\n")
        #expect(try scratch.text("mail.html").hasPrefix("<!doctype html>"))
    }
}
