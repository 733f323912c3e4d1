import Basics
import Playbooks

/// One kind of import that stays ready and takes the rows of request after request.
///
/// Making an import costs milliseconds (tables, statements); a row costs microseconds.
final class IntakeTarget {
    let target: any ImportTarget
    /// Where a column lies in a record, by all the names that it goes by.
    private let places: [String: Int]
    private let propertiesPlace: Int?
    /// Where wishes lie, and whether yes there means that messages are wanted.
    private let wishes: [Int: Bool]
    private let time: WrittenTime
    private var record = Record()
    private let arena = ByteArena(capacity: 4_096)

    init(
        _ kind: IncomingRow.Kind, _ store: Store, _ connection: Connection, _ context: ImportContext
    ) throws {
        target =
            switch kind {
            case .accounts: try AccountImport(store, connection, context)
            case .contacts: try ContactImport(store, connection, context)
            case .metrics: try MetricImport(store, connection, context)
            case .events: try EventImport(store, connection, context)
            }
        let wanted = kind == .events ? target.wanted.filter { EventImport.own.contains($0.name) } : target.wanted
        var places: [String: Int] = [:]
        for (index, column) in wanted.enumerated() { places[column.name] = index }
        for (index, column) in wanted.enumerated() {
            for name in column.names where places[name] == nil { places[name] = index }
        }
        self.places = places
        wishes = Dictionary(
            uniqueKeysWithValues: wanted.indices.filter { wanted[$0].takesAll }.map {
                ($0, !wanted[$0].sharesPlaces)
            })
        time = WrittenTime(zone: context.zone)
        propertiesPlace = kind == .events ? places["properties"] : nil
        let names = wanted.map(\.name)
        guard kind == .events || kind == .metrics || names.count <= 66 else {
            throw ImportError("data.yaml declares more than 62 attributes of \(kind.rawValue); import them as CSV")
        }
        // The names are ours, so `column:` of the data map must not claim any of them.
        try target.begin(
            ColumnMap(NamedColumns(names), target.wanted.map { WantedColumn($0.name) }, source: "the request"))
    }

    func isKnown(_ column: String) -> Bool { place(of: column) != nil }

    /// A column is known however its name is written, as in files.
    private func place(of column: String) -> Int? { places[column] ?? places[ColumnMap.simplified(column)] }

    /// Takes one row; what is optional and bad is left out.
    ///
    /// - Parameter leaveOut: told of each value that is left out.
    /// - Throws: `Rejection` when the row is not taken.
    func stage(
        _ row: IncomingRow, account: String?, leaveOut: (IncomingRow.Field, Rejection) -> Void
    ) throws {
        var row = row
        while true {
            do {
                try fill(row, account: account)
                try target.stage(record)
                return
            } catch let rejection as Rejection {
                func isBad(_ field: IncomingRow.Field) -> Bool {
                    field.isOptional
                        && (field.column == rejection.column
                            || places[rejection.column].map { $0 == place(of: field.column) } ?? false)
                }
                if let place = row.fields.firstIndex(where: { isUnclear($0, rejection) }) {
                    leaveOut(row.fields[place], rejection)
                    row.fields[place].value = WishWord.held
                } else if let place = row.properties.firstIndex(where: isBad) {
                    leaveOut(row.properties.remove(at: place), rejection)
                } else if let place = row.fields.firstIndex(where: isBad) {
                    leaveOut(row.fields.remove(at: place), rejection)
                } else {
                    throw rejection
                }
            }
        }
    }

    /// Whether it is a wish of which nobody knows what it says: its address is held back.
    private func isUnclear(_ field: IncomingRow.Field, _ rejection: Rejection) -> Bool {
        guard let place = place(of: field.column), wishes[place] != nil, let value = rejection.value else {
            return false
        }
        let written = field.value?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return rejection.kind == .value && written == value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Of several wishes the one to get nothing counts.
    private func isWeaker(_ text: String, at place: Int) -> Bool {
        guard let isOptIn = wishes[place] else { return false }
        let former = WishWord.meaning(record.cells[place].trimmed, isOptIn: isOptIn, time)
        if former == .out || record.cells[place].trimmed.isEmpty { return former == .out }
        let bytes = ByteArena(capacity: text.utf8.count + 1)
        return WishWord.meaning(bytes.append(text.utf8), isOptIn: isOptIn, time) == .within
    }

    private func fill(_ row: IncomingRow, account: String?) throws {
        let properties = try propertiesPlace.flatMap { _ in try json(row.properties) } ?? ""
        var total = properties.utf8.count + (account?.utf8.count ?? 0)
        for field in row.fields {
            let value = field.value ?? ""
            guard value.utf8.count <= CSVReader.longestField else {
                throw Rejection(.malformed, field.column, "is longer than 64 KiB")
            }
            if value.utf8.contains(0) { throw Rejection(.encoding, field.column, "holds a NUL") }
            total += value.utf8.count
        }
        arena.removeAll(reserving: total)
        let count = propertiesPlace == nil ? places.values.max().map { $0 + 1 } ?? 0 : EventImport.own.count
        record.cells = ContiguousArray(repeating: .empty, count: count)
        var present = ContiguousArray(repeating: false, count: count)
        var numbers = ContiguousArray(repeating: false, count: count)
        func put(_ column: String, _ text: String, isNumber: Bool = false) {
            guard let place = place(of: column) else { return }
            var text = text
            if wishes[place] != nil {
                if WishWord.reasonNames.contains(ColumnMap.simplified(column)), !text.isEmpty {
                    let bytes = ByteArena(capacity: text.utf8.count + 1)
                    let isOut = WishWord.isOut(bytes.append(text.utf8), isOptIn: false, time)
                    text = isOut == false ? "no" : "yes"
                }
                if isWeaker(text, at: place) { return }
            }
            record.cells[place] = arena.append(text.utf8)
            present[place] = true
            numbers[place] = isNumber
        }
        for field in row.fields { put(field.column, field.value ?? "", isNumber: field.isNumber ?? false) }
        if let account { put("account", account) }
        if !properties.isEmpty { put("properties", properties) }
        record.present = present
        record.numbers = numbers
    }

    private func json(_ properties: [IncomingRow.Field]) throws -> String? {
        if properties.isEmpty { return nil }
        let members = try properties.compactMap { property -> JSON.Member? in
            guard let value = property.value else { return nil }
            if value.utf8.contains(0) { throw Rejection(.encoding, property.column, "holds a NUL") }
            // `NaN` is no number that JSON has.
            let isNumber = property.isNumber ?? false && value.last?.isNumber ?? false
            return JSON.Member(property.column, isNumber ? .decimal(value) : .text(value))
        }
        return members.isEmpty ? "" : JSON.object(members).encodedText
    }
}

/// Columns of known names, for rows that come from elsewhere than a reader.
private final class NamedColumns: RowReader {
    let header: [String]?
    let isPerRow = true
    let bytesRead: Int64 = 0
    let totalBytes: Int64? = nil
    let unknownKeys: [String] = []

    init(_ names: [String]) { header = names }

    func expect(_ names: [[String]], severally: Set<Int>) {}
    func next(_ record: inout Record) throws -> RowOutcome { .end }
}
