/// Bytes that stay where they are until the next `removeAll`.
final class ByteArena {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    /// Room for so many bytes; `reserve` makes more.
    init(capacity: Int = 1_024) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit {
        base.deallocate()
    }

    /// Empties it and makes room, so that appending up to that many bytes moves none.
    func removeAll(reserving bytes: Int) {
        count = 0
        guard bytes > capacity else { return }
        base.deallocate()
        capacity = bytes * 2
        base = .allocate(capacity: capacity)
    }

    /// Appends within the reserved room; what would not fit is left out.
    func append(_ bytes: some Collection<UInt8>) -> Cell {
        let start = base + count
        let room = UnsafeMutableBufferPointer(start: start, count: capacity - count)
        let (_, written) = room.update(from: bytes)
        count += written
        return Cell(start: start, count: written)
    }
}
