/// What an import did, in counts of rows; of metrics, `inserted`, `updated` and `unchanged` count values.
package struct ImportReport: Sendable, Equatable {
    package struct RejectedRow: Sendable, Equatable {
        /// The line of the file on which the row begins (the header is line 1); for a query, the row's number.
        package var row: Int
        package var reason: String
    }

    /// What rows or cells that were not taken have in common.
    package struct Group: Sendable, Equatable {
        package var column: String
        package var count: Int
        /// The first of them.
        package var first: RejectedRow
        /// Whether only the cells were left out, and their rows taken.
        package var isOfCells: Bool
        /// Whether they are amounts in another currency than the workspace's.
        package var isOfForeignAmounts = false
        /// The line of `data.yaml` with which they would be taken.
        package var hint: String?
    }

    /// Rows of the source, the header apart.
    package var read = 0
    package var inserted = 0
    package var updated = 0
    package var unchanged = 0
    /// Rows whose key had come before in the same source; the last one counts.
    package var duplicates = 0
    package var rejected = 0
    /// Cells that were left out of rows that were taken.
    package var cellsLeftOut = 0
    /// Rows of totals and lines below a table, which are no accounts and were left out.
    package var totals = 0
    /// Why rows and cells were not taken, the most frequent first.
    package var groups: [Group] = []
    /// The highest value of `ImportOptions.since`; nil when no row has one.
    package var highest: String?
    /// Rows whose account is not there, or not yet.
    package var homeless = 0
    /// Events that the change of a column made.
    package var eventsMade = 0
    /// Rows by which a later read is measured: all of them, of metrics those of a day.
    package var size = 0
    /// How many of them were usual, where this are less than half; the days are not closed then.
    package var shortOf: Int?
    /// Whether the source says that there are more rows elsewhere; the days are not closed then.
    package var isOnePage = false
    /// Rows that say that their contact wants no messages, and how many of them had not said so before.
    package var unsubscribed = 0
    package var newlyUnsubscribed = 0
    /// Rows that say that mail does not reach their contact, or was called spam.
    package var bounced = 0
    /// Metric days that are now closed.
    package var daysClosed = 0
    package var warnings: [String] = []
    /// The first rejected rows; all of them stand in `rejectedPath`.
    package var firstRejected: [RejectedRow] = []
    /// The file with the rejected rows, when there are any.
    package var rejectedPath: String?
    /// Why the import stopped early, and what had been applied by then.
    package var stopped: String?

    package init() {}

    /// Whether every row was taken.
    package var isClean: Bool { rejected == 0 && stopped == nil }
}

/// How far an import has come.
package struct ImportProgress: Sendable {
    package var rows: Int
    package var bytes: Int64
    /// Nil when the size of the source is not known.
    package var totalBytes: Int64?
}

/// Why a source cannot be imported at all; nothing of it was applied.
package struct ImportError: Error, CustomStringConvertible, Equatable {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Why one row is not taken.
struct Rejection: Error, Equatable {
    /// What rows that fail alike have in common.
    enum Kind: Hashable {
        case malformed, encoding, missing, value, currency, unknownAccount, unknownName, future, outOfRange, total,
            footer,
            ambiguous
    }

    var kind: Kind
    /// The column of the data map, or empty when it is about the whole row.
    var column: String
    var reason: String

    /// The text of the field, for a hint.
    var value: String?
    /// The event whose property it is.
    var event: String?

    init(_ kind: Kind, _ column: String, _ reason: String, value: String? = nil) {
        self.kind = kind
        self.value = value
        self.column = column
        self.reason = "\(column): \(reason)"
    }

    /// Refuses what tells things apart when a character of it was cut: two that were cut would be one.
    static func ifCut(_ text: Cell, _ column: String) throws {
        guard text.contains(0xef), text.string.unicodeScalars.contains("\u{fffd}") else { return }
        throw Rejection(.encoding, column, "\(text.excerpt) holds half a character")
    }

    /// - Throws: where a spreadsheet has made a number of a key and rounded it: several keys are one then.
    static func ifRounded(_ text: Cell, _ column: String) throws {
        guard isRounded(text) else { return }
        throw Rejection(
            .value, column,
            "\(text.excerpt) is a number that a spreadsheet has rounded, and may stand for several; export it again, and let no "
                + "spreadsheet save it, or give the column the format of text first")
    }

    /// Whether it is written like `7.213E+12`.
    static func isRounded(_ text: Cell) -> Bool {
        guard (5...24).contains(text.count), text.contains(UInt8(ascii: "+")) else { return false }
        return text.string.wholeMatch(of: /[0-9]([.,][0-9]+)?[eE]\+[0-9]{2}/) != nil
    }

    /// About the whole row.
    init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
        column = ""
    }
}
