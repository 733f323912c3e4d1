import Playbooks

/// People whom a file of contacts has at another account than before, and not at that one any more: they move.
///
/// Whoever came to an account with this import is the same person as an active contact of another account that has its
/// key or its address. The contact there has left; what is known of the person, and its wishes, go along. A file that has
/// both rows means both. The contact of a file of accounts (`owner`) is that file's to move.
struct MovedContacts {
    /// More than one in so many people never move at once.
    private static let share = 5
    /// Fewer than these are no proof of anything.
    private static let fewest = 10
    /// Files that contradict each other would move a person to and fro.
    private static let quiet = TimeSpan.days(30)

    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let events: ColumnEvents
    private(set) var eventsMade = 0
    private(set) var warnings: [String] = []

    private struct Move {
        var contact: Int64
        var former: Int64
        var text: String
    }

    init(_ store: Store, _ connection: Connection, _ context: ImportContext, _ events: ColumnEvents) {
        self.store = store
        self.connection = connection
        self.context = context
        self.events = events
    }

    /// Whether any contact has moved before.
    static func isKnown(_ connection: Connection) throws -> Bool {
        try connection.first("SELECT id FROM contact WHERE moved_at IS NOT NULL LIMIT 1") != nil
    }

    /// - Parameters:
    ///   - arrived: the contacts that the file brought to accounts that had no such active contact.
    ///   - known: how many contacts of the file were there before.
    ///   - has: whether the file has a contact of that key, or address, at an account.
    mutating func move(_ arrived: ContactRuns, known: Int, has: (_ name: String, _ account: Int64) -> Bool) throws {
        let isSaid = context.options.takesDepartures
        guard isSaid || arrived.count > 0 else { return }
        defer { try? connection.executeScript("DROP TABLE IF EXISTS arrived_contact") }
        try stage(isSaid ? nil : arrived)
        let (moves, undecided) = try found(has)
        guard !moves.isEmpty else { return tell(undecided) }
        let all = try connection.integer("SELECT count(*) FROM contact WHERE status = 'active' AND key <> 'owner'")
        let former = Int(all) - arrived.count
        let isSure =
            try isSaid || (known + moves.count) * 2 >= former
            || (context.options.since != nil && !havePeopleSeveralAccounts())
        guard isSure else { return tell(moves.reduce(into: undecided) { $0.add($1.text) }) }
        guard isSaid || moves.count < Self.fewest || moves.count * Self.share <= former else {
            warnings.append(
                "\(moves.count) of \(former) people are at another account in this file (\(Self.examples(moves))), more than "
                    + "one in five; nobody was moved, and they are written to for both; if it is right, import it with --complete"
            )
            return
        }
        try carryOut(moves)
        let isOne = moves.count == 1
        warnings.append(
            "\(moves.count) \(isOne ? "person is" : "people are") at another account now (\(Self.examples(moves))) and "
                + "\(isOne ? "has" : "have") left the one before; what waits there goes to whom it still has, or ends")
        tell(undecided)
    }

    private mutating func tell(_ both: KeyExamples) {
        guard both.count > 0 else { return }
        let isOne = both.count == 1
        warnings.append(
            "\(both.count) \(isOne ? "person is" : "people are") new at one account and still at another (\(both.names)), and "
                + "\(isOne ? "is" : "are") written to for both; if they have moved, give the row of the old one the status left, or import a file of everybody with --complete"
        )
    }

    private static func examples(_ moves: [Move]) -> String {
        moves.reduce(into: KeyExamples()) { $0.add($1.text) }.names
    }

    /// - Parameter arrived: nil for all contacts, where somebody says that the file has everybody.
    private func stage(_ arrived: ContactRuns?) throws {
        try connection.executeScript("DROP TABLE IF EXISTS arrived_contact")
        try connection.define("CREATE TEMP TABLE arrived_contact (id INTEGER PRIMARY KEY, key TEXT NOT NULL)")
        let rows = "INSERT INTO arrived_contact (id, key) SELECT id, key FROM contact WHERE key <> 'owner'"
        if let arrived {
            for run in arrived.all {
                try connection.execute(
                    rows + " AND id BETWEEN :first AND :last",
                    ["first": .integer(run.lowerBound), "last": .integer(run.upperBound)])
            }
        } else {
            try connection.execute(rows)
        }
    }

    /// Who moves, and who may or may not: files contradict each other about them.
    private func found(_ has: (String, Int64) -> Bool) throws -> ([Move], KeyExamples) {
        let columns = """
            n.id AS contact, o.id AS former, o.account_id, o.key, o.address, x.key AS old_account, y.key AS new_account,
                n.account_id AS its_account, n.key AS its_key, n.address AS its_address, n.moved_at
            """
        let accounts = "JOIN account x ON x.id = o.account_id JOIN account y ON y.id = n.account_id"
        // Who came with this file is in it.
        let isBefore =
            context.options.takesDepartures ? "true" : "o.id NOT IN (SELECT id FROM arrived_contact)"
        let others =
            "o.account_id <> n.account_id AND o.status = 'active' AND n.status = 'active' AND o.key <> 'owner' AND \(isBefore)"
        func look(_ found: inout Found, _ sql: String) throws {
            let statement = try connection.prepare(sql)
            while try statement.step() {
                found.look(at: statement, isSaid: context.options.takesDepartures, now: context.now, has)
            }
        }
        var byAddress = Found()
        try look(
            &byAddress,
            """
            SELECT \(columns) FROM arrived_contact t JOIN contact n ON n.id = t.id
            JOIN contact o ON o.address = n.address \(accounts)
            WHERE \(others) AND (n.key = n.address OR o.key = n.key OR o.key = o.address) ORDER BY n.id, o.id
            """)
        // With another address it is the same person only where keys tell people apart.
        var byKey = byAddress
        try look(
            &byKey,
            """
            SELECT \(columns) FROM arrived_contact t JOIN contact n ON n.id = t.id
            JOIN contact o ON o.key = t.key \(accounts)
            WHERE \(others) AND o.address IS DISTINCT FROM n.address
                AND COALESCE(lower(trim(o.name)) = lower(trim(n.name)), true) ORDER BY n.id, o.id
            """)
        let isOneMore = byKey.count > byAddress.count
        let found = try isOneMore && areKeysReused() ? byAddress : byKey
        return (found.moves, found.undecided)
    }

    private struct Found {
        var moves: [Move] = []
        var undecided = KeyExamples()
        private var gone: Set<Int64> = []

        var count: Int { moves.count + undecided.count }

        mutating func look(at row: Statement, isSaid: Bool, now: Instant, _ has: (String, Int64) -> Bool) {
            func isThere(_ key: String, _ address: String?, _ account: Int64) -> Bool {
                has(key, account) || address.map { has($0, account) } ?? false
            }
            let key = row.text("key") ?? ""
            guard !isThere(key, row.optionalText("address"), row.integer("account_id")),
                isThere(row.text("its_key") ?? "", row.optionalText("its_address"), row.integer("its_account"))
            else { return }
            let text = "\(key): \(row.text("old_account") ?? "") → \(row.text("new_account") ?? "")"
            if !isSaid, let moved = row.optionalInteger("moved_at"), moved > (now - MovedContacts.quiet).milliseconds {
                undecided.add(text)
            } else if gone.insert(row.integer("former")).inserted {
                moves.append(Move(contact: row.integer("contact"), former: row.integer("former"), text: text))
            }
        }
    }

    /// Whether two people have one key, as where each account numbers its own.
    private func areKeysReused() throws -> Bool { try repeats("count(DISTINCT COALESCE(address, '')) > 1") }

    private func havePeopleSeveralAccounts() throws -> Bool { try repeats("count(*) > 1") }

    private func repeats(_ condition: String) throws -> Bool {
        try connection.first(
            """
            SELECT key FROM contact
            WHERE status = 'active' AND key <> 'owner' AND key NOT IN (SELECT key FROM arrived_contact)
            GROUP BY key HAVING \(condition) LIMIT 1
            """) != nil
    }

    private mutating func carryOut(_ moves: [Move]) throws {
        let staying = ["key", "email", "role", "status"]
        let carried =
            [WishReader.column]
            + context.dataMap.importedContactAttributes.filter { !staying.contains($0.name) }
            .map { AttributeColumns.ofContact($0.name) }
        let number = context.dataMap.sms.map { "n.\(AttributeColumns.ofContact($0.phone)) IS NULL" } ?? "true"
        let assignments =
            carried.map { "\($0) = COALESCE(n.\($0), o.\($0)), " }.joined()
            + "phone = CASE WHEN \(number) THEN COALESCE(n.phone, o.phone) ELSE n.phone END"
        let ofAddress = Suppressions.ofAddress.map { "'\($0)'" }.joined(separator: ", ")
        let slice = 500
        for first in stride(from: 0, to: moves.count, by: slice) {
            eventsMade += try store.write(on: connection) { _ in
                var made = 0
                for move in moves[first..<min(first + slice, moves.count)] {
                    let values: [String: SQLValue] = [
                        "contact": .integer(move.contact), "former": .integer(move.former),
                    ]
                    try connection.execute(
                        """
                        UPDATE contact AS n SET \(assignments) FROM contact o WHERE n.id = :contact AND o.id = :former
                        """, values)
                    try connection.execute(
                        """
                        INSERT INTO suppression (address, category, reason, at)
                        SELECT n.address, x.category, x.reason, x.at FROM contact n, contact o
                        JOIN suppression x ON x.address = COALESCE(o.address, o.last_address)
                        WHERE n.id = :contact AND o.id = :former AND n.address <> x.address
                            AND x.reason NOT IN (\(ofAddress))
                        ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason
                            WHERE suppression.reason IN (:soft, :unclear)
                        """,
                        values.merging([
                            "soft": .text(Suppressions.softBounced), "unclear": .text(Suppressions.unclear),
                        ]) { $1 })
                    made += try events.ofContact("contact_left", move.former)
                    try connection.execute(
                        "UPDATE contact SET status = 'left', moved_at = :now WHERE id = :former",
                        ["former": .integer(move.former), "now": .instant(context.now)])
                }
                return made
            }
        }
    }
}
