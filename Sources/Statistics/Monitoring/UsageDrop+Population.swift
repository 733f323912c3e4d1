import Foundation

extension UsageDrop {
    /// What the accounts of one audience do, with which each of them is compared.
    package struct Population: Sendable, Equatable {
        /// The variance of a window's use is `unit` · mean + `scatter` · mean²; `unit` is at least 1.
        package var unit: Double
        package var scatter: Double
        /// What everybody's use was multiplied by; at most 1.
        package var shock: Double
        /// The largest probability at which a drop is believed.
        package var limit: Double
        package var strictLimit: Double

        package init(
            unit: Double, scatter: Double, shock: Double, limit: Double = Population.sure,
            strictLimit: Double = Population.strictlySure
        ) {
            self.unit = unit
            self.scatter = scatter
            self.shock = shock
            self.limit = limit
            self.strictLimit = strictLimit
        }

        /// No limit is above these, however many drops there are.
        package static let sure = 0.01
        package static let strictlySure = 0.001

        /// That of nobody: counts scatter as Poisson's do, and nothing happened to all.
        package static let neutral = Population(unit: 1, scatter: 0, shock: 1)

        /// Variance over mean of accounts that use so much in a window.
        package func dispersion(of size: Double) -> Double { unit + scatter * size }
    }

    /// The first pass over an audience: how much use scatters at each size, and what happened to everybody.
    ///
    /// Medians of accounts of like size, so that neither a few large ones nor a few that stopped make the noise of all.
    /// Only counts are kept, so the order of the accounts does not matter.
    package struct Movements: Sendable {
        /// Accounts by half octaves of size, then by eighths of an octave of dispersion.
        private var sizes: [Int: [Int: Int]] = [:]
        /// Accounts by hundredths of what was current to what was usual.
        private var ratios = [Int](repeating: 0, count: 201)
        private let degrees: Int

        package init(_ windows: Windows) { degrees = max(1, windows.blocks - 1) }

        package mutating func add(_ usage: UsageDrop) {
            let size = usage.size
            guard size.isFinite, size >= 2 else { return }
            let dispersion = max(usage.dispersion, 1.0 / 64)
            guard dispersion.isFinite else { return }
            sizes[Int((2 * log2(size)).rounded(.down)), default: [:]][
                Int((8 * log2(dispersion)).rounded(.down)), default: 0] += 1
            guard size >= 4 else { return }
            ratios[Int(min(200, max(0, 100 * usage.current / size)))] += 1
        }

        package var population: Population {
            let (unit, scatter) = curve
            return Population(unit: Self.rounded(unit), scatter: Self.rounded(scatter), shock: Self.rounded(shock))
        }

        /// Fewer accounts than this do not tell what happened to everybody.
        private static let everybody = 20

        private var shock: Double {
            guard ratios.reduce(0, +) >= Self.everybody else { return 1 }
            return min(1, Self.median(ratios.enumerated().map { ($0, $1) }) / 100)
        }

        /// dispersion = unit + scatter · size, by least squares of relative errors over the medians of the sizes.
        private var curve: (unit: Double, scatter: Double) {
            // The median of a sample variance lies below its mean: chi-squared by Wilson and Hilferty (1931).
            let middle = pow(1 - 2 / (9 * Double(degrees)), 3)
            let points = sizes.sorted { $0.key < $1.key }.map { size, levels in
                (
                    x: exp2((Double(size) + 0.5) / 2),
                    y: exp2(Self.median(levels.sorted { $0.key < $1.key }.map { ($0, $1) }) / 8) / middle,
                    count: Double(levels.values.reduce(0, +))
                )
            }
            var (unit, scatter) = (1.0, 0.0)
            var fit = points.map { max(1, $0.y) }
            for _ in 0..<20 where !points.isEmpty {
                var (w, wx, wy, wxx, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
                for (point, fit) in zip(points, fit) {
                    let weight = point.count / (fit * fit)
                    w += weight
                    wx += weight * point.x
                    wy += weight * point.y
                    wxx += weight * point.x * point.x
                    wxy += weight * point.x * point.y
                }
                let determinant = w * wxx - wx * wx
                (unit, scatter) = (0, 0)
                if points.count > 1, determinant > 0 {
                    scatter = (w * wxy - wx * wy) / determinant
                    unit = (wy - scatter * wx) / w
                }
                if scatter < 0 { (unit, scatter) = (wy / w, 0) }
                if unit < 1 { (unit, scatter) = (1, max(0, (wxy - wx) / wxx)) }
                fit = points.map { unit + scatter * $0.x }
            }
            return (unit, scatter)
        }

        /// The median place, as if the counts of a bin lay evenly in it.
        private static func median(_ bins: [(place: Int, count: Int)]) -> Double {
            let half = Double(bins.reduce(0) { $0 + $1.count }) / 2
            var below = 0.0
            for bin in bins where bin.count > 0 {
                let count = Double(bin.count)
                if below + count >= half { return Double(bin.place) + (half - below) / count }
                below += count
            }
            return 0
        }

        /// As they are stored.
        private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
    }

    /// The second pass: how small a probability must be, so that few of those found on the day are found by chance.
    ///
    /// Benjamini and Hochberg (1995), on a grid of 20 limits a decade.
    package struct Chances: Sendable {
        /// The expected share of chance among those found, at most.
        package static let share = 0.2
        package static let strictShare = 0.05

        private static let grid = (40...240).map { pow(10, -Double($0) / 20) }

        private let population: Population
        /// Accounts that had anything to lose.
        private var used = 0
        /// Probabilities by the last limit of the grid that they keep.
        private var found = [Int](repeating: 0, count: grid.count)

        package init(_ population: Population) { self.population = population }

        package mutating func add(_ usage: UsageDrop) {
            guard usage.baseline > 0 else { return }
            used += 1
            let expected = usage.expected(in: population)
            guard expected > 0, usage.current <= 0.6 * expected else { return }
            let p = usage.probability(in: population)
            guard p <= Self.grid[0] else { return }
            // The logarithm may be off by one at a limit.
            var place = p > 0 ? min(Self.grid.count - 1, max(0, Int(-20 * log10(p)) - 40)) : Self.grid.count - 1
            if place + 1 < Self.grid.count, p <= Self.grid[place + 1] { place += 1 }
            if p > Self.grid[place] { place -= 1 }
            found[place] += 1
        }

        /// With the limits of the day.
        package var limited: Population {
            var population = population
            population.limit = limit(Self.share, Population.sure)
            population.strictLimit = limit(Self.strictShare, Population.strictlySure)
            return population
        }

        private func limit(_ share: Double, _ most: Double) -> Double {
            guard used > 0 else { return most }
            let least = min(most, share / Double(used))
            var below = found.reduce(0, +)
            for (limit, count) in zip(Self.grid, found) {
                if limit <= most, limit > least, Double(used) * limit <= share * Double(below) { return limit }
                below -= count
            }
            return least
        }
    }
}
