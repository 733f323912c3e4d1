/// The tables, as SQL text that SQLite takes; a migration is never changed once it has shipped.
///
/// Every table that belongs to an account has `account_id` in it. Times are milliseconds since 1970 UTC, days are day
/// numbers, money is in minor units, booleans are 0 and 1.
enum Schema {
    /// The migrations in order; how many of them a database has had is its `user_version`.
    static let migrations = [
        first, flow, journey, safety, ingest, webhook, seen, pages, sending, decisions, restores, identity,
        erasure, sources, endpoints, lateFacts, wishes, people, versionFiles, hands, valueCensus, heldByHand,
        eventsAhead, lookups, changes, waiting, told, texts, billing, moved, columnsSeen, strata, revenue,
        keptReports, enrollmentsInside, exclusionKinds, heldOccurrences,
        unusableChannels, flowCounts, listed, toldApart, sendLog, scheduledSince, unanswered, leaving,
    ]

    static let openStates = ["pending", "claimed", "sending", "held", "unknown"]
    static let endStates = ["sent", "rejected", "capped", "suppressed", "expired", "cancelled", "ghost"]

    /// `IN`, written as comparisons for the table whose rows are written one by one: for a list of more than two SQLite
    /// builds a temporary table of 170 kB in every statement, and it does not see that `state = 'held'` is in the list
    /// of a partial index.
    static func isOne(of values: [String], _ column: String) -> String {
        values.map { "\(column) = '\($0)'" }.joined(separator: " OR ")
    }
}
