import Basics
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Measure

/// A page that people see: HTML without scripts, that is in no cache and no search engine.
struct Page {
    var title: String
    /// The language of the words, `en`.
    var language: String
    /// Who it is from; at the foot.
    var sender: String?
    var status = HTTPResponse.Status.ok
    /// What is between the heading and the foot.
    private(set) var body = ""

    init(_ title: String, language: String, sender: String? = nil, status: HTTPResponse.Status = .ok) {
        self.title = title
        self.language = language
        self.sender = sender
        self.status = status
    }

    /// Adds text that is HTML already; values in it have gone through `escaped`.
    mutating func add(_ html: String) { body += html + "\n" }

    mutating func paragraph(_ text: String) { add("<p>\(HTML.escaped(text))</p>") }

    /// What has just been done; read aloud by screen readers.
    mutating func notice(_ text: String) { add("<p role=\"status\" class=\"notice\">\(HTML.escaped(text))</p>") }

    func response() -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = Self.policy
        for (name, value) in Self.protections {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// Nothing is loaded from anywhere, nothing frames it, and its forms lead nowhere else.
    private static let policy: String = {
        let digest = Data(SHA256.hash(data: Array(style.utf8))).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(digest)'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'"
    }()

    /// The address of a page is a right in itself, so it is told to nobody.
    private static let protections = [
        ("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", "noindex, nofollow"),
        ("X-Content-Type-Options", "nosniff"),
    ]

    private var html: String {
        """
        <!doctype html>
        <html lang="\(HTML.escaped(language))">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.escaped(title))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>\(HTML.escaped(title))</h1>
        \(body)</main>
        \(sender.map { "<footer>\(HTML.escaped($0))</footer>\n" } ?? "")</body>
        </html>

        """
    }

    private static let style = """
        :root{color-scheme:light dark;--text:#1f2329;--soft:#5b6270;--back:#f3f4f6;--sheet:#fff;--line:#c4c9d4;--go:#0b57d0;\
        --on:#fff}
        @media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#a4abb8;--back:#101217;--sheet:#1b1e25;\
        --line:#4a5160;--go:#8ab4f8;--on:#101217}}
        *{box-sizing:border-box}
        body{background:var(--back);color:var(--text);font:1.0625rem/1.5 system-ui,sans-serif;margin:0;padding:2rem 1rem}
        main{background:var(--sheet);border-radius:.75rem;margin:0 auto;max-width:34rem;padding:2rem}
        h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
        h2{font-size:1.125rem;margin:2rem 0 .5rem}
        footer{color:var(--soft);font-size:.875rem;margin:1rem auto 0;max-width:34rem;padding:0 2rem}
        fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.5rem 1rem}
        legend{padding:0 .25rem}
        label{display:block;padding:.375rem 0}
        input{height:1.125rem;margin:0 .5rem 0 0;vertical-align:-.125rem;width:1.125rem}
        textarea{background:var(--sheet);border:1px solid var(--line);border-radius:.5rem;color:inherit;font:inherit;\
        min-height:6rem;padding:.5rem;width:100%}
        a{color:var(--go)}
        button{background:var(--go);border:1px solid var(--go);border-radius:.5rem;color:var(--on);cursor:pointer;\
        font:inherit;font-weight:600;padding:.625rem 1.25rem}
        button.quiet{background:none;color:var(--go)}
        button:focus-visible,input:focus-visible,textarea:focus-visible,a:focus-visible{outline:3px solid var(--go);\
        outline-offset:2px}
        .notice{border-left:4px solid var(--go);padding-left:.75rem}
        .choices a{border:1px solid var(--line);border-radius:.5rem;display:inline-block;margin:.125rem;min-width:2.75rem;\
        padding:.5rem .75rem;text-align:center;text-decoration:none}
        """
}
