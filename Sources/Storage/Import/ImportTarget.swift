/// What becomes of the rows of a source: one conformer for each kind of import.
protocol ImportTarget: AnyObject {
    var wanted: [WantedColumn] { get }
    /// How many rows are staged and not yet written.
    var staged: Int { get }
    var tally: ImportTally { get }
    /// How many rows the fullest day has, where each day has rows of its own; else nil.
    var rowsOfADay: Int? { get }

    /// Checks that what is needed is there and makes room for staging.
    func begin(_ columns: ColumnMap) throws
    /// The bad cells of the row that was taken last; the row was taken without them.
    var leftOut: [Rejection] { get }
    /// Takes one row; throws a `Rejection` when it is bad.
    func stage(_ record: Record) throws
    /// Whether the staged rows must be written before there can be more.
    var isFull: Bool { get }
    /// Why the staged rows must not be written; nil when they may be.
    func refusal() throws -> String?
    /// Writes the staged rows, in slices, each all or nothing.
    func apply() throws
    func finish(_ report: inout ImportReport) throws
    /// What is to be said at once of rows that were taken.
    var remarks: [String] { get }
    /// Forgets the rows that were applied, and counts from 0, as if they had been another import's.
    func renew() throws
    /// Lets go of what `begin` made, however the import ended.
    func end()
    /// The line to add to `data.yaml` so that these values of a column would be taken.
    ///
    /// - Parameter ofMost: whether most rows have such a value.
    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String?
}

extension ImportTarget {
    var rowsOfADay: Int? { nil }
    var remarks: [String] { [] }
    func refusal() throws -> String? { nil }
}

/// Counts of what was written.
struct ImportTally {
    var inserted = 0
    var updated = 0
    var unchanged = 0
    var duplicates = 0
    var eventsMade = 0
    /// Contacts of whom a file says for the first time that they want no messages.
    var unsubscribed = 0
    var warnings: [String] = []

    mutating func add(_ other: ImportTally) {
        inserted += other.inserted
        updated += other.updated
        unchanged += other.unchanged
        duplicates += other.duplicates
        eventsMade += other.eventsMade
        unsubscribed += other.unsubscribed
        warnings += other.warnings
    }
}
