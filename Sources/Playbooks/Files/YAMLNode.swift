/// A part of a YAML file as written, untyped, with its place.
///
/// Scalars stay text, so that `on`, `no` and `09:00` mean what they say; who reads them gives them a type.
package struct YAMLNode: Sendable, Hashable {
    package indirect enum Content: Sendable, Hashable {
        case scalar(String, Style)
        case list([YAMLNode])
        case mapping([Entry])
    }

    package enum Style: Sendable, Hashable {
        case plain, quoted, block
    }

    /// A key with its value, in the order of the file; keys are unique within a mapping.
    package struct Entry: Sendable, Hashable {
        package var key: String
        package var position: Position
        package var value: YAMLNode

        package init(key: String, position: Position, value: YAMLNode) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    package var content: Content
    package var position: Position
    /// The scalar with the line breaks that the file has, and where its first character stands; nil when that is
    /// the scalar itself at `position`.
    package var written: SourceText?
    /// Whether the file goes on after the plain scalar with ` #`, which YAML takes for a comment.
    package var endsAtComment: Bool

    package init(
        _ content: Content, at position: Position, written: SourceText? = nil, endsAtComment: Bool = false
    ) {
        self.content = content
        self.position = position
        self.written = written
        self.endsAtComment = endsAtComment
    }

    package var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    package var list: [YAMLNode]? {
        if case .list(let nodes) = content { nodes } else { nil }
    }

    package var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// Nothing written: `key:` without a value, or an empty file.
    package var isEmpty: Bool { content == .scalar("", .plain) }

    package var isPlain: Bool {
        if case .scalar(_, .plain) = content { true } else { false }
    }

    package subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key == key }?.value
    }

    /// What a person would call it in "expected X, got ...".
    package var summary: String {
        switch content {
        case .scalar("", .plain): "nothing"
        case .scalar(let text, _):
            // A password in front of a host is nobody's to read in a log.
            Self.quoted(text.replacing(/:\/\/[^\/\s]*@/, with: "://•••@"))
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.count > 40 ? text.prefix(40) + "..." : text)\""
    }
}
