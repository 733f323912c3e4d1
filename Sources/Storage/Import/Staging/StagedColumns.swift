/// The columns of an import that become columns of a table, with the SQL that says what a staged row makes of them.
///
/// In the SQL, `s` is the staged row and `a` the stored one.
struct StagedColumns {
    struct Column {
        /// The attribute.
        var name: String
        /// The column of the table, quoted.
        var column: String
        var reader: CellReader
        /// Where it lies in a record; nil when it follows from other columns.
        var place: Int?
        var isTracked: Bool
        /// The value after an update.
        var updated: String
        /// The value in a new row.
        var inserted: String

        /// As staged rows have it.
        var staged: StagedRows.Column
    }

    private(set) var all: [Column] = []
    private let isPerRow: Bool

    init(isPerRow: Bool) {
        self.isPerRow = isPerRow
    }

    subscript(name: String) -> Column? { all.first { $0.name == name } }
    func index(of name: String) -> Int? { all.firstIndex { $0.name == name } }

    /// Adds a column; without other SQL, an update takes what the row has, an empty value too, and leaves alone what the
    /// row leaves out.
    ///
    /// - Parameter kind: of the table's column, where it is not what the reader reads.
    mutating func add(
        _ name: String, column: String, _ reader: CellReader, place: Int?, isTracked: Bool = false,
        kind: ColumnKind? = nil, updated: String? = nil, inserted: String? = nil
    ) {
        let bit = Int64(1) << Int64(all.count)
        let plain =
            isPerRow && all.count < 63
            ? "CASE WHEN (s.present & \(bit)) <> 0 THEN s.\(column) ELSE a.\(column) END" : "s.\(column)"
        all.append(
            Column(
                name: name, column: column, reader: reader, place: place, isTracked: isTracked,
                updated: updated ?? plain, inserted: inserted ?? "s.\(column)",
                staged: StagedRows.Column(name: column, kind: kind ?? reader.stored)))
    }

    /// SQL that is true where a staged row has the column.
    func isPresent(_ name: String) -> String {
        guard let index = index(of: name), isPerRow, index < 63 else { return "true" }
        return "(s.present & \(Int64(1) << Int64(index))) <> 0"
    }

    mutating func set(_ name: String, updated: String, inserted: String) {
        guard let index = index(of: name) else { return }
        all[index].updated = updated
        all[index].inserted = inserted
    }

    /// What a file says of the contact's wish; a row that says nothing leaves what the last one said.
    mutating func addWish() {
        add(
            WishReader.name, column: WishReader.column, CellReader(WishReader.name, .boolean), place: nil,
            updated: "COALESCE(NULLIF(s.\(WishReader.column), \(WishReader.unclear)), a.\(WishReader.column))",
            inserted: "NULLIF(s.\(WishReader.column), \(WishReader.unclear))")
    }

    /// Those that follow from others, by their indices.
    var withoutPlace: [Int] { all.indices.filter { all[$0].place == nil } }

    var hasWish: Bool { self[WishReader.name] != nil }

    /// What the stored row becomes; a column that the import does not bring keeps its value.
    func updated(_ name: String, column: String? = nil) -> String {
        self[name]?.updated ?? "a.\(column ?? name)"
    }

    private var changing: [Column] { all.filter { $0.updated != "a.\($0.column)" } }

    /// True for rows that the update would change.
    var differs: String {
        changing.isEmpty
            ? "false" : changing.map { "\($0.updated) IS DISTINCT FROM a.\($0.column)" }.joined(separator: " OR ")
    }

    /// What an update sets; never empty.
    var assignments: String {
        changing.isEmpty ? "key = a.key" : changing.map { "\($0.column) = \($0.updated)" }.joined(separator: ", ")
    }

    /// For lists that begin with columns of their own.
    var names: String { all.map { ", \($0.column)" }.joined() }
    var insertions: String { all.map { ", \($0.inserted)" }.joined() }

    /// What is to be told of values that no list knows.
    var warnings: [String] { all.compactMap(\.reader.warning) }

    /// Reads the fields of rows.
    var cells: StagedCells { StagedCells(all.map { ($0.reader, $0.place) }) }
}

/// Reads the fields of a row that become columns.
struct StagedCells {
    private let readers: ContiguousArray<CellReader>
    private let places: ContiguousArray<Int>

    /// A column without a place is null in every row.
    init(_ columns: [(reader: CellReader, place: Int?)]) {
        readers = ContiguousArray(columns.map(\.reader))
        places = ContiguousArray(columns.map { $0.place ?? -1 })
    }

    var count: Int { places.count }

    func read(_ record: Record, into scalars: inout ContiguousArray<Scalar>) throws {
        for index in places.indices {
            let place = places[index]
            scalars[index] =
                place < 0 ? .null : try readers[index].scalar(record.cells[place], isNumber: record.isNumber(place))
        }
    }

    /// Reads what can be read; a bad cell is null and costs nothing else.
    ///
    /// - Returns: a bit for each bad cell.
    func read(
        _ record: Record, into scalars: inout ContiguousArray<Scalar>, leavingOut bad: inout [Rejection]
    ) throws -> Int64 {
        var bits: Int64 = 0
        for index in places.indices {
            let place = places[index]
            do {
                scalars[index] =
                    place < 0 ? .null : try readers[index].scalar(record.cells[place], isNumber: record.isNumber(place))
            } catch let rejection as Rejection {
                scalars[index] = .null
                // There is no bit for it, and the stored value would go.
                guard index < 63 else { throw rejection }
                bits |= 1 << Int64(index)
                bad.append(rejection)
            }
        }
        return bits
    }

    /// One bit for each column that the row has.
    func present(in record: Record) -> Int64 {
        guard let present = record.present else { return -1 }
        var bits: Int64 = 0
        for index in places.indices where places[index] >= 0 && places[index] < present.count && present[places[index]]
        {
            bits |= 1 << Int64(index)
        }
        return bits
    }
}
