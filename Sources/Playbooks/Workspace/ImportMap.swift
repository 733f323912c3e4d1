/// What an import brings.
package enum ImportKind: String, Sendable, CaseIterable {
    case accounts, contacts, suppressions, metrics, events
}

/// One file that comes again and again, with how its columns are called (`imports:` of `data.yaml`).
package struct ImportMap: Sendable, Hashable {
    package var name: String
    package var kind: ImportKind
    /// Where the file lies, relative to the workspace.
    package var file: String?
    /// The event that every row is, where no column says it.
    package var event: String?
    /// Why a list of suppressed addresses names those of which no column says it.
    package var reason: SuppressionReason?
    /// The metric whose values stand in the columns that are called after days or months.
    package var metric: String?
    /// How those columns write their day (`y-m-d`) or month (`mmm y`).
    package var days: [String] = []
    /// The columns that tell parts of a day's value apart, which are added up; empty where the last row counts, and nil
    /// where nobody has said.
    package var sumOver: [String]?
    /// Whether a row of accounts brings their contact, where it names one.
    package var takesContact = true
    /// By the name that the column has here.
    package var columns: [String: ColumnForm] = [:]

    package init(_ name: String, _ kind: ImportKind) {
        self.name = name
        self.kind = kind
    }
}
