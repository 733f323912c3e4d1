import Playbooks

/// Rows of a usage file of which several say something of the same account, metric and day: those of different people,
/// features, devices or hours.
///
/// Over the columns that `sum_over` of `imports:` names, the values are added up; a row that comes again is no second one.
/// Where another column tells such rows apart, nothing says whether they are parts or corrections, and the file is refused.
struct MetricParts {
    private enum Place: Hashable {
        case cell(Int)
        /// The person whose address names the account.
        case person(Int)
        /// The clock of a day that is written as a moment.
        case clock(Int)
    }

    private struct Key: Hashable {
        var metric: Int64
        var account: Int64
        var day: Int
    }

    /// So many values may be added up; about 200 MB.
    private static let mostValues = 4_000_000
    /// Rows that lie further apart are not compared.
    private static let mostSeen = 1 << 20

    private let source: String
    private let header: [String]
    /// Columns whose figures name something.
    private let named: Set<Int>
    private let kindOfImport: String
    /// Over what is summed up; nil where nobody has said, and empty where the last row counts.
    private let summed: [Place]?
    private let watched: [Place]
    /// Whether no column but those that the import reads could tell rows apart.
    private let isPlain: Bool
    private let dayPlace: Int?
    private var totals: [Key: Double] = [:]
    private var values: [Int: Double] = [:]
    private var changed: Set<Key> = []
    /// What the watched cells of a row said, by what it is about.
    private var seen: [Int: (cells: Int, row: Int)] = [:]
    private var first: [Place: Int] = [:]
    private var varying: Set<Place> = []
    private var others: Set<String> = []
    private var conflict: (row: Int, before: Int)?
    /// What the cells of the row at hand say.
    private var part = 0
    /// Rows of a part that had come before.
    private(set) var repeats = 0

    /// - Parameters:
    ///   - names: what `sum_over` says.
    ///   - taken: places of columns that the import reads.
    /// - Throws: `ImportError` when the source lacks one of the columns.
    init(_ map: ColumnMap, _ options: ImportOptions, account: Int, day: Int?, taken: Set<Int>) throws {
        source = map.source
        header = map.header
        dayPlace = day
        let name = options.map?.name ?? ImportKind.metrics.rawValue
        kindOfImport = "imports: { \(ImportHint.scalar(name)): { " + (name == "metrics" ? "" : "kind: metrics, ")
        named = Set(
            map.header.indices.filter {
                Self.names(map.header[$0]) || FileGuess.isOfNames(FileGuess.simplified(map.header[$0]))
            })
        let clocks = day.map { [Place.clock($0)] } ?? []
        guard let names = options.map?.sumOver else {
            summed = nil
            let free =
                map.isPerRow ? [] : map.header.indices.filter { !taken.contains($0) && Self.mayTell(map.header[$0]) }
            watched = [.person(account)] + clocks + free.map { .cell($0) }
            isPlain = free.isEmpty
            return
        }
        guard !names.isEmpty else {
            (summed, watched, isPlain) = ([], [], true)
            return
        }
        if options.since != nil {
            throw ImportError(
                "\(map.source): sum_over adds up all rows of a day, and since brings only those that are new; let the query "
                    + "add them up, or leave since out")
        }
        let places = try names.map { name -> Place in
            let found =
                map.place(of: name) ?? map.header.firstIndex(of: name)
                ?? map.header.firstIndex { ColumnMap.simplified($0) == ColumnMap.simplified(name) }
            guard let place = found else {
                throw ImportError(
                    "\(map.source):1: there is no column \"\(name)\", which sum_over names, among "
                        + map.header.map { "\"\($0)\"" }.joined(separator: ", "))
            }
            return place == account ? .person(place) : place == day ? .clock(place) : .cell(place)
        }
        isPlain = false
        summed = places
        let free = map.isPerRow ? [] : map.header.indices.filter { !taken.contains($0) && Self.mayTell(map.header[$0]) }
        watched = (clocks + free.map { .cell($0) }).filter { !places.contains($0) }
    }

    /// Looks at a row before its values are taken.
    ///
    /// - Parameters:
    ///   - person: the contact whose address names the account.
    ///   - day: nil where the columns are the days.
    mutating func look(at record: Record, account: Int64, person: Int64?, metric: Int64?, day: Int?) {
        if summed?.isEmpty == true { return }
        // Millions of rows tell nothing but account, day and value.
        if isPlain, person == nil, record.others.isEmpty,
            dayPlace.map({ !Self.isMoment(record.cells[$0].trimmed) }) ?? true
        {
            return
        }
        var hasher = Hasher()
        for place in summed ?? [] { hasher.combine(text(at: place, of: record, person, isWatched: false)) }
        part = hasher.finalize()
        guard conflict == nil else { return }
        if seen.count >= Self.mostSeen { seen.removeAll(keepingCapacity: true) }
        hasher = Hasher()
        var isTold = false
        for place in watched {
            let text = text(at: place, of: record, person, isWatched: true)
            if text.isEmpty { continue }
            isTold = true
            hasher.combine(text)
            let print = text.hashValue
            if first[place, default: print] != print { varying.insert(place) } else { first[place] = print }
        }
        if summed == nil {
            for member in record.others where Self.names(member.key.string) {
                others.insert(member.key.string)
                hasher.combine(member.value.string)
                isTold = true
            }
        }
        guard isTold else { return }
        let cells = hasher.finalize()
        var about = Hasher()
        about.combine(Key(metric: metric ?? -1, account: account, day: day ?? 0))
        about.combine(part)
        if let before = seen.updateValue((cells, record.row), forKey: about.finalize()), before.cells != cells {
            conflict = (record.row, before.row)
        }
    }

    /// Adds a value of the row that was looked at last to the total of its day.
    mutating func add(_ metric: Int64, _ account: Int64, _ day: Int, _ value: Double) {
        guard values.count < Self.mostValues else { return }
        let key = Key(metric: metric, account: account, day: day)
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(part)
        let before = values.updateValue(value, forKey: hasher.finalize())
        if before != nil { repeats += 1 }
        totals[key, default: 0] += value - (before ?? 0)
        changed.insert(key)
    }

    /// How many totals have changed since they were taken.
    var staged: Int { changed.count }

    /// Hands over the totals that have changed.
    mutating func take(_ body: (_ metric: Int64, _ account: Int64, _ day: Int, _ total: Double) -> Void) {
        for key in changed { body(key.metric, key.account, key.day, totals[key] ?? 0) }
        changed.removeAll(keepingCapacity: true)
    }

    var isSummed: Bool { summed?.isEmpty == false }

    /// Why nothing of the file is taken; nil when nothing is in the way.
    var refusal: String? {
        if values.count >= Self.mostValues {
            return
                "it has more than \(Self.mostValues) values to be added up by sum_over; bring a file for fewer days at a time"
        }
        guard let conflict else { return nil }
        let names = watched.filter { varying.contains($0) }.map { header[Self.index($0)] } + others.sorted()
        let columns = (options(summed ?? []) + names.map(ImportHint.quoted)).joined(separator: ", ")
        let quoted = names.map { "\"\($0)\"" }.joined(separator: ", ")
        return
            "\(source):\(conflict.row): tells of an account, metric and day that line \(conflict.before) has told of with another "
            + "\(quoted), and nothing says whether the one is to be added to the other or corrects it. To add up what is "
            + "told of each, say in data.yaml: \(kindOfImport)sum_over: [\(columns)] } }; where the last row counts: "
            + "\(kindOfImport)sum_over: [] } }"
    }

    private func options(_ places: [Place]) -> [String] { places.map { ImportHint.quoted(header[Self.index($0)]) } }

    private static func index(_ place: Place) -> Int {
        switch place {
        case .cell(let index), .person(let index), .clock(let index): index
        }
    }

    private func text(at place: Place, of record: Record, _ person: Int64?, isWatched: Bool) -> String {
        switch place {
        case .person(let index):
            return person.map { String($0) } ?? (isWatched ? "" : record.cells[index].trimmed.string)
        case .clock(let index):
            let text = record.cells[index].trimmed
            return Self.isMoment(text) ? text.string : ""
        case .cell(let index):
            let text = record.cells[index].trimmed
            // Another figure tells no rows apart, unless its column names something.
            return isWatched && !named.contains(index) && DecimalText.double(text) != nil ? "" : text.string
        }
    }

    private static func isMoment(_ text: Cell) -> Bool {
        text.contains(UInt8(ascii: ":")) || text.count >= 10 && text.allSatisfy { $0 &- 0x30 < 10 }
    }

    mutating func renew() {
        (totals, values, seen, first, varying, others) = ([:], [:], [:], [:], [], [])
        (conflict, repeats, changed) = (nil, 0, [])
    }
}

extension MetricParts {
    /// Words of columns that tell parts of what an account does apart.
    private static let words: Set<Substring> = [
        "user", "username", "userid", "person", "member", "contact", "employee", "agent", "seat", "staff", "email",
        "mail",
        "nutzer", "benutzer", "mitarbeiter", "utilisateur", "usuario", "usuário", "utente", "gebruiker", "medewerker",
        "feature", "module", "modul", "product", "produkt", "device", "platform", "browser", "app", "channel", "region",
        "location", "site", "workspace", "project", "projekt", "team", "department", "page", "event", "action",
        "fonctionnalité", "función", "funktion", "hour", "stunde", "heure", "hora", "ora", "uur", "session",
    ]
    /// Words of columns that say when a row was written, and nothing of what it tells.
    private static let ofRows: Set<Substring> = [
        "updated", "modified", "exported", "synced", "loaded", "inserted", "ingested", "extracted", "refreshed",
        "created",
        "aktualisiert", "exportiert",
    ]

    /// Whether a column is called after parts: `user_id`, `Feature`, `Hour`.
    static func names(_ column: String) -> Bool {
        !ColumnMap.simplified(column).split(separator: "_").allSatisfy { !words.contains($0) }
    }

    private static func mayTell(_ column: String) -> Bool {
        !column.isEmpty && ColumnMap.simplified(column).split(separator: "_").allSatisfy { !ofRows.contains($0) }
            && !ColumnMap.ofRejectedRows.contains(column)
    }
}
