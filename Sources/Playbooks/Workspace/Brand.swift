import Basics

/// What `brand.yaml` says: how e-mails, public pages and the inbox look.
package struct Brand: Sendable, Hashable {
    package struct Logo: Sendable, Hashable {
        package var url: String
        /// What is read where the picture is not shown.
        package var alt: String
        /// In pixels.
        package var width: Int
        /// The picture for dark surroundings; without one the logo stands on a light plate there.
        package var dark: String?

        package init(url: String, alt: String, width: Int = 140, dark: String? = nil) {
            self.url = url
            self.alt = alt
            self.width = width
            self.dark = dark
        }
    }

    package struct Link: Sendable, Hashable {
        package var label: String
        package var url: String

        package init(_ label: String, _ url: String) {
            self.label = label
            self.url = url
        }
    }

    package var logo: Logo?
    /// Of links and buttons, on light and on dark surfaces.
    package var accent = Color(red: 0x0b, green: 0x57, blue: 0xd0)
    package var accentDark = Color(red: 0x8a, green: 0xb4, blue: 0xf8)
    /// A font stack as CSS has it, without double quotes.
    package var font = Self.usualFont
    /// At the foot.
    package var links: [Link] = []
    /// By the language in its normalized form.
    package var legal: [String: String] = [:]
    /// Whose legal text stands where there is none in the reader's language.
    package var legalLanguage: String?
    /// The layout that e-mails have by default.
    package var layout: String?

    package init() {}

    package static let usualFont = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

    /// The surfaces that words stand on: around the sheet, the sheet.
    package static let light = (page: Color(red: 0xf3, green: 0xf4, blue: 0xf6), sheet: Color.white)
    package static let dark = (
        page: Color(red: 0x10, green: 0x12, blue: 0x17), sheet: Color(red: 0x1b, green: 0x1e, blue: 0x25)
    )

    /// The legal text for a reader of a language.
    package func legal(in tag: String?) -> String? {
        (LanguageTag.lookup(tag) { legal[$0] != nil } ?? legalLanguage).flatMap { legal[$0] }
    }
}
