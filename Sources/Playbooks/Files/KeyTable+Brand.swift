extension KeyTable {
    private static let color = Shape.form("^#([0-9A-Fa-f]{3}){1,2}$", examples: ["#0b57d0"])
    private static let address = Shape.form("^(https?://|mailto:)", examples: ["https://help.acme.example"])
    private static let picture = Shape.form("^https://", examples: ["https://acme.example/logo.png"])

    /// `brand.yaml`
    package static let brand = KeyTable([
        Key("logo", .table(.logo), "The picture at the top of e-mails and pages."),
        Key("colors", .table(.colors), "The color of links and buttons, in quotes."),
        Key(
            "font", .form(".+", examples: ["Inter, Helvetica, Arial, sans-serif"]),
            "The fonts, the first that a device has; the last is serif, sans-serif or monospace."),
        Key("links", .mapping(address), "Links at the foot of e-mails and pages: what they say, and where they lead."),
        Key(
            "legal", .either([.text, .mapping(.text)]),
            "What the law wants said at the foot: a text, or one for each language."),
        Key("layout", .text, "The layout of layouts/ that e-mails have unless they name another."),
    ])

    static let logo = KeyTable([
        Key("url", picture, required: true, "Where the picture is; https, for mail programs load no other."),
        Key("alt", .text, required: true, "What is read where it is not shown."),
        Key("width", .integer(16...600), "Its width in pixels; 140 by default."),
        Key("dark", picture, "The picture for dark surroundings; it stands on a light plate there without one."),
    ])

    static let colors = KeyTable([
        Key("accent", color, "Links and buttons on light surfaces."),
        Key("accent_dark", color, "Links and buttons on dark surfaces; a lighter shade of the accent by default."),
    ])
}
