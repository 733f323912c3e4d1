import Playbooks

/// Contacts, upserted by account and key.
///
/// A row without a key is the contact of the account that has its address, else a new one whose key is the address. The
/// address is the email in the form of `EmailAddress`. An empty `status` keeps what is there (a new contact is active).
final class ContactImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { table.rows.count }
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
    private var pace = Store.freshPace
    private var hasKeyless = false
    private var cells = StagedCells([])
    /// No attribute can have this name.
    private static let address = "email, normalized"

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        attributes = Attribute.builtInOfContact + context.dataMap.contactAttributes
        wanted = [WantedColumn("account")] + attributes.map { WantedColumn($0) }
        table = ContactTable(store, connection, context, try ColumnEvents(store, connection, context))
        accounts = try AccountKeys(connection, asksOnly: context.isOngoing)
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
        cells = columns.cells
        try table.begin(columns)
    }

    func stage(_ record: Record) throws {
        let account = record.cells[accountPlace].trimmed
        if account.isEmpty { throw Rejection(.missing, "account", "is empty") }
        guard let accountID = try accounts.id(account) else {
            throw Rejection(.unknownAccount, "account", "there is no account with the key \(account.excerpt)")
        }
        try cells.read(record, into: &scalars)
        if let emailIndex, let addressIndex, case .text(let email) = scalars[emailIndex] {
            scalars[addressIndex] = EmailAddress.normalized(email, in: address).map { .text($0) } ?? .null
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
        table.stage(
            account: .integer(accountID), isKeyless: isKeyless, present: cells.present(in: record), key: .text(key))
        for scalar in scalars { table.rows.add(scalar) }
        table.rows.endRow()
    }

    var isFull: Bool { table.rows.isFull }

    func apply() throws {
        // Account and key.
        if hasRepeats { table.rows.hideRepeats(of: [0, 5]) }
        try store.writeInSlices(
            on: connection, count: staged, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) {
            _, slice in
            table.rows.window = slice
            tally.add(try table.apply(hasKeyless: hasKeyless))
        }
        table.rows.removeAll()
        hasRepeats = false
        hasKeyless = false
    }

    func finish(_ report: inout ImportReport) throws { tally.warnings += table.warnings }

    func renew() throws {
        seen = SeenKeys()
        tally = ImportTally()
        try table.renew()
    }

    func end() { table.end() }

    func hint(for rejection: Rejection, _ values: [String]) -> String? {
        attributes.first { $0.name == rejection.column }.flatMap { ImportHint.line(for: $0, values) }
    }
}
