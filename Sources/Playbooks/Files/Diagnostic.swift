package import Basics

/// A complaint about one place in one file, for the person who must mend it.
///
/// Printed as `playbooks/win-back/playbook.yaml:12:7: error: unknown key "audiense"; did you mean "audience"?`.
package struct Diagnostic: Error, Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Severity: String, Sendable {
        case error, warning
    }

    package var severity: Severity
    package var position: Position
    package var message: String

    package init(_ severity: Severity = .error, at position: Position, _ message: String) {
        self.severity = severity
        self.position = position
        self.message = message
    }

    package init(_ complaint: TextComplaint, in source: SourceText) {
        self.init(at: source.position.moved(to: complaint.place), complaint.message)
    }

    /// Without control characters, which would speak to the terminal and not to the person.
    package var description: String {
        let text = "\(position): \(severity.rawValue): \(message)"
        guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
        return text.unicodeScalars.map { Self.isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }

    package static func < (left: Diagnostic, right: Diagnostic) -> Bool {
        left.position == right.position ? left.message < right.message : left.position < right.position
    }
}

/// A place in a text file of the workspace; lines and columns count from 1.
package struct Position: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The path relative to the workspace.
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int = 1, column: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// A place in a text that begins here.
    package func moved(to place: TextPlace) -> Position {
        Position(file: file, line: line + place.line - 1, column: place.column + (place.line == 1 ? column - 1 : 0))
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
