package import Basics

/// A message as a text message, as far as it is known before its values are filled in.
package struct TextDraft: Sendable {
    /// What it says whatever its values are: signs of Markdown and what stands in `{{ }}` are left out.
    package private(set) var text = ""
    /// The characters that GSM 7 bit does not have, with their places.
    package private(set) var foreign: [(scalar: Unicode.Scalar, position: Position)] = []

    /// - Parameter message: in the one language that it is written in.
    package init(of message: Message) {
        for (index, line) in message.body.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            add(line, at: message.place(ofBodyLine: index + 1))
            text += "\n"
        }
        text = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        if let action = message.action {
            text += "\n\n"
            add(action.label[...], at: Position(file: message.path))
            text += ": "
            add(action.url[...], at: Position(file: message.path))
        }
    }

    /// How long it is at least, with the line that says how to end them.
    package func length(category: String, language: String, _ settings: TextMessaging?) -> TextSegments {
        let ending = OptOutLine.needed(by: text, category: category, language: language, settings)
        return TextSegments(text + (ending.map { "\n" + $0 } ?? ""))
    }

    private mutating func add(_ line: Substring, at place: Position) {
        var isTag = false
        let scalars = Array(TextSegments.withPlainBlanks(String(line)).unicodeScalars)
        for (column, scalar) in scalars.enumerated() {
            if scalar == "{", column + 1 < scalars.count, scalars[column + 1] == "{" { isTag = true }
            if isTag {
                isTag = !(scalar == "}" && column > 0 && scalars[column - 1] == "}")
                continue
            }
            if scalar == "*" || scalar == "\\" { continue }
            text.unicodeScalars.append(scalar)
            if TextSegments.septets(of: scalar) == nil {
                foreign.append(
                    (scalar, Position(file: place.file, line: place.line, column: place.column + column)))
            }
        }
    }
}
