import Basics
private import Foundation

/// Reads `brand.yaml`.
struct BrandReader {
    let diagnostics: Diagnostics
    /// Of the workspace, in which a legal text without a language is written.
    let language: String

    /// What can be read, with the usual looks for the rest.
    func read(_ root: YAMLNode) -> Brand {
        var brand = Brand()
        guard let fields = Fields(root, .brand, diagnostics, of: "brand.yaml") else { return brand }
        brand.logo = fields.table("logo", .logo).flatMap(logo)
        if let colors = fields.table("colors", .colors) { readColors(colors, into: &brand) }
        if let font = font(fields) { brand.font = font }
        brand.links = fields.entries("links").compactMap { entry in
            guard let url = diagnostics.text(entry.value, entry.key) else { return nil }
            guard Message.Action.isLink(url) else {
                diagnostics.error(
                    entry.value.position,
                    "expected an address that begins with https://, http:// or mailto: for \"\(entry.key)\", got "
                        + entry.value.summary)
                return nil
            }
            return Brand.Link(entry.key, url)
        }
        readLegal(fields, into: &brand)
        brand.layout = fields.text("layout")
        return brand
    }

    private func logo(_ fields: Fields) -> Brand.Logo? {
        let (url, alt) = (picture(fields, "url"), fields.shownText("alt"))
        let width = fields.integer("width", in: 16...600) ?? 140
        let dark = fields.has("dark") ? picture(fields, "dark") : nil
        guard let url, let alt, !alt.isEmpty else { return nil }
        return Brand.Logo(url: url, alt: alt, width: width, dark: dark)
    }

    private func picture(_ fields: Fields, _ key: String) -> String? {
        guard let node = fields[key], let text = diagnostics.text(node, key) else { return nil }
        if let url = URL(string: text), let host = url.host(), !host.isEmpty, url.scheme == "https" { return text }
        diagnostics.error(
            node.position,
            "expected the https:// address of a picture for \"\(key)\", got \(node.summary); mail programs load pictures "
                + "from nowhere else")
        return nil
    }

    // MARK: Colors

    private func readColors(_ fields: Fields, into brand: inout Brand) {
        if let accent = color(fields, "accent", on: Brand.light.page, "the light page") {
            brand.accent = accent
            brand.accentDark = accent.readable(on: Brand.dark.sheet)
        }
        if let dark = color(fields, "accent_dark", on: Brand.dark.sheet, "the dark sheet") { brand.accentDark = dark }
    }

    /// A color whose words can be read on a surface.
    private func color(_ fields: Fields, _ key: String, on surface: Color, _ name: String) -> Color? {
        guard let node = fields.node[key] else { return nil }
        if node.isEmpty {
            diagnostics.error(
                fields.position(key),
                "\"\(key)\" has no value; # begins a comment, so put a color in quotes: \"#0b57d0\"")
            return nil
        }
        guard let text = diagnostics.text(node, key) else { return nil }
        guard let color = Color(text) else {
            diagnostics.error(
                node.position, "expected a color such as \"#0b57d0\" for \"\(key)\", got \(node.summary)")
            return nil
        }
        let contrast = color.contrast(on: surface)
        guard contrast >= Color.leastContrast else {
            let tenths = (contrast * 10).rounded(.down) / 10
            diagnostics.error(
                node.position,
                "\(color) has a contrast of \(tenths):1 on \(name) (\(surface)), where links in it are read, and needs "
                    + "\(Color.leastContrast):1 (WCAG 2.2 AA); \(color.readable(on: surface)) would do")
            return nil
        }
        return color
    }

    // MARK: Words

    private static let families: Set = ["serif", "sans-serif", "monospace", "system-ui"]

    /// A font stack that can stand in an attribute.
    private func font(_ fields: Fields) -> String? {
        guard let node = fields["font"] else { return nil }
        let items = node.list?.map { diagnostics.text($0, "font") ?? "" } ?? [diagnostics.text(node, "font") ?? ""]
        let names = items.joined(separator: ",").split(separator: ",").map {
            $0.trimmingCharacters(in: CharacterSet(charactersIn: " '\""))
        }
        let isGood = names.allSatisfy { name in
            !name.isEmpty
                && name.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || " -0123456789".contains(Character($0))
                }
        }
        guard isGood, let last = names.last else {
            diagnostics.error(
                node.position,
                "expected names of fonts with commas between them for \"font\", got \(node.summary)")
            return nil
        }
        guard Self.families.contains(last) else {
            diagnostics.error(
                node.position,
                "the last font is one that every device has: serif, sans-serif or monospace; \"\(names.joined(separator: ", ")), "
                    + "sans-serif\" would do")
            return nil
        }
        return names.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: ",")
    }

    private func readLegal(_ fields: Fields, into brand: inout Brand) {
        guard let node = fields["legal"] else { return }
        let own = LanguageTag.normalized(language)
        guard let entries = node.entries else {
            brand.legal = diagnostics.shownText(node, "legal").map { [own: $0] } ?? [:]
            brand.legalLanguage = own
            return
        }
        for entry in entries {
            guard isLanguage(entry.key) else {
                diagnostics.error(entry.position, "expected a language such as en or pt-BR, got \"\(entry.key)\"")
                continue
            }
            if let text = diagnostics.shownText(entry.value, entry.key) {
                brand.legal[LanguageTag.normalized(entry.key)] = text
            }
        }
        brand.legalLanguage =
            LanguageTag.lookup(own) { brand.legal[$0] != nil }
            ?? entries.first.map { LanguageTag.normalized($0.key) }
    }

    private func isLanguage(_ text: String) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
        return parts.allSatisfy {
            (1...8).contains($0.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
            && (2...3).contains(parts[0].count)
    }
}
