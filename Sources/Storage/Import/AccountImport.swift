import Playbooks

/// Accounts, upserted by key.
///
/// - A column that the source lacks leaves values alone; an empty cell makes them NULL. An empty `status` keeps what is
///   there (a new account is active), an empty `created_at` too (a new account's is the moment of the import).
/// - Status and `churned_at` are one truth: without a status the date decides; an active account has no `churned_at`; an
///   account that turns churned without a date does so now; a new account that is churned without a date has none, and
///   no event is made of it.
/// - A changed column makes the built-in event: `churned` at `churned_at`, `cancel_requested` at `cancel_requested_at`,
///   `cancel_withdrawn` and `reactivated` now. New accounts make theirs with their true dates, so that `max_age` keeps
///   old ones from triggering anything. An event of the same kind and moment that is there already is not made again.
/// - A change of a tracked attribute is kept in `history` at the moment of the import (a status that turns churned, at
///   `churned_at`); the first value is no change.
/// - `contact_email` and `contact_name` are the contact with the key and role `owner`; where the address is empty it is
///   left as it is.
final class AccountImport: ImportTarget {
    let wanted: [WantedColumn]
    private(set) var staged = 0
    let mostStaged = 20_000
    private(set) var tally = ImportTally()

    static let emailSynonyms = ["email", "email_address", "owner_email", "primary_email", "e_mail"]
    static let nameSynonyms = ["contact", "owner", "owner_name", "primary_contact"]

    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let attributes: [Attribute]
    private let events: ColumnEvents
    private let owner: ContactTable
    private let ownerEmail = CellReader("contact_email", .email)
    private let ownerName = CellReader("contact_name", .text)
    private let ownerAddress = ByteArena(capacity: 256)
    private var columns: StagedColumns
    private var scalars: ContiguousArray<Scalar> = []
    private var keyPlace = 0
    private var emailPlace: Int?
    private var namePlace: Int?
    private var statusIndex: Int?
    private var churnedIndex: Int?
    private var cancelIndex: Int?
    private var reasonIndex: Int?
    private var seen = SeenKeys()
    private var hasRepeats = false
    private var stageRow: Statement?
    private let words = ByteArena(capacity: 16)
    private let active: Cell
    private let churned: Cell

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        attributes = context.dataMap.importedAttributes
        wanted =
            attributes.map { WantedColumn($0) } + [
                WantedColumn("contact_email", synonyms: Self.emailSynonyms),
                WantedColumn("contact_name", synonyms: Self.nameSynonyms),
            ]
        events = try ColumnEvents(store, connection, context)
        owner = ContactTable(store, connection, context, events)
        columns = StagedColumns(isPerRow: false)
        active = words.append("active".utf8)
        churned = words.append("churned".utf8)
    }

    private var hasOwner: Bool { emailPlace != nil || namePlace != nil }

    func begin(_ map: ColumnMap) throws {
        try map.require("key", declaredAs: "attributes: { key: { column: \"...\" } }")
        keyPlace = map.place(of: "key") ?? 0
        emailPlace = map.place(of: "contact_email")
        namePlace = map.place(of: "contact_name")
        columns = StagedColumns(isPerRow: map.isPerRow)
        for attribute in attributes where attribute.name != "key" {
            guard let place = map.place(of: attribute.name) else { continue }
            columns.add(
                attribute.name, column: AttributeColumns.ofAccount(attribute.name), CellReader(attribute, context),
                place: place, isTracked: attribute.track)
        }
        spellLifecycle()
        scalars = ContiguousArray(repeating: .null, count: columns.all.count)
        // The stage keeps what it is given; the types are those of the account's columns.
        try connection.executeScript(
            """
            DROP TABLE IF EXISTS temp.import_account;
            CREATE TEMP TABLE import_account (row INTEGER PRIMARY KEY, account_id, is_new, present, email, address, contact,
                key TEXT NOT NULL\(columns.names));
            """)
        if hasOwner { try owner.begin(ownerColumns(map)) }
        stageRow = try connection.prepare(
            """
            INSERT INTO temp.import_account (present, email, address, contact, key\(columns.names))
            VALUES (:present, :email, :address, :contact, :key\(columns.parameters))
            """)
    }

    private func ownerColumns(_ map: ColumnMap) -> StagedColumns {
        var owned = StagedColumns(isPerRow: map.isPerRow)
        if emailPlace != nil {
            for name in ["email", "address"] {
                owned.add(name, column: "\"\(name)\"", ownerEmail, place: nil, updated: "s.\(name)")
            }
        }
        if namePlace != nil {
            owned.add("name", column: "\"name\"", ownerName, place: nil, updated: "COALESCE(s.name, a.name)")
        }
        owned.add("role", column: "\"role\"", ownerName, place: nil, updated: "s.role")
        return owned
    }

    /// Status, dates and stage hang together.
    private func spellLifecycle() {
        let kind = CellReader.Kind.text
        if columns["status"] != nil || columns["churned_at"] != nil {
            for name in ["status", "churned_at"] where columns[name] == nil {
                columns.add(
                    name, column: AttributeColumns.ofAccount(name), CellReader(name, kind), place: nil,
                    isTracked: name == "status")
            }
            let status = "COALESCE(s.status, a.status)"
            columns.set("status", updated: status, inserted: "COALESCE(s.status, 'active')")
            columns.set(
                "churned_at",
                updated: """
                    CASE WHEN \(status) = 'active' THEN NULL ELSE COALESCE(s.churned_at, a.churned_at,
                    CASE WHEN a.status = 'active' THEN CAST(:now AS bigint) END) END
                    """,
                inserted: "s.churned_at")
            if columns["churn_reason"] == nil {
                columns.add(
                    "churn_reason", column: AttributeColumns.ofAccount("churn_reason"),
                    CellReader("churn_reason", kind), place: nil,
                    updated: "CASE WHEN \(status) = 'active' THEN NULL ELSE a.churn_reason END", inserted: "NULL")
            }
        }
        if columns["created_at"] != nil {
            columns.set(
                "created_at", updated: "COALESCE(s.created_at, a.created_at)",
                inserted: "COALESCE(s.created_at, CAST(:now AS bigint))")
        } else {
            columns.add(
                "created_at", column: AttributeColumns.ofAccount("created_at"), CellReader("created_at", kind),
                place: nil, updated: "a.created_at",
                inserted: "CAST(:now AS bigint)")
        }
        if columns["stage"] != nil {
            let since =
                "CASE WHEN \(columns.updated("stage")) IS DISTINCT FROM a.stage THEN CAST(:now AS bigint) ELSE a.stage_since END"
            let entered = "CASE WHEN s.stage IS NOT NULL THEN CAST(:now AS bigint) END"
            if columns["stage_since"] == nil {
                columns.add(
                    "stage_since", column: AttributeColumns.ofAccount("stage_since"), CellReader("stage_since", kind),
                    place: nil)
            }
            columns.set(
                "stage_since", updated: "COALESCE(s.stage_since, \(since))",
                inserted: "COALESCE(s.stage_since, \(entered))")
        }
        statusIndex = columns.index(of: "status")
        churnedIndex = columns.index(of: "churned_at")
        cancelIndex = columns.index(of: "cancel_requested_at")
        reasonIndex = columns["churn_reason"]?.place == nil ? nil : columns.index(of: "churn_reason")
    }

    // MARK: One row

    func stage(_ record: Record) throws {
        guard let stageRow else { return }
        let key = record.cells[keyPlace].trimmed
        if key.isEmpty { throw Rejection(.missing, "key", "is empty") }
        if key.count > 200 { throw Rejection(.value, "key", "is longer than 200 bytes") }
        for (index, column) in columns.all.enumerated() {
            scalars[index] = try column.place.map { try column.reader.scalar(record.cells[$0]) } ?? .null
        }
        try settleLifecycle(record)
        if seen.insert(key) == false {
            hasRepeats = true
            tally.duplicates += 1
        }
        stageRow.bind(0, columns.present(in: record))
        try bindOwner(record, stageRow)
        Scalar.text(key).bind(to: stageRow, 4)
        for index in scalars.indices { scalars[index].bind(to: stageRow, index + 5) }
        try stageRow.run()
        staged += 1
    }

    private func bindOwner(_ record: Record, _ stageRow: Statement) throws {
        let email = try emailPlace.map { try ownerEmail.scalar(record.cells[$0]) } ?? .null
        email.bind(to: stageRow, 1)
        if case .text(let bytes) = email {
            Scalar.text(EmailAddress.lowercased(bytes, in: ownerAddress)).bind(to: stageRow, 2)
        } else {
            stageRow.bindNull(2)
        }
        try (namePlace.map { try ownerName.scalar(record.cells[$0]) } ?? .null).bind(to: stageRow, 3)
    }

    private func settleLifecycle(_ record: Record) throws {
        for index in [churnedIndex, cancelIndex] {
            guard let index, case .integer(let at) = scalars[index], at > context.latest else { continue }
            throw Rejection(.future, columns.all[index].name, "lies in the future; a planned end is `service_end_at`")
        }
        if let reasonIndex, case .text(let word) = scalars[reasonIndex] {
            scalars[reasonIndex] = events.reason(word)
        }
        guard let statusIndex, let churnedIndex else { return }
        let hasDate = columns.all[churnedIndex].place.map { record.present?[$0] ?? true } ?? false
        if scalars[statusIndex].isNull, hasDate {
            scalars[statusIndex] = .text(scalars[churnedIndex].isNull ? active : churned)
        }
        if case .text(let word) = scalars[statusIndex], word.elementsEqual(active) { scalars[churnedIndex] = .null }
    }

    // MARK: A slice

    func apply() throws {
        try store.write(on: connection) { connection in
            var counts = ImportTally()
            var rows = staged
            if hasRepeats {
                rows -= try connection.execute(
                    "DELETE FROM temp.import_account WHERE row NOT IN (SELECT max(row) FROM temp.import_account GROUP BY key)"
                )
            }
            let known = try connection.execute(
                "UPDATE temp.import_account AS t SET account_id = a.id FROM account a WHERE a.key = t.key")
            if known > 0 {
                try keepHistory()
                counts.eventsMade += try events.ofChangedAccounts(columns)
                counts.updated = try update()
            }
            if known < rows {
                try insert()
                counts.inserted = rows - known
                if hasOwner || cancelIndex != nil || churnedIndex != nil { try resolveNew() }
                counts.eventsMade += try events.ofNewAccounts(columns)
            }
            counts.unchanged = known - counts.updated
            if hasOwner { counts.eventsMade += try applyOwners() }
            try connection.execute("DELETE FROM temp.import_account")
            tally.inserted += counts.inserted
            tally.updated += counts.updated
            tally.unchanged += counts.unchanged
            tally.eventsMade += counts.eventsMade
        }
        staged = 0
        hasRepeats = false
    }

    private func keepHistory() throws {
        for column in columns.all where column.isTracked {
            let at =
                column.name == "status"
                ? "COALESCE(\(columns.updated("churned_at")), CAST(:now AS bigint))" : "CAST(:now AS bigint)"
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT a.id, :attribute, \(at), \(column.updated), a.\(column.column)
                FROM temp.import_account s JOIN account a ON a.id = s.account_id
                WHERE \(column.updated) IS DISTINCT FROM a.\(column.column)
                ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
                """, ["attribute": .text(column.name), "now": .instant(context.now)])
        }
    }

    private func update() throws -> Int {
        try connection.execute(
            """
            UPDATE account AS a SET \(columns.assignments) FROM temp.import_account s
            WHERE a.id = s.account_id AND (\(columns.differs))
            """, ["now": .instant(context.now)])
    }

    private func insert() throws {
        try connection.execute(
            """
            INSERT INTO account (key\(columns.names)) SELECT s.key\(columns.insertions)
            FROM temp.import_account s WHERE s.account_id IS NULL ORDER BY s.row
            """, ["now": .instant(context.now)])
    }

    private func resolveNew() throws {
        try connection.execute(
            """
            UPDATE temp.import_account AS t SET account_id = a.id, is_new = 1
            FROM account a WHERE t.account_id IS NULL AND a.key = t.key
            """)
    }

    private func applyOwners() throws -> Int {
        let email = emailPlace == nil ? "" : ", email, address"
        let name = namePlace == nil ? "" : ", name"
        try connection.execute(
            """
            INSERT INTO temp.import_contact (row, account_id, is_new, present, key, role\(email)\(name))
            SELECT row, account_id, is_new, -1, 'owner', 'owner'\(email)\(name.isEmpty ? "" : ", contact")
            FROM temp.import_account WHERE email IS NOT NULL OR (contact IS NOT NULL AND \(emailPlace == nil ? "true" : "false"))
            """)
        return try owner.apply().eventsMade
    }

    func finish(_ report: inout ImportReport) throws {}

    func hint(for rejection: Rejection, _ values: [String]) -> String? {
        attributes.first { $0.name == rejection.column }.flatMap { ImportHint.line(for: $0, values) }
    }
}

extension DataMap {
    /// Every attribute of an account, built in or declared, as files carry it.
    var importedAttributes: [Attribute] {
        Attribute.builtIn.map { builtIn in builtInColumns.first { $0.name == builtIn.name } ?? builtIn } + attributes
    }
}
