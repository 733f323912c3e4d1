import Playbooks

/// New accounts of which an import does not say when they were created.
///
/// Those that come on the first day are no new customers: the moment of their import is no fact about them, and what is
/// asked about their `created_at` is missing. Later ones have come since, and count as created when they came.
struct UndatedAccounts {
    /// So long after the very first account others come that were there before.
    static let beginning = TimeSpan.days(1)
    /// Fewer are not worth a word.
    private static let fewest = 10

    private let isBeginning: Bool
    private var count = 0

    init(_ connection: Connection, at now: Instant) throws {
        isBeginning = try connection.firstSeen().map { now <= $0 + Self.beginning } ?? true
    }

    /// Counts those among the staged rows that are about to be inserted.
    mutating func look(_ connection: Connection) throws {
        count += Int(
            try connection.integer(
                "SELECT count(*) FROM import_account WHERE account_id IS NULL AND created_at IS NULL"))
    }

    mutating func renew() { count = 0 }

    var warning: String? {
        guard count >= Self.fewest else { return nil }
        let meaning =
            isBeginning
            ? "nobody knows when they became customers, and conditions such as days_since(created_at) are missing"
            : "they count as created now"
        return "\(count) new accounts have no created_at: \(meaning); name the column that says it in data.yaml: "
            + "attributes: { created_at: { column: \"...\" } }"
    }
}

extension Connection {
    /// When the first account was seen; nil when there is none, or the database is older than that is kept.
    func firstSeen() throws -> Instant? {
        try first("SELECT seen_at FROM account ORDER BY id LIMIT 1")?["seen_at"].instant
    }
}
