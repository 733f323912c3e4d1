import Delivery
import Foundation
import Playbooks
import Storage
import Testing

@testable import Web

@Suite struct UnsubscribePageTests {
    private let path: String = {
        let url = Unsubscription(baseURL: "https://x", secret: PagesSite.secret).url(
            contact: 1, category: "education", touch: 1)
        return String(url.dropFirst("https://x".count))
    }()

    private let suppressed = "SELECT address, category, reason FROM suppression ORDER BY category"
    private let outcomes = "SELECT kind, account_id, enrollment_id, touch_id, detail FROM outcome ORDER BY id"

    @Test func oneClickLeavesTheCategoryAtOnceAndOnlyOnce() async throws {
        try await PagesSite.with { site in
            for _ in 1...3 {
                let answer = try await site.send("POST", path, body: "List-Unsubscribe=One-Click")
                #expect(answer.status == 200)
                #expect(answer.text.contains("You are unsubscribed from “Tips &amp; training”."))
            }
            #expect(try site.rows(suppressed) == ["ann@a1.example|education|unsubscribed"])
            #expect(try site.rows(outcomes) == [#"unsubscribed|1|9|1|{"category":"education"}"#])
        }
    }

    @Test func oneClickMayComeAsMultipart() async throws {
        try await PagesSite.with { site in
            let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
            let answer = try await site.send(
                "POST", path, body: body, headers: ["Content-Type": "multipart/form-data; boundary=b"])
            #expect(answer.status == 200)
            #expect(try site.rows(suppressed) == ["ann@a1.example|education|unsubscribed"])
        }
    }

    @Test func lookingChangesNothing() async throws {
        try await PagesSite.with { site in
            let page = try await site.send("GET", path)
            #expect(page.status == 200)
            #expect(page.text.contains("<button>Unsubscribe from “Tips &amp; training”</button>"))
            #expect(page.text.contains("a•••@a1.example") && !page.text.contains("ann@a1.example"))
            let head = try await site.send("HEAD", path)
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(try site.rows("SELECT * FROM suppression") == [])
            #expect(try site.rows("SELECT * FROM outcome") == [])
        }
    }

    @Test func aPageIsInTheLooksOfTheTeam() async throws {
        let brand = """
            logo: { url: "https://cdn.acme.example:444/logo.png?a=1&b=2", alt: Acme "& co" }
            colors: { accent: "#9a3412", accent_dark: "#fdba74" }
            font: Inter, "Helvetica Neue", sans-serif
            links: { Help: "https://help.acme.example" }
            legal: { en: Acme Inc., fr: Acme SARL }
            """
        try await PagesSite.with(["brand.yaml": brand]) { site in
            let page = try await site.send("GET", path)
            #expect(
                page.text.contains(
                    "<header><img src=\"https://cdn.acme.example:444/logo.png?a=1&amp;b=2\" alt=\"Acme &quot;&amp; co&quot;\""
                ))
            #expect(page.text.contains("--go:#9a3412;--on:#ffffff") && page.text.contains("--go:#fdba74;--on:#101217"))
            #expect(page.text.contains("1.0625rem/1.5 Inter,'Helvetica Neue',sans-serif"))
            #expect(
                page.text.contains(
                    "<footer><a href=\"https://help.acme.example\">Help</a><br>Acme Success<br>Acme Inc.</footer>"))
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("img-src https://cdn.acme.example:444; style-src 'sha256-"), "\(policy)")
            try site.execute("UPDATE contact SET locale = 'fr-CA'")
            #expect(try await site.send("GET", path).text.contains("Acme SARL</footer>"))
        }
    }

    @Test func thePageIsInNoCacheAndLoadsNothing() async throws {
        try await PagesSite.with { site in
            for answer in [try await site.send("GET", path), try await site.send("GET", "/u/nonsense")] {
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["referrer-policy"] == "no-referrer")
                #expect(answer.headers["x-robots-tag"] == "noindex, nofollow")
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                let policy = try #require(answer.headers["content-security-policy"])
                #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
                #expect(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"))
                #expect(!answer.text.contains("<script") && !answer.text.contains("style=\""))
                #expect(answer.text.contains("<html lang=\"en\">") && answer.text.contains("Acme Success"))
            }
        }
    }

    @Test func aTokenThatIsNotOursIsAPlain404() async throws {
        try await PagesSite.with { site in
            let other = Unsubscription(baseURL: "", secret: Array(1..<33)).url(contact: 1, category: "education")
            for path in ["/u/nonsense", "/u/a.b", other, "/u/" + String(repeating: "x", count: 5_000)] {
                #expect(try await site.send("GET", path).status == 404)
                let post = try await site.send("POST", path, body: "List-Unsubscribe=One-Click")
                #expect(post.status == 404)
                #expect(post.headers["content-type"] == "text/html; charset=utf-8")
            }
            let gone = Unsubscription(baseURL: "", secret: PagesSite.secret).url(contact: 77, category: "education")
            #expect(try await site.send("POST", gone, body: "List-Unsubscribe=One-Click").status == 404)
            #expect(try site.rows("SELECT * FROM suppression") == [])
        }
    }

    @Test func aFormWithoutAnActionChangesNothing() async throws {
        try await PagesSite.with { site in
            for body in ["", "List-Unsubscribe=No", "action=other", "%zz=%%&&=&", "action=save%00"] {
                let answer = try await site.send("POST", path, body: body)
                #expect(answer.status == 400)
            }
            let large = String(repeating: "x", count: Form.largest + 1)
            #expect(try await site.send("POST", path, body: large).status == 413)
            #expect(try site.rows("SELECT * FROM suppression") == [])
        }
    }

    @Test func categoriesAreChosenAndTakenBack() async throws {
        try await PagesSite.with { site in
            _ = try await site.send("POST", path, body: "action=leave_all")
            #expect(try site.rows(suppressed) == ["ann@a1.example||unsubscribed"])
            site.advance(.seconds(60))
            var page = try await site.send("GET", path)
            #expect(!page.text.contains(" checked") && !page.text.contains("leave_all"))
            page = try await site.send("POST", path, body: "action=save&category=product&category=unknown")
            #expect(page.text.contains("Your choice is saved."))
            #expect(try site.rows(suppressed) == ["ann@a1.example|education|unsubscribed"])
            #expect(
                page.text.contains("value=\"product\" checked") && !page.text.contains("value=\"education\" checked"))
            _ = try await site.send("POST", path, body: "action=save&category=product&category=education")
            #expect(try site.rows(suppressed) == [])
            site.advance(.seconds(60))
            _ = try await site.send("POST", path, body: "action=save")
            #expect(try site.rows(suppressed) == ["ann@a1.example||unsubscribed"])
            #expect(
                try site.rows("SELECT kind, detail FROM outcome ORDER BY id") == [
                    #"unsubscribed|{"category":"*"}"#, #"resubscribed|{"category":"*"}"#,
                    #"unsubscribed|{"category":"education"}"#, #"resubscribed|{"category":"education"}"#,
                    #"unsubscribed|{"category":"*"}"#,
                ])
        }
    }

    @Test func whatIsSuppressedForAGraverReasonStaysSo() async throws {
        try await PagesSite.with { site in
            try site.execute(
                "INSERT INTO suppression (address, category, reason, at) VALUES ('ann@a1.example', '', 'mail: complained', 0)"
            )
            let page = try await site.send("POST", path, body: "action=save&category=education&category=product")
            #expect(page.text.contains("We do not write to this address any more."))
            _ = try await site.send("POST", path, body: "action=leave_all")
            #expect(try site.rows(suppressed) == ["ann@a1.example||mail: complained"])
        }
    }

    @Test func theAddressThatTheMailWentToIsLeftToo() async throws {
        try await PagesSite.with { site in
            try site.execute("UPDATE contact SET email = 'ann@new.example', address = 'ann@new.example'")
            _ = try await site.send("POST", path, body: "List-Unsubscribe=One-Click")
            #expect(
                try site.rows("SELECT address FROM suppression ORDER BY 1") == ["ann@a1.example", "ann@new.example"])
            #expect(try site.rows("SELECT count(*) FROM outcome") == ["1"])
        }
    }

    @Test func thePageSpeaksTheContactsLanguage() async throws {
        try await PagesSite.with { site in
            for (locale, heading) in [
                ("de-AT", "E-Mail-Einstellungen"), ("fr", "Préférences d&#39;e-mail"), ("es", "Preferencias de correo"),
                ("ja", "Email preferences"),
            ] {
                try site.execute("UPDATE contact SET locale = '\(locale)'")
                #expect(try await site.send("GET", path).text.contains("<h1>\(heading)</h1>"))
            }
        }
    }

    @Test func manyWhoLeaveAtOnceAreAllHeard() async throws {
        try await PagesSite.with { site in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...50 {
                    group.addTask { try await site.send("POST", path, body: "List-Unsubscribe=One-Click").status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try site.rows("SELECT count(*) FROM outcome") == ["1"])
        }
    }
}
