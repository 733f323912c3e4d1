import Playbooks
package import Statistics

/// A figure of every account over one window.
struct FigureKey: Hashable {
    var figure: SeriesFigure
    var metric: String
    var days: DayRange
}

extension Evaluator {
    /// The figure of each of some accounts over the stored values of a window; of all accounts it is computed once.
    func figure(_ figure: SeriesFigure, _ metric: String, _ days: DayRange, _ accounts: Range<Int>) -> [Double] {
        let key = FigureKey(figure: figure, metric: metric, days: days)
        let isWhole = accounts.count == block.count
        if isWhole, let known = figures[key] { return known }
        var result = [Double](repeating: figure.empty, count: accounts.count)
        result.withUnsafeMutableBufferPointer { result in
            guard let base = result.baseAddress else { return }
            forEachDay(of: metric, days) { day, values in
                figure.add(values + accounts.lowerBound, of: Int64(day), to: base, count: accounts.count)
            }
        }
        if isWhole { figures[key] = result }
        return result
    }

    /// How many days of a window have a stored value, for one account.
    func storedDays(of metric: String, _ days: DayRange, account: Int) -> Double {
        days.count == 0 ? 0 : figure(.count, metric, days, account..<account + 1).first ?? 0
    }

    private func forEachDay(of metric: String, _ days: DayRange, _ body: (Int, UnsafePointer<Double>) -> Void) {
        guard days.count > 0, let daily = block.metrics[metric] else { return }
        daily.values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            var index = daily.firstIndex(from: days.first)
            while index < daily.days.count, daily.days[index] <= days.last {
                body(daily.days[index], base + index * block.count)
                index += 1
            }
        }
    }

    // MARK: The guarded drop

    /// 1 or 0 for each account: whether its use dropped.
    func usageDrops(
        _ metric: String, _ windows: UsageDrop.Windows, endingAt last: Int, in population: UsageDrop.Population,
        _ accounts: Range<Int>
    ) -> [Double] {
        usages(metric, windows, endingAt: last, accounts).map { $0.holds(in: population) ? 1 : 0 }
    }

    /// What each account did in the windows that end with a day.
    ///
    /// - Parameter seesActivity: whether the days on which it did anything are counted, too; sums alone are half the work.
    package func usages(
        _ metric: String, _ windows: UsageDrop.Windows, endingAt last: Int, _ accounts: Range<Int>,
        seesActivity: Bool = true
    ) -> [UsageDrop] {
        let count = accounts.count
        // Sums: the current window, the days before the first whole week, the weeks, newest first.
        var sums = [Double](repeating: 0, count: (2 + windows.weeks) * count)
        let days = DayRange(windows.days, endingAt: last)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            forEachDay(of: metric, days) { day, values in
                let age = last - day
                let week = (age - windows.current) / 7
                let plane = age < windows.current ? 0 : week < windows.weeks ? 2 + week : 1
                SeriesFigure.sum.add(
                    values + accounts.lowerBound, of: Int64(day), to: base + plane * count, count: count)
            }
        }
        let none = seesActivity ? [] : [Double](repeating: 0, count: count)
        let active = seesActivity ? figure(.active, metric, days, accounts) : none
        let first = seesActivity ? figure(.firstActive, metric, days, accounts) : none
        let latest = seesActivity ? figure(.lastActive, metric, days, accounts) : none
        return (0..<count).map { index in
            let weeks = (0..<windows.weeks).lazy.map { sums[(2 + $0) * count + index] }
            let total = weeks.reduce(0, +)
            let mean = windows.weeks > 0 ? total / Double(windows.weeks) : 0
            var variance = mean
            if windows.weeks > 1 {
                variance = weeks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(windows.weeks - 1)
            }
            let isActive = active[index] > 0
            return UsageDrop(
                current: sums[index], baseline: total + sums[count + index], weekVariance: variance, weekMean: mean,
                activeDays: Int(active[index]), activeSpan: isActive ? Int(latest[index] - first[index]) : 0,
                silence: isActive ? Int(Double(last) - latest[index]) : windows.days, windows: windows)
        }
    }
}

extension Block.DailyValues {
    /// The index of the first day that is not before the given one.
    func firstIndex(from day: Int) -> Int {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
