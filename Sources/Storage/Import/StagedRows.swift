/// Typed rows of one slice in memory, which SQL reads like a table (`StagedRowsTable`).
///
/// Text is copied and stays where it is. On an engine without such tables the same rows would be copied into a temporary
/// table of that name.
final class StagedRows {
    private static let chunkSize = 1 << 18

    enum State {
        case visible
        /// It brings nothing new: SQL need not see it.
        case unchanged
        /// A later row has its key.
        case repeated
    }

    /// The table that SQL knows it by.
    let name: String
    let columns: [String]
    private(set) var count = 0
    private var scalars: ContiguousArray<Scalar> = []
    private var states: ContiguousArray<State> = []
    private var chunks: [UnsafeMutablePointer<UInt8>] = []
    private var chunk = 0
    private var used = 0

    init(_ name: String, _ columns: [String]) {
        self.name = name
        self.columns = columns
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Appends one value; a value for each column makes a row, which `endRow` ends.
    func add(_ scalar: Scalar) {
        if case .text(let bytes) = scalar {
            scalars.append(.text(kept(bytes)))
        } else {
            scalars.append(scalar)
        }
    }

    func endRow() {
        count += 1
        states.append(.visible)
    }

    subscript(row: Int, column: Int) -> Scalar {
        get { scalars[row * columns.count + column] }
        set { scalars[row * columns.count + column] = newValue }
    }

    /// The first row from there on that SQL sees; `count` when there is none.
    func visible(from row: Int) -> Int {
        var row = row
        while row < count, states[row] != .visible { row += 1 }
        return row
    }

    func removeAll() {
        scalars.removeAll(keepingCapacity: true)
        states.removeAll(keepingCapacity: true)
        count = 0
        chunk = 0
        used = 0
    }

    func isRepeated(_ row: Int) -> Bool { states[row] == .repeated }

    /// Hides a row from SQL.
    func markUnchanged(_ row: Int) { states[row] = .unchanged }

    /// Hides rows whose values in the columns come again in a later row.
    func hideRepeats(of columns: [Int]) {
        var last: [[SQLValue]: Int] = [:]
        for row in 0..<count {
            if let earlier = last.updateValue(row, forKey: columns.map { self[row, $0].value }) {
                states[earlier] = .repeated
            }
        }
    }

    private func kept(_ bytes: Cell) -> Cell {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return .empty }
        // A field is at most 64 KiB, a quarter of a chunk.
        if chunks.isEmpty || used + bytes.count > Self.chunkSize {
            if !chunks.isEmpty { chunk += 1 }
            used = 0
            if chunk >= chunks.count { chunks.append(.allocate(capacity: Self.chunkSize)) }
        }
        let start = chunks[chunk] + used
        start.update(from: base, count: bytes.count)
        used += bytes.count
        return Cell(start: start, count: bytes.count)
    }
}
