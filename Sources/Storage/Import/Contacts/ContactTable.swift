import Playbooks

/// The staged contacts on their way into `contact`, with the events that their changes make.
///
/// `contact_added` when a contact is new or comes back, `contact_left`, `contact_role_changed` when one role follows
/// another; all of them now. Contacts that come with a new account, or into a database that held none, are a first load:
/// their events have `history = 1` and trigger nothing.
final class ContactTable {
    private let store: Store
    let connection: Connection
    let context: ImportContext
    private let events: ColumnEvents
    private let awaited: AwaitedContacts
    /// What follows `key` are the columns, in their order.
    private(set) var rows: StagedRows
    private(set) var columns = StagedColumns(isPerRow: false)
    private var isFirstLoad = false
    /// The active contacts that `apply` brought to accounts which had contacts before.
    private(set) var arrived = ContactRuns()
    /// The accounts whose contacts `apply` changed or added.
    private(set) var changedAccounts: Set<Int64> = []
    /// How many addresses came back that were erased before.
    private var erased = 0
    /// How many contacts that were known by their address have a key now.
    private var adopted = 0
    private let isOfAccounts: Bool

    /// - Parameters:
    ///   - name: of the staged rows; two that live at the same time need two.
    ///   - isOfAccounts: whether the rows are the one contact of each account, which may become another person.
    init(
        _ store: Store, _ connection: Connection, _ context: ImportContext, _ events: ColumnEvents,
        name: String = "import_contact", isOfAccounts: Bool = false
    ) {
        self.isOfAccounts = isOfAccounts
        rows = StagedRows(name, [])
        self.store = store
        self.connection = connection
        self.context = context
        self.events = events
        awaited = AwaitedContacts(connection)
    }

    func begin(_ columns: StagedColumns) throws {
        self.columns = columns
        try renew()
        rows = StagedRows(
            rows.name,
            ["account_id", "contact_id", "is_new", "is_keyless", "present"].map { .integer($0) } + [.text("key")]
                + columns.all.map(\.staged))
        try StagedRowsTable.create(rows, on: connection)
    }

    /// Makes of the rows to come what these columns say; they are as many as those it began with.
    func use(_ columns: StagedColumns) { self.columns = columns }

    /// Looks whether there are contacts yet.
    func renew() throws {
        arrived = ContactRuns()
        isFirstLoad = try connection.first("SELECT id FROM contact LIMIT 1") == nil
    }

    func end() { StagedRowsTable.drop(rows, on: connection) }

    /// Begins a row; its columns are to be added, and the row ended.
    func stage(account: Scalar, isNew: Scalar = .integer(0), isKeyless: Bool = false, present: Int64 = -1, key: Scalar)
    {
        rows.add(account)
        rows.add(.null)
        rows.add(isNew)
        rows.add(.integer(isKeyless ? 1 : 0))
        rows.add(.integer(present))
        rows.add(key)
    }

    /// Of several rows of one contact the last counts, with what it leaves out of those before.
    func mergeRepeats() {
        // Account and key.
        rows.mergeRepeats(
            of: [0, 5], present: 4, from: Self.first, filling: columns.withoutPlace.map { Self.first + $0 })
    }

    /// Writes the rows that SQL sees; call in a write transaction.
    func apply(hasKeyless: Bool = false) throws -> ImportTally {
        var tally = ImportTally()
        changedAccounts = []
        if rows.count == 0 { return tally }
        try forgetErased()
        let known = try resolve(hasKeyless)
        if known > 0 {
            tally.eventsMade += try eventsOfChanges()
            let address = columns.all.first { $0.column == "\"address\"" }?.updated
            if let address { try carryWishes(to: address, from: "COALESCE(a.address, a.last_address)") }
            let number = columns.all.first { $0.column == "\"phone\"" }?.updated
            if let number { try carryWishes(to: number, from: "a.phone") }
            tally.unsubscribed += try unsubscribeKnown(address ?? "a.address")
            try holdUnclear(known: address ?? "a.address")
            let last = address.map {
                (isOfAccounts && !columns.hasWish
                    ? ", unsubscribed = CASE WHEN \(isAnother($0)) THEN NULL ELSE a.unsubscribed END" : "")
                    + (isOfAccounts ? ", phone = CASE WHEN \(isAnother($0)) THEN NULL ELSE a.phone END" : "")
                    + ", last_address = CASE WHEN \($0) IS NULL THEN COALESCE(a.address, a.last_address) END"
            }
            try connection.forEach(
                """
                UPDATE contact AS a SET \(columns.assignments)\(last ?? "") FROM \(rows.name) s
                WHERE a.id = s.contact_id\(isOwn) AND (\(columns.differs))
                RETURNING \(connection.dialect.returned("account_id", of: "a"))
                """
            ) { row in
                tally.updated += 1
                changedAccounts.insert(row.integer(0))
            }
        }
        tally.unchanged = known - tally.updated
        if known < rows.lastPlace - rows.firstPlace {
            tally.unsubscribed += try unsubscribeNew()
            try holdUnclear(known: nil)
            try connection.forEach(
                """
                INSERT INTO contact (account_id, key\(columns.names))
                SELECT s.account_id, s.key\(columns.insertions)
                FROM \(rows.name) s WHERE s.contact_id IS NULL RETURNING account_id, id
                """
            ) { row in
                tally.inserted += 1
                changedAccounts.insert(row.integer(0))
                if !isFirstLoad { arrived.add(row.integer(1)) }
            }
            tally.eventsMade += try events.ofContacts(
                "contact_added", stagedAs: rows.name, joinedBy: "a.account_id = s.account_id AND a.key = s.key",
                history: isFirstLoad ? "1" : "COALESCE(s.is_new, 0)",
                where: "s.contact_id IS NULL AND a.status = 'active'")
        }
        for join in ["a.id = s.contact_id", "a.account_id = s.account_id AND a.key = s.key"] {
            try awaited.arrive(stagedAs: rows.name, joinedBy: join)
        }
        // Somebody may have been erased since the last rows came.
        if try ErasureKey.isNeeded(connection) {
            for column in ["address", "phone"] {
                erased += try suppressErased(column, "a.id = s.contact_id")
                erased += try suppressErased(column, "a.account_id = s.account_id AND a.key = s.key")
            }
        }
        return tally
    }

    /// Where the columns begin in a staged row.
    static let first = 6

    /// SQL that is true where the contact of an account `a` becomes another person: with the address the name changes.
    private func isAnother(_ address: String) -> String {
        guard isOfAccounts, columns.all.contains(where: { $0.column == "\"name\"" }) else { return "false" }
        return "(\(address) <> a.address AND coalesce(lower(trim(s.name)) <> lower(trim(a.name)), false))"
    }

    /// Wishes and complaints belong to a person: they hold for the new address, or number, of the same contact.
    ///
    /// - Parameters:
    ///   - address: what the staged row makes of it.
    ///   - former: what it was before.
    private func carryWishes(to address: String, from former: String) throws {
        let ofAddress = Suppressions.ofAddress.map { "'\($0)'" }.joined(separator: ", ")
        try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at)
            SELECT m.address, x.category, x.reason, x.at
            FROM (
                SELECT \(address) AS address, \(former) AS former
                FROM \(rows.name) s JOIN contact a ON a.id = s.contact_id
                WHERE NOT \(isAnother(address))
            ) m
            JOIN suppression x ON x.address = m.former
            WHERE m.address <> m.former AND x.reason NOT IN (\(ofAddress))
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason WHERE suppression.reason IN (:soft, :unclear)
            """, ["soft": .text(Suppressions.softBounced), "unclear": .text(Suppressions.unclear)])
    }

    /// Suppresses those of whom a file says for the first time that they want nothing, before they are written.
    ///
    /// Only the change counts: who comes back on a page of ours is not sent away again by a file that stays as it was.
    private func unsubscribeKnown(_ address: String) throws -> Int {
        guard columns.hasWish || columns.all.contains(where: { $0.column == "\"address\"" }) else { return 0 }
        // What an earlier file said holds for an address that comes later.
        let isAnother = isAnother(address)
        let kept = "a.\(WishReader.column) = 1 AND NOT \(isAnother)"
        let wish =
            columns.hasWish
            ? "(s.\(WishReader.column) = 1 OR (s.\(WishReader.column) IS NULL AND \(kept)))" : "(\(kept))"
        return try unsubscribe(
            """
            SELECT COALESCE(\(address), a.address, a.last_address) AS address
            FROM \(rows.name) s JOIN contact a ON a.id = s.contact_id
            WHERE \(wish)
                AND (COALESCE(a.\(WishReader.column), 0) = 0 OR \(isAnother) OR a.address IS NULL AND a.last_address IS NULL)
            """)
    }

    private func unsubscribeNew() throws -> Int {
        guard columns.hasWish, columns.all.contains(where: { $0.column == "\"address\"" }) else { return 0 }
        return try unsubscribe(
            """
            SELECT s.address AS address FROM \(rows.name) s
            WHERE s.\(WishReader.column) = 1 AND s.contact_id IS NULL
            """)
    }

    /// Holds back addresses in whose column of wishes something is written that is not understood, until it is known.
    ///
    /// - Parameter address: of contacts that are there, in SQL; nil for those that are new.
    private func holdUnclear(known address: String?) throws {
        guard columns.hasWish else { return }
        let staged = columns.all.contains { $0.column == "\"address\"" } ? "s.address" : "NULL"
        let people =
            address.map { "COALESCE(\($0), a.address, a.last_address) AS address" } ?? "\(staged) AS address"
        let rows = "\(rows.name) s"
        let from =
            address == nil
            ? "\(rows) WHERE s.contact_id IS NULL" : "\(rows) JOIN contact a ON a.id = s.contact_id WHERE true"
        try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at)
            SELECT DISTINCT m.address, '', :unclear, CAST(:now AS bigint) FROM (
                SELECT \(people) FROM \(from) AND s.\(WishReader.column) = \(WishReader.unclear)
            ) m WHERE m.address IS NOT NULL
            ON CONFLICT (address, category) DO NOTHING
            """, ["unclear": .text(Suppressions.unclear), "now": .instant(context.now)])
        try connection.execute(
            """
            DELETE FROM suppression WHERE category = '' AND reason = :unclear AND address IN (
                SELECT m.address FROM (SELECT \(people) FROM \(from) AND s.\(WishReader.column) = 0) m)
            """, ["unclear": .text(Suppressions.unclear)])
    }

    private func unsubscribe(_ people: String) throws -> Int {
        try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at)
            SELECT DISTINCT m.address, '', :reason, CAST(:now AS bigint) FROM (\(people)) m WHERE m.address IS NOT NULL
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason WHERE suppression.reason IN (:soft, :unclear)
            """,
            [
                "reason": .text(Suppressions.unsubscribed), "soft": .text(Suppressions.softBounced),
                "unclear": .text(Suppressions.unclear),
                "now": .instant(context.now),
            ])
    }

    /// Suppresses addresses of people whom no account of a file has, or nobody knows of which.
    func unsubscribe(addresses: Set<String>) throws {
        for address in addresses.sorted() {
            try connection.execute(
                """
                INSERT INTO suppression (address, category, reason, at) VALUES (:address, '', :reason, :now)
                ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason WHERE suppression.reason IN (:soft, :unclear)
                """,
                [
                    "address": .text(address), "reason": .text(Suppressions.unsubscribed),
                    "soft": .text(Suppressions.softBounced), "unclear": .text(Suppressions.unclear),
                    "now": .instant(context.now),
                ])
        }
    }

    /// Suppresses contacts with a key of whom a file says for the first time that they want nothing, and names no address.
    func unsubscribe(_ key: String, of account: Int64) throws -> Int {
        let contact: [String: SQLValue] = ["account": .integer(account), "key": .text(key)]
        let count = try connection.execute(
            """
            INSERT INTO suppression (address, category, reason, at)
            SELECT DISTINCT COALESCE(c.address, c.last_address), '', :reason, CAST(:now AS bigint) FROM contact c
            WHERE c.account_id = :account AND c.key = :key AND COALESCE(c.address, c.last_address) IS NOT NULL
                AND COALESCE(c.unsubscribed, 0) = 0
            ON CONFLICT (address, category) DO UPDATE SET reason = excluded.reason WHERE suppression.reason IN (:soft, :unclear)
            """,
            contact.merging([
                "reason": .text(Suppressions.unsubscribed), "soft": .text(Suppressions.softBounced),
                "unclear": .text(Suppressions.unclear),
                "now": .instant(context.now),
            ]) { $1 })
        try connection.execute(
            "UPDATE contact SET unsubscribed = 1 WHERE account_id = :account AND key = :key", contact)
        return count
    }

    /// What is to be told of addresses that came back after they were erased.
    var warnings: [String] {
        var warnings: [String] = []
        if erased > 0 {
            warnings.append(
                "\(erased) \(erased == 1 ? "address was" : "addresses were") erased before and will not be written to; "
                    + "keeptouch unsuppress lets it")
        }
        if adopted > 0 {
            warnings.append(
                "\(adopted) \(adopted == 1 ? "contact was" : "contacts were") known by \(adopted == 1 ? "its" : "their") address "
                    + "until now, and \(adopted == 1 ? "has" : "have") the key of this file from now on")
        }
        return warnings
    }

    /// Finds the stored contacts: by key, and rows that name none also by address.
    private func resolve(_ hasKeyless: Bool) throws -> Int {
        var found = 0
        func take(_ sql: String) throws {
            try connection.forEach(sql) { match in
                rows[Int(match.integer(0)), 1] = .integer(match.integer(1))
                found += 1
            }
        }
        try take(
            """
            SELECT s.row, a.id FROM \(rows.name) s JOIN contact a ON a.account_id = s.account_id AND a.key = s.key
            """)
        if hasKeyless {
            try take(
                """
                SELECT s.row, min(a.id) FROM \(rows.name) s
                JOIN contact a ON a.account_id = s.account_id AND a.address = s.address
                WHERE s.contact_id IS NULL AND s.is_keyless = 1 GROUP BY s.row
                """)
        }
        return try found + adopt()
    }

    /// Finds the contacts that were known by their address alone, or as the one contact of an account, until a file of contacts
    /// names their keys; a file of accounts finds the contact that has its address under a key.
    ///
    /// - Returns: how many of the staged rows are theirs.
    private func adopt() throws -> Int {
        // Where there were no contacts, nobody was known by anything.
        guard !isFirstLoad, columns.all.contains(where: { $0.column == "\"address\"" }) else { return 0 }
        let isMeant = isOfAccounts ? "true" : "(a.key = a.address OR a.key = 'owner')"
        var taken = 0
        try connection.forEach(
            """
            SELECT min(s.row) AS place, a.id FROM \(rows.name) s
            JOIN contact a ON a.account_id = s.account_id AND a.address = s.address
            WHERE s.contact_id IS NULL AND s.is_keyless = 0 AND COALESCE(s.is_new, 0) = 0 AND a.key <> s.key AND \(isMeant) GROUP BY a.id ORDER BY a.id
            """
        ) { match in
            guard rows[Int(match.integer(0)), 1].isNull else { return }
            rows[Int(match.integer(0)), 1] = .integer(match.integer(1))
            taken += 1
        }
        guard taken > 0, !isOfAccounts else { return taken }
        adopted += Int(
            try connection.execute(
                """
                UPDATE contact AS a SET key = s.key FROM \(rows.name) s
                WHERE a.id = s.contact_id AND s.is_keyless = 0 AND a.key <> s.key
                """))
        return taken
    }

    /// A file of accounts changes nothing of a contact whose key a file of contacts has named.
    private var isOwn: String { isOfAccounts ? " AND a.key = s.key" : "" }

    private func eventsOfChanges() throws -> Int {
        var made = 0
        let join = "a.id = s.contact_id\(isOwn)"
        if columns["status"] != nil {
            let status = columns.updated("status")
            made += try events.ofContacts(
                "contact_left", stagedAs: rows.name, joinedBy: join, where: "a.status = 'active' AND \(status) = 'left'"
            )
            let isBack = "a.status = 'left' AND \(status) = 'active'"
            let back = try events.ofContacts("contact_added", stagedAs: rows.name, joinedBy: join, where: isBack)
            made += back
            if back > 0 {
                try connection.forEach(
                    "SELECT a.id FROM \(rows.name) s JOIN contact a ON \(join) WHERE \(isBack)"
                ) { arrived.add($0.integer(0)) }
            }
        }
        if columns["role"] != nil {
            let role = columns.updated("role")
            made += try events.ofContacts(
                "contact_role_changed", stagedAs: rows.name, joinedBy: join,
                properties: "json_object('from', a.role, 'to', \(role))",
                where: "a.role IS NOT NULL AND \(role) IS NOT NULL AND \(role) <> a.role")
        }
        return made
    }
}
