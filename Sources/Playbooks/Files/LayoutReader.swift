import Basics

/// Reads the layouts of `layouts/*.html`.
final class LayoutReader {
    private(set) var layouts: [String: Layout] = [:]
    /// Those with an error of their own.
    private var broken: Set<String> = []
    private var used: Set<String> = []
    /// What messages have that name none; nil for the built-in one.
    var ofBrand: String?
    /// Those that show a button also where a message has none.
    private var needingAction: Set<String> = []
    private let diagnostics: Diagnostics
    /// Whether a name that is gone is no mistake: a text of the past is read.
    private let takesUnknown: Bool

    /// - Parameter files: of the whole workspace, by path.
    init(_ files: [String: String], takesUnknown: Bool, _ diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
        self.takesUnknown = takesUnknown
        for (path, text) in files.sorted(by: { $0.key < $1.key })
        where path.hasPrefix("layouts/") && path.hasSuffix(".html") {
            let name = String(path.dropFirst("layouts/".count).dropLast(".html".count))
            var plain = text.utf8.contains(13) ? text.replacing("\r\n", with: "\n") : text
            // Written in one way, it is found in one way.
            if plain.contains(/\{\{[ \t]+body|body[ \t]+\}\}/) {
                plain = plain.replacing(/\{\{[ \t]*body[ \t]*\}\}/, with: "{{body}}")
            }
            let source = SourceText(name: name, text: plain, position: Position(file: path))
            if name == Layout.standard {
                diagnostics.error(source.position, "\"\(name)\" is the name of the built-in layout; rename the file")
            }
            if diagnostics.areClean(after: { check(source) }) {
                let layout = Layout(name: name, path: path, text: plain)
                layouts[name] = layout
                if layout.needsAction { needingAction.insert(name) }
            } else {
                broken.insert(name)
            }
        }
    }

    private func check(_ source: SourceText) {
        diagnostics.add(HTMLRules.complaints(about: source, slotsInComments: true))
        let text = SectionedText(source.text)
        diagnostics.add(text.complaints.map { Diagnostic($0, in: source) })
        for snippet in text.snippets {
            diagnostics.error(
                source.position.moved(to: snippet.place), "snippets are Markdown and stand in messages, not in layouts")
        }
        let slots = Layout.Slot.allCases.map(\.rawValue)
        for use in text.uses where !slots.contains(use.name) {
            diagnostics.unknown(use.name, "slot", among: slots, at: source.position.moved(to: use.place))
        }
        let bodies = text.uses.filter { $0.name == Layout.Slot.body.rawValue }
        if bodies.isEmpty {
            diagnostics.error(
                source.position, "the layout has no {{body}}, so no message could be read; put it where messages stand")
        }
        for more in bodies.dropFirst() {
            diagnostics.error(
                source.position.moved(to: more.place), "the layout has a second {{body}}; a message stands in one place"
            )
        }
        if text.complaints.isEmpty { checkForms(text, source) }
        checkPlaces(source)
    }

    /// Not every e-mail brings something for every slot, and none may lack its message or the way out.
    private func checkForms(_ text: SectionedText, _ source: SourceText) {
        func place(of slots: [Layout.Slot]) -> Position {
            text.uses.first { slots.map(\.rawValue).contains($0.name) }.map { source.position.moved(to: $0.place) }
                ?? source.position
        }
        let body = TextForms(text, group: Layout.companions)
        if case .values(let which) = body.obstacle(to: { $0.contains(.variable(Layout.Slot.body.rawValue)) }) {
            diagnostics.error(
                place(of: [.body]), "an e-mail \(which) would have no {{body}}; it stands outside of sections")
        }
        let address = Layout.Slot.unsubscribeURL.rawValue
        let leaving = TextForms(text) { $0 == address ? nil : Layout.companions(of: $0) }
        switch leaving.obstacle(to: WayOut.stands) {
        case nil: break
        case .always:
            diagnostics.error(
                place(of: [.footer, .unsubscribeURL]),
                "nobody could leave: the layout needs {{footer}}, or a link to {{unsubscribe_url}} between "
                    + "{{#unsubscribe_url}} and {{/unsubscribe_url}}")
        case .values(let which):
            diagnostics.error(
                place(of: [.footer, .unsubscribeURL]),
                "nobody could leave by an e-mail \(which): put {{footer}}, or a link to {{unsubscribe_url}}, outside of "
                    + "sections")
        }
    }

    /// The message stands in the text of a whole document.
    private func checkPlaces(_ source: SourceText) {
        let bytes = Array(source.text.utf8)
        let places = HTMLRules.Places(source, bytes)
        var hasBody = false
        for token in HTMLScanner(bytes) {
            switch token.kind {
            case .open(let tag):
                if tag.name == "body" { hasBody = true }
                for attribute in tag.attributes where attribute.value.contains("{{body}}") {
                    diagnostics.error(
                        places.position(ofByte: attribute.valueRange.lowerBound),
                        "{{body}} stands in an attribute; put it between elements")
                }
            case .raw, .comment:
                if String(decoding: bytes[token.range], as: UTF8.self).contains("{{body}}") {
                    diagnostics.error(
                        places.position(ofByte: token.range.lowerBound),
                        "{{body}} stands where nobody would read it; put it between elements")
                }
            case .text, .close, .declaration, .unended: break
            }
        }
        if !hasBody {
            diagnostics.error(source.position, "a layout is a whole document, and this one has no <body>")
        }
    }

    /// Whether there is a layout of that name; complains where there is none.
    func knows(_ name: String, at position: Position) -> Bool {
        used.insert(name)
        if name == Layout.standard || layouts[name] != nil || takesUnknown { return true }
        if broken.contains(name) {
            diagnostics.error(position, "the layout \"\(name)\" has an error of its own")
        } else {
            let near = suggestion(for: name, in: layouts.keys.sorted() + [Layout.standard])
            diagnostics.error(
                position, "there is no layout \"\(name)\"\(near.isEmpty ? "; make layouts/\(name).html" : near)")
        }
        return false
    }

    /// The layout of a message as an e-mail, where it shows a button also without one.
    func needingAction(of message: Message) -> Layout? {
        guard let name = message.layout ?? ofBrand, needingAction.contains(name) else { return nil }
        return layouts[name]
    }

    /// Warns of those that nothing has.
    func warnOfUnused() {
        for (name, layout) in layouts.sorted(by: { $0.key < $1.key }) where !used.contains(name) {
            diagnostics.warning(
                Position(file: layout.path),
                "no message has this layout; `layout: \(name)` in brand.yaml gives it to all")
        }
    }
}
