import Storage

/// How many accounts a slice takes, adapted so that its transaction stays well under 50 ms.
struct SliceSize {
    private(set) var size = 200

    /// Runs a slice of the present size and learns from how long it took.
    mutating func measured<T>(_ body: (Int) throws -> T) rethrows -> T {
        let clock = ContinuousClock()
        let start = clock.now
        let result = try body(size)
        let milliseconds = Double((clock.now - start) / .milliseconds(1))
        if milliseconds > 25 {
            size = max(10, Int(Double(size) * 20 / milliseconds))
        } else if milliseconds < 12 {
            size = min(1_000, size + size / 2)
        }
        return result
    }
}

/// Accounts that are written slice by slice, no slice of more than one block.
struct AccountSlices {
    private let ids: [Int64]
    private var done = 0

    /// - Parameter ids: ascending.
    init(_ ids: [Int64]) {
        self.ids = ids
    }

    /// The next of them, at most `size`; nil when there are none left.
    mutating func next(_ size: Int) -> [Int64]? {
        guard done < ids.count else { return nil }
        let slice = Array(ids[done..<min(ids.count, done + size)]).byBlock[0]
        done += slice.count
        return slice
    }
}
