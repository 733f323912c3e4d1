import Playbooks

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

    func forEachDay(of metric: String, _ days: DayRange, _ body: (Int, UnsafePointer<Double>) -> Void) {
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
