/// Reads and checks the conditions and signals that people write; the language is section 5 of the design.
///
/// A text is at most 64 KiB long. All complaints come at once, except that the first one about the form of a text is its
/// last one.
package struct ConditionParser {
    static let longestText = 65_536

    private let scope: ConditionScope

    package init(_ scope: ConditionScope) {
        self.scope = scope
    }

    /// A term that is true or false (or missing); nil when there is an error.
    package func condition(_ source: SourceText) -> (Term?, [Diagnostic]) {
        read(source, mustBeCondition: true)
    }

    /// A term of any type; nil when there is an error.
    package func signal(_ source: SourceText) -> (Term?, [Diagnostic]) {
        read(source, mustBeCondition: false)
    }

    private func read(_ source: SourceText, mustBeCondition: Bool) -> (Term?, [Diagnostic]) {
        guard source.text.utf8.count <= Self.longestText else {
            return (
                nil,
                [Diagnostic(at: source.position, "the condition is longer than 64 KiB; name parts of it as segments")]
            )
        }
        let scalars = Array(source.text.unicodeScalars)
        var complaints: [ConditionComplaint] = []
        var term: Term?
        do {
            var reader = ConditionReader(scope, scalars, try ConditionLexer.tokens(of: scalars))
            defer { complaints = reader.complaints }
            term = try reader.whole(mustBeCondition: mustBeCondition)
        } catch {
            complaints.append(error)
        }
        let diagnostics = complaints.map { complaint in
            Diagnostic(at: place(of: complaint.offset, in: scalars, from: source.position), complaint.message)
        }
        return (diagnostics.isEmpty ? term : nil, diagnostics.sorted())
    }

    /// The place in the file; only the first line of the text begins in the column of its source.
    private func place(of offset: Int, in scalars: [Unicode.Scalar], from start: Position) -> Position {
        let before = scalars.prefix(offset)
        let lines = before.count { $0 == "\n" }
        guard let last = before.lastIndex(of: "\n") else {
            return Position(file: start.file, line: start.line, column: start.column + offset)
        }
        return Position(file: start.file, line: start.line + lines, column: offset - last)
    }
}
