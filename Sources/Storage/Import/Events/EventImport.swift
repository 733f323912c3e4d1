import Playbooks

/// Events, each stored once.
///
/// - The same event is known by its `EventIdentity`.
/// - Built-in events change the columns that they stand for, if they are newer (`EventEffects`).
/// - A contact that is not known leaves the event to the account alone, with a warning, until it comes
///   (`AwaitedContacts`).
final class EventImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { rows.count }
    private(set) var tally = ImportTally()

    static let own = ["account", "event", "at", "contact", "id", "properties"]
    private static let synonyms = [
        "account": ContactImport.accountSynonyms + AccountNames.addressSynonyms, "event": ["event_name", "event_type"],
        "at": ["timestamp", "occurred_at", "date"], "id": ["event_id"],
    ]

    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let kinds: [String: Int64]
    private let accounts: AccountNames
    private let contacts: ContactKeys
    private let effects: EventEffects
    private let departures: DepartureLimit
    private let moment: CellReader
    private var properties: EventProperties
    private var places: [Int?] = []
    private let rows = StagedEvent.rows()
    /// What the file calls the kinds of events, and the kind of all of its rows where no column says it.
    private let kindWords: MappedWords?
    var leftOut: [Rejection] { properties.rejections }
    private var kindMemo: (name: [UInt8], text: String, id: Int64)?
    private var onlyKind: (name: String, id: Int64)?
    private var unknownContacts = 0
    private let awaited: AwaitedContacts
    /// Whether one of the staged events names a contact that is not known.
    private var awaits = false
    private var pace = Store.freshPace
    private var identity = EventIdentity()
    private let earlier: EarlierEvents?
    private let retold: RetoldEvents
    private let states: CorrectedStates
    private let moments: EventMoments
    /// Whether the events that were stored before may come again in other words: in a file, and when there are any.
    private let mayRetell: Bool
    private var ends = PlannedEnds()
    /// How many events have more that data.yaml does not have than is kept.
    private var longLeftOut = 0

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.connection = connection
        self.context = context
        var names = Self.own
        var forms: [String: ColumnForm] = [:]
        for property in context.dataMap.events.flatMap(\.properties) where !names.contains(property.name) {
            names.append(property.name)
            forms[property.name] = property.form
        }
        wanted = names.map { name in
            WantedColumn(
                name, column: context.form(of: name, forms[name] ?? ColumnForm()).column,
                synonyms: Self.synonyms[name] ?? [])
        }
        kindWords = MappedWords(context.form(of: "event").map)
        kinds = try NameIDs.load(context.dataMap.events.map(\.name), of: "event_kind", store, connection)
        accounts = try AccountNames(connection, context)
        contacts = try ContactKeys(connection)
        awaited = AwaitedContacts(connection)
        earlier = try EarlierEvents(connection)
        moments = EventMoments(context)
        retold = RetoldEvents(connection, rows, isReread: try moments.areReadAnew(connection))
        states = CorrectedStates(connection, rows, kinds)
        mayRetell = try !context.isOngoing && connection.first("SELECT 1 FROM event LIMIT 1") != nil
        effects = EventEffects(connection, context, kinds)
        departures = DepartureLimit(connection)
        moment = CellReader(Attribute("at", .instant), context)
        properties = EventProperties(context) { _ in nil }
    }

    func begin(_ map: ColumnMap) throws {
        for name in ["event", "at"] where name != "event" || context.options.map?.event == nil {
            try map.require(name)
        }
        places = Self.own.map { map.place(of: $0) }
        places[0] = try accounts.place(in: map, orBy: ["contact", "email"])
        if let event = context.options.map?.event, map.place(of: "event") == nil {
            guard let id = kinds[event] else {
                throw ImportError("\(map.source): \"\(event)\" is not an event of data.yaml")
            }
            onlyKind = (event, id)
        }
        properties = EventProperties(context, columns: map.columns(without: Self.own)) { name in
            Self.own.contains(name) ? nil : map.place(of: name)
        }
        try StagedRowsTable.create(rows, on: connection)
    }

    func stage(_ record: Record) throws {
        func field(_ index: Int) -> Cell { places[index].map { record.cells[$0].trimmed } ?? Cell.empty }
        let account = field(0)
        if account.isEmpty { throw Rejection(.missing, "account", "is empty") }
        let found = try accounts.find(account)
        let kind = try kind(field(1))
        guard case .integer(let at) = try moment.scalar(field(2)) else { throw Rejection(.missing, "at", "is empty") }
        let isAhead = kind.name == "churned" && context.takesGoodCells && at > context.now.milliseconds
        if at > context.latest, !isAhead {
            let advice = kind.name == "churned" ? "; a planned end is `service_end_at` of the account" : ""
            throw Rejection(.future, "at", "\(field(2).excerpt) lies in the future\(advice)")
        }
        try properties.read(record, of: kind.name, object: field(5))
        if isAhead {
            ends.take(account: found.id, at: at, properties: properties.json)
            return
        }
        if properties.json.count > CSVReader.longestField {
            throw Rejection(.malformed, "properties", "are longer than 64 KiB together")
        }
        // Whose address names the account is the one that it is about, where no other is named.
        let isSame = found.contact != nil && (field(3).isEmpty || field(3).isEqual(to: account))
        let contact = isSame ? account : field(3)
        let contactID =
            isSame ? found.contact?.id : contact.isEmpty ? nil : try contacts.id(contact, of: found.id)
        let isAwaited = !contact.isEmpty && contactID == nil
        if isAwaited {
            unknownContacts += 1
            awaits = true
        }

        let id = field(4)
        try Rejection.ifCut(id, "id")
        rows.add(.integer(found.id))
        rows.add(contactID.map { .integer($0) } ?? .null)
        rows.add(.integer(kind.id))
        rows.add(.integer(at))
        if id.isEmpty {
            identity.take(
                account: found.contact?.account ?? account, kind: kind.name, at: at, written: field(2),
                contact: contact.isEmpty ? contact : contacts.awaitedName(contact), sent: properties.sent)
            add(identity.text)
        } else {
            rows.add(.text(id))
        }
        add(properties.json)
        rows.add(isAwaited ? .text(contacts.awaitedName(contact)) : .null)
        let isKept = properties.leftOut.count <= CSVReader.longestField
        if !isKept { longLeftOut += 1 }
        add(isKept ? properties.leftOut : [])
        if earlier != nil, id.isEmpty {
            identity.takeEarlier(
                [found.contact?.account ?? account, contact], kind.name, at, properties: properties.json)
            add(identity.text)
        } else {
            rows.add(.null)
        }
        rows.add(.integer(id.isEmpty ? 0 : 1))
        rows.endRow()
        effects.note(kind.id)
    }

    private func kind(_ field: Cell) throws -> (name: String, id: Int64) {
        if let kindMemo, field.isEqual(to: kindMemo.name) { return (kindMemo.text, kindMemo.id) }
        if let onlyKind { return onlyKind }
        if field.isEmpty { throw Rejection(.missing, "event", "is empty") }
        let word = (kindWords?.value(of: field) ?? field).string
        let names = context.dataMap.events.map(\.name)
        // Capitals, blanks and dashes do not count, as in the names of columns.
        let name =
            names.contains(word)
            ? word : names.first { ColumnMap.simplified($0) == ColumnMap.simplified(word) } ?? word
        guard context.dataMap.event(name) != nil, let id = kinds[name] else {
            throw Rejection(
                .unknownName, "event",
                "\(field.excerpt) is not an event of data.yaml\(suggestion(for: name, in: names))",
                value: name)
        }
        kindMemo = (Array(field), name, id)
        return (name, id)
    }

    /// Adds a text, or null when there is none.
    private func add(_ text: [UInt8]) {
        text.withUnsafeBufferPointer { rows.add($0.isEmpty ? .null : .text($0)) }
    }

    var isFull: Bool { rows.isFull }

    func refusal() throws -> String? {
        guard effects.touchesAccounts, !context.options.takesDepartures else { return nil }
        return try departures.refusalOfEvents(kinds)
    }

    func apply() throws {
        rows.sort { left, right in
            for column in [StagedEvent.kind, .account, .at] {
                guard case .integer(var first) = rows[left, column], case .integer(var second) = rows[right, column],
                    first != second
                else { continue }
                if column == .kind { (first, second) = (effects.order(of: first), effects.order(of: second)) }
                return first < second
            }
            return left < right
        }
        var (inserted, updated) = (0, 0)
        let mayCorrect = mayRetell && effects.touchesAccounts
        if effects.touchesAccounts { try states.hideRepeats() }
        if mayCorrect { states.look() }
        try store.writeInSlices(
            on: connection, count: rows.count, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) {
            connection, slice in
            rows.window = slice
            try earlier?.adopt(rows.name)
            var changed = mayRetell ? try retold.adopt(now: context.now) : 0
            if mayCorrect { changed += try states.correct(isOfAll: retold.isOfAll) + states.fillReasons() }
            let count = try insert(connection)
            if !context.isOngoing, count < slice.count { changed += try retold.correct(now: context.now, states) }
            // Another import may have brought the contact since it was looked up.
            if awaits {
                try awaited.arrive(
                    stagedAs: rows.name,
                    joinedBy: "a.account_id = s.account_id AND \(AwaitedContacts.isCalled("s.contact_key"))")
            }
            try effects.apply()
            inserted += count
            updated += changed
        }
        effects.reset()
        awaits = false
        tally.inserted += inserted
        tally.updated += updated
        tally.unchanged += rows.count - inserted - updated
        rows.removeAll()
    }

    /// Inserts what is new; churns last, for one statement does not see what it inserts itself, and who came back before may
    /// leave again.
    private func insert(_ connection: Connection) throws -> Int {
        let parts = effects.touchesAccounts ? ["s.kind_id <> :churned AND ", "s.kind_id = :churned AND "] : [""]
        return try parts.reduce(0) { count, part in
            try count
                + connection.execute(
                    """
                    INSERT INTO event (account_id, contact_id, kind_id, at, received_at, dedup, properties, history,
                        contact_key, left_out)
                    SELECT s.account_id, s.contact_id, s.kind_id, s.at, :now, s.dedup, s.properties, :history,
                        \(calledContact(connection)), s.left_out
                    FROM import_event s WHERE \(part)\(effects.isNews)
                    ON CONFLICT (kind_id, dedup, account_id) DO NOTHING
                    """,
                    ["now": .instant(context.now), "history": .integer(context.options.isHistory ? 1 : 0)]
                        .merging(effects.newsValues) { value, _ in value })
        }
    }

    /// What an event calls its contact; nothing where that is an erased person.
    private func calledContact(_ connection: Connection) throws -> String {
        guard awaits, try ErasureKey.isNeeded(connection) else { return "s.contact_key" }
        try ErasedNames.find(
            "SELECT DISTINCT s.contact_key FROM import_event s WHERE s.contact_key IS NOT NULL", connection)
        return "CASE WHEN \(ErasedNames.has("s.contact_key")) THEN NULL ELSE s.contact_key END"
    }

    func finish(_ report: inout ImportReport) throws {
        if !ends.isEmpty {
            let counts = try store.write(on: connection) { try ends.apply($0, kinds, now: context.now) }
            tally.updated += counts.changed
            tally.unchanged += counts.unchanged
            tally.warnings += ends.warnings
        }
        if unknownContacts > 0 {
            tally.warnings.append(
                "\(unknownContacts) events name a contact that is not known; they count for the account alone until it is"
            )
        }
        if longLeftOut > 0 {
            tally.warnings.append(
                "\(longLeftOut) events have more than 64 KiB of properties that are not in data.yaml; these are not kept"
            )
        }
        if !context.isOngoing, try moments.isNews(connection) {
            try store.write(on: connection) { try moments.record($0) }
        }
        tally.warnings += accounts.warnings + properties.warnings + [states.warning].compactMap { $0 }
        if let warning = ColumnMap.warning(about: properties.unknown, []) { tally.warnings.append(warning) }
    }

    func renew() throws {
        tally = ImportTally()
        unknownContacts = 0
        longLeftOut = 0
        ends = PlannedEnds()
        states.renew()
    }

    func end() { StagedRowsTable.drop(rows, on: connection) }

    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String? {
        if rejection.kind == .unknownAccount {
            if let digits = accounts.digitsToDeclare { return ImportHint.keyLine(context, digits: digits) }
            return ofMost && !context.isOngoing ? ImportHint.accountLine(context, .events) : nil
        }
        if rejection.column == "event", rejection.kind == .unknownName, let name = values.first {
            return "events: { \(ImportHint.scalar(ColumnMap.simplified(name))): {} }"
        }
        if rejection.column == "at" {
            return ImportHint.line(forColumn: "at", of: .events, values, ofMost: ofMost, context)
        }
        guard rejection.kind == .unknownName, let event = rejection.event, let word = values.first else { return nil }
        return ImportHint.reasonLines(word, rejection.column, of: event)
    }
}
