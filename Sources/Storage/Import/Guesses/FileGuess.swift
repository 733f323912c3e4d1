import Playbooks

/// One file of an export as far as it was looked at.
struct FileGuess {
    /// What messages call it, and how the workspace names it.
    let name: String
    let path: String?
    let header: [String]
    private(set) var guesses: [ColumnGuess]
    let rows: Int
    /// What the reader passed over.
    let notes: [String]
    /// Lines that stand alone and say how the rows below stand.
    let headings: [String]
    /// The columns of a JSON file that hold lists; none of other files.
    let lists: [String]
    /// How `jq` calls the rows of a JSON file; nil for others.
    let rowsPath: String?
    var isOfObjects: Bool { rowsPath != nil }
    private let titles: ColumnTitles
    /// Whether some columns have the day first, and others the month.
    private let hasContraryDates: Bool
    /// A column that shows that the day stands first, and one that shows the month does, where some do and others.
    private(set) var contraryColumns: (dayFirst: String, monthFirst: String)?
    /// What shows whether the day stands before the month in dates that can be read both ways.
    private(set) var dayOrder: DayOrder?
    /// Columns that have a name, the first of each; others cannot be found again.
    let usable: [Int]
    /// The moment up to which days can have happened.
    let latest: Int64

    /// - Throws: `ImportError` when it cannot be read as a table.
    init(_ source: ImportSource, path: String?, zone: Zone, latest: Int64, mostRows: Int) throws {
        let (reader, header, json) = try Self.open(source, mostRows)
        let plain = header.map(ColumnMap.simplified)
        // Of columns with one name the first counts, filled from the others; see `ColumnMap.repeats`.
        let alike = header.indices.map { index in
            plain[index].isEmpty ? [index] : header.indices.filter { header[$0] == header[index] }
        }
        func cell(_ index: Int, of record: Record, _ alike: [[Int]]) -> Cell {
            let cell = record.cells[index]
            guard alike[index].count > 1, alike[index][0] == index, cell.trimmed.isEmpty else { return cell }
            return alike[index].lazy.map { record.cells[$0] }.first { !$0.trimmed.isEmpty } ?? cell
        }
        var guesses = header.map { name in
            let simple = Self.simplified(name)
            return ColumnGuess(
                simple, zone: zone, latest: latest, holdsNames: Self.isOfNames(simple),
                holdsDates: Self.isOfDates(simple))
        }
        var record = Record()
        var rows = 0
        var headings: [String] = []
        reading: while rows < mostRows {
            switch try reader.next(&record) {
            case .end: break reading
            case .bad: continue
            case .row:
                if TotalsRow.isFooter(record) || record.cells.contains(where: { TotalsRow.isTotal($0.trimmed) }) {
                    continue
                }
                if let heading = SectionLine.status(in: record) {
                    headings.append("\"\(heading)\" (row \(record.row))")
                    continue
                }
                if SectionLine.isHeading(record) { continue }
                rows += 1
                for index in header.indices { guesses[index].look(at: cell(index, of: record, alike)) }
            }
        }
        let commas = guesses.compactMap(\.usesComma)
        let isDayFirst =
            commas.contains(true) && !commas.contains(false)
            || guesses.contains {
                $0.hasCurrency && $0.currencies.keys.allSatisfy { ["EUR", "€", "GBP", "£"].contains($0) }
            }
        let proofs = header.indices.compactMap { index in
            guesses[index].dayFirstProof.map { (index: index, isDayFirst: $0) }
        }
        if let first = proofs.first, proofs.allSatisfy({ $0.isDayFirst == first.isDayFirst }) {
            dayOrder = DayOrder(isDayFirst: first.isDayFirst, column: header[first.index], file: nil)
        }
        hasContraryDates = dayOrder == nil && !proofs.isEmpty
        if let first = proofs.first(where: \.isDayFirst), let other = proofs.first(where: { !$0.isDayFirst }) {
            contraryColumns = (header[first.index], header[other.index])
        }
        for index in guesses.indices { guesses[index].isDayFirst = dayOrder?.isDayFirst ?? isDayFirst }
        name = source.name.split(separator: "/").last.map(String.init) ?? source.name
        self.path = path
        self.latest = latest
        self.header = header
        self.guesses = guesses
        self.rows = rows
        let repeated = header.indices.filter { alike[$0].count > 1 && alike[$0][0] == $0 }
        let pages = reader.more.map {
            ["it is one page of an answer that has more (\($0)): what stands on the others is missing. Fetch them all"]
        }
        notes =
            (pages ?? []) + reader.notes + repeated.map { ColumnMap.repeatNote(header[$0], alike[$0].count) }
        self.headings = headings
        lists = json?.lists ?? []
        rowsPath = json?.path
        titles = ColumnTitles(header, areOfObjects: json != nil)
        usable = header.indices.filter { index in
            !plain[index].isEmpty && plain.firstIndex(of: plain[index]) == index
        }
    }

    /// Reads dates that can be read both ways as those of another file are.
    mutating func take(_ order: DayOrder) {
        guard !hasContraryDates else { return }
        dayOrder = order
        for index in guesses.indices { guesses[index].isDayFirst = order.isDayFirst }
    }

    /// Lower case, words joined by `_`, without a currency or a clock at the end.
    static func simplified(_ name: String) -> String {
        var words = ColumnMap.simplified(name).split(separator: "_")
        if words.count > 1, ["usd", "eur", "gbp", "utc", "gmt"].contains(words.last) { words.removeLast() }
        return words.joined(separator: "_")
    }

    /// The rows from the first on, and the columns; those of JSON are found out by reading it once before.
    private static func open(_ source: ImportSource, _ mostRows: Int) throws -> (any RowReader, [String], JSONColumns?)
    {
        let reader = try Importer.reader(of: source)
        if let header = reader.header { return (reader, header, nil) }
        guard let columns = try (reader as? NDJSONReader)?.columns(ofFirst: mostRows) else {
            throw ImportError("\(source.name): a data map is guessed from CSV or JSON")
        }
        let again = try Importer.reader(of: source)
        again.expect(columns.names.map { [$0] }, severally: [])
        return (again, columns.names, columns)
    }

    func simpleName(_ index: Int) -> String { titles.simple[index] }

    /// The columns beside one of a JSON object, and of the objects around it, the nearest first.
    func siblings(of index: Int) -> [Int] {
        var parts = header[index].split(separator: ".").dropLast()
        var found: [Int] = []
        while !parts.isEmpty {
            let prefix = parts.joined(separator: ".") + "."
            found += usable.filter { header[$0].hasPrefix(prefix) && !header[$0].dropFirst(prefix.count).contains(".") }
            parts = parts.dropLast()
        }
        return found
    }

    /// What a column is called within its object or table; its name where that is all.
    func bareName(_ index: Int) -> String { titles.bare[index] ?? titles.simple[index] }

    /// The usable columns that have one of the names, in the order of the names; those of which it is only the name within
    /// their table, or whose words are run together, come last.
    func columns(_ names: [String]) -> [Int] {
        let named = names.flatMap { name in usable.filter { titles.simple[$0] == name } }
        let within = names.flatMap { name in usable.filter { titles.bare[$0] == name } }
        let joined = names.filter { $0.contains("_") }.flatMap { name in
            usable.filter { titles.joined[$0]?.count == name.count - name.count { $0 == "_" } }
                .filter { titles.joined[$0] == name.replacing("_", with: "") }
        }
        var known = Set(named)
        return named + (within + joined).filter { known.insert($0).inserted }
    }

    /// Whether a column names its table, too: such exports write amounts in cents.
    func isOfTable(_ index: Int) -> Bool { titles.areOfTables && header[index].contains(".") }

    /// What the amounts of a column are counted in, by its name.
    func unit(of index: Int) -> ColumnForm.Unit? {
        let words = Set(ColumnMap.simplified(header[index]).split(separator: "_"))
        if !words.isDisjoint(with: AccountColumnNames.cents) { return .cents }
        return words.isDisjoint(with: AccountColumnNames.thousands) ? nil : .thousands
    }

    /// Whether the words of one column name the people whose addresses another one has: most begin alike.
    func areNames(_ index: Int, of email: Int) -> Bool {
        let addresses = guesses[email].words.keys.map { $0.lowercased() }
        let names = guesses[index].words.keys
        let found = names.count { name in
            let parts = name.lowercased().split { !$0.isLetter }.filter { $0.count >= 3 }
            return addresses.contains { address in
                let local = address.prefix { $0 != "@" }
                return parts.contains { local.contains($0) }
            }
        }
        return found > 0 && found * 2 >= names.count
    }

    /// The words of the file's name.
    var title: String { ColumnMap.simplified(name.split(separator: ".").dropLast().joined(separator: "_")) }

    /// What is to be said of a column of dates that can be read with the day first and with the month first.
    func doubt(about index: Int) -> String? {
        guard let orders = guesses[index].orders else { return nil }
        let name = "\"\(header[index])\""
        let dates = "\(orders.both) \(orders.both == 1 ? "date" : "dates")"
        if orders.onlyOther == 0 {
            guard orders.only == 0 else { return nil }
            let because = dayOrder.map { "and " + $0.sentence } ?? "and none tells which; "
            return "\(name): \(dates) can be read as \(orders.chosen) and as \(orders.other), \(because)"
                + "\(orders.chosen) is taken. If that is wrong: format: \(orders.other)"
        }
        return
            "\(name): dates are written in two ways: \(orders.only) only as \(orders.chosen), \(orders.onlyOther) only as "
            + "\(orders.other), and \(dates) can be read as both; \(orders.chosen) is taken, which leaves out "
            + "\(orders.onlyOther). To read all: format: \(ImportHint.list([orders.chosen, orders.other]))"
    }

    /// Whether a column of that name names things: its digits are neither amounts nor moments.
    static func isOfNames(_ name: String) -> Bool {
        let words = name.split(separator: "_").map(String.init)
        if ["id", "ids", "uuid", "guid", "código", "codigo", "codice"].contains(where: words.contains) { return true }
        return words.last.map {
            Self.ofNumbers.contains($0) || $0.count > 3 && ($0.hasSuffix("nummer") || $0.hasSuffix("nr"))
        }
            ?? false
    }

    private static let ofNumbers: Set<String> = [
        "key", "phone", "fax", "zip", "postcode", "postal", "number", "no", "nr", "code", "num", "nummer", "numer", "n",
        "nº",
        "numéro", "numero", "número", "numéros", "nro", "núm", "código", "codigo", "cód", "cod", "codice", "réf", "ref",
        "référence", "reference", "referencia", "referência", "riferimento", "referenz", "referentie", "matricule",
        "kennung",
        "identifier", "identifiant", "identificador", "kennzeichen", "číslo", "nummeret", "pk", "sku",
    ]

    /// Whether a column of that name may hold days: a spreadsheet writes them as numbers where their format was lost.
    static func isOfDates(_ name: String) -> Bool {
        let words: Set<Substring> = [
            "date", "datum", "day", "tag", "since", "seit", "at", "on", "am", "created", "signup", "joined", "renewal",
            "churned",
            "canceled", "cancelled", "start", "end", "beginn", "ende", "expires", "fecha", "desde", "depuis", "le",
        ]
        return name.split(separator: "_").contains(where: words.contains)
            || AccountColumnNames.created.contains(name) || AccountColumnNames.churned.contains(name)
    }

    private static let ofPlaces: Set<String> = [
        "phone", "telephone", "tel", "telefon", "téléphone", "teléfono", "telefono", "mobile", "mobil", "handy", "fax",
        "zip", "postcode", "postal", "plz", "cp", "cap", "postleitzahl", "telefonnummer", "rufnummer", "handynummer",
    ]

    /// Whether a column of that name says where somebody is found: its digits name nobody.
    static func isOfPlaces(_ name: String) -> Bool {
        name.split(separator: "_").contains { ofPlaces.contains(String($0)) }
    }

    /// Whether a column is called as what accounts are called.
    func isName(_ index: Int) -> Bool {
        AccountColumnNames.name.contains(simpleName(index)) || AccountColumnNames.otherNames.contains(simpleName(index))
    }

    /// Whether another file has a column of the same name and mostly the same values, as only what names accounts has.
    func isShared(_ index: Int, with others: [FileGuess]) -> Bool {
        let guess = guesses[index]
        guard guess.distinct >= 2, !guess.isEmail, !guess.isMoment, !guess.isBoolean, !guess.hasCurrency else {
            return false
        }
        return others.contains { other in
            other.columns([simpleName(index)]).contains { column in
                let values = other.guesses[column].hashes
                return values.count >= 2 && values.intersection(guess.hashes).count * 2 > values.count
            }
        }
    }

    /// Whether a column only counts the rows of this file, so that another file may number the same things otherwise.
    func numbersRows(_ index: Int) -> Bool {
        let numbers = guesses[index].numbers
        guard numbers.count == guesses[index].filled, let first = numbers.first, first <= 1 else { return false }
        return zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
    }

    /// Whether a column of numbers counts something, and does not name it.
    func isFigure(_ index: Int) -> Bool {
        guesses[index].type == .number && guesses[index].filled > 0 && !Self.isOfNames(simpleName(index))
    }
}
