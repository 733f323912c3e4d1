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
        propertiesPlace = kind == .events ? places["properties"] : nil
        let names = wanted.map(\.name)
        guard kind == .events || kind == .metrics || names.count <= 62 else {
            throw ImportError("data.yaml declares more than 62 attributes of \(kind.rawValue); import them as CSV")
        }
        // The names are ours, so `column:` of the data map must not claim any of them.
        try target.begin(
            ColumnMap(NamedColumns(names), target.wanted.map { WantedColumn($0.name) }, source: "the request"))
    }

    func isKnown(_ column: String) -> Bool { places[column] != nil }

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
                    field.isOptional && field.column == rejection.column
                }
                if let place = row.properties.firstIndex(where: isBad) {
                    leaveOut(row.properties.remove(at: place), rejection)
                } else if let place = row.fields.firstIndex(where: isBad) {
                    leaveOut(row.fields.remove(at: place), rejection)
                } else {
                    throw rejection
                }
            }
        }
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
        func put(_ column: String, _ text: String) {
            guard let place = places[column] else { return }
            record.cells[place] = arena.append(text.utf8)
            present[place] = true
        }
        for field in row.fields { put(field.column, field.value ?? "") }
        if let account { put("account", account) }
        if !properties.isEmpty { put("properties", properties) }
        record.present = present
    }

    private func json(_ properties: [IncomingRow.Field]) throws -> String? {
        if properties.isEmpty { return nil }
        let members = try properties.compactMap { property -> JSON.Member? in
            guard let value = property.value else { return nil }
            if value.utf8.contains(0) { throw Rejection(.encoding, property.column, "holds a NUL") }
            return JSON.Member(property.column, .text(value))
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

    func expect(_ names: [[String]]) {}
    func next(_ record: inout Record) throws -> RowOutcome { .end }
}
