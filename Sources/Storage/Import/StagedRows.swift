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

    /// The order in which SQL sees the rows; empty: as they came.
    private var order: ContiguousArray<Int> = []
    /// The places of that order which SQL sees; nil: all of them.
    var window: Range<Int>?

    /// The row at a place of the order.
    @inline(__always)
    func row(at place: Int) -> Int { order.isEmpty ? place : order[place] }

    /// Sorts unless the rows came in that order: then a slice changes few pages of an index, and not all of them.
    func sort(by precedes: (Int, Int) -> Bool) {
        if (1..<max(count, 1)).allSatisfy({ !precedes($0, $0 - 1) }) { return }
        order = ContiguousArray((0..<count).sorted(by: precedes))
    }

    /// Whether the text of a row comes before that of another, byte by byte.
    func textPrecedes(_ left: Int, _ right: Int, in column: Int) -> Bool {
        guard case .text(let first) = self[left, column], case .text(let second) = self[right, column] else {
            return false
        }
        return first.precedes(second)
    }

    subscript(row: Int, column: Int) -> Scalar {
        get { scalars[row * columns.count + column] }
        set { scalars[row * columns.count + column] = newValue }
    }

    var firstPlace: Int { window?.lowerBound ?? 0 }
    var lastPlace: Int { window?.upperBound ?? count }

    /// The first place from there on whose row SQL sees; `lastPlace` when there is none.
    func visible(from place: Int) -> Int {
        var place = place
        while place < lastPlace, states[row(at: place)] != .visible { place += 1 }
        return place
    }

    func removeAll() {
        scalars.removeAll(keepingCapacity: true)
        states.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        window = nil
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
