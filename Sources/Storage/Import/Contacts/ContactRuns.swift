/// Ids of contacts, as runs of neighbors: those of a file that brings many are few runs.
struct ContactRuns {
    private(set) var all: [ClosedRange<Int64>] = []
    private(set) var count = 0

    mutating func add(_ id: Int64) {
        count += 1
        if let last = all.last, last.upperBound + 1 == id {
            all[all.count - 1] = last.lowerBound...id
        } else {
            all.append(id...id)
        }
    }
}
