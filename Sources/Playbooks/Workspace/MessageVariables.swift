private import Basics

/// The variables that a text uses in `{{ }}`, with their places.
package struct MessageVariables: Sendable, Hashable {
    package struct Use: Sendable, Hashable {
        package var name: String
        package var position: Position
        /// Whether the text stands without it: inside `{{#name}}`, or beside a `{{^name}}`.
        package var isCovered: Bool
    }

    package private(set) var uses: [Use] = []
    /// What the renderer refuses, all of it.
    package private(set) var diagnostics: [Diagnostic] = []

    /// Those without which the touch is held, in alphabetical order.
    package var required: [String] { Set(uses.lazy.filter { !$0.isCovered }.map(\.name)).sorted() }

    /// Those that may be missing, in alphabetical order.
    package var optional: [String] { Set(uses.map(\.name)).subtracting(required).sorted() }

    /// Each text stands for itself: a section begins and ends in one.
    package init(of texts: [SourceText] = []) {
        for source in texts {
            let text = SectionedText(source.text)
            uses += text.uses.map { use in
                Use(name: use.name, position: source.position.moved(to: use.place), isCovered: use.isCovered)
            }
            diagnostics += text.complaints.map { Diagnostic($0, in: source) }
        }
    }
}

extension Message {
    /// Its texts as they stand here, without their exact places in the front matter.
    package var texts: [SourceText] {
        let head = [
            ("subject", subject), ("preheader", preheader), ("label", action?.label), ("url", action?.url),
        ].compactMap { name, text in
            text.map { SourceText(name: name, text: $0, position: Position(file: path)) }
        }
        return head + [SourceText(name: "body", text: body, position: Position(file: path, line: bodyLine))]
    }
}

extension Playbook {
    /// What a message uses, in all its languages together.
    package func variables(ofMessage path: String) -> MessageVariables {
        guard let message = messages[path] else { return MessageVariables() }
        let languages = [message] + message.locales.sorted { $0.key < $1.key }.map(\.value)
        return MessageVariables(of: languages.flatMap(\.texts))
    }
}
