import Playbooks
package import Statistics

/// The guarded drop.
extension Evaluator {
    /// 1 or 0 for each account: whether its use dropped.
    func usageDrops(
        _ metric: String, _ windows: UsageDrop.Windows, endingAt last: Int, in population: UsageDrop.Population,
        _ accounts: Range<Int>
    ) -> [Double] {
        usages(metric, windows, endingAt: last, accounts) { UsageDrop.asksForSilence(baseline: $0, in: population) }
            .map { $0.holds(in: population) ? 1 : 0 }
    }

    /// What each account did in the windows that end with a day.
    ///
    /// - Parameter needsActivity: whether one with this baseline is to be told the days on which it did anything; sums
    ///   alone are a quarter of the work.
    package func usages(
        _ metric: String, _ windows: UsageDrop.Windows, endingAt last: Int, _ accounts: Range<Int>,
        needsActivity: (Double) -> Bool
    ) -> [UsageDrop] {
        let days = DayRange(windows.days, endingAt: last)
        let sums = usageSums(metric, windows, days, accounts)
        var usages = sums.current.indices.map { index in
            UsageDrop(
                current: sums.current[index], baseline: sums.weeks[index] + sums.rest[index],
                weekVariance: sums.variances[index], weekMean: sums.means[index], activeDays: 0, activeSpan: 0,
                silence: windows.days, windows: windows)
        }
        let asked = usages.indices.filter { needsActivity(usages[$0].baseline) }
        guard !asked.isEmpty else { return usages }
        // Day by day, because the values of a day lie side by side.
        var spans = [(first: Int, latest: Int)](repeating: (0, 0), count: asked.count)
        forEachDay(of: metric, days) { day, values in
            for (place, index) in asked.enumerated() where abs(values[accounts.lowerBound + index]) > 0 {
                if usages[index].activeDays == 0 { spans[place].first = day }
                usages[index].activeDays += 1
                spans[place].latest = day
            }
        }
        for (place, index) in asked.enumerated() where usages[index].activeDays > 0 {
            usages[index].activeSpan = spans[place].latest - spans[place].first
            usages[index].silence = last - spans[place].latest
        }
        return usages
    }

    /// Sums over the windows, for each account.
    private struct UsageSums {
        /// The current window; the days before the first whole week.
        var current: [Double]
        var rest: [Double]
        /// All whole weeks together; the mean and the sample variance of a week.
        var weeks: [Double]
        var means: [Double]
        var variances: [Double]
    }

    private func usageSums(
        _ metric: String, _ windows: UsageDrop.Windows, _ days: DayRange, _ accounts: Range<Int>
    ) -> UsageSums {
        let count = accounts.count
        let zeros = [Double](repeating: 0, count: count)
        var sums = UsageSums(current: zeros, rest: zeros, weeks: zeros, means: zeros, variances: zeros)
        // The newest week first.
        var planes = [Double](repeating: 0, count: windows.weeks * count)
        planes.withUnsafeMutableBufferPointer { planes in
            sums.current.withUnsafeMutableBufferPointer { current in
                sums.rest.withUnsafeMutableBufferPointer { rest in
                    forEachDay(of: metric, days) { day, values in
                        let age = days.last - day
                        let week = (age - windows.current) / 7
                        let isCurrent = age < windows.current
                        let plane =
                            isCurrent
                            ? current.baseAddress
                            : week < windows.weeks ? planes.baseAddress.map { $0 + week * count } : rest.baseAddress
                        guard let plane else { return }
                        SeriesFigure.sum.add(values + accounts.lowerBound, of: Int64(day), to: plane, count: count)
                    }
                }
            }
        }
        guard windows.weeks > 0 else { return sums }
        let number = Double(windows.weeks)
        for week in 0..<windows.weeks { Self.add(planes, week, to: &sums.weeks) }
        for index in 0..<count { sums.means[index] = sums.weeks[index] / number }
        guard windows.weeks > 1 else {
            sums.variances = sums.means
            return sums
        }
        for week in 0..<windows.weeks { Self.addSquares(planes, week, around: sums.means, to: &sums.variances) }
        for index in 0..<count { sums.variances[index] /= number - 1 }
        return sums
    }

    private static func add(_ planes: [Double], _ plane: Int, to sums: inout [Double]) {
        let count = sums.count
        planes.withUnsafeBufferPointer { planes in
            sums.withUnsafeMutableBufferPointer { sums in
                for index in 0..<count { sums[index] += planes[plane * count + index] }
            }
        }
    }

    private static func addSquares(
        _ planes: [Double], _ plane: Int, around means: [Double], to sums: inout [Double]
    ) {
        let count = sums.count
        planes.withUnsafeBufferPointer { planes in
            means.withUnsafeBufferPointer { means in
                sums.withUnsafeMutableBufferPointer { sums in
                    for index in 0..<count {
                        let difference = planes[plane * count + index] - means[index]
                        sums[index] += difference * difference
                    }
                }
            }
        }
    }
}
