import Basics
package import Playbooks

/// Accounts of which a file said that they leave on a day that lay ahead, and whose day has come: they leave as if a file
/// said so now.
package struct DueDepartures {
    private struct Departure {
        var account: Int64
        var key: String
        var at: Instant
        var reason: String?
        /// Whether a file of accounts said so: then one can say that it is a customer after all.
        var isTold: Bool
    }

    private let store: Store
    private let dataMap: DataMap
    private let configuration: Configuration

    package init(store: Store, dataMap: DataMap, configuration: Configuration) {
        self.store = store
        self.dataMap = dataMap
        self.configuration = configuration
    }

    private static let isDue = "(leaves_told <= :now OR leaves_event <= :now)"

    /// How many are due.
    package static func count(_ connection: Connection, now: Instant) throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM account WHERE \(isDue)", ["now": .instant(now)]))
    }

    /// - Returns: whether there were any.
    package func take(now: Instant) throws -> Bool {
        let departures = try due(now)
        guard !departures.isEmpty else { return false }
        var options = ImportOptions(takesDepartures: true, map: ImportMap("events", .events))
        options.isOfFiles = true
        let rows = departures.map { departure in
            [
                departure.key, "churned", departure.at.description,
                departure.reason.map { JSON.object([JSON.Member("reason", .text($0))]).encodedText },
            ]
        }
        let report = try Importer(store: store, dataMap: dataMap, configuration: configuration).run(
            .events, from: .rows(columns: ["account", "event", "at", "properties"], rows: rows), options: options,
            now: now)
        if let reason = report.stopped { throw ImportError("accounts whose day has come did not leave: \(reason)") }
        try store.write { connection in
            for departure in departures where departure.isTold {
                // As if the file had said it itself; '' stands for any.
                try connection.execute(
                    """
                    INSERT INTO told_churned (account_id, import)
                    SELECT id, '' FROM account WHERE id = :account AND status = 'churned' ON CONFLICT DO NOTHING
                    """, ["account": .integer(departure.account)])
            }
            // Whom a later return keeps here is not asked about again.
            try connection.execute(
                "UPDATE account SET leaves_told = NULL, leaves_event = NULL, leaves_reason = NULL WHERE \(Self.isDue)",
                ["now": .instant(now)])
        }
        return true
    }

    private func due(_ now: Instant) throws -> [Departure] {
        try store.read { connection in
            try connection.query(
                """
                SELECT id, key, leaves_told, leaves_event, COALESCE(leaves_reason, churn_reason) AS reason FROM account
                WHERE \(Self.isDue)
                """, ["now": .instant(now)]
            ).compactMap { row in
                let told = row["leaves_told"].instant.flatMap { $0 <= now ? $0 : nil }
                let ofEvent = row["leaves_event"].instant.flatMap { $0 <= now ? $0 : nil }
                guard let account = row["id"].integer, let key = row["key"].text,
                    let at = [told, ofEvent].compactMap({ $0 }).min()
                else { return nil }
                return Departure(
                    account: account, key: key, at: at, reason: row["reason"].text, isTold: told != nil)
            }
        }
    }
}
