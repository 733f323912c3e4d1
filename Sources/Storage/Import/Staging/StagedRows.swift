/// Typed rows in memory, which SQL reads like a table (`StagedRowsTable`).
///
/// Text is copied and stays where it is. PostgreSQL gets a copy of the rows in a temporary table of that name.
final class StagedRows {
    /// A column as SQL knows it.
    struct Column {
        let name: String
        let kind: ColumnKind

        static func integer(_ name: String) -> Column { Column(name: name, kind: .integer) }
        static func text(_ name: String) -> Column { Column(name: name, kind: .text) }
    }

    enum State {
        case visible
        /// It brings nothing new: SQL need not see it.
        case unchanged
        /// A later row has its key.
        case repeated
    }

    private static let chunkSize = 1 << 18

    /// The table that SQL knows it by.
    let name: String
    let columns: [Column]
    let width: Int
    /// The most rows that there is room for: the fewer the wider they are, 24 MB of values at most, yet enough for the
    /// rows that are looked at before anything is applied.
    let capacity: Int
    private(set) var count = 0
    /// The places of the order which SQL sees; nil: all of them.
    var window: Range<Int>? {
        didSet { isChanged = true }
    }
    /// Whether SQL would see other rows than when this was last made false.
    var isChanged = true
    private var values = 0
    // Read and written millions of times, by pointers that never change.
    private let scalars: UnsafeMutablePointer<Scalar>
    private let states: UnsafeMutablePointer<State>
    /// The order in which SQL sees the rows.
    private let order: UnsafeMutablePointer<Int32>
    private var chunks: [UnsafeMutablePointer<UInt8>] = []
    private var chunk = 0
    private var free = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    init(_ name: String, _ columns: [Column]) {
        self.name = name
        self.columns = columns
        width = columns.count
        capacity = max(2_000, min(60_000, 1_000_000 / max(columns.count, 1)))
        scalars = .allocate(capacity: capacity * columns.count)
        states = .allocate(capacity: capacity)
        order = .allocate(capacity: capacity)
    }

    deinit {
        scalars.deallocate()
        states.deallocate()
        order.deallocate()
        for chunk in chunks { chunk.deallocate() }
    }

    var isFull: Bool { count == capacity }

    /// Appends one value; a value for each column makes a row, which `endRow` ends. A full table takes none.
    func add(_ scalar: Scalar) {
        guard values < capacity * width else { return }
        if case .text(let bytes) = scalar {
            (scalars + values).initialize(to: .text(kept(bytes)))
        } else {
            (scalars + values).initialize(to: scalar)
        }
        values += 1
    }

    func add(contentsOf scalars: ContiguousArray<Scalar>) {
        for scalar in scalars { add(scalar) }
    }

    func endRow() {
        guard count < capacity else { return }
        (states + count).initialize(to: .visible)
        (order + count).initialize(to: Int32(count))
        count += 1
        isChanged = true
    }

    subscript(row: Int, column: Int) -> Scalar {
        get { scalars[row * width + column] }
        set {
            scalars[row * width + column] = newValue
            isChanged = true
        }
    }

    /// The row at a place of the order.
    @inline(__always)
    func row(at place: Int) -> Int { Int(order[place]) }

    /// Sorts unless the rows came in that order: then a slice changes few pages of an index, and not all of them.
    func sort(by precedes: (Int, Int) -> Bool) {
        if (1..<max(count, 1)).allSatisfy({ !precedes($0, $0 - 1) }) { return }
        var places = UnsafeMutableBufferPointer(start: order, count: count)
        places.sort { precedes(Int($0), Int($1)) }
        isChanged = true
    }

    /// Whether the text of a row comes before that of another, byte by byte.
    func textPrecedes(_ left: Int, _ right: Int, in column: Int) -> Bool {
        guard case .text(let first) = self[left, column], case .text(let second) = self[right, column] else {
            return false
        }
        return first.precedes(second)
    }

    var firstPlace: Int { window?.lowerBound ?? 0 }
    var lastPlace: Int { window?.upperBound ?? count }

    /// The first place from there on whose row SQL sees; `lastPlace` when there is none.
    func visible(from place: Int) -> Int {
        let last = lastPlace
        var place = place
        while place < last, states[row(at: place)] != .visible { place += 1 }
        return place
    }

    func isRepeated(_ row: Int) -> Bool { states[row] == .repeated }

    func isUnchanged(_ row: Int) -> Bool { states[row] == .unchanged }

    /// Hides a row from SQL.
    func markUnchanged(_ row: Int) {
        states[row] = .unchanged
        isChanged = true
    }

    /// Hides rows whose values in the columns come again in a later row, which takes from them what it leaves out.
    ///
    /// - Parameters:
    ///   - present: the column with a bit for each of the columns from `first` on: whether the row has it.
    ///   - filling: columns of which an empty value says nothing.
    ///   - kept: a column that is 1 where a row says nothing of the `keeping` ones.
    func mergeRepeats(
        of columns: [Int], present: Int, from first: Int, filling: [Int], kept: Int? = nil, keeping: [Int] = []
    ) {
        var last: [[SQLValue]: Int] = [:]
        for row in 0..<count {
            guard let earlier = last.updateValue(row, forKey: columns.map { self[row, $0].value }) else { continue }
            states[earlier] = .repeated
            isChanged = true
            guard case .integer(let had) = self[earlier, present], case .integer(let has) = self[row, present] else {
                continue
            }
            for bit in 0..<min(63, width - first) where had & ~has & (1 << Int64(bit)) != 0 {
                self[row, first + bit] = self[earlier, first + bit]
            }
            self[row, present] = .integer(had | has)
            for column in filling where self[row, column].isNull { self[row, column] = self[earlier, column] }
            if let kept, case .integer(1) = self[row, kept] {
                for column in keeping + [kept] { self[row, column] = self[earlier, column] }
            }
        }
    }

    func removeAll() {
        window = nil
        count = 0
        values = 0
        chunk = 0
        free = UnsafeMutableBufferPointer(start: chunks.first, count: chunks.isEmpty ? 0 : Self.chunkSize)
    }

    private func kept(_ bytes: Cell) -> Cell {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return .empty }
        // A field is at most 64 KiB, a quarter of a chunk.
        if bytes.count > free.count { addChunk() }
        guard let start = free.baseAddress else { return .empty }
        start.update(from: base, count: bytes.count)
        free = UnsafeMutableBufferPointer(rebasing: free[bytes.count...])
        return Cell(start: start, count: bytes.count)
    }

    private func addChunk() {
        if !chunks.isEmpty { chunk += 1 }
        if chunk >= chunks.count { chunks.append(.allocate(capacity: Self.chunkSize)) }
        free = UnsafeMutableBufferPointer(start: chunks[chunk], count: Self.chunkSize)
    }
}
