import Decisions
import Statistics

/// What one call site of a usage function remembers while its statement runs: one block's weeks and active days.
final class UsageCache {
    /// The figures of a block lie one after the other, each a number for every slot; the weeks of the baseline come last,
    /// newest first. Days before the first whole week count in the rest.
    private enum Plane: Int, CaseIterable {
        case current, rest, activeDays, firstActive, lastActive
    }

    private static let slots = Int(SeriesKey.blockSize)

    private let reader: SeriesReader
    /// Whether active days are looked at, or only sums.
    private let seesActivity: Bool
    private var metric: Int64 = -1
    private var block: Int64 = -1
    private var lastDay: Int64 = 0
    private var windows = UsageDrop.Windows()
    private var planes = UnsafeMutableBufferPointer<Double>.allocate(capacity: 0)

    init(_ reader: SeriesReader, seesActivity: Bool = true) {
        self.reader = reader
        self.seesActivity = seesActivity
    }

    deinit {
        planes.deallocate()
    }

    /// What the account did in the windows that end with the day.
    func usage(metric: Int64, account: Int64, lastDay: Int64, windows: UsageDrop.Windows) throws -> UsageDrop {
        let block = account / SeriesKey.blockSize
        if metric != self.metric || block != self.block || lastDay != self.lastDay || windows != self.windows {
            try load(metric, block, lastDay, windows)
        }
        let slot = SeriesKey.slot(of: account)
        func figure(_ plane: Plane) -> Double { planes[plane.rawValue * Self.slots + slot] }
        let (sum, mean, variance) = weekFigures(slot)
        let activeDays = Int(figure(.activeDays))
        return UsageDrop(
            current: figure(.current), baseline: sum + figure(.rest), weekVariance: variance, weekMean: mean,
            activeDays: activeDays, activeSpan: activeDays > 0 ? Int(figure(.lastActive) - figure(.firstActive)) : 0,
            silence: activeDays > 0 ? Int(Double(lastDay) - figure(.lastActive)) : windows.days, windows: windows)
    }

    private func weekFigures(_ slot: Int) -> (sum: Double, mean: Double, variance: Double) {
        let count = windows.weeks
        guard count > 0 else { return (0, 0, 0) }
        let weeks = (0..<count).lazy.map { [planes] in planes[($0 + Plane.allCases.count) * Self.slots + slot] }
        let sum = weeks.reduce(0, +)
        let mean = sum / Double(count)
        guard count > 1 else { return (sum, mean, mean) }
        let squares = weeks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (sum, mean, squares / Double(count - 1))
    }

    private func load(_ metric: Int64, _ block: Int64, _ lastDay: Int64, _ windows: UsageDrop.Windows) throws {
        // Nothing half-read may stand when the read fails.
        self.metric = -1
        let size = (Plane.allCases.count + windows.weeks) * Self.slots
        if planes.count != size {
            planes.deallocate()
            planes = .allocate(capacity: size)
        }
        // A day without data counts as 0.
        planes.initialize(repeating: 0)
        guard let base = planes.baseAddress else { return }
        func plane(_ index: Int) -> UnsafeMutablePointer<Double> { base + index * Self.slots }
        plane(Plane.firstActive.rawValue).update(repeating: .nan, count: Self.slots)
        let days = (lastDay - Int64(windows.days) + 1)...lastDay
        try reader.read(metric: metric, block: block, days: days) { day, values in
            let age = Int(lastDay - day)
            let week = (age - windows.current) / 7
            let sums =
                age < windows.current
                ? plane(Plane.current.rawValue)
                : plane(week < windows.weeks ? Plane.allCases.count + week : Plane.rest.rawValue)
            SeriesFigure.sum.add(values, of: day, to: sums, count: Self.slots)
            guard seesActivity else { return }
            SeriesFigure.active.add(values, of: day, to: plane(Plane.activeDays.rawValue), count: Self.slots)
            SeriesFigure.firstActive.add(values, of: day, to: plane(Plane.firstActive.rawValue), count: Self.slots)
            SeriesFigure.lastActive.add(values, of: day, to: plane(Plane.lastActive.rawValue), count: Self.slots)
        }
        (self.metric, self.block, self.lastDay, self.windows) = (metric, block, lastDay, windows)
    }
}
