internal import Yams

/// Puts into words, with its place, what Yams could not read.
struct YAMLComplaint {
    /// The text as Yams read it.
    let text: String
    /// Stands for `*` in the text.
    let star: Unicode.Scalar?
    let file: String
    let firstLine: Int

    func diagnostic(_ error: YamlError) -> Diagnostic {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let about = context.map { " \($0.text)" } ?? ""
            return Diagnostic(
                at: place(mark.line, mark.column), "broken YAML\(about): \(problem)\(conditionHint(mark.line))")
        case .composer(_, let problem, let mark, _):
            let isSecond = problem.contains("another document")
            return Diagnostic(
                at: place(mark.line, mark.column),
                isSecond ? "a second document (---) is not allowed; one file holds one" : "broken YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let first = place(context.mark.line, context.mark.column)
            let key = duplicates.first ?? ""
            let shown = star.map { key.replacing($0, with: "*") } ?? key
            return Diagnostic(
                at: second(key, line: context.mark.line, column: context.mark.column) ?? first,
                "the key \"\(shown)\" stands twice in one mapping; first in line \(first.line)")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(max(0, offset ?? 0))
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return Diagnostic(
                at: place(before.count { $0.isNewline } + 1, column), "unreadable text: \(problem)")
        default:
            return Diagnostic(at: place(1, 1), "the YAML cannot be read: \(error)")
        }
    }

    private func place(_ line: Int, _ column: Int) -> Position {
        Position(file: file, line: line + firstLine - 1, column: column)
    }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// A condition in `{ }` breaks at its own brackets and commas.
    private func conditionHint(_ line: Int) -> String {
        guard let line = lines.dropFirst(line - 1).first, line.contains("{"),
            line.contains("(") || line.contains(" in [")
        else { return "" }
        return "; a condition with a comma or brackets must stand in block form, not in { }"
    }

    /// Where a key stands again, below its first place or beside it in a flow mapping; Yams only tells the first.
    private func second(_ key: String, line first: Int, column: Int) -> Position? {
        let wanted = Array(key.unicodeScalars)
        guard !wanted.isEmpty else { return nil }
        for (index, line) in lines.enumerated().dropFirst(first - 1) {
            let scalars = Array(line.unicodeScalars)
            guard scalars.count > wanted.count else { continue }
            for start in 0..<(scalars.count - wanted.count) where index >= first || start >= column {
                let end = start + wanted.count
                let isKey = scalars[start..<end].elementsEqual(wanted) && [":", "\"", "'", " "].contains(scalars[end])
                if isKey, index < first || start == column - 1 || line.contains("{") {
                    return place(index + 1, start + 1)
                }
            }
        }
        return nil
    }
}
