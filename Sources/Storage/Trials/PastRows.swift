package import Decisions
package import Playbooks

/// Reads the rows by which blocks are brought to what they were, and what triggered then.
package struct PastRows {
    private let connection: Connection
    private let context: EvaluationContext
    private let loader: BlockLoader

    /// - Parameter context: as of the last moment that is asked about.
    package init(_ connection: Connection, _ context: EvaluationContext) throws {
        self.connection = connection
        self.context = context
        loader = try BlockLoader(connection, context)
    }

    package func blocks() throws -> [ClosedRange<Int64>] { try loader.blocks() }

    /// The accounts of a block as they stand now, with all that is asked of them from a moment on.
    package func block(_ range: ClosedRange<Int64>, _ needs: Needs, from start: Instant) throws -> Block {
        try loader.load(range, needs, earliest: start)
    }

    /// The daily values that are needed as of one moment.
    package func metrics(_ ids: [Int64], _ needs: Needs, asOf moment: Instant) throws -> [String: Block.DailyValues] {
        let loader = try BlockLoader(connection, context.asOf(moment))
        var metrics: [String: Block.DailyValues] = [:]
        for (name, days) in needs.metrics { metrics[name] = try loader.series(name, days, ids, moment - .lookBack) }
        return metrics
    }

    /// What happened to the contacts of a block, in the order of moments and ids.
    package func contactEvents(_ block: Block) throws -> [AsOf.ContactEvent] {
        guard let contacts = block.contacts else { return [] }
        let rows = AccountRows(connection, ids: block.ids, ranges: AccountRows.ranges(of: block.ids))
        var found: [AsOf.ContactEvent] = []
        for kind in ["contact_left", "contact_added", "contact_role_changed"] {
            guard let id = context.kindIDs[kind] else { continue }
            try rows.forEach(
                """
                SELECT account_id, contact_id, at, properties ->> 'from', properties ->> 'to' FROM event
                WHERE kind_id = :kind AND account_id BETWEEN :first AND :last AND contact_id IS NOT NULL
                ORDER BY account_id, at, id
                """, ["kind": .integer(id)]
            ) { row, account in
                let id = row.integer(1)
                guard let contact = contacts.range(account).first(where: { contacts.ids[$0] == id }) else { return }
                let what: AsOf.ContactEvent.Kind =
                    switch kind {
                    case "contact_left": .left
                    case "contact_added": .added
                    default: .role(from: row.optionalText(3), to: row.optionalText(4))
                    }
                found.append(AsOf.ContactEvent(contact: contact, at: row.integer(2), kind: what))
            }
        }
        return found
    }

    /// The events of a kind that happened to accounts of a block behind `start`, by account and in the order of their
    /// ids.
    ///
    /// - Parameters:
    ///   - properties: those that are kept as text, declared or not.
    ///   - withHistory: whether events count that were imported as history.
    package func triggers(
        _ kind: String, keys properties: Set<String>, of block: Block, from start: Instant, withHistory: Bool = true
    ) throws -> [(account: Int, event: TriggeringEvent)] {
        guard let id = context.kindIDs[kind] else { return [] }
        let rows = AccountRows(connection, ids: block.ids, ranges: AccountRows.ranges(of: block.ids))
        var accounts: [Int64: Int] = [:]
        try rows.forEach(
            """
            SELECT account_id, id FROM event
            WHERE kind_id = :kind AND account_id BETWEEN :first AND :last AND at > :start AND at <= :end
                AND history <= :history
            ORDER BY account_id
            """,
            [
                "kind": .integer(id), "start": .instant(start), "end": .instant(context.now),
                "history": .integer(withHistory ? 1 : 0),
            ]
        ) { row, account in accounts[row.integer(1)] = account }
        var events = try loader.events(accounts.keys.sorted())
        for property in properties.sorted() {
            for id in accounts.keys {
                events[id]?.keys[property] = try connection.first(
                    "SELECT CAST(json_extract(properties, :path) AS text) AS value FROM event WHERE id = :id",
                    ["path": .text("$.\"\(property)\""), "id": .integer(id)])?["value"].text
            }
        }
        return events.sorted { $0.key < $1.key }.compactMap { id, event in accounts[id].map { ($0, event) } }
    }

    /// The stages that accounts had reached before a moment.
    package func stageEntries(of accounts: [Int64], before moment: Instant) throws -> [Int64: [StageEntry]] {
        try loader.stageEntries(of: accounts).mapValues { $0.filter { $0.at < moment } }
    }

    /// Blocks of accounts, by their numbers, in which contacts have an address or a number in common.
    package func blocksWithCommonAddresses() throws -> [[Int64]] {
        var blocks: [String: [Int64]] = [:]
        for column in ["address", "phone"] {
            try connection.forEach(
                """
                SELECT DISTINCT \(column), account_id / \(SeriesKey.blockSize) FROM contact WHERE \(column) IN (
                    SELECT \(column) FROM contact WHERE \(column) IS NOT NULL GROUP BY \(column)
                    HAVING min(account_id / \(SeriesKey.blockSize)) <> max(account_id / \(SeriesKey.blockSize)))
                """
            ) { row in blocks[row.text(0) ?? "", default: []].append(row.integer(1)) }
        }
        return Array(blocks.values)
    }
}
