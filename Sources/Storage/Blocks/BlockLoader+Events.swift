package import Decisions
import Playbooks

extension BlockLoader {
    func events(
        _ kind: String, _ needs: Needs.OfEvents, _ rows: AccountRows, _ earliest: Instant
    ) throws -> Block.Events {
        var events = Block.Events(starts: [])
        var starts = AccountStarts()
        var scanner = PropertyScanner(
            context.dataMap.event(kind)?.properties.filter { needs.properties.contains($0.name) } ?? [],
            currency: context.currency)
        var isOrdered = true
        if let id = context.kindIDs[kind] {
            var arguments: [String: SQLValue] = ["kind": .integer(id), "now": .instant(context.now)]
            if let window = needs.window { arguments["start"] = .instant(earliest - window) }
            try rows.forEach(
                """
                SELECT account_id, at, id\(scanner.isEmpty ? "" : ", properties") FROM event
                WHERE kind_id = :kind AND account_id BETWEEN :first AND :last AND at <= :now
                \(needs.window == nil ? "" : "AND at > :start") ORDER BY account_id, at
                """, arguments
            ) { row, account in
                starts.add(account, after: events.at.count)
                let (at, id) = (row.integer(1), row.integer(2))
                // The index orders events of one moment by their properties.
                if at == events.at.last, let last = events.ids.last, id < last { isOrdered = false }
                events.at.append(at)
                events.ids.append(id)
                if !scanner.isEmpty { scanner.append(row.blob(3)) }
            }
        }
        events.starts = starts.finish(accounts: rows.ids.count, count: events.at.count)
        if !isOrdered { Self.order(&events, &scanner) }
        events.properties = scanner.columns
        return events
    }

    /// Brings the events of each account into the order of their moments and ids.
    private static func order(_ events: inout Block.Events, _ scanner: inout PropertyScanner) {
        let order = (0..<events.starts.count - 1).flatMap { account in
            events.range(account).sorted { (events.at[$0], events.ids[$0]) < (events.at[$1], events.ids[$1]) }
        }
        events.at = order.map { [at = events.at] in at[$0] }
        events.ids = order.map { [ids = events.ids] in ids[$0] }
        scanner.permute(order)
    }

    /// Events by their ids, with all properties that their kinds declare; what has been deleted is left out.
    package func events(_ ids: [Int64]) throws -> [Int64: TriggeringEvent] {
        let statement = try connection.cached(
            "SELECT kind_id, at, contact_id, properties FROM event WHERE id = :id")
        defer { statement.reset() }
        let kinds = Dictionary(context.kindIDs.map { ($1, $0) }) { first, _ in first }
        var scanners: [Int64: PropertyScanner] = [:]
        var events: [Int64: TriggeringEvent] = [:]
        for id in ids where events[id] == nil {
            statement.rewind()
            statement.bind(0, id)
            guard try statement.step() else { continue }
            let kind = statement.integer(0)
            if scanners[kind] == nil {
                scanners[kind] = PropertyScanner(
                    kinds[kind].flatMap { context.dataMap.event($0) }?.properties ?? [], currency: context.currency)
            }
            scanners[kind]?.removeAll()
            scanners[kind]?.append(statement.blob(3))
            events[id] = TriggeringEvent(
                id: id, at: Instant(milliseconds: statement.integer(1)),
                contactID: statement.isNull(2) ? nil : statement.integer(2),
                properties: scanners[kind]?.values(0) ?? [:])
        }
        return events
    }
}
