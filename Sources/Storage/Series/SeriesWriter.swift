/// Gathers values of metrics in any order and writes them block by block; a later value of the same day replaces an
/// earlier one.
///
/// Add until `isFull`, then flush; flush at the end. Holds about 40 MB when full: a day of a million accounts. Running the same rows again changes
/// nothing.
package struct SeriesWriter {
    /// So many values make it full.
    static let capacity = 1 << 20

    /// One bucket a row of `series`, numbered by first appearance.
    private var buckets: [Int64: UInt32] = [:]
    private var keys: [SeriesKey] = []
    private var sizes: [UInt32] = []
    /// The values in the order they came, each with its bucket and its account's slot.
    private var places: [UInt32] = []
    private var slots: [UInt16] = []
    private var values: [Double] = []
    private var lastKey = SeriesKey(id: -1)
    private var lastBucket = 0
    /// Values written where there was none, and where there was another, by all flushes.
    private(set) var added: Int64 = 0
    private(set) var changed: Int64 = 0

    package init() {}

    package var isFull: Bool { values.count >= Self.capacity }
    package var isEmpty: Bool { values.isEmpty }

    /// Takes one value; false, and nothing taken, when it is not finite or the day is beyond `SeriesKey.days`.
    @discardableResult
    package mutating func add(metric: Int64, account: Int64, day: Int, value: Double) -> Bool {
        guard value.isFinite, SeriesKey.days.contains(Int64(day)), account >= 0 else { return false }
        let key = SeriesKey(metric: metric, account: account, day: Int64(day))
        if key != lastKey {
            lastBucket = bucket(of: key)
            lastKey = key
        }
        sizes[lastBucket] += 1
        places.append(UInt32(lastBucket))
        slots.append(UInt16(SeriesKey.slot(of: account)))
        values.append(value)
        return true
    }

    /// Writes everything in slices and starts afresh; each slice also counts the accounts that are new on a day.
    ///
    /// May be called in the middle of a session of the store. When it throws, the values are still held: what was
    /// committed is simply written again.
    package mutating func flush(to store: Store) throws {
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        var ends: [Int] = []
        let entries = entriesByBucket(in: order, &ends)
        let block = SeriesBlock()
        var corrected: [SeriesKey: Int64] = [:]
        try store.writeInSlices(count: order.count) { connection, slice in
            var reported: [SeriesKey: Int64] = [:]
            for position in slice {
                let key = keys[order[position]]
                try block.load(key, from: connection)
                for entry in entries[(position == 0 ? 0 : ends[position - 1])..<ends[position]] {
                    block.set(Int(slots[Int(entry)]), values[Int(entry)])
                }
                added += block.newSlots
                changed += block.changedSlots
                if block.isChanged { try block.save(key, to: connection) }
                let day = SeriesKey(metric: key.metric, block: 0, day: key.day)
                reported[day, default: 0] += block.newSlots
                corrected[day, default: 0] += block.changedSlots
            }
            for (day, accounts) in reported where accounts > 0 {
                try connection.execute(
                    """
                    INSERT INTO metric_day (metric_id, day, accounts) VALUES (:metric, :day, :accounts)
                    ON CONFLICT (metric_id, day) DO UPDATE SET accounts = metric_day.accounts + excluded.accounts
                    """,
                    ["metric": .integer(day.metric), "day": .integer(day.day), "accounts": .integer(accounts)])
            }
        }
        corrected = corrected.filter { $0.value > 0 }
        if !corrected.isEmpty {
            try store.write { connection in
                for (day, accounts) in corrected {
                    try Benchmarks.forget(metric: day.metric, correctedOn: day.day, of: accounts, connection)
                }
            }
        }
        removeAll()
    }

    /// Marks a day of a metric as complete, whatever number of accounts reported.
    package static func close(metric: Int64, day: Int, on connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (:metric, :day, 0, 1)
            ON CONFLICT (metric_id, day) DO UPDATE SET closed = 1
            """, ["metric": .integer(metric), "day": .integer(Int64(day))])
    }

    private mutating func bucket(of key: SeriesKey) -> Int {
        if let bucket = buckets[key.id] { return Int(bucket) }
        buckets[key.id] = UInt32(keys.count)
        keys.append(key)
        sizes.append(0)
        return keys.count - 1
    }

    /// The indexes of the values, sorted by bucket in the given order and within one by arrival (a counting sort).
    private func entriesByBucket(in order: [Int], _ ends: inout [Int]) -> [UInt32] {
        var next = [Int](repeating: 0, count: keys.count)
        var total = 0
        for bucket in order {
            next[bucket] = total
            total += Int(sizes[bucket])
            ends.append(total)
        }
        var entries = [UInt32](repeating: 0, count: values.count)
        for (index, place) in places.enumerated() {
            entries[next[Int(place)]] = UInt32(index)
            next[Int(place)] += 1
        }
        return entries
    }

    private mutating func removeAll() {
        buckets.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        sizes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        lastKey = SeriesKey(id: -1)
    }
}
