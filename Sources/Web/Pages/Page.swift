import Basics
import HTTPTypes
import Hummingbird
import Measure

/// A page that people see: HTML without scripts, that is in no cache and no search engine.
struct Page {
    var title: String
    /// The language of the words, `en`.
    var language: String
    var look: PageLook
    var status = HTTPResponse.Status.ok
    /// What is between the heading and the foot.
    private(set) var body = ""

    init(_ title: String, language: String, look: PageLook, status: HTTPResponse.Status = .ok) {
        self.title = title
        self.language = language
        self.look = look
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
        headers[.contentSecurityPolicy] = look.policy
        for (name, value) in Self.protections {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

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
        <style>\(look.style)</style>
        </head>
        <body>
        \(look.header)<main>
        <h1>\(HTML.escaped(title))</h1>
        \(body)</main>
        \(look.footer(language))</body>
        </html>

        """
    }
}
