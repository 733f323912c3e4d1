package import Playbooks

/// Where the rows of an import come from.
package enum ImportSource: Sendable {
    /// A CSV or NDJSON file; which of the two is told by its first byte.
    case file(String)
    /// An open file descriptor, such as standard input, read to its end; it is not closed.
    case descriptor(Int32, name: String)
    /// The rows that a query on another SQLite file answers; the file is opened for reading only.
    ///
    /// `:since` in it is the value by which what is new is known.
    case query(database: String, sql: String, since: String? = nil)
    /// The rows that a query on a PostgreSQL database answers; `$1` in it is the value by which what is new is known.
    ///
    /// `patience` is how long the server may say nothing.
    case postgres(url: String, sql: String, since: String? = nil, patience: TimeSpan = .minutes(10))
    /// Rows at hand; nil is an absent value. Nothing is written beside them.
    case rows(columns: [String], rows: [[String?]])

    package static let standardInput = ImportSource.descriptor(0, name: "stdin")

    /// What messages call it.
    package var name: String {
        switch self {
        case .file(let path): path
        case .descriptor(_, let name): name
        case .query(let database, _, _): database
        case .postgres(let url, _, _, _): PostgresQuery.place(of: url)
        case .rows: "rows"
        }
    }

    var rejectedPath: String? {
        switch self {
        case .rows: nil
        case .postgres: "postgresql.rejected.csv"
        default: name + ".rejected.csv"
        }
    }
}

package struct ImportOptions: Sendable {
    /// The events count in conditions and trigger nothing.
    package var isHistory = false
    /// Rows at hand are taken as those of a file: a bad cell is left out, and words that no list knows stay.
    package var isOfFiles = false
    /// The days that a metrics file holds are complete.
    package var closesDays = false
    /// Somebody says that as many customers have left as the file says.
    package var takesDepartures = false
    /// Where rejected rows go; nil: `<source>.rejected.csv`, for standard input `stdin.rejected.csv` in the working
    /// directory.
    package var rejectedPath: String?
    /// How the columns of the file are called.
    package var map: ImportMap?
    /// Under what the columns that come are remembered; nil: they are not.
    package var remembersAs: String?
    /// The column whose highest value the report names, and that value by now.
    package var since: DataSource.Since?
    /// Whether the rejected rows of earlier pulls stay listed, because nobody asks for those rows again.
    package var appendsRejected: Bool
    /// By which a source that brought half of its rows is known: its days are not closed.
    package var usual: FullReads.Usual?
    /// Whether somebody wants the import to end; what was applied by then stays.
    package var isStopped: @Sendable () -> Bool

    package init(
        isHistory: Bool = false, closesDays: Bool = false, takesDepartures: Bool = false,
        rejectedPath: String? = nil, map: ImportMap? = nil, remembersAs: String? = nil,
        since: DataSource.Since? = nil, appendsRejected: Bool = false, usual: FullReads.Usual? = nil,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isHistory = isHistory
        self.closesDays = closesDays
        self.takesDepartures = takesDepartures
        self.rejectedPath = rejectedPath
        self.map = map
        self.remembersAs = remembersAs
        self.since = since
        self.appendsRejected = appendsRejected
        self.usual = usual
        self.isStopped = isStopped
    }
}
