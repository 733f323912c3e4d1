import Foundation
import Playbooks

/// A column that an import knows what to do with.
struct WantedColumn {
    var name: String
    /// The name that `data.yaml` says it carries in files.
    var column: String?
    /// Further ones of it: where every column is meant all of them, else the first that is filled.
    var moreColumns: [String] = []
    /// Other usual names, taken when nothing else claims them.
    var synonyms: [String] = []
    /// Whether every column of a usual name is meant.
    var takesAll = false
    /// Whether it reads them although they are declared as something else.
    var sharesPlaces = false
    /// Whether it is a declared attribute that has its own name in files: it stays what it is where another one reads that
    /// column, too.
    var isOwn = false

    init(_ name: String, column: String? = nil, synonyms: [String] = []) {
        self.name = name
        self.column = column
        self.synonyms = synonyms
    }

    /// - Parameter context: knows how the file at hand calls it, which counts before what the data map says.
    init(_ attribute: Attribute, _ context: ImportContext, synonyms: [String] = []) {
        let own = context.options.map?.columns[attribute.name]
        let form = own?.column == nil ? attribute.form : own ?? attribute.form
        self.init(attribute.name, column: form.column, synonyms: synonyms)
        moreColumns = form.moreColumns
        isOwn = form.column == nil && !Attribute.builtIn.contains { $0.name == attribute.name }
    }

    var names: [String] { (column.map { [$0] } ?? []) + moreColumns + [name] + synonyms }
}

/// Where in a record each wanted column lies.
struct ColumnMap {
    /// Columns that rejected rows get; a file with them is one of ours.
    static let ofRejectedRows = ["rejected_row", "rejected_reason"]

    let source: String
    /// By the index of the wanted column; nil when the source has none.
    let places: [Int?]
    /// Whether every row says which of its columns it has.
    let isPerRow: Bool
    let warnings: [String]
    private let wanted: [WantedColumn]
    let header: [String]
    /// Further places of columns of which every one is meant.
    private let more: [String: [Int]]
    /// Columns whose name comes again, or that have stand-ins: where the others lie. Of each row the first that is not empty
    /// counts.
    let repeats: [(place: Int, others: [Int])]

    /// Finds the columns by the name that `data.yaml` gives them, then by their own; capitals, blanks and dashes in a
    /// name do not count.
    ///
    /// - Parameter isKnown: tells of other columns whether the import knows what to do with them.
    init(
        _ reader: any RowReader, _ wanted: [WantedColumn], source: String, isKnown: (String) -> Bool = { _ in false }
    ) throws {
        self.source = source
        self.wanted = wanted
        guard let header = reader.header else {
            guard wanted.count <= 66 else {
                throw ImportError("\(source): NDJSON rows can have at most 62 known keys; export it as CSV")
            }
            var names = wanted.map(\.names)
            var standIns: [(place: Int, others: [Int])] = []
            // Of several columns each has a place of its own, from which the first that is filled is taken.
            for (place, column) in wanted.enumerated() where !column.takesAll && !column.moreColumns.isEmpty {
                names[place].removeAll(where: column.moreColumns.contains)
                standIns.append((place, Array(names.count..<(names.count + column.moreColumns.count))))
                names += column.moreColumns.map { [$0] }
            }
            reader.expect(names, severally: Set(wanted.indices.filter { wanted[$0].takesAll }))
            self.header = wanted.map(\.name)
            places = wanted.indices.map { $0 }
            isPerRow = true
            warnings = []
            more = [:]
            repeats = standIns
            return
        }
        self.header = header
        isPerRow = reader.isPerRow
        var places = [Int?](repeating: nil, count: wanted.count)
        var taken: Set<Int> = []
        let simple = header.map(Self.simplified)
        func claim(_ place: Int?, _ index: Int) {
            guard places[index] == nil, let place, taken.insert(place).inserted else { return }
            places[index] = place
        }
        for (index, column) in wanted.enumerated() {
            let names = column.column.map { [$0] + column.moreColumns } ?? []
            let found = names.lazy.compactMap { name in
                header.firstIndex(of: name) ?? simple.firstIndex(of: Self.simplified(name))
            }
            guard let place = found.first else { continue }
            // One column may be declared as two things: an address that is the key, too.
            if !column.sharesPlaces { taken.insert(place) }
            places[index] = place
        }
        for (index, column) in wanted.enumerated() { claim(header.firstIndex(of: column.name), index) }
        for (index, column) in wanted.enumerated() { claim(simple.firstIndex(of: Self.simplified(column.name)), index) }
        for (index, column) in wanted.enumerated() where column.isOwn && places[index] == nil {
            places[index] = header.firstIndex(of: column.name) ?? simple.firstIndex(of: Self.simplified(column.name))
        }
        taken.formUnion(zip(wanted, places).compactMap { $0.sharesPlaces ? $1 : nil })
        // A usual name that two columns write in two ways says nothing.
        for (index, column) in wanted.enumerated() {
            for synonym in column.synonyms
            where Set(header.indices.filter { simple[$0] == synonym }.map { header[$0] }).count == 1 {
                claim(simple.firstIndex(of: synonym), index)
            }
        }
        var more: [String: [Int]] = [:]
        for column in wanted where column.takesAll {
            let own = wanted.firstIndex { $0.name == column.name }.flatMap { places[$0] }
            let named = column.moreColumns.map(Self.simplified)
            for place in header.indices
            where place != own && (column.synonyms.contains(simple[place]) || named.contains(simple[place])) {
                guard taken.insert(place).inserted || column.sharesPlaces else { continue }
                more[column.name, default: []].append(place)
            }
        }
        self.more = more
        var repeats: [(place: Int, others: [Int])] = []
        for place in Set(places.compactMap { $0 }).sorted() {
            let others = header.indices.filter { $0 != place && header[$0] == header[place] && !header[$0].isEmpty }
            if !others.isEmpty { repeats.append((place, others)) }
            taken.formUnion(others)
        }
        let repeatNotes = repeats.map { Self.repeatNote(header[$0.place], $0.others.count + 1) }
        for (column, place) in zip(wanted, places) where !column.takesAll && !column.moreColumns.isEmpty {
            let others = column.moreColumns.compactMap { name in
                header.firstIndex(of: name) ?? simple.firstIndex(of: Self.simplified(name))
            }
            guard let place, others.contains(where: { $0 != place }) else { continue }
            repeats.append((place, others.filter { $0 != place }))
            taken.formUnion(others)
        }
        self.repeats = repeats
        self.places = places
        let unknown = header.indices.filter {
            !taken.contains($0) && !header[$0].isEmpty && !isKnown(header[$0])
                && !Self.ofRejectedRows.contains(header[$0])
        }
        let free = wanted.indices.filter { places[$0] == nil }.flatMap { wanted[$0].names }
        warnings =
            (Self.warning(about: unknown.map { header[$0] }, free).map { [$0] } ?? []) + repeatNotes
    }

    static func warning(about unknown: [String], _ known: [String]) -> String? {
        guard !unknown.isEmpty else { return nil }
        let names = unknown.prefix(10).map { name in
            "\"\(name)\"" + (nearest(to: simplified(name), in: known).map { " (did you mean \"\($0)\"?)" } ?? "")
        }
        let rest = unknown.count > 10 ? " and \(unknown.count - 10) more" : ""
        return "not in data.yaml and left out: \(names.joined(separator: ", "))\(rest)"
    }

    /// What is to be told of a name that comes so many times.
    static func repeatNote(_ name: String, _ count: Int) -> String {
        "the column \"\(name)\" comes \(count == 2 ? "twice" : "\(count) times"): of each row the first that is not empty counts"
    }

    /// The places of all columns that are meant.
    func allPlaces(of name: String) -> [Int] { (place(of: name).map { [$0] } ?? []) + (more[name] ?? []) }

    /// Gives the columns whose name comes again what one of the others has, where they are empty.
    func fill(_ record: inout Record) {
        for (place, others) in repeats where place < record.cells.count && record.cells[place].trimmed.isEmpty {
            let filled = others.first { $0 < record.cells.count && !record.cells[$0].trimmed.isEmpty }
            guard let filled else { continue }
            record.cells[place] = record.cells[filled]
            record.present?[place] = true
            if let isNumber = record.numbers?[filled] { record.numbers?[place] = isNumber }
        }
    }

    func place(of name: String) -> Int? {
        wanted.firstIndex { $0.name == name }.flatMap { places[$0] }
    }

    /// What the source calls each wanted column that it has.
    var found: [String: String] {
        var found: [String: String] = [:]
        for (column, place) in zip(wanted, places) where found[column.name] == nil {
            if let place, header.indices.contains(place) { found[column.name] = header[place] }
        }
        return found
    }

    /// The columns of the source but those of these names, wanted or not.
    func columns(without names: [String]) -> [(name: String, place: Int)] {
        let taken = Set(names.compactMap { place(of: $0) })
        return header.enumerated().filter { !taken.contains($0.offset) && !Self.ofRejectedRows.contains($0.element) }
            .map { ($0.element, $0.offset) }
    }

    /// - Throws: `ImportError` when the source has no such column, with the nearest that it has.
    func require(_ name: String, declaredAs hint: String? = nil) throws {
        guard place(of: name) == nil else { return }
        let near = nearest(to: name, in: header) ?? header.first { Self.simplified($0).contains(name) }
        let other = near.map { "; is it \"\($0)\"? --map \(name)=\(ImportHint.quoted($0))" } ?? ""
        let advice = hint.map { "; name it in data.yaml: \($0)" } ?? ""
        throw ImportError(
            "\(source):1: there is no column \"\(name)\" among \(header.map { "\"\($0)\"" }.joined(separator: ", "))"
                + other + advice)
    }

    /// The letters and digits of a column's name of which a name in `data.yaml` can be made; none of them may be left.
    static func declarable(_ name: String) -> String {
        let letters = ["ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a"]
        let spelled = simplified(name).map { letters[String($0)] ?? String($0) }.joined()
        // Other accents go, and leave their letter.
        let ascii = spelled.decomposedStringWithCanonicalMapping.unicodeScalars.filter(\.isASCII)
        return String(String.UnicodeScalarView(ascii)).split(separator: "_").joined(separator: "_")
    }

    /// Lower case, words joined by `_`; `Customer #` is a number, beside a column `Customer`.
    static func simplified(_ name: String) -> String {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
        return !words.isEmpty && name.hasSuffix("#") ? words + "_no" : words
    }
}

extension Set<String> {
    /// Takes a name, with a number behind it where it is taken.
    mutating func insertFree(_ name: String) -> String {
        var free = name
        var number = 2
        while !insert(free).inserted {
            free = "\(name)_\(number)"
            number += 1
        }
        return free
    }
}
