import Playbooks

/// Contacts, upserted by account and key.
///
/// A row without a key is the contact of the account that has its address, else a new one whose key is the address. The
/// address is the email, trimmed and in lower case. An empty `status` keeps what is there (a new contact is active).
final class ContactImport: ImportTarget {
    let wanted: [WantedColumn]
    private(set) var staged = 0
    let mostStaged = 20_000
    private(set) var tally = ImportTally()

    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let attributes: [Attribute]
    private let table: ContactTable
    private let accounts: AccountKeys
    private let address = ByteArena(capacity: 256)
    private var columns = StagedColumns(isPerRow: false)
    private var scalars: ContiguousArray<Scalar> = []
    private var accountPlace = 0
    private var keyPlace: Int?
    private var emailIndex: Int?
    private var addressIndex: Int?
    private var seen = SeenKeys()
    private var hasRepeats = false
    private var hasKeyless = false
    private var stageRow: Statement?
    /// No attribute can have this name.
    private static let address = "email, normalized"

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        attributes = Attribute.builtInOfContact + context.dataMap.contactAttributes
        wanted = [WantedColumn("account")] + attributes.map { WantedColumn($0) }
        table = ContactTable(store, connection, context, try ColumnEvents(store, connection, context))
        accounts = try AccountKeys(connection)
    }

    func begin(_ map: ColumnMap) throws {
        try map.require("account")
        if map.place(of: "key") == nil { try map.require("email") }
        accountPlace = map.place(of: "account") ?? 0
        keyPlace = map.place(of: "key")
        columns = StagedColumns(isPerRow: map.isPerRow)
        for attribute in attributes where attribute.name != "key" {
            guard let place = map.place(of: attribute.name) else { continue }
            columns.add(
                attribute.name, column: AttributeColumns.ofContact(attribute.name), CellReader(attribute, context),
                place: place)
            if attribute.name == "email" {
                columns.add(Self.address, column: "\"address\"", CellReader("email", .text), place: place)
            }
        }
        columns.set("status", updated: "COALESCE(s.status, a.status)", inserted: "COALESCE(s.status, 'active')")
        emailIndex = columns.index(of: "email")
        addressIndex = columns.index(of: Self.address)
        scalars = ContiguousArray(repeating: .null, count: columns.all.count)
        try table.begin(columns)
        stageRow = try connection.prepare(
            """
            INSERT INTO temp.import_contact (account_id, is_keyless, present, key\(columns.names))
            VALUES (:account, :keyless, :present, :key\(columns.parameters))
            """)
    }

    func stage(_ record: Record) throws {
        guard let stageRow else { return }
        let account = record.cells[accountPlace].trimmed
        if account.isEmpty { throw Rejection(.missing, "account", "is empty") }
        guard let accountID = try accounts.id(account) else {
            throw Rejection(.unknownAccount, "account", "there is no account with the key \(account.excerpt)")
        }
        for (index, column) in columns.all.enumerated() {
            scalars[index] = try column.place.map { try column.reader.scalar(record.cells[$0]) } ?? .null
        }
        if let emailIndex, let addressIndex, case .text(let email) = scalars[emailIndex] {
            scalars[addressIndex] = .text(EmailAddress.lowercased(email, in: address))
        }
        var key = keyPlace.map { record.cells[$0].trimmed } ?? Cell.empty
        let isKeyless = key.isEmpty
        if isKeyless {
            guard let addressIndex, case .text(let address) = scalars[addressIndex] else {
                throw Rejection(.missing, "the row has neither a key nor an email")
            }
            key = address
            hasKeyless = true
        }
        if key.count > 254 { throw Rejection(.value, "key", "is longer than 254 bytes") }
        if !seen.insert(key, of: accountID) {
            hasRepeats = true
            tally.duplicates += 1
        }
        stageRow.bind(0, accountID)
        stageRow.bind(1, isKeyless ? Int64(1) : 0)
        stageRow.bind(2, columns.present(in: record))
        Scalar.text(key).bind(to: stageRow, 3)
        for index in scalars.indices { scalars[index].bind(to: stageRow, index + 4) }
        try stageRow.run()
        staged += 1
    }

    func apply() throws {
        let counts = try store.write(on: connection) { _ in
            try table.apply(hasRepeats: hasRepeats, hasKeyless: hasKeyless)
        }
        tally.inserted += counts.inserted
        tally.updated += counts.updated
        tally.unchanged += counts.unchanged
        tally.eventsMade += counts.eventsMade
        staged = 0
        hasRepeats = false
        hasKeyless = false
    }

    func finish(_ report: inout ImportReport) throws {}

    func hint(for rejection: Rejection, _ values: [String]) -> String? {
        attributes.first { $0.name == rejection.column }.flatMap { ImportHint.line(for: $0, values) }
    }
}
