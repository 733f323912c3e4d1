import Basics
import Crypto
import Foundation
import Playbooks

/// Whom the pages are from, and how they look: the style and what may be loaded for it.
struct PageLook: Sendable {
    /// At the foot.
    var sender: String?
    var brand: Brand

    /// Of the style sheet, which a page may use, and of the logo, which it may load; nothing else comes from anywhere,
    /// nothing frames it, and its forms lead nowhere else.
    var policy: String {
        let digest = Data(SHA256.hash(data: Array(style.utf8))).base64EncodedString()
        let pictures = [brand.logo?.url, brand.logo?.dark].compactMap { $0.flatMap(Self.origin) }
        let images = pictures.isEmpty ? "" : "img-src \(Set(pictures).sorted().joined(separator: " ")); "
        return "default-src 'none'; \(images)style-src 'sha256-\(digest)'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'"
    }

    /// `https://acme.example:444`, without what would end a directive.
    private static func origin(_ url: String) -> String? {
        guard let url = URL(string: url), let scheme = url.scheme, let host = url.host(percentEncoded: true) else {
            return nil
        }
        return "\(scheme)://\(host)\(url.port.map { ":\($0)" } ?? "")"
    }

    /// Above the sheet.
    var header: String {
        guard let logo = brand.logo else { return "" }
        func picture(_ url: String, _ more: String = "") -> String {
            "<img src=\"\(HTML.escaped(url))\" alt=\"\(HTML.escaped(logo.alt))\" width=\"\(logo.width)\"\(more)>"
        }
        guard let dark = logo.dark else { return "<header>\(picture(logo.url, " class=\"plate\""))</header>\n" }
        return "<header>\(picture(logo.url, " class=\"lit\""))\(picture(dark, " class=\"unlit\""))</header>\n"
    }

    /// Below the sheet.
    func footer(_ language: String) -> String {
        let links = brand.links.map { "<a href=\"\(HTML.escaped($0.url))\">\(HTML.escaped($0.label))</a>" }
        let lines =
            (links.isEmpty ? [] : [links.joined(separator: " &middot; ")])
            + [sender, brand.legal(in: language)].compactMap { $0.map(HTML.escaped) }
        return lines.isEmpty ? "" : "<footer>\(lines.joined(separator: "<br>"))</footer>\n"
    }

    var style: String {
        let dark = brand.accentDark
        return """
            :root{color-scheme:light dark;--text:#1f2329;--soft:#5b6270;--back:\(Brand.light.page);--sheet:#fff;--line:#c4c9d4;\
            --go:\(brand.accent);--on:\(brand.accent.ink)}
            @media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#a4abb8;--back:\(Brand.dark.page);\
            --sheet:\(Brand.dark.sheet);--line:#4a5160;--go:\(dark);--on:\(dark.ink)}}
            *{box-sizing:border-box}
            body{background:var(--back);color:var(--text);font:1.0625rem/1.5 \(font);margin:0;padding:2rem 1rem}
            header{font-weight:600;margin:0 auto 1.25rem;max-width:34rem;padding:0 2rem}
            header img{color:var(--text);height:auto;max-width:100%}
            .unlit{display:none}
            @media (prefers-color-scheme:dark){.plate{background:#fff;border-radius:.375rem;color:#1f2329!important;\
            padding:.5rem}.lit{display:none}.unlit{display:inline}}
            main{background:var(--sheet);border-radius:.75rem;margin:0 auto;max-width:34rem;padding:2rem}
            h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
            h2{font-size:1.125rem;margin:2rem 0 .5rem}
            footer{color:var(--soft);font-size:.875rem;margin:1rem auto 0;max-width:34rem;padding:0 2rem}
            footer a{color:inherit}
            @media (max-width:36rem){body{padding:1rem 0}main{border-radius:0}main,header,footer{padding-left:1.25rem;\
            padding-right:1.25rem}}
            fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.5rem 1rem}
            legend{padding:0 .25rem}
            label{display:block;padding:.375rem 0}
            input{accent-color:var(--go);height:1.125rem;margin:0 .5rem 0 0;vertical-align:-.125rem;width:1.125rem}
            textarea{background:var(--sheet);border:1px solid var(--line);border-radius:.5rem;color:inherit;font:inherit;\
            min-height:6rem;padding:.5rem;width:100%}
            main a{color:var(--go)}
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

    private var font: String { brand.font == Brand.usualFont ? "system-ui,sans-serif" : brand.font }
}
