import Basics

/// A message as written: Markdown with YAML front matter, Mustache inside; `Delivery` renders it.
package struct Message: Sendable, Hashable {
    package var path: String
    package var subject: String?
    package var preheader: String?
    package var action: Action?
    /// The question that `{{ask}}` in the body stands for.
    package var ask: Ask?
    /// The layout that it has as an email; the brand's when nil.
    package var layout: String?
    /// The Markdown, or the HTML, below the front matter.
    package var body: String
    /// The line of the file on which the body begins.
    package var bodyLine: Int
    /// Where the lines of the body stand, when snippets were taken into it; empty when they stand below each other.
    package var places: [Position] = []
    /// The same message in other languages, by locale in small letters: `de` for `lessons.de.md`, `zh-hant`.
    package var locales: [String: Message]

    package struct Action: Sendable, Hashable {
        package var label: String
        package var url: String

        package init(label: String, url: String) {
            self.label = label
            self.url = url
        }

        package static func isLink(_ text: String) -> Bool {
            let start = text.prefix(9).lowercased()
            return start.hasPrefix("mailto:") || hasHost(start)
        }

        /// Whether it is an address of the web that names a host.
        static func hasHost(_ start: String) -> Bool {
            ["https://", "http://"].contains { scheme in
                guard start.hasPrefix(scheme), let first = start.dropFirst(scheme.count).first else { return false }
                return !"/?#".contains(first) && !first.isWhitespace
            }
        }

        /// Whether it becomes one whichever of its values are there: it is one, or a variable begins it.
        static func mayBeLink(_ text: String) -> Bool {
            HTMLRules.inEveryForm(text) { isLink($0) || $0.hasPrefix("{{") }
        }
    }

    package init(
        path: String, subject: String? = nil, preheader: String? = nil, action: Action? = nil, body: String,
        bodyLine: Int = 1, locales: [String: Message] = [:]
    ) {
        self.path = path
        self.subject = subject
        self.preheader = preheader
        self.action = action
        self.body = body
        self.bodyLine = bodyLine
        self.locales = locales
    }

    /// Whether it is written in HTML instead of Markdown.
    package var isHTML: Bool { path.hasSuffix(".html") }

    /// Whether it is a whole document, around which nothing stands.
    package var isDocument: Bool { isHTML && body.firstMatch(of: /(?i)<(html|body)[\s>]/) != nil }

    /// Whether a file beside a playbook is a message.
    package static func isFile(_ path: String) -> Bool { path.hasSuffix(".md") || path.hasSuffix(".html") }

    /// The message in the language of the locale, from `zh-Hant-TW` to `zh-Hant` to `zh` to the default one.
    package func localized(_ locale: String?) -> Message {
        translation(for: locale).flatMap { locales[$0] } ?? self
    }

    /// The language of the translation for a locale; nil where the default one is meant.
    package func translation(for locale: String?) -> String? {
        LanguageTag.lookup(locale) { locales[$0] != nil }
    }

    /// Where a line of the body stands, counted from 1.
    package func place(ofBodyLine line: Int) -> Position {
        places.indices.contains(line - 1) ? places[line - 1] : Position(file: path, line: bodyLine + line - 1)
    }
}
