import Decisions

/// What one call site of a series function remembers while its statement runs: the figures of one block and window.
///
/// When windows differ from row to row (days since each account's own date), it keeps the days themselves instead.
final class SeriesCache {
    /// The days kept at most, 8 kB each.
    private static let mostDays: Int64 = 1_024

    private let reader: SeriesReader
    private let figure: SeriesFigure
    private var metric: Int64 = -1
    private var block: Int64 = -1
    private var window: ClosedRange<Int64>?
    private let figures = UnsafeMutablePointer<Double>.allocate(capacity: Int(SeriesKey.blockSize))
    /// The days kept, in order, one block of values after the other.
    private var keptDays: ClosedRange<Int64>?
    private var dayNumbers: [Int64] = []
    private var dayValues: [Double] = []

    init(_ reader: SeriesReader, _ figure: SeriesFigure) {
        self.reader = reader
        self.figure = figure
    }

    deinit {
        figures.deallocate()
    }

    /// The figure of one account over the days, both included; NaN when there is none.
    func figure(metric: Int64, account: Int64, days: ClosedRange<Int64>) throws -> Double {
        let block = account / SeriesKey.blockSize
        let slot = SeriesKey.slot(of: account)
        let isSameBlock = metric == self.metric && block == self.block
        if isSameBlock, days == window { return figures[slot] }
        guard isSameBlock || keptDays != nil, let range = rangeToKeep(days) else {
            try load(metric, block, days)
            return figures[slot]
        }
        if !isSameBlock || keptDays != range { try keep(metric, block, range) }
        return figureOfOne(slot, days)
    }

    private func load(_ metric: Int64, _ block: Int64, _ days: ClosedRange<Int64>) throws {
        forget()
        figures.initialize(repeating: figure.empty, count: Int(SeriesKey.blockSize))
        try reader.read(metric: metric, block: block, days: days) { day, values in
            figure.add(values, of: day, to: figures, count: Int(SeriesKey.blockSize))
        }
        (self.metric, self.block, window) = (metric, block, days)
    }

    /// The days to keep so that this window is covered: grown twofold, lest each account grows it by a day.
    private func rangeToKeep(_ days: ClosedRange<Int64>) -> ClosedRange<Int64>? {
        let kept = keptDays ?? window ?? days
        if keptDays != nil, kept.contains(days.lowerBound), kept.contains(days.upperBound) { return kept }
        guard SeriesKey.days.contains(days.lowerBound), SeriesKey.days.contains(days.upperBound),
            SeriesKey.days.contains(kept.lowerBound), SeriesKey.days.contains(kept.upperBound)
        else { return nil }
        let last = max(kept.upperBound, days.upperBound)
        let first = min(kept.lowerBound, days.lowerBound)
        let length = last - first + 1
        guard length <= Self.mostDays else { return nil }
        return (last - min(2 * length, Self.mostDays) + 1)...last
    }

    private func keep(_ metric: Int64, _ block: Int64, _ days: ClosedRange<Int64>) throws {
        forget()
        try reader.read(metric: metric, block: block, days: days) { day, values in
            dayNumbers.append(day)
            dayValues.append(contentsOf: UnsafeBufferPointer(start: values, count: Int(SeriesKey.blockSize)))
        }
        (self.metric, self.block, keptDays) = (metric, block, days)
    }

    private func figureOfOne(_ slot: Int, _ days: ClosedRange<Int64>) -> Double {
        var result = figure.empty
        dayValues.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for (index, day) in dayNumbers.enumerated() where days.contains(day) {
                figure.add(base + index * Int(SeriesKey.blockSize) + slot, of: day, to: &result, count: 1)
            }
        }
        return result
    }

    /// Nothing half-read may stand when a read fails.
    private func forget() {
        (metric, block, window, keptDays) = (-1, -1, nil, nil)
        dayNumbers.removeAll(keepingCapacity: true)
        dayValues.removeAll(keepingCapacity: true)
    }
}
