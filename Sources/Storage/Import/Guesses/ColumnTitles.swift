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
    /// Without the blanks between words, where a name has none: `accountnumber` of `AccountNumber`.
    let joined: [String?]
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
            guard let mark, let start = header[index].range(of: mark) else { return Self.withoutCustom(header[index]) }
            return FileGuess.simplified(String(header[index][start.upperBound...]))
        }
        joined = zip(simple, bare).map { simple, bare in
            simple.contains("_") ? bare.flatMap { $0.contains("_") ? nil : $0 } : simple
        }
    }

    /// What tools put before and behind the names of fields that people add: `CHURN_DATE__C`, `custom.Churned At`, `cf_churn_date`.
    private static func withoutCustom(_ name: String) -> String? {
        var rest = Substring(name.lowercased())
        for suffix in ["__c", "__pc", " (metadata)"] where rest.hasSuffix(suffix) { rest = rest.dropLast(suffix.count) }
        let prefixes = [
            "custom_field_", "custom field: ", "custom: ", "custom.", "custom_", "cf_", "cf.", "properties.", "$",
        ]
        if let prefix = prefixes.first(where: { rest.hasPrefix($0) }) { rest = rest.dropFirst(prefix.count) }
        return rest.count == name.count || rest.isEmpty ? nil : FileGuess.simplified(String(rest))
    }
}
