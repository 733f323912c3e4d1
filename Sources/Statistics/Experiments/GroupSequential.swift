import Foundation

/// Bounds for a planned series of looks that together claim a false effect with probability alpha.
///
/// Alpha is spent as α·t^power, t the share of the planned accounts that have matured: Lan and DeMets (1983). The bounds are
/// two-sided and symmetric, each side with half of alpha. They follow, to about 1e-6, the numbers of the program of
/// Reboussin, DeMets, Kim and Lan (2000), as in R's ldbounds and spotify-confidence: trapezoids of a twentieth of a
/// standard deviation, and probabilities to 1e-7, which is within 5e-5 of the exact bound.
package struct GroupSequential: Sendable, Hashable {
    package let fractions: [Double]
    package let alpha: Double
    /// For each look the |z| at which the experiment stops.
    ///
    /// `never` where nothing may be spent; the bound before where a look brings nothing new.
    package let bounds: [Double]

    /// A bound so far out that it never is crossed.
    package static let never = 8.0
    /// A look that brings no more than this share of the plan brings nothing new.
    private static let leastStep = 1e-5
    /// A look that may spend less than this spends nothing.
    private static let tolerance = 1e-7

    /// - Parameter fractions: what share of the plan had matured at each look, ascending; more than all counts as all.
    package init(fractions: [Double], alpha: Double = 0.05, power: Double = 2) {
        let shares = fractions.map { min(1, $0) }
        self.init(fractions: fractions, information: shares, clock: shares, alpha: alpha, power: power)
    }

    /// Looks whose alpha is spent by another clock than their information, such as the calendar: Lan and DeMets (1989).
    ///
    /// - Parameters:
    ///   - information: ascending, in any unit.
    ///   - clock: the share of the time that has passed, ascending.
    package init(information: [Double], clock: [Double], alpha: Double = 0.05, power: Double = 2) {
        let most = information.last.flatMap { $0 > 0 ? $0 : nil } ?? 1
        self.init(
            fractions: clock, information: information.map { $0 / most }, clock: clock.map { min(1, max(0, $0)) },
            alpha: alpha, power: power)
    }

    private init(fractions: [Double], information: [Double], clock: [Double], alpha: Double, power: Double) {
        self.fractions = fractions
        self.alpha = alpha
        var bounds: [Double] = []
        var walk: Walk?
        for (t, time) in zip(information, clock) {
            guard t - (walk?.time ?? 0) > Self.leastStep else {
                bounds.append(bounds.last ?? Self.never)
                continue
            }
            let spending = alpha / 2 * pow(time, power)
            let next = walk?.next(at: t, spending: spending) ?? Walk(at: t, spending: spending)
            bounds.append(next.bound)
            walk = next
        }
        self.bounds = bounds
    }

    /// Bounds that were computed before.
    package init(fractions: [Double], bounds: [Double], alpha: Double = 0.05) {
        (self.fractions, self.bounds, self.alpha) = (fractions, bounds, alpha)
    }

    /// Looks at equal distances.
    package init(looks: Int, alpha: Double = 0.05, power: Double = 2) {
        let count = max(1, looks)
        self.init(fractions: (1...count).map { Double($0) / Double(count) }, alpha: alpha, power: power)
    }

    /// The interval that belongs to a look: estimate ± bound·SE, valid at all looks together; nil beyond the last.
    package func interval(_ effect: Effect, look: Int) -> Interval? {
        guard bounds.indices.contains(look) else { return nil }
        return Interval(around: effect.estimate, by: bounds[look] * effect.standardError)
    }

    /// Whether a z crosses at a look.
    package func stops(_ z: Double, look: Int) -> Bool { bounds.indices.contains(look) && abs(z) >= bounds[look] }

    /// The score √t·z up to one look, of those who have not crossed the upper bound.
    private struct Walk {
        var time: Double
        var bound: Double
        /// Spent up to here, on one side.
        var spent: Double
        /// The density of the score at the points of an even grid from -8 standard deviations to the bound.
        var start: Double
        var distance: Double
        var density: [Double]

        init(at time: Double, spending: Double) {
            self.time = time
            bound = Normal.upperQuantile(spending)
            spent = spending
            if bound > never {
                bound = never
                spent = Normal.above(never)
            }
            let root = time.squareRoot()
            (start, distance, density) = (0, 0, [])
            let count = lay(spread: root)
            density = (0...count).map { Normal.density(point($0) / root) / root }
        }

        /// Lays the grid for a step of this spread; gives back how many intervals it has.
        private mutating func lay(spread: Double) -> Int {
            let root = time.squareRoot()
            start = -never * root
            let length = bound * root - start
            let count = min(1000, max(1, (length / (0.05 * spread)).rounded(.up)))
            distance = length / count
            return Int(count)
        }

        private func point(_ index: Int) -> Double { start + Double(index) * distance }

        func next(at time: Double, spending: Double) -> Walk {
            var next = self
            next.time = time
            next.spent = spending
            let spread = (time - self.time).squareRoot()
            let root = time.squareRoot()
            next.bound = never
            if spending - spent >= tolerance {
                next.bound = crossing(spending - spent, spread: spread) / root
                if next.bound > never {
                    next.bound = never
                    next.spent = spent + above(never * root, spread: spread)
                }
            }
            let count = next.lay(spread: spread)
            next.density = (0...count).map { density(at: next.point($0), spread: spread) }
            return next
        }

        /// The score that is passed with a probability, walked to in ever smaller strides.
        private func crossing(_ share: Double, spread: Double) -> Double {
            var score = bound * time.squareRoot()
            var reached = above(score, spread: spread)
            var stride = 10.0
            while abs(reached - share) > tolerance, stride > 1e-12 {
                stride /= 10
                let isOutward = reached > share + tolerance
                for _ in 1...50 {
                    score += isOutward ? stride : -stride
                    reached = above(score, spread: spread)
                    if isOutward ? reached <= share + tolerance : reached >= share - tolerance { break }
                }
            }
            return score
        }

        private func above(_ score: Double, spread: Double) -> Double {
            trapezoids { index in density[index] * Normal.below((point(index) - score) / spread) }
        }

        private func density(at score: Double, spread: Double) -> Double {
            // Beyond ten spreads a normal density adds nothing.
            let reach = 10 * spread
            let first = max(0, ((score - reach - start) / distance).rounded(.up))
            let last = min(Double(density.count - 1), ((score + reach - start) / distance).rounded(.down))
            guard first <= last else { return 0 }
            let sum = trapezoids(Int(first)...Int(last)) { index in
                density[index] * Normal.density((point(index) - score) / spread)
            }
            return sum / spread
        }

        /// The first and the last point of the whole grid count half.
        private func trapezoids(_ range: ClosedRange<Int>? = nil, of value: (Int) -> Double) -> Double {
            let end = density.count - 1
            var sum = 0.0
            for index in range ?? 0...end { sum += value(index) * (index == 0 || index == end ? 0.5 : 1) }
            return sum * distance
        }
    }
}
