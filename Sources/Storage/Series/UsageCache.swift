import Statistics

/// What one call site of a usage function remembers while its statement runs: one block's weeks and active days.
final class UsageCache {
    private static let slots = Int(SeriesKey.blockSize)

    private let reader: SeriesReader
    private var metric: Int64 = -1
    private var block: Int64 = -1
    private var lastDay: Int64 = 0
    private var windows = UsageDrop.Windows()
    private var current: [Double] = []
    /// The weeks of the baseline, newest first, one block of sums after the other; days before the first whole week
    /// count in the baseline only.
    private var weeks: [Double] = []
    private var rest: [Double] = []
    private var activeDays: [Double] = []
    private var firstActive: [Double] = []
    private var lastActive: [Double] = []

    init(_ reader: SeriesReader) {
        self.reader = reader
    }

    /// What the account did in the windows that end with the day.
    func usage(metric: Int64, account: Int64, lastDay: Int64, windows: UsageDrop.Windows) throws -> UsageDrop {
        let block = account / SeriesKey.blockSize
        if metric != self.metric || block != self.block || lastDay != self.lastDay || windows != self.windows {
            try load(metric, block, lastDay, windows)
        }
        let slot = SeriesKey.slot(of: account)
        let (sum, mean, variance) = weekFigures(slot)
        return UsageDrop(
            current: current[slot], baseline: sum + rest[slot], weekVariance: variance, weekMean: mean,
            activeDays: Int(activeDays[slot]), activeSpan: Int(lastActive[slot] - firstActive[slot]),
            silence: activeDays[slot] > 0 ? Int(Double(lastDay) - lastActive[slot]) : windows.days, windows: windows)
    }

    private func weekFigures(_ slot: Int) -> (sum: Double, mean: Double, variance: Double) {
        let count = windows.weeks
        guard count > 0 else { return (0, 0, 0) }
        var sum = 0.0
        for week in 0..<count { sum += weeks[week * Self.slots + slot] }
        let mean = sum / Double(count)
        guard count > 1 else { return (sum, mean, mean) }
        var squares = 0.0
        for week in 0..<count {
            let distance = weeks[week * Self.slots + slot] - mean
            squares += distance * distance
        }
        return (sum, mean, squares / Double(count - 1))
    }

    private func load(_ metric: Int64, _ block: Int64, _ lastDay: Int64, _ windows: UsageDrop.Windows) throws {
        // Nothing half-read may stand when the read fails.
        self.metric = -1
        let empty = [Double](repeating: 0, count: Self.slots)
        current = empty
        rest = empty
        activeDays = empty
        firstActive = empty
        lastActive = empty
        weeks = [Double](repeating: 0, count: windows.weeks * Self.slots)
        let days = (lastDay - Int64(windows.days) + 1)...lastDay
        try reader.read(metric: metric, block: block, days: days) { day, values in
            let age = Int(lastDay - day)
            let week = (age - windows.current) / 7
            if age < windows.current {
                Self.add(values, to: &current, at: 0)
            } else if week < windows.weeks {
                Self.add(values, to: &weeks, at: week * Self.slots)
            } else {
                Self.add(values, to: &rest, at: 0)
            }
            let number = Double(day)
            for slot in 0..<Self.slots where values[slot] < 0 || values[slot] > 0 {
                if activeDays[slot] == 0 { firstActive[slot] = number }
                activeDays[slot] += 1
                lastActive[slot] = number
            }
        }
        (self.metric, self.block, self.lastDay, self.windows) = (metric, block, lastDay, windows)
    }

    /// A day without data counts as 0.
    private static func add(_ values: UnsafePointer<Double>, to sums: inout [Double], at offset: Int) {
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            let target = base + offset
            for slot in 0..<slots { target[slot] += values[slot] == values[slot] ? values[slot] : 0 }
        }
    }
}
