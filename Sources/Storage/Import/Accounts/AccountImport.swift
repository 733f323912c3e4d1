import Playbooks

/// Accounts, upserted by key.
///
/// - A column that the source lacks leaves values alone; an empty cell makes them NULL. An empty `status` keeps what is
///   there (a new account is active), an empty `created_at` too (a new account's is the moment of the import, which is no
///   fact about those of the first day).
/// - Status and `churned_at` are one truth: without a status the date decides; an active account has no `churned_at`; an
///   account that turns churned without a date does so now; a new account that is churned without a date has none, and
///   no event is made of it.
/// - A changed column makes the built-in event: `churned` at `churned_at`, `cancel_requested` at `cancel_requested_at`,
///   `cancel_withdrawn` and `reactivated` now. New accounts make theirs with their true dates, so that `max_age` keeps
///   old ones from triggering anything. An event of the same kind and moment that is there already is not made again.
/// - A change of a tracked attribute is kept in `history` at the moment of the import (a status that turns churned, at
///   `churned_at`); the first value is no change.
/// - A status that the source told before brings nobody back who has left since, by an event, by billing or by another source.
/// - `contact_email` and `contact_name` are the contact with the key and role `owner`; an empty address takes the one away
///   that was there.
/// - Of several rows of one key the last counts, with what it leaves out of those before.
final class AccountImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { rows.count }
    var tally = ImportTally()

    private let store: Store
    private let connection: Connection
    let context: ImportContext
    let attributes: [Attribute]
    private let events: ColumnEvents
    let owner: ContactTable
    let wishes: WishReader
    let ownerEmail = CellReader("contact_email", .email)
    let ownerName = CellReader("contact_name", .text)
    var names = PersonNames()
    private let ownerAddress = ByteArena(capacity: 256)
    private let mailboxName = ByteArena(capacity: 256)
    private var columns: StagedColumns
    /// The columns for rows that have all their cells, and for those of which some are left out.
    private var ofWholeRows = StagedColumns(isPerRow: false)
    private var ofPartialRows = StagedColumns(isPerRow: true)
    private(set) var leftOut: [Rejection] = []
    private var hasPartialRows = false
    private var scalars: ContiguousArray<Scalar> = []
    private var keyPlace = 0
    var emailPlace: Int?
    private let lifecycle: LifecycleCells
    private var intervals: [IntervalCell] = []
    private var currency: CurrencyCell?
    let spelling: AccountKeySpelling
    private var seen = SeenKeys()
    private var hasRepeats = false
    private var pace = Store.freshPace
    var rows = StagedRows("import_account", [])
    private var cells = StagedCells([])
    private var hasSequel = false
    private var undated: UndatedAccounts
    private var twins: TwinKeys
    private var subscriptions: SubscriptionRows?
    private var doubts: FileDoubts
    var emptied = EmptiedAddresses()
    private var toldBefore: ToldBefore
    /// Whether a staged row says that its account has left.
    private var hasDepartures = false
    private let words = ByteArena(capacity: 32)
    let ownerWord: Cell

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        attributes = context.dataMap.importedAttributes
        let takesContact = context.options.map?.takesContact ?? true
        let contact =
            !takesContact
            ? []
            : Attribute.contactOfAccount.map { declared in
                context.dataMap.builtInColumns.first { $0.name == declared.name } ?? declared
            }
        wishes = WishReader(context, takesContact ? context.dataMap.wishesOfAccount : [])
        wanted =
            attributes.map { WantedColumn($0, context) }
            + zip(contact, [Self.emailSynonyms, Self.nameSynonyms]).map { WantedColumn($0, context, synonyms: $1) }
            + wishes.wanted(beside: attributes.map(\.name))
            + attributes.flatMap { IntervalCell.wanted(for: $0, context) }
            + CurrencyCell.wanted(beside: attributes.map(\.name))
            + (takesContact ? PersonNames.wanted(beside: attributes.map(\.name)) : [])
            + (context.isOngoing ? [WantedColumn(Self.billed)] : [])
        events = try ColumnEvents(store, connection, context)
        lifecycle = LifecycleCells(context, events)
        owner = ContactTable(store, connection, context, events, name: "import_owner", isOfAccounts: true)
        columns = StagedColumns(isPerRow: false)
        toldBefore = ToldBefore(context.isOngoing ? nil : context.options.map?.name ?? ImportKind.accounts.rawValue)
        doubts = FileDoubts(connection, zone: context.zone)
        undated = try UndatedAccounts(connection, at: context.now)
        twins = try TwinKeys(connection, isOngoing: context.isOngoing)
        spelling = try AccountKeySpelling(
            connection, digits: context.keyDigits, isOfFiles: context.takesGoodCells)
        ownerWord = words.append("owner".utf8)
    }

    /// In the SQL of columns.
    static let now = "CAST(:now AS bigint)"

    /// In rows of billing: that they are.
    static let billed = "mrr, billed"

    var hasOwner: Bool { emailPlace != nil || names.isKnown }
    var remarks: [String] { [twins.warning].compactMap { $0 } }

    func begin(_ map: ColumnMap) throws {
        try map.require("key", declaredAs: "attributes: { key: { column: \"...\" } }")
        doubts.source = map.source
        keyPlace = map.place(of: "key") ?? 0
        emailPlace = map.place(of: "contact_email")
        names = PersonNames(map, whole: "contact_name", beside: attributes.map(\.name))
        if emailPlace == nil, names.isInParts { names = PersonNames() }
        wishes.begin(map)
        if context.takesGoodCells {
            spell(map, isPerRow: true)
            ofPartialRows = columns
        }
        spell(map, isPerRow: map.isPerRow)
        ofWholeRows = columns
        subscriptions = SubscriptionRows(
            map, columns, isOfSubscriptions: context.options.map?.name.hasPrefix("subscriptions") == true)
        scalars = ContiguousArray(repeating: .null, count: columns.all.count)
        cells = columns.cells
        rows = StagedRows("import_account", StagedAccount.allCases.map(\.column) + columns.all.map(\.staged))
        try StagedRowsTable.create(rows, on: connection)
        if hasOwner { try owner.begin(ownerColumns(map)) }
    }

    private func spell(_ map: ColumnMap, isPerRow: Bool) {
        columns = StagedColumns(isPerRow: isPerRow)
        for attribute in attributes where attribute.name != "key" {
            guard let place = map.place(of: attribute.name) else { continue }
            columns.add(
                attribute.name, column: AttributeColumns.ofAccount(attribute.name), CellReader(attribute, context),
                place: place, isTracked: attribute.track)
        }
        let knowsEnds = lifecycle.findEnds(map, attributes)
        columns.spellLifecycle(toldBefore, believesOldNews: context.isStrict, knowsEnds: knowsEnds)
        columns.spellRevenue(toldBefore, billing: map.place(of: Self.billed), believesOldNews: context.isStrict)
        lifecycle.find(in: columns)
        currency = CurrencyCell(attributes, columns, map, context.currency)
        intervals = attributes.compactMap { IntervalCell($0, columns, map, context) }
    }

    // MARK: One row

    func stage(_ record: Record) throws {
        if !leftOut.isEmpty { leftOut.removeAll() }
        if context.takesGoodCells { try doubts.look(at: record) }
        let key = try spelling.key(record.cells[keyPlace].trimmed)
        if key.isEmpty { throw Rejection(.missing, "key", "is empty") }
        try Rejection.ifCut(key, "key")
        try Rejection.ifRounded(key, "key")
        if key.count > 200 { throw Rejection(.value, "key", "is longer than 200 bytes") }
        if TotalsRow.isTotal(key) { throw Rejection(.total, "key", "\(key.excerpt) is a row of totals") }
        if TotalsRow.isFooter(record) { throw Rejection(.footer, "key", "\(key.excerpt) is no account") }
        var present = cells.present(in: record)
        if context.takesGoodCells {
            present &= ~(try cells.read(record, into: &scalars, leavingOut: &leftOut))
        } else {
            try cells.read(record, into: &scalars)
        }
        let leaveOut: ((Rejection) -> Void)? = context.takesGoodCells ? { self.leftOut.append($0) } : nil
        for interval in intervals { try interval.settle(record, &scalars, &present, leaveOut) }
        try currency?.settle(record, &scalars, &present, leaveOut)
        let hasDate = try lifecycle.settle(record, &scalars, present: &present, leftOut: &leftOut)
        var email = Scalar.null
        var keepsEmail = emailPlace.map { record.present?[$0] == false } ?? true
        do {
            if let emailPlace { email = try ownerEmail.scalar(record.cells[emailPlace]) }
        } catch let rejection as Rejection {
            guard context.takesGoodCells else { throw rejection }
            leftOut.append(rejection)
            keepsEmail = true
        }
        if email.isNull, !keepsEmail { emptied.isNeeded = true }
        var name = try names.name(in: record)
        if name.isNull, let emailPlace { name = Mailbox.name(in: record.cells[emailPlace], arena: mailboxName) }
        if seen.insert(key) {
            twins.look(at: key)
        } else {
            hasRepeats = true
            tally.duplicates += 1
        }
        let isActive = lifecycle.isActive(scalars)
        if let isActive, subscriptions?.take(key, record, isRunning: isActive, &scalars, rows) == true { return }
        if lifecycle.departs(scalars) { hasDepartures = true }
        let rows = rows
        rows.add(.null)
        rows.add(.integer(0))
        rows.add(.integer(present))
        rows.add(.text(key))
        rows.add(email)
        if case .text(let bytes) = email {
            rows.add(EmailAddress.normalized(bytes, in: ownerAddress).map { .text($0) } ?? .null)
        } else {
            rows.add(.null)
        }
        rows.add(name)
        rows.add(wishes.isNeeded ? try wishes.wish(record, email: emailPlace.map { record.cells[$0] }) : .null)
        rows.add(.integer(keepsEmail ? 1 : 0))
        rows.add(.integer(0))
        rows.add(contentsOf: scalars)
        rows.endRow()
        hasSequel = hasSequel || !email.isNull || !name.isNull || hasDate
        hasPartialRows = hasPartialRows || !leftOut.isEmpty
    }

    // MARK: A slice

    var isFull: Bool { rows.isFull }

    func refusal() throws -> String? {
        try doubts.refusal(columns, attributes, context, hasDepartures: hasDepartures)
    }

    func apply() throws {
        columns = hasPartialRows ? ofPartialRows : ofWholeRows
        if hasRepeats { rows.mergeAccounts(columns) }
        try wishes.suppressBounces(store, connection)
        rows.sort { rows.textPrecedes($0, $1, in: StagedAccount.key.rawValue) }
        try store.writeInSlices(
            on: connection, count: rows.count, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) {
            _, slice in
            rows.window = slice
            tally.add(try applySlice(slice))
        }
        rows.removeAll()
        subscriptions?.forgetRows()
        hasRepeats = false
        emptied.isNeeded = false
        hasDepartures = false
        hasPartialRows = false
        hasSequel = false
    }

    private func applySlice(_ slice: Range<Int>) throws -> ImportTally {
        var counts = ImportTally()
        try emptied.take(connection)
        (counts.unchanged, counts.updated) = try resolve()
        if counts.updated > 0 {
            try columns.keepHistory(at: context.now, hasRepeats: hasRepeats, connection)
            counts.eventsMade += try events.ofChangedAccounts(columns)
            try update()
        }
        if counts.unchanged + counts.updated < slice.count {
            try undated.look(connection)
            try twins.look(connection)
            counts.inserted = try insert()
            try toldBefore.keep([], hasNew: hasDepartures && columns["status"] != nil, connection)
            if hasSequel, counts.inserted > 0 {
                try resolveNew()
                counts.eventsMade += try events.ofNewAccounts(columns)
            }
        }
        if hasOwner {
            counts.eventsMade += try applyOwners(slice)
            let ofContact = accountsChangedByContact(slice)
            counts.updated += ofContact
            counts.unchanged -= ofContact
        }
        return counts
    }

    /// Finds the stored accounts, and hides those that stay as they are.
    private func resolve() throws -> (unchanged: Int, changed: Int) {
        var (unchanged, changed) = (0, 0)
        var (left, returned): ([Int64], [Int64]) = ([], [])
        var hasOldNews = false
        func settle(_ row: Int, isChanged: Bool) {
            if isChanged { changed += 1 } else { unchanged += 1 }
            if !isChanged { rows.markUnchanged(row) }
        }
        let hasStatus = columns["status"] != nil
        let isOldNews = hasStatus && !context.isStrict ? toldBefore.isOldNews : "false"
        let isBack = hasStatus ? "COALESCE(s.status = 'active' AND a.status = 'churned', false)" : "false"
        try connection.forEach(
            """
            SELECT s.row, a.id, \(columns.differs), \(isOldNews), \(columns.isRevenueToldBefore(toldBefore)), a.key,
                \(hasStatus ? toldBefore.isFirstChurn : "false"), \(isBack),
                \(context.isOngoing ? "false" : columns.emptiesRevenue),
                \(hasStatus ? "\(ToldBefore.hasDayPast) AND (\(isOldNews) OR a.leaves_told IS NOT NULL)" : "false")
            FROM import_account s JOIN account a ON a.key = s.key
            """, ["now": .instant(context.now)].merging(hasStatus ? toldBefore.values : [:]) { $1 }
        ) { match in
            let isOld = match.integer(3) == 1
            if !context.isStrict, isOld || match.integer(4) == 1 {
                toldBefore.add(match.text(5) ?? "", status: isOld, revenue: match.integer(4) == 1)
            }
            let row = Int(match.integer(0))
            let account = match.integer(1)
            rows[row, StagedAccount.account] = .integer(account)
            if match.integer(6) == 1 { left.append(account) }
            if match.integer(9) == 1 { lifecycle.leavesAsTold() }
            if match.integer(8) == 1 { doubts.emptied.add(match.text(5) ?? "") }
            if isOld {
                // What it changes is known when it has its mark.
                hasOldNews = true
                rows[row, StagedAccount.isOldNews] = .integer(1)
                return
            }
            if match.integer(7) == 1 { returned.append(account) }
            settle(row, isChanged: match.integer(2) != 0)
        }
        if hasOldNews {
            try connection.forEach(
                """
                SELECT s.row, \(columns.differs) FROM import_account s JOIN account a ON a.id = s.account_id
                WHERE \(ToldBefore.isMarked)
                """, ["now": .instant(context.now)]
            ) { settle(Int($0.integer(0)), isChanged: $0.integer(1) != 0) }
        }
        try toldBefore.keep(left, hasNew: false, connection)
        try ToldBefore.forget(returned, connection)
        return (unchanged, changed)
    }

    /// Finds the accounts that have just been inserted.
    private func resolveNew() throws {
        try connection.forEach(
            """
            SELECT s.row, a.id FROM import_account s JOIN account a ON a.key = s.key WHERE s.account_id IS NULL
            """
        ) { match in
            let row = Int(match.integer(0))
            rows[row, StagedAccount.account] = .integer(match.integer(1))
            rows[row, StagedAccount.isNew] = .integer(1)
        }
    }

    private func update() throws {
        try connection.execute(
            """
            UPDATE account AS a SET \(columns.assignments) FROM import_account s
            WHERE a.id = s.account_id AND s.is_new = 0
            """, ["now": .instant(context.now)])
    }

    private func insert() throws -> Int {
        try connection.execute(
            """
            INSERT INTO account (key, seen_at\(columns.names)) SELECT s.key, \(Self.now)\(columns.insertions)
            FROM import_account s WHERE s.account_id IS NULL
            """, ["now": .instant(context.now)])
    }

    func finish(_ report: inout ImportReport) throws {
        tally.warnings += owner.warnings + ofWholeRows.warnings + wishes.warnings + toldBefore.warnings
        tally.warnings +=
            [
                names.warning, ownerEmail.warning, emptied.warning, undated.warning, twins.warning, spelling.warning,
                doubts.warning,
            ].compactMap { $0 } + lifecycle.warnings
        tally.warnings += try (subscriptions?.warnings ?? []) + [doubts.emptied.warning(connection)].compactMap { $0 }
        if !context.isOngoing, tally.inserted + tally.updated > 0 {
            try store.write(on: connection) {
                try Meta.accountImports.write(String(Meta.accountImports($0) + 1), $0)
            }
        }
        if !context.isOngoing, context.options.since == nil {
            let warning = try AbsentAccounts(connection).warning(
                known: tally.unchanged + tally.updated, seen: seen, rejected: report.rejected)
            tally.warnings += [warning].compactMap { $0 }
        }
        (report.unsubscribed, report.bounced) = (wishes.count, wishes.bounceCount)
    }

    func renew() throws {
        seen = SeenKeys()
        tally = ImportTally()
        undated.renew()
        toldBefore.renew()
        lifecycle.renew()
        emptied = EmptiedAddresses()
        twins.renew()
        doubts.renew()
        subscriptions?.renew()
        wishes.renew()
        try owner.renew()
    }

    func end() {
        StagedRowsTable.drop(rows, on: connection)
        owner.end()
    }
}
