import Playbooks

/// One file of an export as far as it was looked at.
struct FileGuess {
    /// What messages call it, and how the workspace names it.
    let name: String
    let path: String?
    let header: [String]
    let guesses: [ColumnGuess]
    let rows: Int
    /// What the reader passed over.
    let notes: [String]
    private let simple: [String]
    /// Columns whose name is their own; others cannot be found again.
    let usable: [Int]

    /// - Throws: `ImportError` when it cannot be read as a table.
    init(_ source: ImportSource, path: String?, zone: Zone, latest: Int64, mostRows: Int) throws {
        let reader = try Importer.reader(of: source)
        guard let header = reader.header else {
            throw ImportError("\(source.name): a data map is guessed from CSV, whose first line names the columns")
        }
        var guesses = header.map { _ in ColumnGuess(zone: zone, latest: latest) }
        var record = Record()
        var rows = 0
        reading: while rows < mostRows {
            switch try reader.next(&record) {
            case .end: break reading
            case .bad: continue
            case .row:
                if record.cells.contains(where: { TotalsRow.isTotal($0.trimmed) }) { continue }
                rows += 1
                for index in header.indices { guesses[index].look(at: record.cells[index]) }
            }
        }
        name = source.name.split(separator: "/").last.map(String.init) ?? source.name
        self.path = path
        self.header = header
        self.guesses = guesses
        self.rows = rows
        notes = reader.notes
        let names = header.map(Self.simplified)
        simple = names
        usable = header.indices.filter { index in
            !names[index].isEmpty && names.count(where: { $0 == names[index] }) == 1
        }
    }

    /// Lower case, words joined by `_`, without a currency at the end.
    static func simplified(_ name: String) -> String {
        var words = ColumnMap.simplified(name).split(separator: "_")
        if words.count > 1, ["usd", "eur", "gbp"].contains(words.last) { words.removeLast() }
        return words.joined(separator: "_")
    }

    func simpleName(_ index: Int) -> String { simple[index] }

    /// The usable columns that have one of the names, in the order of the names.
    func columns(_ names: [String]) -> [Int] {
        names.flatMap { name in usable.filter { simple[$0] == name } }
    }

    /// The words of the file's name.
    var title: String { ColumnMap.simplified(name.split(separator: ".").dropLast().joined(separator: "_")) }

    /// Columns that are called after days or months, with the format that reads the most of their names.
    var calendar: (format: String, columns: [Int])? {
        let formats =
            ColumnGuess.formats + ["y-m", "mmm y", "m/y", "y/m", "m-y", "mmm-y", "m.y", "mmm/y", "yyyymm", "y mmm"]
        let found = formats.map { format in
            (format: format, columns: usable.filter { MetricCalendar.days(of: header[$0], written: format) != nil })
        }
        guard let best = found.max(by: { $0.columns.count < $1.columns.count }), best.columns.count >= 2 else {
            return nil
        }
        return found.first { $0.columns.count == best.columns.count }
    }

    /// The column that names accounts by their keys: the one most of whose values are keys, else one of a usual name.
    func accountColumn(_ keys: Set<Int>) -> Int? {
        func share(_ index: Int) -> Double {
            let values = guesses[index].hashes
            return values.isEmpty ? 0 : Double(values.count { keys.contains($0) }) / Double(values.count)
        }
        if let best = usable.max(by: { share($0) < share($1) }), share(best) >= 0.3 { return best }
        return columns(["account"] + ContactImport.accountSynonyms).first { guesses[$0].filled > 0 }
    }
}
