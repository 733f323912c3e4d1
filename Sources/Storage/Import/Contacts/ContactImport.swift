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
    private let events: ColumnEvents
    /// Whether a contact may come back that files had at another account meanwhile.
    private var knowsMoved = false
    private let accounts: AccountNames
    private let address = ByteArena(capacity: 256)
    private let mailboxName = ByteArena(capacity: 256)
    private var ofWholeRows = StagedColumns(isPerRow: false)
    private var ofPartialRows = StagedColumns(isPerRow: true)
    private(set) var leftOut: [Rejection] = []
    private var hasPartialRows = false
    private var scalars: ContiguousArray<Scalar> = []
    private var accountPlace = 0
    private var keyPlace: Int?
    private var emailIndex: Int?
    private var phoneIndex: Int?
    private var numberIndex: Int?
    private var addressIndex: Int?
    private var emailPlace: Int?
    private var nameIndex: Int?
    private var names = PersonNames()
    private var wishIndex: Int?
    /// What the column "status" is called, where it is passed over because it is about subscriptions.
    private var ofSubscriptions: String?
    private let wishes: WishReader
    /// Who is still there; nil where rows are refused for a bad cell, as over HTTP.
    private let presence: PresenceReader?
    private var statusIndex: Int?
    private var seen = SeenKeys()
    private var hasRepeats = false
    private var pace = Store.freshPace
    private var hasKeyless = false
    private var cells = StagedCells([])
    /// No attribute can have this name.
    private static let address = "email, normalized"
    private static let number = "phone, normalized"

    /// Usual names of the account's key in other files than its own.
    static let accountSynonyms = [
        "account_id", "account_key", "customer_id", "customer_key", "company_id", "organization_id", "org_id",
        "tenant_id", "client_id", "customer", "company", "account_no", "account_number", "customer_no",
        "customer_number",
    ]
    private static let synonyms = [
        "email": ["email_address", "e_mail", "work_email", "mail"],
        "name": ["full_name", "contact_name", "contact"],
        "role": ["contact_role"],
        "key": ["contact_id", "contact_key", "user_id"],
        "timezone": ["time_zone", "tz"],
    ]

    /// Addresses of rows without an account of which the file says that they want no messages.
    private var homelessWishes: Set<String> = []

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        attributes = context.dataMap.importedContactAttributes
        wishes = WishReader(context, context.dataMap.wishesOfContact)
        presence =
            context.takesGoodCells
            ? attributes.first { $0.name == "status" }.map { PresenceReader(context, $0) } : nil
        let ofPeople = attributes.map {
            var column = WantedColumn($0, context, synonyms: Self.synonyms[$0.name] ?? [])
            // Each of several says it, in its own way.
            if $0.name == "status", context.takesGoodCells { column.moreColumns = [] }
            return column
        }
        wanted =
            [WantedColumn(Attribute("account", .text), context, synonyms: Self.accountSynonyms)]
            + ofPeople + (presence?.wanted ?? []) + wishes.wanted(beside: attributes.map(\.name))
            + PersonNames.wanted(beside: attributes.map(\.name))
        events = try ColumnEvents(store, connection, context)
        table = ContactTable(store, connection, context, events)
        accounts = try AccountNames(connection, context, takesFirst: true)
    }

    func begin(_ map: ColumnMap) throws {
        accountPlace = try accounts.place(in: map, orBy: ["email"])
        if map.place(of: "key") == nil { try map.require("email") }
        keyPlace = map.place(of: "key")
        emailPlace = map.place(of: "email")
        names = PersonNames(map, whole: "name", beside: attributes.map(\.name))
        let declared = attributes.first { $0.name == "status" }.flatMap { context.form(of: "status", $0.form).column }
        if let place = map.place(of: "status"), !map.isPerRow, declared == nil,
            ContactStatus.isOfSubscriptions(map.header)
        {
            ofSubscriptions = map.header[place]
        }
        presence?.begin(
            map,
            isOfSubscriptions: ofSubscriptions != nil || declared == nil && ContactStatus.isOfSubscriptions(map.header))
        wishes.begin(map, statusPlace: ofSubscriptions == nil ? map.place(of: "status") : nil)
        knowsMoved = try !context.isOngoing && MovedContacts.isKnown(connection)
        if context.takesGoodCells { ofPartialRows = columns(map, isPerRow: true) }
        ofWholeRows = columns(map, isPerRow: map.isPerRow)
        emailIndex = ofWholeRows.index(of: "email")
        phoneIndex = context.dataMap.sms.flatMap { ofWholeRows.index(of: $0.phone) }
        numberIndex = ofWholeRows.index(of: Self.number)
        nameIndex = ofWholeRows.index(of: "name")
        wishIndex = ofWholeRows.index(of: WishReader.name)
        statusIndex = presence == nil ? nil : ofWholeRows.index(of: "status")
        addressIndex = ofWholeRows.index(of: Self.address)
        scalars = ContiguousArray(repeating: .null, count: ofWholeRows.all.count)
        cells = ofWholeRows.cells
        try table.begin(ofWholeRows)
    }

    private func columns(_ map: ColumnMap, isPerRow: Bool) -> StagedColumns {
        var columns = StagedColumns(isPerRow: isPerRow)
        for attribute in attributes
        where attribute.name != "key" && (attribute.name != "status" || ofSubscriptions == nil && presence == nil) {
            guard let place = map.place(of: attribute.name) else { continue }
            columns.add(
                attribute.name, column: AttributeColumns.ofContact(attribute.name),
                .ofContact(attribute, context), place: place)
            if attribute.name == "email" {
                columns.add(Self.address, column: "\"address\"", CellReader("email", .text), place: place)
            } else if attribute.name == context.dataMap.sms?.phone {
                columns.add(Self.number, column: "\"phone\"", CellReader(attribute.name, .text), place: place)
            }
        }
        if knowsMoved || presence?.isNeeded == true, columns["status"] == nil {
            columns.add("status", column: "\"status\"", CellReader("status", .text), place: nil)
        }
        if knowsMoved {
            columns.add(
                "moved_at", column: "\"moved_at\"", CellReader("moved_at", .text), place: nil,
                updated: "CASE WHEN s.status = 'left' THEN NULL ELSE a.moved_at END", inserted: "NULL")
        }
        columns.set(
            "status",
            updated:
                "COALESCE(s.status, \(knowsMoved ? "CASE WHEN a.moved_at IS NULL THEN a.status ELSE 'active' END" : "a.status"))",
            inserted: "COALESCE(s.status, 'active')")
        // A name may stand before the address.
        if map.place(of: "name") == nil, names.isInParts || map.place(of: "email") != nil {
            columns.add(
                "name", column: "\"name\"", CellReader("name", .text), place: nil,
                updated: "COALESCE(s.name, a.name)")
        }
        if wishes.isNeeded { columns.addWish() }
        return columns
    }

    func stage(_ record: Record) throws {
        if !leftOut.isEmpty { leftOut.removeAll() }
        let account = record.cells[accountPlace].trimmed
        if account.isEmpty { throw Rejection(.missing, "account", "is empty") }
        let accountID = try found(account, record)
        var present = cells.present(in: record)
        if context.takesGoodCells {
            present &= ~(try cells.read(record, into: &scalars, leavingOut: &leftOut))
        } else {
            try cells.read(record, into: &scalars)
        }
        if let nameIndex, scalars[nameIndex].isNull {
            scalars[nameIndex] = try names.name(in: record)
            if !scalars[nameIndex].isNull { present |= 1 << Int64(nameIndex) }
            if let emailPlace, scalars[nameIndex].isNull {
                scalars[nameIndex] = Mailbox.name(in: record.cells[emailPlace], arena: mailboxName)
            }
        }
        if let statusIndex, let presence {
            scalars[statusIndex] = presence.status(record, leavingOut: &leftOut)
            if !scalars[statusIndex].isNull { present |= 1 << Int64(statusIndex) }
        }
        let wish = wishIndex == nil ? .null : try wishes.wish(record, email: emailPlace.map { record.cells[$0] })
        if let emailIndex, let addressIndex {
            if case .text(let email) = scalars[emailIndex] {
                scalars[addressIndex] = EmailAddress.normalized(email, in: address).map { .text($0) } ?? .null
            } else {
                scalars[addressIndex] = .null
                // An address that was left out leaves the one that is there alone.
                if present & 1 << Int64(emailIndex) == 0 { present &= ~(1 << Int64(addressIndex)) }
            }
        }
        if let phoneIndex, let numberIndex {
            scalars[numberIndex] = scalars[phoneIndex]
            if scalars[phoneIndex].isNull, present & 1 << Int64(phoneIndex) == 0 {
                present &= ~(1 << Int64(numberIndex))
            }
        }
        var key = keyPlace.map { record.cells[$0].trimmed } ?? Cell.empty
        let isKeyless = key.isEmpty
        if isKeyless {
            guard let addressIndex, case .text(let address) = scalars[addressIndex] else {
                throw leftOut.first ?? Rejection(.missing, "the row has neither a key nor an email")
            }
            key = address
            hasKeyless = true
        }
        try Rejection.ifCut(key, "key")
        if key.count > 254 { throw Rejection(.value, "key", "is longer than 254 bytes") }
        let isRepeat = !seen.insert(key, of: accountID)
        if isRepeat {
            hasRepeats = true
            tally.duplicates += 1
        }
        if let wishIndex { scalars[wishIndex] = keep(wish, of: key, accountID, isRepeat) }
        table.stage(
            account: .integer(accountID), isKeyless: isKeyless, present: present, key: .text(key))
        for scalar in scalars { table.rows.add(scalar) }
        table.rows.endRow()
        hasPartialRows = hasPartialRows || !leftOut.isEmpty
    }

    /// The account that a row names; the wish of a person of no account, or of several, is kept all the same.
    private func found(_ name: Cell, _ record: Record) throws -> Int64 {
        do {
            return try accounts.find(name).id
        } catch let rejection as Rejection where wishes.isNeeded {
            let cell = emailPlace.map { record.cells[$0] }
            if case .integer(1) = try wishes.wish(record, email: cell), let cell {
                let email = Mailbox(cell.string)?.address ?? cell.trimmed.string
                if let address = EmailAddress.normalized(email) { homelessWishes.insert(address) }
            }
            throw rejection
        }
    }

    /// Of several rows of one contact the last counts, but for a wish to get nothing, which stays.
    private func keep(_ wish: Scalar, of key: Cell, _ account: Int64, _ isRepeat: Bool) -> Scalar {
        if case .integer(1) = wish {
            wishes.keep("\(account) \(key.string)")
            return wish
        }
        return isRepeat && wishes.isKept("\(account) \(key.string)") ? .integer(1) : wish
    }

    var isFull: Bool { table.rows.isFull }

    func apply() throws {
        table.use(hasPartialRows ? ofPartialRows : ofWholeRows)
        if hasRepeats { table.mergeRepeats() }
        try wishes.suppressBounces(store, connection)
        try store.writeInSlices(
            on: connection, count: staged, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) {
            _, slice in
            table.rows.window = slice
            tally.add(try table.apply(hasKeyless: hasKeyless))
        }
        table.rows.removeAll()
        hasRepeats = false
        hasPartialRows = false
        hasKeyless = false
    }

    func finish(_ report: inout ImportReport) throws {
        try wishes.suppressBounces(store, connection)
        if !homelessWishes.isEmpty {
            try store.write(on: connection) { _ in try table.unsubscribe(addresses: homelessWishes) }
            let count = homelessWishes.count
            tally.warnings.append(
                "\(count) \(count == 1 ? "address" : "addresses") of no account here, or of several, "
                    + "\(count == 1 ? "wants" : "want") no messages, and will get none")
        }
        if !context.isOngoing, !context.isStrict {
            var moved = MovedContacts(store, connection, context, events)
            try moved.move(table.arrived, known: tally.unchanged + tally.updated) { name, account in
                var name = name
                return name.withUTF8 { seen.contains($0, of: account) }
            }
            tally.eventsMade += moved.eventsMade
            tally.warnings += moved.warnings
            if context.options.since == nil {
                let absent = try AbsentContacts(connection).warning(
                    known: tally.unchanged + tally.updated, seen: seen, rejected: report.rejected)
                tally.warnings += [absent].compactMap { $0 }
            }
        }
        tally.warnings += ofSubscriptions.map { [ContactStatus.warning($0)] } ?? []
        tally.warnings +=
            accounts.warnings + table.warnings + ofWholeRows.warnings + wishes.warnings
            + (presence?.warnings ?? [])
        report.unsubscribed = wishes.count
        report.bounced = wishes.bounceCount
    }

    func renew() throws {
        seen = SeenKeys()
        tally = ImportTally()
        wishes.renew()
        presence?.renew()
        homelessWishes = []
        try table.renew()
    }

    func end() { table.end() }

    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String? {
        if rejection.kind == .unknownAccount {
            if let digits = accounts.digitsToDeclare { return ImportHint.keyLine(context, digits: digits) }
            return ofMost && !context.isOngoing ? ImportHint.accountLine(context, .contacts) : nil
        }
        return attributes.first { $0.name == rejection.column }
            .flatMap { ImportHint.line(for: $0, in: .contacts, values, ofMost: ofMost, context) }
    }
}
