import Playbooks

/// Stored events that come again in a file: in a nightly export of all, in which cells were corrected, filled in, written otherwise,
/// or joined by new columns.
///
/// - An event with an id is the one of that id, whatever else became of it; the last row counts.
/// - One without is the stored one of its account, kind, moment and contact that no row tells as it was, as
///   long as their values do not contradict each other; or, after an edit of how moments are read, the one of these words. Where they do, it is the stored one, corrected, if the file is an
///   export of all: if at least half of its rows tell of events that are stored. Else it is another one.
///
/// Over HTTP an id that comes again is a repetition, and says nothing new.
final class RetoldEvents {
    private let connection: Connection
    private let rows: StagedRows
    private let isReread: Bool
    private var revised: RevisedEvents
    private var now = Instant(milliseconds: 0)
    /// Rows of the file so far that can say whether it is an export of all, and how many of them tell of stored events.
    private var evidence = (rows: 0, told: 0)

    /// Two rows with the same day may well be two events, unless they come again days later.
    private static let settlesAfter: Int64 = 48 * 3_600_000
    /// A moment that lies on it may be the start of a day, in some zone.
    private static let startOfDays: Int64 = 15 * 60_000
    /// More events of one account, kind and moment than this are not compared with each other.
    private static let mostCompared = 200

    /// - Parameter isReread: whether the moments of the file were read otherwise when it came last.
    init(_ connection: Connection, _ rows: StagedRows, isReread: Bool) {
        self.isReread = isReread
        revised = RevisedEvents(connection)
        self.connection = connection
        self.rows = rows
    }

    /// Lets the stored events whose ids the staged rows have say what these say; call in the write transaction.
    ///
    /// - Returns: how many of them say something else now.
    func correct(now: Instant, _ states: CorrectedStates) throws -> Int {
        self.now = now
        var last: [Int64: (place: Int, differs: Bool)] = [:]
        try connection.forEach(
            """
            SELECT e.id, s.row, e.at <> s.at OR e.properties IS DISTINCT FROM s.properties OR e.left_out IS DISTINCT FROM s.left_out
                OR (s.contact_id IS NOT NULL AND e.contact_id IS DISTINCT FROM s.contact_id) AS differs
            FROM \(rows.name) s
            JOIN event e ON e.kind_id = s.kind_id AND e.dedup = s.dedup AND e.account_id = s.account_id
            WHERE s.is_named = 1
            """
        ) { row in
            let place = Int(row.integer(1))
            if let known = last[row.integer(0)], known.place > place { return }
            last[row.integer(0)] = (place, row.integer(2) == 1)
        }
        return try last.filter(\.value.differs).sorted { $0.key < $1.key }.count { id, row in
            guard
                let stored = try connection.first(
                    "SELECT id, at, contact_id, contact_key, properties, left_out FROM event WHERE id = :id",
                    ["id": .integer(id)])
            else { return false }
            let (event, told, at) = (EventWording(stored), EventWording(rows, row.place), rows[row.place, .at].value)
            if stored["at"] == at, event.saysAll(of: told) { return false }
            try connection.execute("UPDATE event SET at = :at WHERE id = :id", ["id": .integer(id), "at": at])
            try change(event, to: told, row.place)
            if let former = stored["at"].integer { try states.follow(id, from: former) }
            return true
        }
    }

    /// Whether the file is an export of all, as far as it was read.
    var isOfAll: Bool { evidence.told >= 2 && evidence.told * 2 >= evidence.rows }

    /// Rows of one account, kind and moment.
    private struct Group {
        /// Stored word by word.
        var known: Set<String> = []
        var unknown: [Int] = []
    }

    /// Lets stored events say what rows without their words say of them; call in the write transaction, before the staged
    /// events are inserted.
    ///
    /// - Returns: how many of them say something else now.
    func adopt(now moment: Instant) throws -> Int {
        now = moment
        let now = moment.milliseconds
        var groups: [Group] = []
        var group = Group()
        var news: [Int] = []
        var previous: Int?
        try connection.forEach(
            """
            SELECT s.row,
                EXISTS (SELECT 1 FROM event e
                    WHERE e.kind_id = s.kind_id AND e.dedup = s.dedup AND e.account_id = s.account_id) AS is_stored,
                EXISTS (SELECT 1 FROM event e
                    WHERE e.kind_id = s.kind_id AND e.account_id = s.account_id AND e.at = s.at) AS is_told
            FROM \(rows.name) s
            """
        ) { row in
            let (place, isStored, isTold) = (Int(row.integer(0)), row.integer(1) == 1, row.integer(2) == 1)
            let at = rows.integer(place, .at) ?? 0
            if isStored || at % Self.startOfDays != 0 || at < now - Self.settlesAfter {
                evidence.rows += 1
                if isTold || isStored { evidence.told += 1 }
            }
            if !isStored { news.append(place) }
            if !isTold { return }
            if let previous, !isAlike(previous, place) {
                if !group.unknown.isEmpty { groups.append(group) }
                group = Group()
            }
            previous = place
            if isStored {
                group.known.insert(rows.text(place, .dedup) ?? "")
            } else {
                group.unknown.append(place)
            }
        }
        if !group.unknown.isEmpty { groups.append(group) }
        let moved = isReread ? try move(news) : []
        return try groups.reduce(0) { changed, group in
            var group = group
            group.unknown.removeAll { moved.contains($0) }
            return try group.unknown.isEmpty ? changed : changed + adopt(group, isOfAll)
        }
    }

    /// Lets stored events happen when rows of the same words say by now that they did.
    ///
    /// - Returns: the rows that found theirs.
    private func move(_ places: [Int]) throws -> Set<Int> {
        var moved: Set<Int> = []
        for place in places {
            let count = try connection.execute(
                """
                UPDATE event SET at = :at, dedup = :dedup WHERE id = (
                    SELECT min(id) FROM event WHERE kind_id = :kind AND account_id = :account
                        AND substr(dedup, 13) = substr(CAST(:dedup AS TEXT), 13))
                    AND \(Self.isFree)
                """,
                [
                    "at": rows[place, .at].value, "dedup": rows[place, .dedup].value,
                    "kind": rows[place, .kind].value, "account": rows[place, StagedEvent.account].value,
                ])
            if count > 0 { moved.insert(place) }
        }
        return moved
    }

    private func isAlike(_ row: Int, _ other: Int) -> Bool {
        [.account, .kind, .at].allSatisfy { (column: StagedEvent) in
            rows.integer(row, column) == rows.integer(other, column)
        }
    }

    private func adopt(_ group: Group, _ takesCorrections: Bool) throws -> Int {
        let stored = try connection.query(
            """
            SELECT id, dedup, contact_id, contact_key, properties, left_out FROM event
            WHERE kind_id = :kind AND account_id = :account AND at = :at
                AND length(dedup) = 33 AND substr(dedup, 13, 1) IN ('.', '-')
            ORDER BY id LIMIT \(Self.mostCompared)
            """,
            [
                "kind": rows[group.unknown[0], .kind].value,
                "account": rows[group.unknown[0], StagedEvent.account].value,
                "at": rows[group.unknown[0], .at].value,
            ]
        ).filter { !group.known.contains($0["dedup"].text ?? "") }
        return try EventWording.pairs(
            stored: stored.map { EventWording($0) },
            told: group.unknown.prefix(Self.mostCompared).map { EventWording(rows, $0) },
            takesCorrections: takesCorrections
        ).count { pair in
            try change(pair.stored, to: pair.told, Int(pair.told.id))
            return !pair.stored.saysAll(of: pair.told)
        }
    }

    /// Whether no other event is known by what this one is to be known by.
    private static let isFree = """
        NOT EXISTS (SELECT 1 FROM event AS o WHERE o.kind_id = event.kind_id AND o.account_id = event.account_id
            AND o.dedup = :dedup AND o.id <> event.id)
        """

    private func change(_ event: EventWording, to told: EventWording, _ place: Int) throws {
        try connection.execute(
            """
            UPDATE event SET dedup = :dedup, properties = :properties, left_out = :left_out,
                contact_id = coalesce(:contact, contact_id), contact_key = coalesce(:contact_key, contact_key)
            WHERE id = :id AND \(Self.isFree)
            """,
            [
                "id": .integer(event.id), "dedup": rows[place, .dedup].value,
                "properties": .optional(event.properties(with: told)),
                "left_out": .optional(event.leftOut(with: told)),
                "contact": .optional(told.contact), "contact_key": .optional(told.contactKey),
            ])
        try revised.add(event.id, at: now)
    }
}

extension EventWording {
    fileprivate init(_ row: Row) {
        self.init(
            id: row["id"].integer ?? 0, contact: row["contact_id"].integer, contactKey: row["contact_key"].text,
            properties: row["properties"].text, leftOut: row["left_out"].text)
    }

    /// Of a staged row; its id is the row's place.
    fileprivate init(_ rows: StagedRows, _ place: Int) {
        self.init(
            id: Int64(place), contact: rows.integer(place, .contact), contactKey: rows.text(place, .contactKey),
            properties: rows.text(place, .properties), leftOut: rows.text(place, .leftOut))
    }
}
