import Playbooks
package import Statistics

/// What `usage_drop` looks at.
extension Evaluator {
    /// What each account did in the windows that end with a day.
    package func usages(
        _ metric: String, _ windows: UsageDrop.Windows, endingAt last: Int, _ accounts: Range<Int>
    ) -> [UsageDrop] {
        let sums = usageSums(metric, windows, DayRange(windows.days, endingAt: last), accounts)
        var usages = sums.current.indices.map { index in
            UsageDrop(
                current: sums.current[index], baseline: sums.blocks[index] + sums.rest[index],
                dispersion: sums.dispersion(index), silence: windows.days, windows: windows)
        }
        // Few accounts have an empty window, and only so many days of a silence count.
        let silent = usages.indices.filter { usages[$0].current == 0 && usages[$0].baseline > 0 }
        guard !silent.isEmpty else { return usages }
        forEachDay(of: metric, DayRange(windows.longest, endingAt: last)) { day, values in
            for index in silent where abs(values[accounts.lowerBound + index]) > 0 {
                usages[index].silence = last - day
            }
        }
        return usages
    }

    /// Sums over the windows, for each account.
    private struct UsageSums {
        /// The current window; the days before the first whole block.
        var current: [Double]
        var rest: [Double]
        /// All blocks of the baseline together; the mean and the sample variance of a block.
        var blocks: [Double]
        var means: [Double]
        var variances: [Double]

        func dispersion(_ index: Int) -> Double { means[index] > 0 ? variances[index] / means[index] : 1 }
    }

    private func usageSums(
        _ metric: String, _ windows: UsageDrop.Windows, _ days: DayRange, _ accounts: Range<Int>
    ) -> UsageSums {
        let count = accounts.count
        let zeros = [Double](repeating: 0, count: count)
        var sums = UsageSums(current: zeros, rest: zeros, blocks: zeros, means: zeros, variances: zeros)
        let (length, number) = (windows.block, windows.blocks)
        // The newest block first.
        var planes = [Double](repeating: 0, count: number * count)
        planes.withUnsafeMutableBufferPointer { planes in
            sums.current.withUnsafeMutableBufferPointer { current in
                sums.rest.withUnsafeMutableBufferPointer { rest in
                    forEachDay(of: metric, days) { day, values in
                        let age = days.last - day
                        let block = (age - windows.current) / length
                        let isCurrent = age < windows.current
                        let plane =
                            isCurrent
                            ? current.baseAddress
                            : block < number ? planes.baseAddress.map { $0 + block * count } : rest.baseAddress
                        guard let plane else { return }
                        SeriesFigure.sum.add(values + accounts.lowerBound, of: Int64(day), to: plane, count: count)
                    }
                }
            }
        }
        for block in 0..<number { Self.add(planes, block, to: &sums.blocks) }
        for index in 0..<count { sums.means[index] = sums.blocks[index] / Double(number) }
        for block in 0..<number { Self.addSquares(planes, block, around: sums.means, to: &sums.variances) }
        for index in 0..<count { sums.variances[index] /= Double(max(1, number - 1)) }
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
