import Foundation

/// What columns are called, by words of their names that mean the same however they are written.
///
/// Some exports put the table, or the object, that a column is of before its name: `customers.id`, `Person - Email`,
/// `Company > Name`, and JSON that holds objects in objects.
struct ColumnTitles {
    /// Lower case, words joined by `_`.
    let simple: [String]
    /// Without what stands before, `status` of `subscriptions.status`; nil for others.
    let bare: [String?]
    /// Whether they name tables of a billing system, which have amounts in cents.
    let areOfTables: Bool

    /// - Parameter areOfObjects: whether dots part the members of JSON objects.
    init(_ header: [String], areOfObjects: Bool) {
        let dotted = header.map { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
        let ofTables = dotted.map { $0.count == 2 && !$0[0].contains(" ") && !$0[1].isEmpty }
        let isDotted = areOfObjects || ofTables.count { $0 } * 2 > header.count
        areOfTables = isDotted && !areOfObjects
        // `customers.id` is a customer's id.
        simple = header.indices.map { index in
            guard isDotted, ofTables[index] else { return FileGuess.simplified(header[index]) }
            let table = dotted[index][0]
            return FileGuess.simplified(
                "\(table.hasSuffix("s") ? String(table.dropLast()) : table) \(dotted[index][1])")
        }
        let mark = [" - ", " > "].first { mark in header.count { $0.contains(mark) } * 2 > header.count }
        bare = header.indices.map { index in
            if isDotted, areOfObjects ? dotted[index].count > 1 : ofTables[index] {
                return dotted[index].last.map(FileGuess.simplified)
            }
            guard let mark, let start = header[index].range(of: mark) else { return nil }
            return FileGuess.simplified(String(header[index][start.upperBound...]))
        }
    }
}
