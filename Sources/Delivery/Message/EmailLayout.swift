import Basics
import NIOConcurrencyHelpers
import Playbooks

/// A layout for messages of one language, compiled: what never changes is written out, styles stand on their elements.
final class EmailLayout: Sendable {
    /// What each e-mail puts in.
    enum Slot: Sendable, Hashable {
        case subject, preheader, hiddenPreheader, body, button, buttonLabel, buttonURL, footer, unsubscribeURL
    }

    enum Piece: Sendable, Hashable {
        case bytes([UInt8])
        case slot(Slot)
    }

    /// The styles that the layout gives to what stands in its body.
    let bodyStyles: StyleInliner
    private let text: SectionedText
    private let brand: Brand
    private let constants: [String: [UInt8]]
    private let sheet: StyleSheet
    /// Whether the button follows the body because the layout has no place for it, and the preheader the beginning.
    private let hasButton: Bool
    private let hasPreheader: Bool
    private let compiled = NIOLockedValueBox<[SectionedText.Pattern: [Piece]]>([:])

    /// - Parameters:
    ///   - layout: nil for the built-in one.
    ///   - tag: of the message's language.
    init(_ layout: Layout?, brand: Brand, sender: Configuration.Sender?, language: Language, tag: String) {
        self.brand = brand
        let source = layout.map { OutsideSheets.removed(fromHTML: $0.text) } ?? BuiltInLayout.text(brand)
        text = SectionedText(source)
        let names = Set(text.uses.map(\.name))
        hasButton = !names.isDisjoint(with: ["action", "action.label", "action.url"])
        hasPreheader = names.contains("preheader")
        let isRightToLeft = LanguageTag.isRightToLeft(tag)
        let words: [(Layout.Slot, String?)] = [
            (.legal, brand.legal(in: tag)), (.senderName, sender?.name), (.senderEmail, sender?.email),
            (.senderReplyTo, sender?.replyTo), (.senderAddress, sender?.postalAddress),
            (.unsubscribe, language.unsubscribe), (.language, LanguageTag.canonical(tag)),
            (.direction, isRightToLeft ? "rtl" : "ltr"),
        ]
        var constants: [String: [UInt8]] = [:]
        for (slot, word) in words { constants[slot.rawValue] = word.map { Array(HTML.escaped($0).utf8) } }
        constants["start"] = Array((isRightToLeft ? "right" : "left").utf8)
        constants[Layout.Slot.logo.rawValue] = brand.logo.map { Array(Self.markup(of: $0, brand).utf8) }
        self.constants = constants
        var sheet = StyleSheet(layout == nil ? BuiltInLayout.sheet(brand) : "")
        let bytes = Array(source.utf8)
        for token in HTMLScanner(bytes) {
            guard layout != nil, case .raw(of: "style") = token.kind else { continue }
            sheet.add(StyleSheet(String(decoding: bytes[token.range], as: UTF8.self)))
        }
        self.sheet = sheet
        let around = StyleInliner(sheet: sheet).inlined(bytes, mark: Array("{{body}}".utf8)).open
        bodyStyles = StyleInliner(sheet: sheet, around: around)
    }

    /// - Parameter has: whether an e-mail brings something for a slot.
    func pieces(where has: (Slot) -> Bool) -> [Piece] {
        let pattern = text.pattern(where: { name in
            switch name {
            case "body", "subject", "footer": true
            case "action", "action.label", "action.url": has(.button)
            case "preheader": has(.preheader)
            case "unsubscribe_url": has(.unsubscribeURL)
            default: constants[name] != nil
            }
        })
        if let pieces = compiled.withLockedValue({ $0[pattern] }) { return pieces }
        let pieces = compile(pattern)
        compiled.withLockedValue { $0[pattern] = pieces }
        return pieces
    }

    /// The slots of e-mails are words while the styles are put onto the elements.
    private func compile(_ pattern: SectionedText.Pattern) -> [Piece] {
        var slots: [Slot] = []
        var mark = "ktslot"
        let pieces = text.pieces(pattern)
        let words = pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
        while words.contains(mark) { mark += "q" }
        func token(_ slot: Slot) -> [UInt8] {
            slots.append(slot)
            return Array("\(mark)\(slots.count - 1)z".utf8)
        }
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .text(let text): bytes += text.utf8
            case .variable(let name):
                switch Layout.Slot(rawValue: name) {
                case .body: bytes += token(.body) + (hasButton ? [] : token(.button))
                case .subject: bytes += token(.subject)
                case .preheader: bytes += token(.preheader)
                case .action: bytes += token(.button)
                case .actionLabel: bytes += token(.buttonLabel)
                case .actionURL: bytes += token(.buttonURL)
                case .footer: bytes += token(.footer)
                case .unsubscribeURL: bytes += token(.unsubscribeURL)
                default: bytes += constants[name] ?? []
                }
            }
        }
        var styled = StyleInliner(sheet: sheet).inlined(bytes).html
        if !hasPreheader, let start = Self.startOfBody(styled) {
            styled.insert(contentsOf: token(.hiddenPreheader), at: start)
        }
        return Self.cut(styled, mark: Array(mark.utf8), slots)
    }

    private static func startOfBody(_ html: [UInt8]) -> Int? {
        for token in HTMLScanner(html) {
            if case .open(let tag) = token.kind, tag.name == "body" { return token.range.upperBound }
        }
        return nil
    }

    private static func cut(_ bytes: [UInt8], mark: [UInt8], _ slots: [Slot]) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let found = rest.firstRange(of: mark) {
            let digits = rest[found.upperBound...].prefix { (0x30...0x39).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)), slots.indices.contains(number) else {
                break
            }
            if found.lowerBound > rest.startIndex { pieces.append(.bytes(Array(rest[..<found.lowerBound]))) }
            pieces.append(.slot(slots[number]))
            // The digits, and the letter behind them.
            rest = rest[(digits.endIndex + 1)...]
        }
        if !rest.isEmpty { pieces.append(.bytes(Array(rest))) }
        return pieces
    }

    /// Its words look like a heading where the picture is not shown.
    private static func markup(of logo: Brand.Logo, _ brand: Brand) -> String {
        let style =
            "border:0;color:#1f2329;display:inline-block;font:600 20px/1.25 \(brand.font);height:auto;max-width:100%"
        func picture(_ url: String, _ classes: String, _ more: String = "") -> String {
            "<img class=\"\(classes)\" src=\"\(HTML.escaped(url))\" alt=\"\(HTML.escaped(logo.alt))\" width=\"\(logo.width)\" "
                + "style=\"\(style)\(more)\">"
        }
        guard let dark = logo.dark else { return picture(logo.url, "logo plate") }
        return picture(logo.url, "logo lit") + "<!--[if !mso]><!-->"
            + picture(dark, "logo unlit", ";display:none;max-height:0") + "<!--<![endif]-->"
    }
}
