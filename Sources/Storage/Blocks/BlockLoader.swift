package import Decisions
package import Playbooks

extension TimeSpan {
    /// How far back from now an account's day may ask how things stood then: a week, and the day that is not over.
    package static let lookBack = TimeSpan.days(8)
}

/// Reads blocks of accounts: plain SELECTs over ranges of account ids, one a table, on one connection.
///
/// Rows are read as of the context's moment: what is dated later is left out, but for changes in `history`, which say what
/// stood before them.
package struct BlockLoader {
    let connection: Connection
    let context: EvaluationContext
    let playbookNames: [Int64: String]
    let livePlaybooks: [String: Int64]
    private let columns: Set<String>
    /// When the first account was seen; nil in databases that did not keep it.
    let firstSeen: Instant?

    package init(_ connection: Connection, _ context: EvaluationContext) throws {
        self.connection = connection
        self.context = context
        var names: [Int64: String] = [:]
        var live: [String: Int64] = [:]
        for row in try connection.query("SELECT id, name, state FROM playbook") {
            guard let id = row["id"].integer, let name = row["name"].text else { continue }
            names[id] = name
            if row["state"].text == "live" { live[name] = id }
        }
        playbookNames = names
        livePlaybooks = live
        firstSeen = try connection.firstSeen()
        columns = try AttributeColumns.existing(connection)
    }

    /// The column of an attribute of an account; NULL as long as it has none.
    func column(ofAccount name: String) -> String {
        let isThere =
            Attribute.builtIn.contains { $0.name == name } || columns.contains(AttributeColumns.key("account", name))
        return isThere ? AttributeColumns.ofAccount(name) : "NULL"
    }

    /// The column of an attribute of a contact; NULL as long as it has none.
    func column(ofContact name: String) -> String {
        let isThere =
            Attribute.builtInOfContact.contains { $0.name == name }
            || columns.contains(AttributeColumns.key("contact", name))
        return isThere ? AttributeColumns.ofContact(name) : "NULL"
    }

    /// The accounts with ids in the range, which lies within one block of series.
    ///
    /// - Parameter earliest: the earliest moment as of which the block will be looked at, when it is not the context's;
    ///   windows reach back from it.
    package func load(
        _ range: ClosedRange<Int64>, _ needs: Needs, earliest: Instant? = nil
    ) throws -> Block {
        try load([range], nil, needs, earliest ?? context.now)
    }

    /// Some accounts of one block of series, by ascending id; those that do not exist are left out.
    package func load(_ ids: [Int64], _ needs: Needs, earliest: Instant? = nil) throws -> Block {
        try load(AccountRows.ranges(of: ids), ids, needs, earliest ?? context.now)
    }

    private func load(
        _ ranges: [ClosedRange<Int64>], _ wanted: [Int64]?, _ needs: Needs, _ earliest: Instant
    ) throws -> Block {
        var block = try accounts(ranges, wanted, needs)
        let rows = AccountRows(connection, ids: block.ids, ranges: ranges)
        guard !block.ids.isEmpty else { return block }
        for (name, days) in needs.metrics { block.metrics[name] = try series(name, days, block.ids, earliest) }
        for (kind, needs) in needs.events { block.events[kind] = try events(kind, needs, rows, earliest) }
        for attribute in needs.history.compactMap({ context.dataMap.attribute($0) }) {
            block.history[attribute.name] = try history(attribute, rows)
        }
        if let names = needs.contacts { block.contacts = try contacts(names, rows) }
        for name in needs.risks { block.risks[name] = try risks(name, rows) }
        if needs.touches { block.touches = try touches(rows) }
        if needs.enrollments { block.enrollments = try enrollments(rows) }
        return block
    }

    // MARK: Which accounts there are

    /// The ranges of ids, one for each block of series, that hold at least one account.
    package func blocks() throws -> [ClosedRange<Int64>] {
        let statement = try connection.cached("SELECT min(id) FROM account WHERE id >= :from")
        defer { statement.reset() }
        var blocks: [ClosedRange<Int64>] = []
        var from: Int64 = 0
        while true {
            statement.bind(0, from)
            guard try statement.step(), !statement.isNull(0) else { return blocks }
            let first = statement.integer(0) / SeriesKey.blockSize * SeriesKey.blockSize
            statement.reset()
            blocks.append(first...first + SeriesKey.blockSize - 1)
            from = first + SeriesKey.blockSize
        }
    }

    /// The accounts that have an event of a kind, by ascending id.
    ///
    /// - Parameter window: how far back from now; nil for all events.
    package func accounts(withEventsOf kind: String, window: TimeSpan?) throws -> [Int64] {
        guard let kind = context.kindIDs[kind] else { return [] }
        var ids: [Int64] = []
        try connection.forEach(
            """
            SELECT DISTINCT account_id FROM event
            WHERE kind_id = :kind AND at > :start AND at <= :now ORDER BY account_id
            """,
            [
                "kind": .integer(kind), "start": .integer(window.map { (context.now - $0).milliseconds } ?? .min),
                "now": .instant(context.now),
            ]
        ) { ids.append($0.integer(0)) }
        return ids
    }
}
