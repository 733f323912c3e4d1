import Basics
import NIOConcurrencyHelpers
package import Playbooks

/// One version of a message, compiled: its Markdown is parsed once for each combination of its sections, and a touch
/// only fills values in.
package final class MessageTemplate: Sendable {
    /// The body for one combination of sections.
    private struct Layout: Sendable {
        let names: [String]
        let html: SlotText
        let text: SlotText
    }

    /// As many combinations are kept; others are made anew each time.
    private static let layoutLimit = 64

    package let message: Message
    /// The tag of the language that it is written in.
    let tag: String
    /// Of the layout that carries it.
    private let styles: StyleInliner?
    private let subject: SectionedText?
    private let preheader: SectionedText?
    private let label: SectionedText?
    private let url: SectionedText?
    private let body: SectionedText
    private let layouts = NIOLockedValueBox<[SectionedText.Pattern: Layout]>([:])

    /// Compiles the message in the one language it is written in.
    ///
    /// - Throws: a `Diagnostic` with the line for Mustache that messages do not know.
    package convenience init(_ message: Message, tag: String = "en") throws(Diagnostic) {
        try self.init(message, tag: tag, styles: nil)
    }

    /// - Parameter styles: for its elements, when it becomes an email.
    init(_ message: Message, tag: String, styles: StyleInliner?) throws(Diagnostic) {
        self.message = message
        self.styles = styles
        self.tag = tag
        var texts: [String: SectionedText] = [:]
        for source in message.texts {
            let answers = source.name == "body" ? message.isHTML ? message.ask?.markup : message.ask?.pieces : nil
            let text = SectionedText(source.text, replacing: answers.map { ["ask": $0] } ?? [:])
            if let complaint = text.complaints.first { throw Diagnostic(complaint, in: source) }
            if let snippet = text.snippets.first {
                throw Diagnostic(
                    TextComplaint("there is no snippet \"\(snippet.name)\"", at: snippet.place), in: source)
            }
            texts[source.name] = text
        }
        (subject, preheader, label, url) = (texts["subject"], texts["preheader"], texts["label"], texts["url"])
        body = texts["body"] ?? SectionedText("")
    }

    // MARK: - Rendering

    /// The parts of the message with their values, without a frame.
    struct Rendered {
        var subject: String?
        var preheader: String?
        var action: Message.Action?
        var html: [UInt8] = []
        var text: [UInt8] = []
    }

    func render(in scope: MessageScope) throws(RenderError) -> Rendered {
        let layout = try layout(for: scope.pattern(of: body))
        var missing: [String] = []
        let values = layout.names.map { scope.line($0, missing: &missing, unless: body.covered) }
        var result = Rendered()
        result.subject = try line(of: subject, in: scope, refusesBreaks: true, missing: &missing)
        result.preheader = try line(of: preheader, in: scope, missing: &missing)
        if let label = try line(of: label, in: scope, missing: &missing),
            let url = try link(of: url, in: scope, missing: &missing)
        {
            result.action = Message.Action(label: label, url: url)
        }
        guard missing.isEmpty else { throw .missing(missing) }
        result.html.reserveCapacity(4_096)
        result.text.reserveCapacity(2_048)
        try layout.html.write(values, names: layout.names, into: &result.html)
        try layout.text.write(values, names: layout.names, into: &result.text)
        return result
    }

    private func line(
        of program: SectionedText?, in scope: MessageScope, refusesBreaks: Bool = false, missing: inout [String]
    ) throws(RenderError) -> String? {
        guard let program else { return nil }
        var text = ""
        for piece in program.pieces(scope.pattern(of: program)) {
            switch piece {
            case .text(let literal): text += literal
            case .variable(let name):
                // A line break in a subject could begin another header of the email.
                if refusesBreaks, scope.raw(name)?.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) == true {
                    throw .refused("{{\(name)}} holds a line break and stands in the subject")
                }
                text += scope.line(name, missing: &missing, unless: program.covered)
            }
        }
        if refusesBreaks, text.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            throw .refused("the subject holds a line break")
        }
        return text
    }

    private func link(
        of program: SectionedText?, in scope: MessageScope, missing: inout [String]
    ) throws(RenderError) -> String? {
        guard let program else { return nil }
        var text = ""
        for piece in program.pieces(scope.pattern(of: program)) {
            switch piece {
            case .text(let literal): text += literal
            case .variable(let name):
                let value = scope.line(name, missing: &missing, unless: [])
                guard missing.isEmpty else { return nil }
                text += text.isEmpty ? try Link.checked(value, name: name) : PercentEncoding.component(value)
            }
        }
        return try Link.checked(text, name: "the action's url")
    }

    // MARK: - Markdown

    private func layout(for pattern: SectionedText.Pattern) throws(RenderError) -> Layout {
        if let layout = layouts.withLockedValue({ $0[pattern] }) { return layout }
        let layout = try makeLayout(pattern)
        layouts.withLockedValue { layouts in
            if layouts.count < Self.layoutLimit { layouts[pattern] = layout }
        }
        return layout
    }

    private func makeLayout(_ pattern: SectionedText.Pattern) throws(RenderError) -> Layout {
        let pieces = body.pieces(pattern)
        var names: [String] = []
        for case .variable(let name) in pieces where !names.contains(name) { names.append(name) }
        let answers = Set(message.ask?.linkNames ?? [])
        let words = pieces.map { if case .text(let text) = $0 { text } else { "\n" } }.joined()
        let tokens = SlotTokens(names: names, links: MessageScope.linkNames.union(answers), absentFrom: words)
        let source = pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): names.firstIndex(of: name).map(tokens.token) ?? ""
            }
        }
        let buttons = Set(names.indices.filter { answers.contains(names[$0]) }.map(tokens.token))
        if message.isHTML { return htmlLayout(Array(source.joined().utf8), names, tokens, buttons) }
        guard let tree = MarkdownTree(source.joined()) else {
            throw .refused("no memory to read the message's Markdown")
        }
        var html = AskLinks.withButtons(tree.html, for: buttons)
        if let styles { html = styles.inlined(html).html }
        return Layout(names: names, html: MarkdownTree.slots(in: html, tokens), text: tree.plainText(tokens))
    }

    private func htmlLayout(
        _ bytes: [UInt8], _ names: [String], _ tokens: SlotTokens, _ buttons: Set<String>
    ) -> Layout {
        let source = HTMLSource(bytes)
        var html = AskLinks.withButtons(source.bytes, for: buttons)
        let text = HTMLText(html, tokens: tokens).text
        if var styles {
            styles.sheet.add(source.sheet)
            html = styles.inlined(html).html
        }
        return Layout(names: names, html: MarkdownTree.slots(in: html, tokens), text: text)
    }
}
