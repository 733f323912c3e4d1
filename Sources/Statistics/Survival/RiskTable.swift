/// Who could leave and who did, at each age.
package struct RiskTable: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        package var time: Double
        /// Accounts with entry < time <= duration.
        package var atRisk: Int
        package var events: Int
        package var censored: Int
    }

    /// A row for each age at which somebody left or was last seen, ascending.
    package let rows: [Row]
    package let accounts: Int
    package let events: Int
    /// The ages of late entries, ascending, with how many had entered by then, those from the start included.
    private let entered: [(time: Double, count: Int)]
    private let fromStart: Int

    /// Lifetimes that say nothing (negative, not finite, or over before they were seen) are left out.
    package init(_ lifetimes: [Lifetime]) {
        let observed = lifetimes.filter(\.isObserved)
        accounts = observed.reduce(0) { $0 + $1.count }
        events = observed.reduce(0) { $1.left ? $0 + $1.count : $0 }
        fromStart = observed.reduce(0) { $1.entry == nil ? $0 + $1.count : $0 }
        var entered: [(time: Double, count: Int)] = []
        var total = fromStart
        let entries = observed.compactMap { lifetime in lifetime.entry.map { (time: $0, count: lifetime.count) } }
        for entry in entries.sorted(by: { $0.time < $1.time }) {
            total += entry.count
            if entered.last?.time == entry.time {
                entered[entered.count - 1].count = total
            } else {
                entered.append((entry.time, total))
            }
        }
        self.entered = entered
        var rows: [Row] = []
        var gone = 0
        var next = 0
        var inside = fromStart
        for lifetime in observed.sorted(by: { $0.duration < $1.duration }) {
            if rows.last?.time != lifetime.duration {
                while next < entered.count, entered[next].time < lifetime.duration {
                    inside = entered[next].count
                    next += 1
                }
                rows.append(Row(time: lifetime.duration, atRisk: inside - gone, events: 0, censored: 0))
            }
            if lifetime.left {
                rows[rows.count - 1].events += lifetime.count
            } else {
                rows[rows.count - 1].censored += lifetime.count
            }
            gone += lifetime.count
        }
        self.rows = rows
    }

    /// How many accounts were under observation at an age: entry < time <= duration.
    package func atRisk(at time: Double) -> Int {
        let here = rows.firstIndexOnOrAfter(time, by: \.time)
        guard here < rows.count else { return 0 }
        let row = rows[here]
        // Those who entered between the age and the next row are not there yet.
        return row.atRisk - (entries(before: row.time) - entries(before: time))
    }

    /// The rows in a row that have so many at risk, and the age from which on there are as many; of several such stretches
    /// the one with the most time at risk.
    func stretch(withAtLeast least: Int) -> (rows: Range<Int>, start: Double)? {
        var best: (rows: Range<Int>, start: Double, time: Double)?
        var first = rows.startIndex
        while first < rows.endIndex {
            guard rows[first].atRisk >= least else {
                first += 1
                continue
            }
            let end = rows[first...].firstIndex { $0.atRisk < least } ?? rows.endIndex
            let start = beginning(of: first, least)
            var (time, before) = (0.0, start)
            for row in rows[first..<end] {
                time += Double(row.atRisk) * (row.time - before)
                before = row.time
            }
            if time > best?.time ?? -1 { best = (first..<end, start, time) }
            first = end
        }
        return best.map { ($0.rows, $0.start) }
    }

    /// The age behind the row before from which on so many are at risk.
    private func beginning(of row: Int, _ least: Int) -> Double {
        let before = row > 0 ? rows[row - 1].time : 0
        if atRisk(at: before.nextUp) >= least { return before }
        return entered.first { $0.time >= before && atRisk(at: $0.time.nextUp) >= least }?.time ?? before
    }

    private func entries(before time: Double) -> Int {
        let index = entered.firstIndexOnOrAfter(time, by: \.time)
        return index == 0 ? fromStart : entered[index - 1].count
    }

    package static func == (left: RiskTable, right: RiskTable) -> Bool {
        left.rows == right.rows && left.fromStart == right.fromStart
            && left.entered.elementsEqual(right.entered, by: ==)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(rows) }
}

extension Array {
    /// The first place whose key is not below a value, in an array that ascends by it.
    func firstIndexOnOrAfter(_ value: Double, by key: KeyPath<Element, Double>) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle][keyPath: key] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
