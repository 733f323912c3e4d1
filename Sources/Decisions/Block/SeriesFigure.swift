/// What a window of daily values comes to: of the days that have data.
package enum SeriesFigure: Sendable {
    case sum, min, max
    /// Days with data; days with a value other than 0.
    case count, active
    /// The numbers of the first and last day with a value other than 0.
    case firstActive, lastActive

    /// The figure of an empty window; NaN is "none".
    package var empty: Double {
        switch self {
        case .sum, .min, .max, .firstActive, .lastActive: .nan
        case .count, .active: 0
        }
    }

    /// Takes one more day into the figures of `count` accounts.
    ///
    /// Written without branches, and apart from its callers, so that the compiler turns the loops into vector
    /// instructions: a branch for each account costs more than reading its page.
    @inline(never)
    package func add(
        _ values: UnsafePointer<Double>, of day: Int64, to figures: UnsafeMutablePointer<Double>, count: Int
    ) {
        switch self {
        case .sum:
            for slot in 0..<count {
                let value = values[slot]
                let old = figures[slot]
                let start = old == old ? old : 0
                figures[slot] = value == value ? start + value : old
            }
        case .min:
            for slot in 0..<count {
                let value = values[slot]
                let old = figures[slot]
                figures[slot] = value == value && !(old < value) ? value : old
            }
        case .max:
            for slot in 0..<count {
                let value = values[slot]
                let old = figures[slot]
                figures[slot] = value == value && !(old > value) ? value : old
            }
        case .count:
            for slot in 0..<count { figures[slot] += values[slot] == values[slot] ? 1 : 0 }
        case .active:
            for slot in 0..<count { figures[slot] += abs(values[slot]) > 0 ? 1 : 0 }
        case .firstActive:
            let number = Double(day)
            for slot in 0..<count {
                let old = figures[slot]
                figures[slot] = abs(values[slot]) > 0 && !(old < number) ? number : old
            }
        case .lastActive:
            let number = Double(day)
            for slot in 0..<count {
                let old = figures[slot]
                figures[slot] = abs(values[slot]) > 0 ? number : old
            }
        }
    }
}
