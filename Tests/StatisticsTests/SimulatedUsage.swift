import Foundation
import Statistics

/// Accounts whose daily counts are known to fall or not: Poisson with a weekend, in weeks that scatter.
struct SimulatedUsage {
    /// What is usual of each account in a week, and the first day on which it did nothing any more.
    private(set) var sizes: [Double]
    private(set) var stops: [Int]
    /// For each account, sums of the days before a day.
    private var sums: [[Double]]
    private var latest: [[Int]]

    /// - Parameters:
    ///   - spread: the standard deviation of the logarithm of the sizes, around a median of 8 a week.
    ///   - scatter: the coefficient of variation between the weeks of an account.
    ///   - attrition: the share of accounts that stop within a month, from day 70.
    ///   - everybody: what everybody's use is multiplied by on a day.
    ///   - size: of an account, instead of one that is drawn.
    init(
        accounts: Int, spread: Double, scatter: Double, days: Int, attrition: Double = 0,
        everybody: (Int) -> Double = { _ in 1 }, size: ((Int) -> Double)? = nil,
        _ random: inout some RandomNumberGenerator
    ) {
        let shares = [1.2, 1.25, 1.25, 1.2, 1.1, 0.5, 0.5].map { $0 / 7 }
        (sizes, stops, sums, latest) = ([], [], [], [])
        for account in 0..<accounts {
            // As many random numbers whatever becomes of an account, so that worlds can be compared.
            let drawn = 8 * exp(spread * random.normal())
            let size = size?(account) ?? drawn
            let life = attrition > 0 ? log(random.share()) / log(1 - attrition) * 30.4 : .infinity
            let stop = 70 + life < Double(days) ? 70 + Int(life) : days
            let weeks = (0...days / 7).map { _ in random.gamma(scatter) }
            var days = (0..<days).map { day in
                Double(random.poisson(size * weeks[(day + 3) / 7 % weeks.count] * shares[day % 7] * everybody(day)))
            }
            for day in stop..<max(stop, days.count) { days[day] = 0 }
            sizes.append(size)
            stops.append(stop)
            sums.append([])
            latest.append([])
            set(account, days)
        }
    }

    /// An account does nothing from a day on.
    mutating func stop(_ account: Int, onDay day: Int) {
        set(account, zip(sums[account].dropFirst(), sums[account]).enumerated().map { $0 < day ? $1.0 - $1.1 : 0 })
        stops[account] = day
    }

    private mutating func set(_ account: Int, _ days: [Double]) {
        sums[account] = days.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        latest[account] = days.enumerated().reduce(into: [-1]) { found, day in
            found.append(day.element > 0 ? day.offset : found.last ?? -1)
        }
    }

    /// What each account did by the end of the day before `day`.
    func usages(before day: Int, _ windows: UsageDrop.Windows = UsageDrop.Windows()) -> [UsageDrop] {
        sums.indices.map { account in
            func sum(_ from: Int, _ to: Int) -> Double { sums[account][to] - sums[account][from] }
            let (start, end) = (day - windows.current, day)
            let blocks = (0..<windows.blocks).map {
                sum(start - ($0 + 1) * windows.block, start - $0 * windows.block)
            }
            let mean = blocks.reduce(0, +) / Double(blocks.count)
            let squares = blocks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return UsageDrop(
                current: sum(start, end), baseline: sum(start - windows.baseline, start),
                dispersion: mean > 0 ? squares / Double(blocks.count - 1) / mean : 1,
                silence: day - 1 - latest[account][day], windows: windows)
        }
    }
}

/// Whether each account holds on a day, and how often that began anew after 28 days without.
struct SimulatedAlarms {
    /// Alarms of accounts that had not stopped, and the days on which they could have been raised.
    private(set) var isFalse = 0
    private(set) var days = 0
    /// Alarms after a stop, within ten weeks.
    private(set) var isTrue = 0
    /// Accounts that held within 28 days of their stop.
    private(set) var found: Set<Int> = []
    private var last: [Int]

    init(accounts: Int) { last = [Int](repeating: -100, count: accounts) }

    mutating func add(_ day: Int, _ holds: [Bool], stops: [Int]) {
        for (account, stop) in stops.enumerated() {
            // An account leaves 60 days after it stopped.
            guard day <= stop + 60 else { continue }
            if day <= stop { days += 1 }
            guard holds[account] else { continue }
            if day > stop, day <= stop + 28 { found.insert(account) }
            if day - last[account] > 28 { if day <= stop { isFalse += 1 } else { isTrue += 1 } }
            last[account] = day
        }
    }

    var falseAYear: Double { Double(isFalse) / Double(days) * 365 }
    var precision: Double { Double(isTrue) / Double(max(1, isTrue + isFalse)) }
}

extension RandomNumberGenerator {
    /// Above 0 and below 1.
    mutating func share() -> Double { max(.leastNormalMagnitude, Double.random(in: 0..<1, using: &self)) }

    mutating func normal() -> Double { (-2 * log(share())).squareRoot() * cos(2 * .pi * share()) }

    /// A gamma variable with mean 1 and this standard deviation, at most 1; Marsaglia and Tsang (2000).
    mutating func gamma(_ scatter: Double) -> Double {
        guard scatter > 0 else { return 1 }
        let d = 1 / (scatter * scatter) - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            if v > 0, log(share()) < x * x / 2 + d * (1 - v + log(v)) { return d * v * scatter * scatter }
        }
    }

    mutating func poisson(_ mean: Double) -> Int {
        var (count, rest) = (0, mean)
        // What is large comes in parts, whose product of shares does not vanish.
        while rest > 0 {
            let part = min(rest, 500)
            rest -= part
            var product = share()
            let limit = exp(-part)
            while product > limit {
                count += 1
                product *= share()
            }
        }
        return count
    }
}
