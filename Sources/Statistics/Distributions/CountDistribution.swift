/// A distribution over counts with one peak, summed exactly.
protocol CountDistribution {
    var support: ClosedRange<Int> { get }
    /// The most likely count.
    var mode: Int { get }
    func probability(_ count: Int) -> Double
    /// probability(count + 1) / probability(count).
    func ratio(_ count: Int) -> Double
}

extension CountDistribution {
    /// P(X <= count), accurate in relative terms however small.
    func atMost(_ count: Int) -> Double {
        if count < support.lowerBound { return 0 }
        if count >= support.upperBound { return 1 }
        guard count <= mode else { return max(0, 1 - atLeast(count + 1)) }
        var term = probability(count)
        var sum = term
        var at = count
        while at > support.lowerBound, term > sum * 1e-18 {
            at -= 1
            term /= ratio(at)
            sum += term
        }
        return min(1, sum)
    }

    /// P(X >= count), accurate in relative terms however small.
    func atLeast(_ count: Int) -> Double {
        if count <= support.lowerBound { return 1 }
        if count > support.upperBound { return 0 }
        guard count > mode else { return max(0, 1 - atMost(count - 1)) }
        var term = probability(count)
        var sum = term
        var at = count
        while at < support.upperBound, term > sum * 1e-18 {
            term *= ratio(at)
            at += 1
            sum += term
        }
        return min(1, sum)
    }

    /// The chance of a count no more likely than this one; ties count to a relative `tolerance`.
    func asUnlikely(as count: Int, tolerance: Double) -> Double {
        let limit = probability(count) * (1 + tolerance)
        if probability(mode) <= limit { return 1 }
        if count < mode {
            return min(1, atMost(count) + atLeast(first(in: mode...support.upperBound) { probability($0) <= limit }))
        }
        return min(1, atLeast(count) + atMost(first(in: support.lowerBound...mode) { probability($0) > limit } - 1))
    }

    /// The first count of a range that holds, when all after it hold; one past the range when none does.
    private func first(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound + 1)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func probability(of alternative: Alternative, than count: Int, tolerance: Double) -> Double {
        switch alternative {
        case .less: atMost(count)
        case .greater: atLeast(count)
        case .unequal: asUnlikely(as: count, tolerance: tolerance)
        }
    }
}
